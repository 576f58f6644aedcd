"""What the queue machine hears and what it wants done. Time comes in with each event as `at_ms`.

`Expired` carries no time: the machine knows when each of its timers is due.
"""

from dataclasses import dataclass
from enum import Enum

from kmcc.signaling.effects import Expired, StartTimer, StopTimer
from kmcc.switch.queue.parties import Grade, Place, SeatProfile, Transferred
from kmcc.switch.queue.seat import SeatState

NO_ANSWER = "no answer"
REFUSED = "refused"


class RefusalReason(Enum):
    """Why an offer was not taken; the value is the reason of the seat's pause."""

    NO_ANSWER = NO_ANSWER
    REFUSED = REFUSED


class GiveUpReason(Enum):
    MAXIMUM_WAIT = "maximum wait"
    MAXIMUM_LENGTH = "maximum length"
    NO_SEAT = "no seat signed in"


@dataclass(frozen=True, slots=True)
class CallWaiting:
    """A call wants a seat.

    `service` None = need unknown, `language` None = any. `passed_by` is the seat that passed the call on; it is not
    offered the call again. `arrived_ms` is given by a caller who keeps his place (a callback, a takeover); None = now.
    A transfer starts when the first seat has let go: TalkEnded comes before CallWaiting.
    """

    call: str
    at_ms: int
    service: str | None = None
    grade: Grade = Grade.ORDINARY
    transferred: Transferred = Transferred.NO
    language: str | None = None
    near: Place | None = None
    passed_by: str | None = None
    arrived_ms: int | None = None


@dataclass(frozen=True, slots=True)
class CallGone:
    """The caller hung up. Of a call in talk the end is told by TalkEnded, and this says nothing new."""

    call: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class SeatSignsIn:
    profile: SeatProfile
    at_ms: int


@dataclass(frozen=True, slots=True)
class SeatSignsOut:
    seat: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class SeatPauses:
    seat: str
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class SeatResumes:
    """Ready again: after a pause, or before the wrap-up time is over."""

    seat: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class OfferAccepted:
    seat: str
    call: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class OfferRefused:
    seat: str
    call: str
    why: RefusalReason
    at_ms: int


@dataclass(frozen=True, slots=True)
class TalkEnded:
    """Caller and seat are parted, whoever did it (hang-up, transfer, a supervisor who frees the seat)."""

    seat: str
    at_ms: int


SeatEvent = SeatSignsOut | SeatPauses | SeatResumes | OfferAccepted | OfferRefused | TalkEnded
Event = CallWaiting | CallGone | SeatSignsIn | SeatEvent | Expired


@dataclass(frozen=True, slots=True)
class Offer:
    """Ring this seat for this call; both are reserved for each other for `lease_ms`."""

    call: str
    seat: str
    lease_ms: int


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Stop ringing the seat: the offer is over."""

    call: str
    seat: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The call waits. `position` counts in its own line (same service), from 1; `ahead` are all who come first,
    whatever their service."""

    call: str
    position: int
    ahead: int


@dataclass(frozen=True, slots=True)
class GiveUp:
    call: str
    why: GiveUpReason


@dataclass(frozen=True, slots=True)
class SeatChanged:
    """`call` is the one that the seat has now, `reason` that of its pause."""

    seat: str
    old: SeatState
    new: SeatState
    call: str | None = None
    reason: str | None = None


Effect = Offer | Withdraw | Waiting | GiveUp | SeatChanged | StartTimer | StopTimer
