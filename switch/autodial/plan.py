"""A campaign as planned: who is called, when, how often and how fast."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from types import MappingProxyType
from typing import Final

from kmcc.switch.autodial.errors import CampaignError
from kmcc.switch.autodial.pacing import PacingSettings
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.schedule import Schedule

RETRY: Final[Mapping[Result, timedelta]] = MappingProxyType(
    {
        Result.BUSY: timedelta(minutes=5),
        Result.NO_ANSWER: timedelta(minutes=30),
        Result.MACHINE: timedelta(minutes=30),
        Result.ABANDONED: timedelta(hours=72),
        Result.CONGESTION: timedelta(minutes=2),
        Result.FAILED: timedelta(minutes=2),
        Result.LOST: timedelta(minutes=30),
    }
)
"""How long after an attempt the next one may follow; a result without a row is final for the number.

72 hours after a call that found no seat is Ofcom's rule for persistent misuse; the others are customary."""

REACHED: Final = frozenset({Result.ANSWERED, Result.ANSWERED_PART})


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call: his `numbers` in turn; `zone` None = that of the schedule. `data` is what is said and shown."""

    id: str
    numbers: tuple[str, ...]
    zone: tzinfo | None = None
    data: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Budget:
    """How often a contact is called, whatever the causes; None = as often as `attempts` allows."""

    attempts: int = 3
    per_number: int | None = None
    per_day: int | None = None


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """`contacts` have passed the pre-flight check; `lines` is the greatest number of calls at once."""

    name: str
    contacts: tuple[Contact, ...]
    schedule: Schedule
    budget: Budget = field(default_factory=Budget)
    lines: int = 1
    retry: Mapping[Result, timedelta] = field(default_factory=lambda: RETRY)
    pacing: PacingSettings = field(default_factory=PacingSettings)

    def __post_init__(self) -> None:
        for name in ("attempts", "per_number", "per_day"):
            self._check_count(name, getattr(self.budget, name))
        self._check_count("lines", self.lines)
        if len({contact.id for contact in self.contacts}) < len(self.contacts):
            raise CampaignError(self.name, "two contacts have one id")
        for contact in self.contacts:
            if not contact.numbers or len(set(contact.numbers)) < len(contact.numbers):
                raise CampaignError(self.name, f"contact {contact.id}: expected one or more different numbers")
        for result, wait in self.retry.items():
            if result in REACHED or result is Result.VACANT:
                raise CampaignError(self.name, f"{result.value}: whoever was reached or does not exist is not retried")
            if wait < timedelta(0):
                raise CampaignError(self.name, f"retry after {result.value} is negative")

    def _check_count(self, name: str, value: int | None) -> None:
        if value is not None and value < 1:
            raise CampaignError(self.name, f"{name} is {value}, expected 1 or more")
