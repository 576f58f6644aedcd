"""Line signalling of the outgoing end: seizure to release guard, GB 3971.2-83 with the supervisions of Q.422.

A `Forward` in a row means: send this line code. A `Register` in a row goes to the register table.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.codes import Backward, Forward
from kmcc.signaling.china1.messages import (
    Alarm,
    Answered,
    Blocked,
    Failed,
    Failure,
    FarCleared,
    Idle,
    Indication,
    Unblocked,
)


class State(Enum):
    UNKNOWN = "unknown"  # the far end has not been seen yet
    IDLE = "idle"
    BLOCKED = "blocked"
    SEIZED = "seized"
    CLEAR_AWAITS_ACK = "clear awaits ack"  # cleared before the acknowledgement; the seizure is held for it
    REGISTER = "register"
    CALLED_FREE = "called free"  # KB is on
    ALERTING = "alerting"
    TALKING = "talking"
    CLEARED_BACK = "cleared back"
    RELEASING = "releasing"
    GUARD = "guard"
    STUCK = "stuck"  # no release guard came


class In(Enum):
    """What can happen to an outgoing line; a timer's value is its row in the profile."""

    FAR_IDLE = "far idle"
    BLOCKING = "blocking"
    SEIZURE_ACK = "seizure ack"
    ANSWER = "answer"
    CLEAR_BACK = "clear back"
    NOT_IDLE = "not idle"
    STRANGE_CODE = "strange code"
    SEIZE = "seize"
    CLEAR = "clear"
    KB_FREE = "kb free"
    KB_ENDED = "kb ended"
    REGISTER_FAILED = "register failed"
    T_SEIZE_ACK = "seize_ack"
    T_ANSWER = "answer_supervision"
    T_REANSWER = "reanswer"
    T_RELEASE_GUARD = "release_guard"
    T_IDLE_GUARD = "idle_guard"


class Register(Enum):
    """What the line orders its register."""

    START = "start"
    STOP = "stop"
    FINISH = "finish"  # the answer overtook the end of KB


# The same code means something else before, in and after a call.
BEFORE: Final = {Backward.IDLE: In.FAR_IDLE, Backward.BLOCKED: In.BLOCKING}
UNANSWERED: Final = {
    Backward.IDLE: In.FAR_IDLE,
    Backward.SEIZURE_ACK: In.SEIZURE_ACK,
    Backward.ANSWER: In.ANSWER,
}
IN_CALL: Final = {
    Backward.IDLE: In.FAR_IDLE,
    Backward.ANSWER: In.ANSWER,
    Backward.CLEAR_BACK: In.CLEAR_BACK,
}
AFTER: Final = {
    Backward.IDLE: In.FAR_IDLE,
    Backward.RELEASE: In.NOT_IDLE,
    Backward.SEIZURE_ACK: In.NOT_IDLE,
    Backward.ANSWER: In.NOT_IDLE,
    Backward.CLEAR_BACK: In.NOT_IDLE,
    Backward.BLOCKED: In.NOT_IDLE,
}
HEARD: Final[Mapping[State, Mapping[Backward, In]]] = MappingProxyType(
    {
        State.UNKNOWN: BEFORE,
        State.IDLE: BEFORE,
        State.BLOCKED: BEFORE,
        State.SEIZED: UNANSWERED,
        State.CLEAR_AWAITS_ACK: UNANSWERED,
        State.REGISTER: UNANSWERED,
        State.CALLED_FREE: UNANSWERED,
        State.ALERTING: UNANSWERED,
        State.TALKING: IN_CALL,
        State.CLEARED_BACK: IN_CALL,
        State.RELEASING: AFTER,
        State.GUARD: AFTER,
        State.STUCK: AFTER,
    }
)

TIMERS: Final[Mapping[State, In]] = MappingProxyType(
    {
        State.SEIZED: In.T_SEIZE_ACK,
        State.CLEAR_AWAITS_ACK: In.T_SEIZE_ACK,
        State.CALLED_FREE: In.T_ANSWER,
        State.ALERTING: In.T_ANSWER,
        State.CLEARED_BACK: In.T_REANSWER,
        State.RELEASING: In.T_RELEASE_GUARD,
        State.GUARD: In.T_IDLE_GUARD,
    }
)
# No timer, because the far end may take for ever: UNKNOWN, IDLE, BLOCKED, TALKING and STUCK (alarmed).
# REGISTER has T1 and T2 of the register.

Out = Forward | Register | Indication
NO_ACK: Final = (Failed(Failure.NO_SEIZE_ACK), Alarm(Failure.NO_SEIZE_ACK))
ABNORMAL: Final = (Failed(Failure.ABNORMAL_RELEASE), Alarm(Failure.ABNORMAL_RELEASE))
FAULT: Final = (Failed(Failure.LINE_FAULT), Alarm(Failure.LINE_FAULT))
NO_ANSWER: Final = Failed(Failure.NO_ANSWER)
CLEAR_FORWARD: Final = Forward.CLEAR_FORWARD

TABLE: Final[Mapping[tuple[State, In], tuple[State, tuple[Out, ...]]]] = MappingProxyType(
    {
        # GB 3971.2-83 states 1 and 11: idle, blocked
        (State.UNKNOWN, In.FAR_IDLE): (State.IDLE, (Idle(),)),
        (State.UNKNOWN, In.BLOCKING): (State.BLOCKED, (Blocked(),)),
        (State.IDLE, In.BLOCKING): (State.BLOCKED, (Blocked(),)),
        (State.BLOCKED, In.FAR_IDLE): (State.IDLE, (Unblocked(),)),
        # states 2 and 3: seizure, acknowledged. Q.422: clear forward waits for the acknowledgement, else the far
        # end's late acknowledgement would look like blocking.
        (State.IDLE, In.SEIZE): (State.SEIZED, (Forward.SEIZURE,)),
        (State.SEIZED, In.SEIZURE_ACK): (State.REGISTER, (Register.START,)),
        (State.SEIZED, In.ANSWER): (State.RELEASING, (CLEAR_FORWARD, *FAULT)),
        (State.SEIZED, In.CLEAR): (State.CLEAR_AWAITS_ACK, ()),
        (State.SEIZED, In.T_SEIZE_ACK): (State.GUARD, (CLEAR_FORWARD, *NO_ACK)),
        (State.CLEAR_AWAITS_ACK, In.SEIZURE_ACK): (State.RELEASING, (CLEAR_FORWARD,)),
        (State.CLEAR_AWAITS_ACK, In.ANSWER): (State.RELEASING, (CLEAR_FORWARD,)),
        (State.CLEAR_AWAITS_ACK, In.T_SEIZE_ACK): (
            State.GUARD,
            (CLEAR_FORWARD, Alarm(Failure.NO_SEIZE_ACK)),
        ),
        # GB 3377-82: the register phase, until KB has ended
        (State.REGISTER, In.KB_FREE): (State.CALLED_FREE, ()),
        (State.REGISTER, In.REGISTER_FAILED): (State.RELEASING, (CLEAR_FORWARD,)),
        (State.REGISTER, In.ANSWER): (State.RELEASING, (Register.STOP, CLEAR_FORWARD, *FAULT)),
        (State.REGISTER, In.FAR_IDLE): (State.GUARD, (Register.STOP, CLEAR_FORWARD, *ABNORMAL)),
        (State.REGISTER, In.CLEAR): (State.RELEASING, (Register.STOP, CLEAR_FORWARD)),
        (State.CALLED_FREE, In.KB_ENDED): (State.ALERTING, ()),
        (State.CALLED_FREE, In.REGISTER_FAILED): (State.RELEASING, (CLEAR_FORWARD,)),
        (State.CALLED_FREE, In.ANSWER): (State.TALKING, (Register.FINISH, Answered())),
        (State.CALLED_FREE, In.FAR_IDLE): (State.GUARD, (Register.STOP, CLEAR_FORWARD, *ABNORMAL)),
        (State.CALLED_FREE, In.CLEAR): (State.RELEASING, (Register.STOP, CLEAR_FORWARD)),
        (State.CALLED_FREE, In.T_ANSWER): (State.RELEASING, (Register.STOP, CLEAR_FORWARD, NO_ANSWER)),
        # state 4: answer
        (State.ALERTING, In.ANSWER): (State.TALKING, (Answered(),)),
        (State.ALERTING, In.FAR_IDLE): (State.GUARD, (CLEAR_FORWARD, *ABNORMAL)),
        (State.ALERTING, In.CLEAR): (State.RELEASING, (CLEAR_FORWARD,)),
        (State.ALERTING, In.T_ANSWER): (State.RELEASING, (CLEAR_FORWARD, NO_ANSWER)),
        # states 5 and 6: clear back, re-answer
        (State.TALKING, In.CLEAR_BACK): (State.CLEARED_BACK, (FarCleared(),)),
        (State.TALKING, In.FAR_IDLE): (State.GUARD, (CLEAR_FORWARD, *ABNORMAL)),
        (State.TALKING, In.CLEAR): (State.RELEASING, (CLEAR_FORWARD,)),
        (State.CLEARED_BACK, In.ANSWER): (State.TALKING, (Answered(),)),
        (State.CLEARED_BACK, In.FAR_IDLE): (State.GUARD, (CLEAR_FORWARD,)),
        (State.CLEARED_BACK, In.CLEAR): (State.RELEASING, (CLEAR_FORWARD,)),
        (State.CLEARED_BACK, In.T_REANSWER): (State.RELEASING, (CLEAR_FORWARD,)),
        # states 7 to 10: clear forward to release guard, in one step or two
        (State.RELEASING, In.FAR_IDLE): (State.GUARD, (Forward.IDLE,)),
        (State.RELEASING, In.T_RELEASE_GUARD): (State.STUCK, (Alarm(Failure.NO_RELEASE_GUARD),)),
        (State.STUCK, In.FAR_IDLE): (State.GUARD, (Forward.IDLE,)),
        (State.GUARD, In.T_IDLE_GUARD): (State.IDLE, (Idle(),)),
        (State.GUARD, In.NOT_IDLE): (State.RELEASING, ()),
        # The switch may hang up while the circuit already releases itself.
        (State.CLEAR_AWAITS_ACK, In.CLEAR): (State.CLEAR_AWAITS_ACK, ()),
        (State.RELEASING, In.CLEAR): (State.RELEASING, ()),
        (State.GUARD, In.CLEAR): (State.GUARD, ()),
        (State.STUCK, In.CLEAR): (State.STUCK, ()),
    }
)

# Codes that say what is known already. Any other code without a row is an alarm.
IGNORED: Final = frozenset(
    {
        (State.IDLE, In.FAR_IDLE),
        (State.BLOCKED, In.BLOCKING),
        (State.SEIZED, In.FAR_IDLE),
        (State.CLEAR_AWAITS_ACK, In.FAR_IDLE),
        (State.REGISTER, In.SEIZURE_ACK),
        (State.CALLED_FREE, In.SEIZURE_ACK),
        (State.ALERTING, In.SEIZURE_ACK),
        (State.TALKING, In.ANSWER),
        (State.CLEARED_BACK, In.CLEAR_BACK),
        (State.RELEASING, In.NOT_IDLE),
        (State.STUCK, In.NOT_IDLE),
        (State.GUARD, In.FAR_IDLE),
    }
)


def classify(state: State, abcd: int, codes: Mapping[Backward, int]) -> In:
    for code, what in HEARD[state].items():
        if codes[code] == abcd:
            return what
    return In.STRANGE_CODE
