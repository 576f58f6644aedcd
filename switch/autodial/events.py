"""What the campaign machine hears and what it wants done. Times are aware; they come in with each event."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kmcc.switch.autodial.preflight import Skipped
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
class SeatsCounted:
    """Seats that serve the campaign: ready for a call; being offered one; busy, and ready again by themselves."""

    ready: int
    taking: int
    busy: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonAnswered:
    """A person has answered and is to have a seat."""

    contact: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SeatJoined:
    contact: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CallEnded:
    contact: str
    result: Result
    at: datetime


class Refusal(Enum):
    """Why a call that was ordered has not been placed."""

    DO_NOT_CALL = "on the do-not-call list"
    SPENT_TODAY = "called often enough today"
    WINDOW_CLOSED = "the window has closed"
    SETTLED = "the reason to call is gone"
    NO_CIRCUIT = "no circuit of ours is free"  # or the house takes no more calls now
    CLOSING = "the house is closing"
    NOT_WRITTEN = "the attempt could not be written down"


@dataclass(frozen=True, slots=True)
class DialRefused:
    """Seen at the last moment: the call was not placed, the attempt does not count."""

    contact: str
    why: Refusal
    at: datetime


@dataclass(frozen=True, slots=True)
class PreviewAsked:
    """A seat wants to see whom it might call next."""

    seat: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PreviewTaken:
    """By the seat that it was shown to."""

    contact: str
    seat: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PreviewPassed:
    """The seat does not want this one now; he is shown again after the interval of no answer."""

    contact: str
    seat: str
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


CallEvent = PersonAnswered | SeatJoined | CallEnded | DialRefused
PreviewEvent = PreviewAsked | PreviewTaken | PreviewPassed
Event = Started | Tick | SeatsCounted | CallEvent | PreviewEvent | Withdrawn | StopRequested | ResumeRequested


@dataclass(frozen=True, slots=True)
class Dial:
    """Place this call now. `attempt` counts from 1; (contact, attempt) is not placed twice. `seat` has previewed it."""

    contact: str
    number: str
    attempt: int
    seat: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """Show this contact to the seat. He is on nobody else's agenda until it is taken or passed."""

    contact: str
    number: str
    seat: str


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
    DO_NOT_CALL = "do not call"  # put on that list after the pre-flight check


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


Effect = Dial | Preview | WaitUntil | Finished
