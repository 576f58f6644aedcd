"""The incoming end while its span has an alarm (Q.424): which calls end at once, which may outlive it.

Received codes are frozen by the span's receiver. What stands on the line afterwards is read again from UNKNOWN;
until then the circuit shows blocking.
"""

from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.codes import Backward
from kmcc.signaling.china1.line_in_state import In, Out, Register, Rows, State
from kmcc.signaling.china1.messages import (
    Alarm,
    Blocked,
    Failed,
    FarCleared,
    Idle,
    Unblocked,
)
from kmcc.signaling.china1.terms import Failure

OVER: Final[tuple[Out, ...]] = (Backward.BLOCKED, Idle(), Blocked())
BROKEN: Final[tuple[Out, ...]] = (Failed(Failure.PCM_FAULT), Alarm(Failure.PCM_FAULT))
FAILED: Final[tuple[Out, ...]] = (
    Backward.BLOCKED,
    Failed(Failure.PCM_FAULT),
    Alarm(Failure.PCM_FAULT),
    Idle(),
    Blocked(),
)

PCM_ROWS: Final[Rows] = MappingProxyType(
    {
        (State.IDLE, In.PCM_LOST): (State.OUT_OF_ORDER, (Backward.BLOCKED, Blocked())),
        (State.FAULTY, In.PCM_LOST): (State.OUT_OF_ORDER, (Backward.BLOCKED,)),
        (State.OUT_OF_ORDER, In.PCM_BACK): (State.UNKNOWN, (Backward.IDLE, Unblocked())),
        (State.OUT_OF_ORDER, In.BLOCK): (State.LOCALLY_BLOCKED, (Backward.BLOCKED, Unblocked())),
        # digits that the break has cut must not become a number
        (State.REGISTER, In.PCM_BREAK): (State.AWAIT_CLEAR, (Register.GIVE_UP, *BROKEN)),
        # unanswered calls end
        (State.REGISTER, In.PCM_LOST): (State.OUT_OF_ORDER, (Register.STOP, *FAILED)),
        (State.KB_ON, In.PCM_LOST): (State.OUT_OF_ORDER, (Register.STOP, *FAILED)),
        (State.ANSWER_AFTER_KB, In.PCM_LOST): (State.OUT_OF_ORDER, (Register.STOP, *FAILED)),
        (State.ANSWER_GUARD, In.PCM_LOST): (State.OUT_OF_ORDER, FAILED),
        (State.ANSWER_HELD, In.PCM_LOST): (State.OUT_OF_ORDER, FAILED),
        (State.RINGING, In.PCM_LOST): (State.OUT_OF_ORDER, FAILED),
        # answered calls are kept for a while
        (State.TALKING, In.PCM_LOST): (State.GRACE, ()),
        (State.GRACE, In.PCM_BACK): (State.TALKING, ()),
        (State.GRACE, In.CLEAR): (State.OUT_OF_ORDER, OVER),
        (State.GRACE, In.T_PCM_GRACE): (State.OUT_OF_ORDER, FAILED),
        # what is being released anyway is given up; the far end is read again afterwards
        (State.HOLDING, In.PCM_LOST): (State.OUT_OF_ORDER, (Backward.BLOCKED, FarCleared(), Idle(), Blocked())),
        (State.AWAIT_CLEAR, In.PCM_LOST): (State.OUT_OF_ORDER, (Register.STOP, *OVER)),
        (State.STUCK, In.PCM_LOST): (State.OUT_OF_ORDER, OVER),
        (State.RELEASING, In.PCM_LOST): (State.OUT_OF_ORDER, OVER),
        (State.GUARD, In.PCM_LOST): (State.OUT_OF_ORDER, OVER),
    }
)
