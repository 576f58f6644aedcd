"""Errors of the autodial machine."""

from kmcc.switch.circuit import Cause
from kmcc.switch.errors import SwitchError


class CampaignError(SwitchError):
    """A campaign that cannot be run, or an event that cannot be; the machine has not changed."""

    def __init__(self, campaign: str, why: str) -> None:
        super().__init__(f"campaign {campaign}: {why}")
        self.campaign = campaign


class WindowError(SwitchError):
    def __init__(self, why: str) -> None:
        super().__init__(f"calling window: {why}")


class PacingError(SwitchError):
    def __init__(self, why: str) -> None:
        super().__init__(f"pacing: {why}")


class NotPlacedError(SwitchError):
    """The call was not placed, for no reason of the party's: the attempt does not count. `cause` says which."""

    def __init__(self, number: str, cause: Cause) -> None:
        super().__init__(f"{number} is not called: {cause.words}")
        self.cause = cause
