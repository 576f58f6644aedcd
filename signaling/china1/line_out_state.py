"""The outgoing end's line: its states, what can happen to it, and what each received code means (GB 3971.2-83)."""

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
    BLOCKED = "blocked"  # by the far end
    LOCALLY_BLOCKED = "locally blocked"
    OUT_OF_ORDER = "out of order"  # span alarm
    SEIZED = "seized"
    DOUBLE_SEIZURE = "double seizure"  # both ends have seized; ours is held for a while
    FAR_GAVE_WAY = "far end gave way"  # in a double seizure
    CLEAR_AWAITS_ACK = "clear awaits ack"  # cleared before the acknowledgement; the seizure is held for it
    REGISTER = "register"
    CALLED_FREE = "called free"  # KB is on
    ALERTING = "alerting"
    TALKING = "talking"
    METERING = "metering"  # the answer is interrupted: a metering pulse, or clear back
    CLEARED_BACK = "cleared back"  # the caller controls: the called party may come back
    HELD = "held"  # the called party controls: the caller has hung up
    GRACE = "grace"  # answered, and the span has an alarm
    RELEASING = "releasing"
    REPEATING = "repeating clear"
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
    FAR_SEIZES = "far seizes"
    FORCED_RELEASE = "forced release"
    STRANGE_CODE = "strange code"
    SEIZE = "seize"
    CLEAR = "clear"
    RESUME = "resume"
    BLOCK = "block"
    UNBLOCK = "unblock"
    KB_FREE = "kb free"
    KB_ENDED = "kb ended"
    REGISTER_FAILED = "register failed"
    PCM_BREAK = "pcm break"
    PCM_LOST = "pcm lost"
    PCM_BACK = "pcm back"
    T_SEIZE_ACK = "seize_ack"
    T_GLARE_HOLD = "glare_hold"
    T_ANSWER = "answer_supervision"
    T_METER = "meter"
    T_REANSWER = "reanswer"
    T_CALLED_HOLD = "called_hold"
    T_PCM_GRACE = "pcm_grace"
    T_RELEASE_GUARD = "release_guard"
    T_REPEAT_CLEAR = "repeat_clear"
    T_IDLE_GUARD = "idle_guard"


class Register(Enum):
    """What the line orders its register."""

    START = "start"
    STOP = "stop"
    FINISH = "finish"  # the answer overtook the end of KB


Out = Forward | Register | Indication
Hearing = Mapping[Backward | Forward, In]
Rows = Mapping[tuple[State, In], tuple[State, tuple[Out, ...]]]

TIMERS: Final[Mapping[State, In]] = MappingProxyType(
    {
        State.SEIZED: In.T_SEIZE_ACK,
        State.DOUBLE_SEIZURE: In.T_GLARE_HOLD,
        State.FAR_GAVE_WAY: In.T_GLARE_HOLD,
        State.CLEAR_AWAITS_ACK: In.T_SEIZE_ACK,
        State.CALLED_FREE: In.T_ANSWER,
        State.ALERTING: In.T_ANSWER,
        State.METERING: In.T_METER,
        State.CLEARED_BACK: In.T_REANSWER,
        State.HELD: In.T_CALLED_HOLD,
        State.GRACE: In.T_PCM_GRACE,
        State.RELEASING: In.T_RELEASE_GUARD,
        State.REPEATING: In.T_REPEAT_CLEAR,
        State.GUARD: In.T_IDLE_GUARD,
    }
)
# No timer, because it may last for ever: UNKNOWN, IDLE, BLOCKED, OUT_OF_ORDER and TALKING as the far end likes,
# LOCALLY_BLOCKED as we like, STUCK (alarmed). REGISTER has T1 and T2 of the register.

# The same code means something else before, in and after a call. Seizure is heard on two-way circuits.
BEFORE: Final[Hearing] = {Backward.IDLE: In.FAR_IDLE, Backward.BLOCKED: In.BLOCKING, Forward.SEIZURE: In.FAR_SEIZES}
SEIZING: Final[Hearing] = {
    Backward.IDLE: In.FAR_IDLE,
    Backward.SEIZURE_ACK: In.SEIZURE_ACK,
    Backward.ANSWER: In.ANSWER,
    Forward.SEIZURE: In.FAR_SEIZES,
}
UNANSWERED: Final[Hearing] = {
    Backward.IDLE: In.FAR_IDLE,
    Backward.SEIZURE_ACK: In.SEIZURE_ACK,
    Backward.ANSWER: In.ANSWER,
    Backward.FORCED_RELEASE: In.FORCED_RELEASE,
}
IN_CALL: Final[Hearing] = {
    Backward.IDLE: In.FAR_IDLE,
    Backward.ANSWER: In.ANSWER,
    Backward.CLEAR_BACK: In.CLEAR_BACK,
    Backward.FORCED_RELEASE: In.FORCED_RELEASE,
}
AFTER: Final[Hearing] = {
    Backward.IDLE: In.FAR_IDLE,
    Backward.RELEASE: In.NOT_IDLE,
    Backward.SEIZURE_ACK: In.NOT_IDLE,
    Backward.ANSWER: In.NOT_IDLE,
    Backward.CLEAR_BACK: In.NOT_IDLE,
    Backward.BLOCKED: In.NOT_IDLE,
    Forward.SEIZURE: In.FAR_SEIZES,
    Backward.FORCED_RELEASE: In.NOT_IDLE,
}
HEARD: Final[Mapping[State, Hearing]] = MappingProxyType(
    {
        **dict.fromkeys((State.UNKNOWN, State.IDLE, State.BLOCKED, State.LOCALLY_BLOCKED, State.OUT_OF_ORDER), BEFORE),
        **dict.fromkeys((State.SEIZED, State.DOUBLE_SEIZURE, State.FAR_GAVE_WAY, State.CLEAR_AWAITS_ACK), SEIZING),
        **dict.fromkeys((State.REGISTER, State.CALLED_FREE, State.ALERTING), UNANSWERED),
        **dict.fromkeys((State.TALKING, State.METERING, State.CLEARED_BACK, State.HELD, State.GRACE), IN_CALL),
        **dict.fromkeys((State.RELEASING, State.REPEATING, State.GUARD, State.STUCK), AFTER),
    }
)


def classify(state: State, abcd: int, profile: Profile) -> In:
    for code, what in HEARD[state].items():
        if code is Backward.FORCED_RELEASE and not profile.line.forced_release:
            continue
        if (profile.forward[code] if isinstance(code, Forward) else profile.backward[code]) == abcd:
            return what
    return In.STRANGE_CODE
