"""What the queue machine hears. Time comes in with each event as `at_ms`.

`Expired` carries no time: the machine knows when each of its timers is due.
"""

from dataclasses import dataclass
from enum import Enum

from kmcc.signaling.effects import Expired
from kmcc.switch.queue.parties import Grade, Place, SeatProfile, Transferred

NO_ANSWER = "no answer"
REFUSED = "refused"


class RefusalReason(Enum):
    """Why an offer was not taken; the value is the reason of the seat's pause."""

    NO_ANSWER = NO_ANSWER
    REFUSED = REFUSED


@dataclass(frozen=True, slots=True)
class CallWaiting:
    """A call wants a seat.

    `service` None = need unknown, `language` None = any. `passed_by` is the seat that passed the call on; it is not
    offered the call again. `arrived_ms` is given by a caller who keeps his place (a takeover); None = now.
    A transfer starts when the first seat has let go: TalkEnded comes before CallWaiting. `number` is the caller's own;
    whoever calls again keeps by it the age of his first call. `last_seat` is preferred when it is ready; `only` names
    the one seat that may have the call, whatever its skills. Who `is_callback` is not on the line: he is called back at
    `number` when his turn comes.
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
    number: str | None = None
    last_seat: str | None = None
    only: str | None = None
    is_callback: bool = False


@dataclass(frozen=True, slots=True)
class CallGone:
    """The caller hung up; by the rules of callbacks he may keep his place. Of a call in talk the end is told by
    TalkEnded, and this says nothing new."""

    call: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class CallbackAsked:
    """A waiting caller wants to hang up and be called back at `number`, None = his own."""

    call: str
    at_ms: int
    number: str | None = None


@dataclass(frozen=True, slots=True)
class CallbackFailed:
    """The customer was dialled and not reached."""

    call: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class CallbackCancelled:
    """The customer does not want it any more."""

    call: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class CallRegraded:
    """A chief makes a waiting call more or less important, or gives it to one seat (`only`)."""

    call: str
    at_ms: int
    grade: Grade
    only: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceCloses:
    """New calls of this service are refused; those that wait are served."""

    service: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ServiceOpens:
    service: str
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
class SeatForced:
    """A chief sets a seat aside; only SeatFreed brings it back."""

    seat: str
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class SeatFreed:
    seat: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class SeatReassigned:
    """A chief gives a seat other skills, another kind or other languages; what it is doing goes on."""

    profile: SeatProfile
    at_ms: int


@dataclass(frozen=True, slots=True)
class SeatRings:
    """The telephone of the seat that was offered the call rings."""

    seat: str
    call: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class CallHeld:
    seat: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class CallRetrieved:
    seat: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ConsultBegins:
    """The seat asks somebody else while the caller waits on the line."""

    seat: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ConsultEnds:
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


SeatKey = SeatSignsOut | SeatResumes | SeatFreed | CallHeld | CallRetrieved | ConsultBegins | ConsultEnds | TalkEnded
SeatEvent = SeatKey | SeatPauses | SeatForced | SeatReassigned | SeatRings | OfferAccepted | OfferRefused
CallbackEvent = CallbackAsked | CallbackFailed | CallbackCancelled
ServiceEvent = ServiceCloses | ServiceOpens
Event = CallWaiting | CallGone | CallRegraded | CallbackEvent | ServiceEvent | SeatSignsIn | SeatEvent | Expired
