"""A campaign as planned: who is called, when and how often, and the pre-flight check that says who will be skipped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from types import MappingProxyType
from typing import Final

from kmcc.switch.autodial.errors import CampaignError
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.window import Window

# How long after an attempt the next one may follow; a result without a row is final.
RETRY: Final[Mapping[Result, timedelta]] = MappingProxyType(
    {
        Result.BUSY: timedelta(minutes=5),
        Result.NO_ANSWER: timedelta(minutes=30),
        Result.MACHINE: timedelta(minutes=30),
        Result.CONGESTION: timedelta(minutes=2),
        Result.FAILED: timedelta(minutes=2),
    }
)


@dataclass(frozen=True, slots=True)
class Contact:
    id: str
    number: str


class SkipReason(Enum):
    """Why a contact is not called at all."""

    DO_NOT_CALL = "on the do-not-call list"
    NOT_A_NUMBER = "not a telephone number"
    SAME_NUMBER = "number of an earlier contact"


@dataclass(frozen=True, slots=True)
class Skipped:
    contact: Contact
    why: SkipReason


@dataclass(frozen=True, slots=True)
class Preflight:
    """Who will be called, in order, and who will be skipped and why."""

    to_call: tuple[Contact, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """`attempts` is one budget a contact, whatever the causes; `lines` is the number of calls at once."""

    name: str
    contacts: tuple[Contact, ...]
    window: Window
    attempts: int = 3
    lines: int = 1
    retry: Mapping[Result, timedelta] = field(default_factory=lambda: RETRY)
    do_not_call: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise CampaignError(self.name, f"attempts is {self.attempts}, expected 1 or more")
        if self.lines < 1:
            raise CampaignError(self.name, f"lines is {self.lines}, expected 1 or more")
        if len({contact.id for contact in self.contacts}) < len(self.contacts):
            raise CampaignError(self.name, "two contacts have one id")
        if Result.ANSWERED in self.retry:
            raise CampaignError(self.name, "a notice that was heard fully is not repeated")
        for result, wait in self.retry.items():
            if wait < timedelta(0):
                raise CampaignError(self.name, f"retry after {result.value} is negative")

    def preflight(self) -> Preflight:
        to_call: dict[str, Contact] = {}
        skipped: list[Skipped] = []
        for contact in self.contacts:
            why = self._skip_reason(contact, to_call)
            if why is None:
                to_call[contact.number] = contact
            else:
                skipped.append(Skipped(contact, why))
        return Preflight(tuple(to_call.values()), tuple(skipped))

    def _skip_reason(self, contact: Contact, taken: Mapping[str, Contact]) -> SkipReason | None:
        if not (contact.number.isascii() and contact.number.isdigit()):
            return SkipReason.NOT_A_NUMBER
        if contact.number in self.do_not_call:
            return SkipReason.DO_NOT_CALL
        return SkipReason.SAME_NUMBER if contact.number in taken else None
