"""What the queue machine wants done."""

from dataclasses import dataclass
from enum import Enum

from kmcc.signaling.effects import StartTimer, StopTimer
from kmcc.switch.queue.seat import SeatState


class GiveUpReason(Enum):
    MAXIMUM_WAIT = "maximum wait"
    MAXIMUM_LENGTH = "maximum length"
    NO_SEAT = "no seat signed in"
    CLOSED = "closed"


class CallbackEnd(Enum):
    """Why a callback that was promised is off without a talk."""

    EXPIRED = "expired"
    FAILED = "not reached"
    REDIALLED = "called again himself"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Offer:
    """Ring this seat for this call; both are reserved for each other for `lease_ms`."""

    call: str
    seat: str
    lease_ms: int


@dataclass(frozen=True, slots=True)
class CallBack:
    """Dial this number and ring the seat, which is reserved for `lease_ms`. OfferAccepted when both talk."""

    call: str
    number: str
    seat: str
    lease_ms: int


@dataclass(frozen=True, slots=True)
class CallbackKept:
    """The caller may hang up; he keeps his place. `position` as of Waiting."""

    call: str
    number: str
    position: int


@dataclass(frozen=True, slots=True)
class CallbackOff:
    call: str
    number: str
    why: CallbackEnd


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Stop ringing the seat: the offer is over."""

    call: str
    seat: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The call waits. `position` counts in its own line (same service), from 1; `ahead` are all who come first,
    whatever their service; `expected_ms` is None as long as too few calls were served to tell."""

    call: str
    position: int
    ahead: int
    expected_ms: int | None = None


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


Effect = (
    Offer | CallBack | CallbackKept | CallbackOff | Withdraw | Waiting | GiveUp | SeatChanged | StartTimer | StopTimer
)
