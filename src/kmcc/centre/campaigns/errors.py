"""Errors of the campaign desk."""

from kmcc.errors import KmccError


class CampaignDeskError(KmccError):
    """Base of what the desk refuses."""


class NotNowError(CampaignDeskError):
    def __init__(self, name: str, wanted: str, state: str, expected: str) -> None:
        super().__init__(f"campaign {name}: cannot {wanted}, it is {state}; expected {expected}")


class ContactListError(CampaignDeskError):
    """A list that is not what it should be; `where` names file and line."""

    def __init__(self, where: str, found: str, expected: str) -> None:
        super().__init__(f"{where}: {found}; expected {expected}")


class PromptUnknownError(CampaignDeskError):
    def __init__(self, name: str, prompt: str) -> None:
        super().__init__(f"campaign {name}: no prompt {prompt}; expected one of `kmcc prompts list`")
