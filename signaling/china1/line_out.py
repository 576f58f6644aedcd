"""Line signalling of the outgoing end: seizure to release guard, GB 3971.2-83 with the supervisions of Q.422.

`TABLE` is the plain call without release control; `line_out_modes.table` lays over it what a profile and a call
change. A `Forward` in a row means: send this line code. A `Register` in a row goes to the register table.
"""

from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.codes import Forward
from kmcc.signaling.china1.line_out_pcm import PCM_ROWS
from kmcc.signaling.china1.line_out_state import HEARD, TIMERS, In, Out, Register, Rows, State, classify
from kmcc.signaling.china1.messages import (
    Acknowledged,
    Alarm,
    Answered,
    Blocked,
    Failed,
    FarCleared,
    Idle,
    Unblocked,
)
from kmcc.signaling.china1.terms import Failure

__all__ = ["HEARD", "IGNORED", "TABLE", "TIMERS", "In", "Out", "Register", "Rows", "State", "classify"]

NO_ACK: Final = (Failed(Failure.NO_SEIZE_ACK), Alarm(Failure.NO_SEIZE_ACK))
GLARE: Final = (Failed(Failure.DOUBLE_SEIZURE), Alarm(Failure.DOUBLE_SEIZURE))
ABNORMAL: Final = (Failed(Failure.ABNORMAL_RELEASE), Alarm(Failure.ABNORMAL_RELEASE))
IN_TALK: Final = (Failed(Failure.RELEASE_IN_TALK), Alarm(Failure.RELEASE_IN_TALK))
FORCED: Final = (Failed(Failure.FORCED_RELEASE), Alarm(Failure.FORCED_RELEASE))
FAULT: Final = (Failed(Failure.LINE_FAULT), Alarm(Failure.LINE_FAULT))
NO_ANSWER: Final = Failed(Failure.NO_ANSWER)
CLEAR_FORWARD: Final = Forward.CLEAR_FORWARD

TABLE: Final[Rows] = MappingProxyType(
    {
        # GB 3971.2-83 states 1 and 11: idle, blocked by the far end; 12: blocked by us
        (State.UNKNOWN, In.FAR_IDLE): (State.IDLE, (Idle(),)),
        (State.UNKNOWN, In.BLOCKING): (State.BLOCKED, (Blocked(),)),
        (State.UNKNOWN, In.BLOCK): (State.LOCALLY_BLOCKED, (Forward.FAULT,)),
        (State.IDLE, In.BLOCKING): (State.BLOCKED, (Blocked(),)),
        (State.IDLE, In.BLOCK): (State.LOCALLY_BLOCKED, (Forward.FAULT,)),
        (State.BLOCKED, In.FAR_IDLE): (State.IDLE, (Unblocked(),)),
        (State.BLOCKED, In.BLOCK): (State.LOCALLY_BLOCKED, (Forward.FAULT, Unblocked())),
        (State.LOCALLY_BLOCKED, In.UNBLOCK): (State.UNKNOWN, (Forward.IDLE,)),
        # states 2 and 3: seizure, acknowledged. Q.422: clear forward waits for the acknowledgement, else the far
        # end's late acknowledgement would look like blocking.
        (State.IDLE, In.SEIZE): (State.SEIZED, (Forward.SEIZURE,)),
        (State.SEIZED, In.SEIZURE_ACK): (State.REGISTER, (Register.START, Acknowledged())),
        (State.SEIZED, In.ANSWER): (State.RELEASING, (CLEAR_FORWARD, *FAULT)),
        (State.SEIZED, In.CLEAR): (State.CLEAR_AWAITS_ACK, ()),
        (State.SEIZED, In.T_SEIZE_ACK): (State.GUARD, (CLEAR_FORWARD, *NO_ACK)),
        (State.CLEAR_AWAITS_ACK, In.SEIZURE_ACK): (State.RELEASING, (CLEAR_FORWARD,)),
        (State.CLEAR_AWAITS_ACK, In.ANSWER): (State.RELEASING, (CLEAR_FORWARD,)),
        (State.CLEAR_AWAITS_ACK, In.T_SEIZE_ACK): (State.GUARD, (CLEAR_FORWARD, Alarm(Failure.NO_SEIZE_ACK))),
        # Q.422: in a double seizure both ends hold seizure for 100 ms at least, then clear forward
        (State.SEIZED, In.FAR_SEIZES): (State.DOUBLE_SEIZURE, ()),
        (State.DOUBLE_SEIZURE, In.SEIZURE_ACK): (State.REGISTER, (Register.START, Acknowledged())),
        (State.DOUBLE_SEIZURE, In.ANSWER): (State.RELEASING, (CLEAR_FORWARD, *FAULT)),
        (State.DOUBLE_SEIZURE, In.FAR_IDLE): (State.FAR_GAVE_WAY, ()),
        (State.DOUBLE_SEIZURE, In.CLEAR): (State.CLEAR_AWAITS_ACK, ()),
        (State.DOUBLE_SEIZURE, In.T_GLARE_HOLD): (State.RELEASING, (CLEAR_FORWARD, *GLARE)),
        (State.FAR_GAVE_WAY, In.SEIZURE_ACK): (State.REGISTER, (Register.START, Acknowledged())),
        (State.FAR_GAVE_WAY, In.ANSWER): (State.RELEASING, (CLEAR_FORWARD, *FAULT)),
        (State.FAR_GAVE_WAY, In.FAR_SEIZES): (State.DOUBLE_SEIZURE, ()),
        (State.FAR_GAVE_WAY, In.CLEAR): (State.CLEAR_AWAITS_ACK, ()),
        (State.FAR_GAVE_WAY, In.T_GLARE_HOLD): (State.GUARD, (CLEAR_FORWARD, *GLARE)),
        # GB 3377-82: the register phase, until KB has ended
        (State.REGISTER, In.KB_FREE): (State.CALLED_FREE, ()),
        (State.REGISTER, In.REGISTER_FAILED): (State.RELEASING, (CLEAR_FORWARD,)),
        (State.REGISTER, In.ANSWER): (State.RELEASING, (Register.STOP, CLEAR_FORWARD, *FAULT)),
        (State.REGISTER, In.FAR_IDLE): (State.GUARD, (Register.STOP, CLEAR_FORWARD, *ABNORMAL)),
        (State.REGISTER, In.FORCED_RELEASE): (State.RELEASING, (Register.STOP, CLEAR_FORWARD, *FORCED)),
        (State.REGISTER, In.CLEAR): (State.RELEASING, (Register.STOP, CLEAR_FORWARD)),
        (State.CALLED_FREE, In.KB_ENDED): (State.ALERTING, ()),
        (State.CALLED_FREE, In.REGISTER_FAILED): (State.RELEASING, (CLEAR_FORWARD,)),
        (State.CALLED_FREE, In.ANSWER): (State.TALKING, (Register.FINISH, Answered())),
        (State.CALLED_FREE, In.FAR_IDLE): (State.GUARD, (Register.STOP, CLEAR_FORWARD, *ABNORMAL)),
        (State.CALLED_FREE, In.FORCED_RELEASE): (State.RELEASING, (Register.STOP, CLEAR_FORWARD, *FORCED)),
        (State.CALLED_FREE, In.CLEAR): (State.RELEASING, (Register.STOP, CLEAR_FORWARD)),
        (State.CALLED_FREE, In.T_ANSWER): (State.RELEASING, (Register.STOP, CLEAR_FORWARD, NO_ANSWER)),
        # state 4: answer
        (State.ALERTING, In.ANSWER): (State.TALKING, (Answered(),)),
        (State.ALERTING, In.FAR_IDLE): (State.GUARD, (CLEAR_FORWARD, *ABNORMAL)),
        (State.ALERTING, In.FORCED_RELEASE): (State.RELEASING, (CLEAR_FORWARD, *FORCED)),
        (State.ALERTING, In.CLEAR): (State.RELEASING, (CLEAR_FORWARD,)),
        (State.ALERTING, In.T_ANSWER): (State.RELEASING, (CLEAR_FORWARD, NO_ANSWER)),
        # states 5, 7 and 8: whoever hangs up first, clear forward goes out at once
        (State.TALKING, In.CLEAR_BACK): (State.RELEASING, (CLEAR_FORWARD, FarCleared())),
        (State.TALKING, In.FAR_IDLE): (State.GUARD, (CLEAR_FORWARD, *IN_TALK)),
        (State.TALKING, In.FORCED_RELEASE): (State.RELEASING, (CLEAR_FORWARD, *FORCED)),
        (State.TALKING, In.CLEAR): (State.RELEASING, (CLEAR_FORWARD,)),
        # states 9 and 10: release in progress, release guard; in one step (01, 10) or two (01, 11, 10)
        (State.RELEASING, In.FAR_IDLE): (State.GUARD, (Forward.IDLE,)),
        (State.RELEASING, In.T_RELEASE_GUARD): (State.STUCK, (Alarm(Failure.NO_RELEASE_GUARD), Blocked())),
        (State.STUCK, In.FAR_IDLE): (State.GUARD, (Forward.IDLE, Unblocked())),
        (State.GUARD, In.T_IDLE_GUARD): (State.IDLE, (Idle(),)),
        (State.GUARD, In.NOT_IDLE): (State.RELEASING, ()),
        # The switch may hang up while the circuit already releases itself.
        (State.CLEAR_AWAITS_ACK, In.CLEAR): (State.CLEAR_AWAITS_ACK, ()),
        (State.RELEASING, In.CLEAR): (State.RELEASING, ()),
        (State.GUARD, In.CLEAR): (State.GUARD, ()),
        (State.STUCK, In.CLEAR): (State.STUCK, ()),
        **PCM_ROWS,
    }
)

# Codes that say what is known already, or what will be read again later. Any other code without a row is an alarm.
IGNORED: Final = frozenset(
    {
        (State.UNKNOWN, In.FAR_SEIZES),
        (State.UNKNOWN, In.PCM_LOST),
        (State.UNKNOWN, In.PCM_BACK),
        (State.IDLE, In.FAR_IDLE),
        (State.IDLE, In.FAR_SEIZES),  # the incoming machine of a two-way circuit takes it
        (State.BLOCKED, In.BLOCKING),
        (State.BLOCKED, In.FAR_SEIZES),
        (State.SEIZED, In.FAR_IDLE),
        (State.DOUBLE_SEIZURE, In.FAR_SEIZES),
        (State.FAR_GAVE_WAY, In.FAR_IDLE),
        (State.CLEAR_AWAITS_ACK, In.FAR_IDLE),
        (State.CLEAR_AWAITS_ACK, In.FAR_SEIZES),
        (State.REGISTER, In.SEIZURE_ACK),
        (State.CALLED_FREE, In.SEIZURE_ACK),
        (State.ALERTING, In.SEIZURE_ACK),
        (State.TALKING, In.ANSWER),
        (State.METERING, In.CLEAR_BACK),
        (State.CLEARED_BACK, In.CLEAR_BACK),
        (State.HELD, In.ANSWER),
        (State.RELEASING, In.NOT_IDLE),
        (State.RELEASING, In.FAR_SEIZES),
        (State.REPEATING, In.NOT_IDLE),
        (State.REPEATING, In.FAR_SEIZES),
        (State.STUCK, In.NOT_IDLE),
        (State.STUCK, In.FAR_SEIZES),
        (State.GUARD, In.FAR_IDLE),
        (State.GUARD, In.FAR_SEIZES),
        *((State.LOCALLY_BLOCKED, what) for what in (In.FAR_IDLE, In.BLOCKING, In.FAR_SEIZES)),
        *((State.LOCALLY_BLOCKED, what) for what in (In.PCM_LOST, In.PCM_BACK)),
        *((State.OUT_OF_ORDER, what) for what in (In.FAR_IDLE, In.BLOCKING, In.FAR_SEIZES, In.PCM_LOST)),
        *((State.GRACE, what) for what in (In.FAR_IDLE, In.ANSWER, In.CLEAR_BACK, In.FORCED_RELEASE, In.PCM_LOST)),
    }
)
