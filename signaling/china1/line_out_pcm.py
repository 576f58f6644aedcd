"""The outgoing end while its span has an alarm (Q.424): which calls end at once, which may outlive it.

Received codes are frozen by the span's receiver. What stands on the line afterwards is read again from UNKNOWN.
"""

from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.codes import Forward
from kmcc.signaling.china1.line_out_state import In, Out, Register, Rows, State
from kmcc.signaling.china1.messages import (
    Alarm,
    Blocked,
    Failed,
    Idle,
    Unblocked,
)
from kmcc.signaling.china1.terms import Failure

OVER: Final[tuple[Out, ...]] = (Forward.CLEAR_FORWARD, Idle(), Blocked())
BROKEN: Final[tuple[Out, ...]] = (Forward.CLEAR_FORWARD, Failed(Failure.PCM_FAULT), Alarm(Failure.PCM_FAULT))
FAILED: Final[tuple[Out, ...]] = (
    Forward.CLEAR_FORWARD,
    Failed(Failure.PCM_FAULT),
    Alarm(Failure.PCM_FAULT),
    Idle(),
    Blocked(),
)

PCM_ROWS: Final[Rows] = MappingProxyType(
    {
        # idle circuits are not seized any more
        (State.IDLE, In.PCM_LOST): (State.OUT_OF_ORDER, (Blocked(),)),
        (State.BLOCKED, In.PCM_LOST): (State.OUT_OF_ORDER, ()),
        (State.OUT_OF_ORDER, In.PCM_BACK): (State.UNKNOWN, (Unblocked(),)),
        (State.OUT_OF_ORDER, In.BLOCK): (State.LOCALLY_BLOCKED, (Forward.FAULT, Unblocked())),
        # digits that the break has cut must not become a number
        (State.REGISTER, In.PCM_BREAK): (State.RELEASING, (Register.STOP, *BROKEN)),
        # unanswered calls end with congestion tone for the caller
        (State.SEIZED, In.PCM_LOST): (State.OUT_OF_ORDER, FAILED),
        (State.DOUBLE_SEIZURE, In.PCM_LOST): (State.OUT_OF_ORDER, FAILED),
        (State.FAR_GAVE_WAY, In.PCM_LOST): (State.OUT_OF_ORDER, FAILED),
        (State.REGISTER, In.PCM_LOST): (State.OUT_OF_ORDER, (Register.STOP, *FAILED)),
        (State.CALLED_FREE, In.PCM_LOST): (State.OUT_OF_ORDER, (Register.STOP, *FAILED)),
        (State.ALERTING, In.PCM_LOST): (State.OUT_OF_ORDER, FAILED),
        # answered calls are kept for a while
        (State.TALKING, In.PCM_LOST): (State.GRACE, ()),
        (State.METERING, In.PCM_LOST): (State.GRACE, ()),
        (State.CLEARED_BACK, In.PCM_LOST): (State.GRACE, ()),
        (State.GRACE, In.PCM_BACK): (State.TALKING, ()),
        (State.GRACE, In.CLEAR): (State.OUT_OF_ORDER, OVER),
        (State.GRACE, In.T_PCM_GRACE): (State.OUT_OF_ORDER, FAILED),
        # what is being released anyway is given up; the far end is read again afterwards
        (State.CLEAR_AWAITS_ACK, In.PCM_LOST): (State.OUT_OF_ORDER, OVER),
        (State.HELD, In.PCM_LOST): (State.OUT_OF_ORDER, OVER),
        (State.RELEASING, In.PCM_LOST): (State.OUT_OF_ORDER, OVER),
        (State.REPEATING, In.PCM_LOST): (State.OUT_OF_ORDER, OVER),
        (State.GUARD, In.PCM_LOST): (State.OUT_OF_ORDER, OVER),
        (State.STUCK, In.PCM_LOST): (State.OUT_OF_ORDER, OVER),
    }
)
