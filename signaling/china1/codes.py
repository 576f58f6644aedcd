"""The rows that make a profile: line states and codes (GB 3971.2-83), timers (Q.422, Q.442, Q.476), KB meanings."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final


class Forward(Enum):
    """Line states that the outgoing end sends."""

    IDLE = "idle"
    SEIZURE = "seizure"
    CLEAR_FORWARD = "clear_forward"
    FAULT = "fault"


class Backward(Enum):
    """Line states that the incoming end sends."""

    IDLE = "idle"
    SEIZURE_ACK = "seizure_ack"
    ANSWER = "answer"
    CLEAR_BACK = "clear_back"
    RELEASE = "release"
    BLOCKED = "blocked"
    FORCED_RELEASE = "forced_release"  # only where `line.forced_release` says so


class Control(Enum):
    """Who owns the release of an answered call (GB 3971.2-83: 复原控制)."""

    NONE = "none"  # 互不控制: whoever hangs up first releases
    CALLING = "calling"  # 主叫控制: the called party may come back until the caller hangs up
    CALLED = "called"  # 被叫控制: the caller is held until the called party hangs up


class Repeat(Enum):
    """What A2 asks for."""

    FROM_FIRST = "from_first"  # GB 3377-82
    LAST_BUT_ONE = "last_but_one"  # Q.441 A-2


class Ani(Enum):
    """What A6 asks for."""

    NUMBER = "number"  # KA, then the calling number and 15 (GB 3377-82)
    KA_ONLY = "ka_only"  # KA; the A1 that answers it means the next called digit


class Leading(Enum):
    """Which signals 11 to 15 may come before the called number on a circuit."""

    NONE = "none"
    KC = "kc"  # toll exchange to toll exchange
    KE = "ke"  # toll to local exchange, and by way of a tandem


class Prefix(Enum):
    """A KC or KE signal; the value is the row of the profile that holds its number."""

    KC_PRIORITY = "kc_priority"
    KC_DESIGNATED = "kc_designated"
    KC_TEST = "kc_test"
    KC_SATELLITE = "kc_satellite"
    KE_TANDEM = "ke_tandem"
    KE_TEST = "ke_test"


class Kb(Enum):
    """What a KB signal says about the called subscriber."""

    FREE = "called free"
    BUSY = "called busy"
    VACANT = "vacant number"
    CONGESTION = "congestion"


@dataclass(frozen=True, slots=True)
class Timer:
    """A row of the timer table; the configuration may change the ms and nothing else."""

    name: str
    ms: int
    why: str


TIMERS: Final = (
    Timer("seize_ack", 1_000, "seizure to seizing acknowledgement, at the outgoing end"),
    Timer("answer_supervision", 60_000, "KB free to the answer signal, at the outgoing end"),
    Timer("reanswer", 90_000, "clear back to re-answer or clear forward, at the outgoing end: 60, 90 or 120 s"),
    Timer("called_hold", 90_000, "clear forward until the called party who controls the release hangs up"),
    Timer("await_clear", 150_000, "clear back, or a failed call, to clear forward, at the incoming end; then an alarm"),
    Timer("glare_hold", 100, "how long seizure is held in a double seizure, at least 100"),
    Timer("repeat_clear", 200, "how long a repeated clear forward shows seizure between the two"),
    Timer("meter", 300, "an interruption of the answer shorter than this is a metering pulse"),
    Timer("operator_signal", 150, "how long bit c shows an operator signal"),
    Timer("pcm_break", 7, "how long a frame alarm stands before it ends register signals; they bridge as much"),
    Timer("pcm_fault", 100, "how long a span alarm stands before it takes circuits out of service"),
    Timer("pcm_grace", 3_000, "how long an answered call outlives a span alarm (Q.424)"),
    Timer("pcm_recovery", 22, "end of a span alarm to reading the line again: 20 ms and one multiframe"),
    Timer("release_guard", 10_000, "clear forward to idle, at the outgoing end; then an alarm"),
    Timer("release", 430, "clear forward to idle, how long the incoming end takes"),
    Timer("idle_guard", 100, "idle to the next seizure (Q.421, Q.422)"),
    Timer("answer_guard", 150, "end of KB to the answer signal, at the incoming end; at least 75"),
    Timer("t1", 15_000, "outgoing: forward signal on and no backward signal (Q.476)"),
    Timer("t2", 24_000, "outgoing: no forward signal on (Q.476)"),
    Timer("t3", 15_000, "incoming: between two forward signals, the first one too (Q.476)"),
    Timer("t4", 15_000, "incoming: backward signal on and the forward signal does not stop"),
    Timer("interdigit", 5_000, "incoming: a number that is good as it is waits for another digit; then a pulse of A3"),
    Timer("pulse", 150, "length of an A signal sent as a pulse (Q.442)"),
    Timer("pulse_gap", 100, "end of the last backward signal to a pulse, at least (Q.442)"),
    Timer("pulse_ignore", 300, "start of a pulse of A3 until forward signals count again (Q.442)"),
)

FORWARD: Final[Mapping[Forward, int]] = MappingProxyType(
    {
        Forward.IDLE: 0b1011,
        Forward.SEIZURE: 0b0011,
        Forward.CLEAR_FORWARD: 0b1011,
        Forward.FAULT: 0b1111,
    }
)
BACKWARD: Final[Mapping[Backward, int]] = MappingProxyType(
    {
        Backward.IDLE: 0b1011,
        Backward.SEIZURE_ACK: 0b1111,
        Backward.ANSWER: 0b0111,
        Backward.CLEAR_BACK: 0b1111,
        Backward.RELEASE: 0b1111,
        Backward.BLOCKED: 0b1111,
        Backward.FORCED_RELEASE: 0b0011,
    }
)
OPERATOR_BIT: Final = 0b0010  # c: 1 unless an operator signal is sent

# The other pairs may share a code: the two ends tell them apart by history (GB 3971.2-83).
MUST_DIFFER: Final[tuple[tuple[Forward, Forward] | tuple[Backward, Backward], ...]] = (
    (Forward.IDLE, Forward.SEIZURE),
    (Forward.CLEAR_FORWARD, Forward.SEIZURE),
    (Forward.FAULT, Forward.IDLE),
    (Forward.FAULT, Forward.SEIZURE),
    (Forward.FAULT, Forward.CLEAR_FORWARD),
    (Backward.IDLE, Backward.SEIZURE_ACK),
    (Backward.IDLE, Backward.ANSWER),
    (Backward.IDLE, Backward.CLEAR_BACK),
    (Backward.IDLE, Backward.RELEASE),
    (Backward.IDLE, Backward.BLOCKED),
    (Backward.ANSWER, Backward.SEIZURE_ACK),
    (Backward.ANSWER, Backward.CLEAR_BACK),
    (Backward.FORCED_RELEASE, Backward.IDLE),
    (Backward.FORCED_RELEASE, Backward.SEIZURE_ACK),
    (Backward.FORCED_RELEASE, Backward.ANSWER),
    (Backward.FORCED_RELEASE, Backward.CLEAR_BACK),
)
