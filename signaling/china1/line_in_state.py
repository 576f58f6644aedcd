"""The incoming end's line: its states, what can happen to it, and what each received code means (GB 3971.2-83)."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.codes import Backward, Forward
from kmcc.signaling.china1.messages import Indication
from kmcc.signaling.china1.profile import Profile


class State(Enum):
    UNKNOWN = "unknown"  # the far end has not been seen yet
    IDLE = "idle"
    FAULTY = "faulty"  # at the outgoing end, which says so
    LOCALLY_BLOCKED = "locally blocked"
    OUT_OF_ORDER = "out of order"  # span alarm
    REGISTER = "register"  # up to and with Offered
    KB_ON = "kb on"
    ANSWER_AFTER_KB = "answer after kb"  # the switch has answered while KB is on
    ANSWER_GUARD = "answer guard"
    ANSWER_HELD = "answer held"  # the switch has answered, the guard runs
    RINGING = "ringing"
    TALKING = "talking"
    HOLDING = "holding"  # the called party controls: the caller has hung up
    GRACE = "grace"  # answered, and the span has an alarm
    CLEARED_BACK = "cleared back"
    AWAIT_CLEAR = "await clear"  # failed, refused or cleared before answer: nothing more to send
    STUCK = "stuck"  # no clear forward came
    RELEASING = "releasing"
    GUARD = "guard"


class In(Enum):
    """What can happen to an incoming line; a timer's value is its row in the profile."""

    FAR_IDLE = "far idle"
    SEIZURE = "seizure"
    CLEAR_FORWARD = "clear forward"
    FAULT = "fault"
    STRANGE_CODE = "strange code"
    ANSWER = "answer"
    CLEAR = "clear"
    FORCE_RELEASE = "force release"
    BLOCK = "block"
    UNBLOCK = "unblock"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    KB_ENDED = "kb ended"
    REGISTER_FAILED = "register failed"
    PCM_BREAK = "pcm break"
    PCM_LOST = "pcm lost"
    PCM_BACK = "pcm back"
    T_ANSWER_GUARD = "answer_guard"
    T_CALLED_HOLD = "called_hold"
    T_AWAIT_CLEAR = "await_clear"
    T_PCM_GRACE = "pcm_grace"
    T_RELEASE = "release"
    T_IDLE_GUARD = "idle_guard"


class Register(Enum):
    """What the line orders its register."""

    START = "start"
    STOP = "stop"
    GIVE_UP = "give up"  # tell the far end that nothing will come of it


Out = Backward | Register | Indication
Rows = Mapping[tuple[State, In], tuple[State, tuple[Out, ...]]]

TIMERS: Final[Mapping[State, In]] = MappingProxyType(
    {
        State.ANSWER_GUARD: In.T_ANSWER_GUARD,
        State.ANSWER_HELD: In.T_ANSWER_GUARD,
        State.HOLDING: In.T_CALLED_HOLD,
        State.GRACE: In.T_PCM_GRACE,
        State.CLEARED_BACK: In.T_AWAIT_CLEAR,
        State.AWAIT_CLEAR: In.T_AWAIT_CLEAR,
        State.RELEASING: In.T_RELEASE,
        State.GUARD: In.T_IDLE_GUARD,
    }
)
# No timer, because it may last for ever: UNKNOWN, IDLE, FAULTY, OUT_OF_ORDER, RINGING and TALKING as the far end
# likes, LOCALLY_BLOCKED as we like, STUCK (alarmed). REGISTER, KB_ON and ANSWER_AFTER_KB have T3 and T4.

# The code is the same before and after, so history decides: idle or clear forward.
BEFORE: Final = {Forward.IDLE: In.FAR_IDLE, Forward.SEIZURE: In.SEIZURE, Forward.FAULT: In.FAULT}
IN_CALL: Final = {
    Forward.CLEAR_FORWARD: In.CLEAR_FORWARD,
    Forward.IDLE: In.CLEAR_FORWARD,
    Forward.SEIZURE: In.SEIZURE,
    Forward.FAULT: In.CLEAR_FORWARD,  # af = 1 clears, whatever bf says; it is read again when the circuit is idle
}
AT_REST: Final = (
    State.UNKNOWN,
    State.IDLE,
    State.FAULTY,
    State.LOCALLY_BLOCKED,
    State.OUT_OF_ORDER,
    State.GUARD,
)
HEARD: Final[Mapping[State, Mapping[Forward, In]]] = MappingProxyType(
    {state: BEFORE if state in AT_REST else IN_CALL for state in State}
)


def classify(state: State, abcd: int, profile: Profile) -> In:
    for code, what in HEARD[state].items():
        if profile.forward[code] == abcd:
            return what
    return In.STRANGE_CODE
