"""States of a seat as one table: R-282 to R-285 of the human service flow, and the seat's own keys.

A pause or sign-out during talk is noted and done when the seat would be ready again: the call is never cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from kmcc.switch.queue.errors import SeatStateError
from kmcc.switch.queue.parties import Caller, SeatProfile


class SeatState(Enum):
    SIGNED_OUT = "signed out"
    READY = "ready"
    RESERVED = "reserved"
    TALKING = "talking"
    WRAP_UP = "wrap-up"
    PAUSED = "paused"


class In(Enum):
    """Everything that can happen to a seat."""

    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    PAUSE = "pause"
    RESUME = "resume"
    OFFER = "offer"
    ACCEPT = "accept"
    REFUSE = "refuse"
    CALLER_GONE = "caller gone"
    LEASE_OUT = "lease out"
    TALK_ENDED = "talk ended"
    TALK_ENDED_NO_WRAP_UP = "talk ended, no wrap-up"
    WRAP_UP_OUT = "wrap-up out"


class Out(Enum):
    """What a step asks the machine to do, in this order."""

    START_LEASE = "start lease"
    START_WRAP_UP = "start wrap-up"
    STOP_TIMER = "stop timer"
    WITHDRAW = "withdraw"
    REQUEUE = "requeue"  # the caller goes back to his place
    PART = "part"  # seat and call have nothing to do with each other any more
    NOTE = "note"  # do it when ready
    FORGET = "forget"  # drop what was noted


_S = SeatState

TABLE: Final[Mapping[tuple[SeatState, In], tuple[SeatState, tuple[Out, ...]]]] = {
    (_S.SIGNED_OUT, In.SIGN_IN): (_S.READY, ()),
    (_S.READY, In.SIGN_OUT): (_S.SIGNED_OUT, ()),
    (_S.READY, In.PAUSE): (_S.PAUSED, ()),
    (_S.READY, In.OFFER): (_S.RESERVED, (Out.START_LEASE,)),
    (_S.RESERVED, In.ACCEPT): (_S.TALKING, (Out.STOP_TIMER,)),
    (_S.RESERVED, In.REFUSE): (_S.PAUSED, (Out.STOP_TIMER, Out.REQUEUE)),
    (_S.RESERVED, In.LEASE_OUT): (_S.PAUSED, (Out.WITHDRAW, Out.REQUEUE)),
    (_S.RESERVED, In.CALLER_GONE): (_S.READY, (Out.STOP_TIMER, Out.WITHDRAW, Out.PART)),
    (_S.RESERVED, In.PAUSE): (_S.PAUSED, (Out.STOP_TIMER, Out.WITHDRAW, Out.REQUEUE)),
    (_S.RESERVED, In.SIGN_OUT): (_S.SIGNED_OUT, (Out.STOP_TIMER, Out.WITHDRAW, Out.REQUEUE)),
    (_S.TALKING, In.TALK_ENDED): (_S.WRAP_UP, (Out.PART, Out.START_WRAP_UP)),
    (_S.TALKING, In.TALK_ENDED_NO_WRAP_UP): (_S.READY, (Out.PART,)),
    (_S.TALKING, In.PAUSE): (_S.TALKING, (Out.NOTE,)),
    (_S.TALKING, In.SIGN_OUT): (_S.TALKING, (Out.NOTE,)),
    (_S.TALKING, In.RESUME): (_S.TALKING, (Out.FORGET,)),
    (_S.WRAP_UP, In.WRAP_UP_OUT): (_S.READY, ()),
    (_S.WRAP_UP, In.RESUME): (_S.READY, (Out.STOP_TIMER, Out.FORGET)),
    (_S.WRAP_UP, In.PAUSE): (_S.PAUSED, (Out.STOP_TIMER, Out.FORGET)),
    (_S.WRAP_UP, In.SIGN_OUT): (_S.SIGNED_OUT, (Out.STOP_TIMER, Out.FORGET)),
    (_S.PAUSED, In.RESUME): (_S.READY, ()),
    (_S.PAUSED, In.PAUSE): (_S.PAUSED, ()),
    (_S.PAUSED, In.SIGN_OUT): (_S.SIGNED_OUT, ()),
}


@dataclass(frozen=True, slots=True)
class SeatView:
    """What a wallboard may know of a seat."""

    profile: SeatProfile
    state: SeatState
    since_ms: int
    call: str | None
    reason: str | None


@dataclass(slots=True)
class Seat:
    """One seat as the machine knows it. Only the machine changes it."""

    profile: SeatProfile
    state: SeatState = SeatState.SIGNED_OUT
    since_ms: int = 0
    idle_since_ms: int = 0
    caller: Caller | None = None
    reason: str | None = None
    timer: str | None = None
    noted: In | None = None
    noted_reason: str | None = None

    @property
    def id(self) -> str:
        return self.profile.seat

    def has(self, call: str) -> bool:
        return self.caller is not None and self.caller.call == call

    def next(self, what: In) -> tuple[SeatState, tuple[Out, ...]]:
        """Where `what` leads; on SeatStateError nothing has changed."""
        try:
            return TABLE[self.state, what]
        except KeyError:
            raise SeatStateError(self.id, self.state.value, what.value) from None

    def view(self) -> SeatView:
        call = None if self.caller is None else self.caller.call
        return SeatView(self.profile, self.state, self.since_ms, call, self.reason)
