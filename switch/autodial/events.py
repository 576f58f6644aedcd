"""What the campaign machine hears and what it wants done. Times are aware; they come in with each event."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kmcc.switch.autodial.plan import Skipped
from kmcc.switch.autodial.result import Result


@dataclass(frozen=True, slots=True)
class Started:
    """The campaign begins, or goes on after a restart of the machine."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Tick:
    """The time of the last WaitUntil has come. One that comes too early does no harm."""

    at: datetime


@dataclass(frozen=True, slots=True)
class CallEnded:
    contact: str
    result: Result
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The reason to call is gone (the bill is paid, the customer opted out): the contact is not called again."""

    contact: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StopRequested:
    """No new call from now on; calls that are up run to their end."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ResumeRequested:
    at: datetime


Event = Started | Tick | CallEnded | Withdrawn | StopRequested | ResumeRequested


@dataclass(frozen=True, slots=True)
class Dial:
    """Place this call now. `attempt` counts from 1; (contact, attempt) never comes twice."""

    contact: str
    number: str
    attempt: int


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Send a Tick then. It takes the place of every earlier WaitUntil."""

    at: datetime


class Verdict(Enum):
    """How a contact is done with."""

    REACHED = "reached"  # a person answered
    VACANT = "vacant number"
    EXHAUSTED = "not reached"  # no attempt left, or a result that is not retried
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`last` None = never called."""

    contact: str
    verdict: Verdict
    attempts: int
    last: Result | None


@dataclass(frozen=True, slots=True)
class CampaignReport:
    outcomes: tuple[Outcome, ...]
    skipped: tuple[Skipped, ...]

    def count(self, verdict: Verdict) -> int:
        return Counter(outcome.verdict for outcome in self.outcomes)[verdict]


@dataclass(frozen=True, slots=True)
class Finished:
    report: CampaignReport


Effect = Dial | WaitUntil | Finished
