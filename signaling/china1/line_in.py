"""Line signalling of the incoming end: seizing acknowledgement to release guard, GB 3971.2-83 with Q.422.

`TABLE` is the plain call without release control; `line_in_modes.table` lays over it what a profile and a call
change. A `Backward` in a row means: send this line code. A `Register` in a row goes to the register table.
"""

from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.codes import Backward
from kmcc.signaling.china1.line_in_pcm import PCM_ROWS
from kmcc.signaling.china1.line_in_state import HEARD, TIMERS, In, Out, Register, Rows, State, classify
from kmcc.signaling.china1.messages import (
    Alarm,
    Blocked,
    FarCleared,
    Idle,
    Seized,
    Unblocked,
)
from kmcc.signaling.china1.terms import Failure

__all__ = ["HEARD", "IGNORED", "TABLE", "TIMERS", "In", "Out", "Register", "Rows", "State", "classify"]

TAKE: Final[tuple[Out, ...]] = (Backward.SEIZURE_ACK, Register.START)
FAR_HUNG_UP: Final[tuple[Out, ...]] = (Backward.RELEASE, FarCleared())
NO_CLEAR: Final[tuple[Out, ...]] = (Alarm(Failure.NO_CLEAR_FORWARD), Blocked())

TABLE: Final[Rows] = MappingProxyType(
    {
        # GB 3971.2-83 states 1 to 3: idle, seizure, acknowledged at once (at most 200 ms)
        (State.UNKNOWN, In.FAR_IDLE): (State.IDLE, (Backward.IDLE, Idle())),
        (State.UNKNOWN, In.SEIZURE): (State.REGISTER, (*TAKE, Seized())),
        (State.UNKNOWN, In.FAULT): (State.FAULTY, (Blocked(),)),
        (State.UNKNOWN, In.BLOCK): (State.LOCALLY_BLOCKED, (Backward.BLOCKED,)),
        (State.IDLE, In.SEIZURE): (State.REGISTER, (*TAKE, Seized())),
        # state 12: fault at the outgoing end
        (State.IDLE, In.FAULT): (State.FAULTY, (Blocked(),)),
        (State.FAULTY, In.FAR_IDLE): (State.IDLE, (Unblocked(),)),
        (State.FAULTY, In.SEIZURE): (State.REGISTER, (*TAKE, Unblocked(), Seized())),
        (State.FAULTY, In.BLOCK): (State.LOCALLY_BLOCKED, (Backward.BLOCKED, Unblocked())),
        # state 11: blocked by us; who had seized before he saw it reads 1111 as the acknowledgement, and has his call
        (State.IDLE, In.BLOCK): (State.LOCALLY_BLOCKED, (Backward.BLOCKED,)),
        (State.LOCALLY_BLOCKED, In.UNBLOCK): (State.UNKNOWN, (Backward.IDLE,)),
        (State.LOCALLY_BLOCKED, In.SEIZURE): (State.REGISTER, (*TAKE, Seized())),
        # GB 3377-82: the register phase
        (State.REGISTER, In.ACCEPTED): (State.KB_ON, ()),
        (State.REGISTER, In.REFUSED): (State.AWAIT_CLEAR, ()),
        (State.REGISTER, In.REGISTER_FAILED): (State.AWAIT_CLEAR, ()),
        (State.REGISTER, In.CLEAR): (State.AWAIT_CLEAR, (Register.GIVE_UP,)),
        (State.REGISTER, In.CLEAR_FORWARD): (State.RELEASING, (Register.STOP, *FAR_HUNG_UP)),
        (State.KB_ON, In.KB_ENDED): (State.ANSWER_GUARD, ()),
        (State.KB_ON, In.ANSWER): (State.ANSWER_AFTER_KB, ()),
        (State.KB_ON, In.REGISTER_FAILED): (State.AWAIT_CLEAR, ()),
        (State.KB_ON, In.CLEAR): (State.AWAIT_CLEAR, (Register.GIVE_UP,)),
        (State.KB_ON, In.CLEAR_FORWARD): (State.RELEASING, (Register.STOP, *FAR_HUNG_UP)),
        (State.ANSWER_AFTER_KB, In.KB_ENDED): (State.ANSWER_HELD, ()),
        (State.ANSWER_AFTER_KB, In.REGISTER_FAILED): (State.AWAIT_CLEAR, ()),
        (State.ANSWER_AFTER_KB, In.CLEAR): (State.AWAIT_CLEAR, (Register.GIVE_UP,)),
        (State.ANSWER_AFTER_KB, In.CLEAR_FORWARD): (State.RELEASING, (Register.STOP, *FAR_HUNG_UP)),
        # state 4: answer, not before the guard between KB and the line signal is over
        (State.ANSWER_GUARD, In.ANSWER): (State.ANSWER_HELD, ()),
        (State.ANSWER_GUARD, In.T_ANSWER_GUARD): (State.RINGING, ()),
        (State.ANSWER_GUARD, In.CLEAR): (State.AWAIT_CLEAR, ()),
        (State.ANSWER_GUARD, In.CLEAR_FORWARD): (State.RELEASING, FAR_HUNG_UP),
        (State.ANSWER_HELD, In.T_ANSWER_GUARD): (State.TALKING, (Backward.ANSWER,)),
        (State.ANSWER_HELD, In.CLEAR): (State.AWAIT_CLEAR, ()),
        (State.ANSWER_HELD, In.CLEAR_FORWARD): (State.RELEASING, FAR_HUNG_UP),
        (State.RINGING, In.ANSWER): (State.TALKING, (Backward.ANSWER,)),
        (State.RINGING, In.CLEAR): (State.AWAIT_CLEAR, ()),
        (State.RINGING, In.CLEAR_FORWARD): (State.RELEASING, FAR_HUNG_UP),
        # states 5, 7 and 8: clear back, clear forward
        (State.TALKING, In.CLEAR): (State.CLEARED_BACK, (Backward.CLEAR_BACK,)),
        (State.TALKING, In.CLEAR_FORWARD): (State.RELEASING, FAR_HUNG_UP),
        (State.CLEARED_BACK, In.CLEAR_FORWARD): (State.RELEASING, (Backward.RELEASE,)),
        (State.CLEARED_BACK, In.T_AWAIT_CLEAR): (State.STUCK, NO_CLEAR),
        (State.AWAIT_CLEAR, In.CLEAR_FORWARD): (State.RELEASING, (Register.STOP, Backward.RELEASE)),
        (State.AWAIT_CLEAR, In.T_AWAIT_CLEAR): (State.STUCK, (Register.STOP, *NO_CLEAR)),
        (State.STUCK, In.CLEAR_FORWARD): (State.RELEASING, (Backward.RELEASE, Unblocked())),
        # states 9 and 10: release in progress, release guard; one bit at a time (01, 11, 10)
        (State.RELEASING, In.T_RELEASE): (State.GUARD, (Backward.IDLE,)),
        (State.GUARD, In.T_IDLE_GUARD): (State.IDLE, (Idle(),)),
        (State.GUARD, In.SEIZURE): (State.REGISTER, (*TAKE, Idle(), Seized())),
        # The switch may hang up while the circuit already releases itself.
        (State.CLEARED_BACK, In.CLEAR): (State.CLEARED_BACK, ()),
        (State.AWAIT_CLEAR, In.CLEAR): (State.AWAIT_CLEAR, ()),
        (State.STUCK, In.CLEAR): (State.STUCK, ()),
        (State.RELEASING, In.CLEAR): (State.RELEASING, ()),
        (State.GUARD, In.CLEAR): (State.GUARD, ()),
        **PCM_ROWS,
    }
)

# Codes that say what is known already, or what will be read again later. Any other code without a row is an alarm.
IGNORED: Final = frozenset(
    {
        (State.UNKNOWN, In.PCM_LOST),
        (State.UNKNOWN, In.PCM_BACK),
        (State.IDLE, In.FAR_IDLE),
        (State.FAULTY, In.FAULT),
        (State.REGISTER, In.SEIZURE),
        (State.KB_ON, In.SEIZURE),
        (State.ANSWER_AFTER_KB, In.SEIZURE),
        (State.ANSWER_GUARD, In.SEIZURE),
        (State.ANSWER_HELD, In.SEIZURE),
        (State.RINGING, In.SEIZURE),
        (State.TALKING, In.SEIZURE),
        (State.HOLDING, In.CLEAR_FORWARD),
        (State.CLEARED_BACK, In.SEIZURE),
        (State.CLEARED_BACK, In.PCM_LOST),  # the called party may still come back; its timer runs
        (State.CLEARED_BACK, In.PCM_BACK),
        (State.AWAIT_CLEAR, In.SEIZURE),
        (State.STUCK, In.SEIZURE),
        (State.RELEASING, In.CLEAR_FORWARD),
        (State.RELEASING, In.SEIZURE),  # between two clear forwards, or too early: read again when idle
        (State.GUARD, In.FAR_IDLE),
        (State.GUARD, In.FAULT),
        *((State.LOCALLY_BLOCKED, what) for what in (In.FAR_IDLE, In.FAULT, In.PCM_LOST, In.PCM_BACK)),
        *((State.OUT_OF_ORDER, what) for what in (In.FAR_IDLE, In.SEIZURE, In.FAULT, In.PCM_LOST)),
        *((State.GRACE, what) for what in (In.CLEAR_FORWARD, In.SEIZURE, In.PCM_LOST)),
    }
)
