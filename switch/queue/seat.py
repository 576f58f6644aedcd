"""States of a seat as one table: R-282 to R-285 of the human service flow, the seat's own keys, a chief's (R-108).

A pause, sign-out or force during a call is noted and done when the seat would be ready again: the call is never cut.
What a chief forces only a chief frees; the seat's own keys neither undo nor replace it.
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
    RESERVED = "reserved"  # caller and seat are kept for each other; the telephone does not ring yet
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"  # the caller waits on the line
    CONSULTING = "consulting"  # so he does while the seat asks somebody else
    WRAP_UP = "wrap-up"
    PAUSED = "paused"
    FORCED = "forced"  # set aside by a chief


class In(Enum):
    """Everything that can happen to a seat."""

    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    PAUSE = "pause"
    RESUME = "resume"
    OFFER = "offer"
    RING = "ring"
    ACCEPT = "accept"
    REFUSE = "refuse"
    CALLER_GONE = "caller gone"
    LEASE_OUT = "lease out"
    HOLD = "hold"
    RETRIEVE = "retrieve"
    CONSULT = "consult"
    CONSULT_ENDED = "consult ended"
    TALK_ENDED = "talk ended"
    TALK_ENDED_NO_WRAP_UP = "talk ended, no wrap-up"
    WRAP_UP_OUT = "wrap-up out"
    FORCE = "force"
    FREE = "free"


class Out(Enum):
    """What a step asks the machine to do, in this order."""

    START_LEASE = "start lease"
    START_WRAP_UP = "start wrap-up"
    STOP_TIMER = "stop timer"
    WITHDRAW = "withdraw"
    REQUEUE = "requeue"  # the caller goes back to his place
    PART = "part"  # seat and call have nothing to do with each other any more
    NOTE = "note"  # do it when ready
    FORGET = "forget"  # drop what the seat's own keys had noted
    UNFORCE = "unforce"  # drop a force that was noted


_S = SeatState
OFFERED: Final = (_S.RESERVED, _S.RINGING)
IN_CALL: Final = (_S.TALKING, _S.HELD, _S.CONSULTING)

Row = tuple[SeatState, tuple[Out, ...]]

TABLE: Final[Mapping[tuple[SeatState, In], Row]] = {
    (_S.SIGNED_OUT, In.SIGN_IN): (_S.READY, ()),
    (_S.READY, In.SIGN_OUT): (_S.SIGNED_OUT, ()),
    (_S.READY, In.PAUSE): (_S.PAUSED, ()),
    (_S.READY, In.FORCE): (_S.FORCED, ()),
    (_S.READY, In.OFFER): (_S.RESERVED, (Out.START_LEASE,)),
    (_S.RESERVED, In.RING): (_S.RINGING, ()),
    **{(state, In.ACCEPT): (_S.TALKING, (Out.STOP_TIMER,)) for state in OFFERED},
    **{(state, In.REFUSE): (_S.PAUSED, (Out.STOP_TIMER, Out.REQUEUE)) for state in OFFERED},
    **{(state, In.LEASE_OUT): (_S.PAUSED, (Out.WITHDRAW, Out.REQUEUE)) for state in OFFERED},
    **{(state, In.CALLER_GONE): (_S.READY, (Out.STOP_TIMER, Out.WITHDRAW, Out.PART)) for state in OFFERED},
    **{(state, In.PAUSE): (_S.PAUSED, (Out.STOP_TIMER, Out.WITHDRAW, Out.REQUEUE)) for state in OFFERED},
    **{(state, In.FORCE): (_S.FORCED, (Out.STOP_TIMER, Out.WITHDRAW, Out.REQUEUE)) for state in OFFERED},
    **{(state, In.SIGN_OUT): (_S.SIGNED_OUT, (Out.STOP_TIMER, Out.WITHDRAW, Out.REQUEUE)) for state in OFFERED},
    (_S.TALKING, In.HOLD): (_S.HELD, ()),
    (_S.HELD, In.RETRIEVE): (_S.TALKING, ()),
    (_S.TALKING, In.CONSULT): (_S.CONSULTING, ()),
    (_S.HELD, In.CONSULT): (_S.CONSULTING, ()),
    (_S.CONSULTING, In.CONSULT_ENDED): (_S.TALKING, ()),
    **{(state, In.TALK_ENDED): (_S.WRAP_UP, (Out.PART, Out.START_WRAP_UP)) for state in IN_CALL},
    **{(state, In.TALK_ENDED_NO_WRAP_UP): (_S.READY, (Out.PART,)) for state in IN_CALL},
    **{(state, key): (state, (Out.NOTE,)) for state in IN_CALL for key in (In.PAUSE, In.SIGN_OUT, In.FORCE)},
    **{(state, In.RESUME): (state, (Out.FORGET,)) for state in IN_CALL},
    **{(state, In.FREE): (state, (Out.UNFORCE,)) for state in IN_CALL},
    (_S.WRAP_UP, In.WRAP_UP_OUT): (_S.READY, ()),
    (_S.WRAP_UP, In.RESUME): (_S.READY, (Out.STOP_TIMER, Out.FORGET)),
    (_S.WRAP_UP, In.PAUSE): (_S.PAUSED, (Out.STOP_TIMER, Out.FORGET)),
    (_S.WRAP_UP, In.SIGN_OUT): (_S.SIGNED_OUT, (Out.STOP_TIMER, Out.FORGET, Out.UNFORCE)),
    (_S.WRAP_UP, In.FORCE): (_S.FORCED, (Out.STOP_TIMER, Out.FORGET, Out.UNFORCE)),
    (_S.WRAP_UP, In.FREE): (_S.WRAP_UP, (Out.UNFORCE,)),
    (_S.PAUSED, In.RESUME): (_S.READY, ()),
    (_S.PAUSED, In.PAUSE): (_S.PAUSED, ()),
    (_S.PAUSED, In.SIGN_OUT): (_S.SIGNED_OUT, ()),
    (_S.PAUSED, In.FORCE): (_S.FORCED, ()),
    (_S.FORCED, In.FREE): (_S.READY, ()),
    (_S.FORCED, In.FORCE): (_S.FORCED, ()),
    (_S.FORCED, In.SIGN_OUT): (_S.SIGNED_OUT, ()),
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
    accepted_ms: int = 0
    noted: In | None = None  # the seat's own key
    noted_reason: str | None = None
    is_forced: bool = False  # a chief's, to be done after the call
    forced_reason: str | None = None

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
