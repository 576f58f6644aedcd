"""Line signalling of the incoming end: seizing acknowledgement to release guard, GB 3971.2-83 with Q.422.

A `Backward` in a row means: send this line code. A `Register` in a row goes to the register table.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.codes import Backward, Forward
from kmcc.signaling.china1.messages import FarCleared, Idle, Indication, Seized


class State(Enum):
    UNKNOWN = "unknown"  # the far end has not been seen yet
    IDLE = "idle"
    REGISTER = "register"  # up to and with Offered
    KB_ON = "kb on"
    ANSWER_AFTER_KB = "answer after kb"  # the switch has answered while KB is on
    ANSWER_GUARD = "answer guard"
    ANSWER_HELD = "answer held"  # the switch has answered, the guard runs
    RINGING = "ringing"
    TALKING = "talking"
    CLEARED_BACK = "cleared back"
    AWAIT_CLEAR = "await clear"  # failed, refused or cleared before answer: nothing more to send
    RELEASING = "releasing"
    GUARD = "guard"


class In(Enum):
    """What can happen to an incoming line; a timer's value is its row in the profile."""

    FAR_IDLE = "far idle"
    SEIZURE = "seizure"
    CLEAR_FORWARD = "clear forward"
    STRANGE_CODE = "strange code"
    ANSWER = "answer"
    CLEAR = "clear"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    KB_ENDED = "kb ended"
    REGISTER_FAILED = "register failed"
    T_ANSWER_GUARD = "answer_guard"
    T_RELEASE = "release"
    T_IDLE_GUARD = "idle_guard"


class Register(Enum):
    """What the line orders its register."""

    START = "start"
    STOP = "stop"
    GIVE_UP = "give up"  # tell the far end that nothing will come of it


# The code is the same before and after, so history decides: idle or clear forward.
BEFORE: Final = {Forward.IDLE: In.FAR_IDLE, Forward.SEIZURE: In.SEIZURE}
IN_CALL: Final = {
    Forward.CLEAR_FORWARD: In.CLEAR_FORWARD,
    Forward.IDLE: In.CLEAR_FORWARD,
    Forward.SEIZURE: In.SEIZURE,
}
HEARD: Final[Mapping[State, Mapping[Forward, In]]] = MappingProxyType(
    {state: BEFORE if state in (State.UNKNOWN, State.IDLE, State.GUARD) else IN_CALL for state in State}
)

TIMERS: Final[Mapping[State, In]] = MappingProxyType(
    {
        State.ANSWER_GUARD: In.T_ANSWER_GUARD,
        State.ANSWER_HELD: In.T_ANSWER_GUARD,
        State.RELEASING: In.T_RELEASE,
        State.GUARD: In.T_IDLE_GUARD,
    }
)
# No timer, because the far end may take for ever: UNKNOWN, IDLE, RINGING, TALKING, and the three that wait for
# clear forward. REGISTER, KB_ON and ANSWER_AFTER_KB have T3 and T4 of the register.

Out = Backward | Register | Indication
TAKE: Final[tuple[Out, ...]] = (Backward.SEIZURE_ACK, Register.START)
FAR_HUNG_UP: Final[tuple[Out, ...]] = (Backward.RELEASE, FarCleared())

TABLE: Final[Mapping[tuple[State, In], tuple[State, tuple[Out, ...]]]] = MappingProxyType(
    {
        # GB 3971.2-83 states 1 to 3: idle, seizure, acknowledged at once (at most 200 ms)
        (State.UNKNOWN, In.FAR_IDLE): (State.IDLE, (Idle(),)),
        (State.UNKNOWN, In.SEIZURE): (State.REGISTER, (*TAKE, Seized())),
        (State.IDLE, In.SEIZURE): (State.REGISTER, (*TAKE, Seized())),
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
        (State.AWAIT_CLEAR, In.CLEAR_FORWARD): (State.RELEASING, (Register.STOP, Backward.RELEASE)),
        # states 9 and 10: release in progress, release guard; one bit at a time (01, 11, 10)
        (State.RELEASING, In.T_RELEASE): (State.GUARD, (Backward.IDLE,)),
        (State.GUARD, In.T_IDLE_GUARD): (State.IDLE, (Idle(),)),
        (State.GUARD, In.SEIZURE): (State.REGISTER, (*TAKE, Idle(), Seized())),
        # The switch may hang up while the circuit already releases itself.
        (State.CLEARED_BACK, In.CLEAR): (State.CLEARED_BACK, ()),
        (State.AWAIT_CLEAR, In.CLEAR): (State.AWAIT_CLEAR, ()),
        (State.RELEASING, In.CLEAR): (State.RELEASING, ()),
        (State.GUARD, In.CLEAR): (State.GUARD, ()),
    }
)

# Codes that say what is known already. Any other code without a row is an alarm: seizure during the release, too.
IGNORED: Final = frozenset(
    {
        (State.IDLE, In.FAR_IDLE),
        (State.REGISTER, In.SEIZURE),
        (State.KB_ON, In.SEIZURE),
        (State.ANSWER_AFTER_KB, In.SEIZURE),
        (State.ANSWER_GUARD, In.SEIZURE),
        (State.ANSWER_HELD, In.SEIZURE),
        (State.RINGING, In.SEIZURE),
        (State.TALKING, In.SEIZURE),
        (State.CLEARED_BACK, In.SEIZURE),
        (State.AWAIT_CLEAR, In.SEIZURE),
        (State.RELEASING, In.CLEAR_FORWARD),
        (State.GUARD, In.FAR_IDLE),
    }
)


def classify(state: State, abcd: int, codes: Mapping[Forward, int]) -> In:
    for code, what in HEARD[state].items():
        if codes[code] == abcd:
            return what
    return In.STRANGE_CODE
