"""MFC register of the incoming end: group A and KB compel the far end, GB 3377-82 with T3 of Q.476 and T4.

A cycle is: wait for a forward signal (T3), our signal on (T4), forward signal off and ours off. A state is named
after what is awaited or what is on.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.line_in import In as Line
from kmcc.signaling.china1.line_in import Register
from kmcc.signaling.china1.messages import (
    Alarm,
    Direction,
    Failed,
    Failure,
    Hear,
    Indication,
    SendSignal,
    StopSignal,
)


class State(Enum):
    OFF = "off"
    AWAIT_CALLED = "await called digit"
    AWAIT_KA = "await KA"
    AWAIT_CALLING = "await calling digit"
    AWAIT_KD = "await KD"
    A1_CALLED = "A1 for called digit"
    A1_CALLING = "A1 for calling digit"
    A3_ON = "A3"
    A6_ON = "A6"
    OFFERED = "offered"  # KD is on and the switch decides; T1 of the far end guards it
    KB_FREE_ON = "KB free"
    REFUSING = "refusing"  # A4, A5 or a KB that is not free
    PULSE_GAP = "pulse gap"
    PULSE = "A4 pulse"


class In(Enum):
    """What can happen to an incoming register; a timer's value is its row in the profile."""

    MORE = "more digits needed"
    ASK = "ask for the calling number"
    COMPLETE = "number complete"
    VACANT = "vacant number"
    CONGESTION = "congestion"
    KA = "KA"
    CALLING_DIGIT = "calling digit"
    KD = "KD"
    FOREIGN = "foreign"
    FORWARD_OFF = "forward off"
    PULSE_DONE = "pulse done"
    ACCEPT = "accept"
    REFUSE = "refuse"
    T3 = "t3"
    T4 = "t4"
    T_PULSE_GAP = "pulse_gap"


class Do(Enum):
    """Effects that need the number or the profile, resolved by the register."""

    FORGET = "forget the last call"
    KEEP_CALLED = "keep called digit"
    KEEP_KA = "keep KA"
    KEEP_CALLING = "keep calling digit"
    OFFER = "keep KD and offer the call"
    SEND_KB = "send the KB of the switch"
    SEND_CONGESTION_KB = "send KB congestion"
    PULSE_A4 = "A4 pulse, if the profile allows it"


AWAITING: Final = (State.AWAIT_CALLED, State.AWAIT_KA, State.AWAIT_CALLING, State.AWAIT_KD)
A_ON: Final = (State.A1_CALLED, State.A1_CALLING, State.A3_ON, State.A6_ON)
B_ON: Final = (State.KB_FREE_ON, State.REFUSING)

TIMERS: Final[Mapping[State, In | Register]] = MappingProxyType(
    {
        **dict.fromkeys(AWAITING, In.T3),
        **dict.fromkeys((*A_ON, *B_ON), In.T4),
        State.PULSE_GAP: In.T_PULSE_GAP,
    }
)

Out = Do | Line | SendSignal | StopSignal | Hear | Indication
Row = tuple[State, tuple[Out, ...]]
A1: Final = SendSignal(Direction.BACKWARD, 1)
A3: Final = SendSignal(Direction.BACKWARD, 3)
A4: Final = SendSignal(Direction.BACKWARD, 4)
A5: Final = SendSignal(Direction.BACKWARD, 5)
A6: Final = SendSignal(Direction.BACKWARD, 6)
SILENT: Final = StopSignal()
DEAF: Final = Hear(None)


def _broken(failure: Failure) -> tuple[Out, ...]:
    return (Failed(failure), Alarm(failure), Line.REGISTER_FAILED)


VACANT: Final[tuple[Out, ...]] = (A5, Failed(Failure.VACANT_NUMBER), Line.REGISTER_FAILED)
CONGESTION: Final[tuple[Out, ...]] = (A4, Failed(Failure.CONGESTION), Line.REGISTER_FAILED)
FOREIGN: Final[Row] = (State.REFUSING, (A4, *_broken(Failure.FOREIGN_SIGNAL)))
T3: Final[Row] = (State.PULSE, (DEAF, Do.PULSE_A4, *_broken(Failure.NO_FORWARD_SIGNAL)))
T4_IN_A: Final[Row] = (State.PULSE_GAP, (SILENT, DEAF, *_broken(Failure.FORWARD_SIGNAL_STAYS)))

CYCLES: Final[Mapping[tuple[State, In | Register], Row]] = {
    # Q.441 group I: the called number
    (State.AWAIT_CALLED, In.MORE): (State.A1_CALLED, (Do.KEEP_CALLED, A1)),
    (State.AWAIT_CALLED, In.ASK): (State.A6_ON, (Do.KEEP_CALLED, A6)),
    (State.AWAIT_CALLED, In.COMPLETE): (State.A3_ON, (Do.KEEP_CALLED, A3)),
    (State.AWAIT_CALLED, In.VACANT): (State.REFUSING, (Do.KEEP_CALLED, *VACANT)),
    (State.AWAIT_CALLED, In.CONGESTION): (State.REFUSING, (Do.KEEP_CALLED, *CONGESTION)),
    (State.AWAIT_CALLED, In.FOREIGN): FOREIGN,
    # GB 3377-82: KA and the calling number; the verdicts come with the closing 15
    (State.AWAIT_KA, In.KA): (State.A1_CALLING, (Do.KEEP_KA, A1)),
    (State.AWAIT_KA, In.FOREIGN): FOREIGN,
    (State.AWAIT_CALLING, In.CALLING_DIGIT): (State.A1_CALLING, (Do.KEEP_CALLING, A1)),
    (State.AWAIT_CALLING, In.MORE): (State.A1_CALLED, (A1,)),
    (State.AWAIT_CALLING, In.COMPLETE): (State.A3_ON, (A3,)),
    (State.AWAIT_CALLING, In.VACANT): (State.REFUSING, VACANT),
    (State.AWAIT_CALLING, In.CONGESTION): (State.REFUSING, CONGESTION),
    (State.AWAIT_CALLING, In.FOREIGN): FOREIGN,
    # group II: KD, then KB by the switch; group A is over, so KB tells the failure
    (State.AWAIT_KD, In.KD): (State.OFFERED, (Do.OFFER,)),
    (State.AWAIT_KD, In.FOREIGN): (
        State.REFUSING,
        (Do.SEND_CONGESTION_KB, *_broken(Failure.FOREIGN_SIGNAL)),
    ),
    (State.OFFERED, In.ACCEPT): (State.KB_FREE_ON, (Do.SEND_KB, Line.ACCEPTED)),
    (State.OFFERED, In.REFUSE): (State.REFUSING, (Do.SEND_KB, Line.REFUSED)),
    # the forward signal has stopped: so do we
    (State.A1_CALLED, In.FORWARD_OFF): (State.AWAIT_CALLED, (SILENT,)),
    (State.A6_ON, In.FORWARD_OFF): (State.AWAIT_KA, (SILENT,)),
    (State.A1_CALLING, In.FORWARD_OFF): (State.AWAIT_CALLING, (SILENT,)),
    (State.A3_ON, In.FORWARD_OFF): (State.AWAIT_KD, (SILENT,)),
    (State.KB_FREE_ON, In.FORWARD_OFF): (State.OFF, (SILENT, DEAF, Line.KB_ENDED)),
    (State.REFUSING, In.FORWARD_OFF): (State.OFF, (SILENT, DEAF)),
    # T4: the line has failed already when we are refusing
    (State.KB_FREE_ON, In.T4): (State.OFF, (SILENT, DEAF, *_broken(Failure.FORWARD_SIGNAL_STAYS))),
    (State.REFUSING, In.T4): (State.OFF, (SILENT, DEAF, Alarm(Failure.FORWARD_SIGNAL_STAYS))),
    # Q.442: a pulse, well after the last signal
    (State.PULSE_GAP, In.T_PULSE_GAP): (State.PULSE, (Do.PULSE_A4,)),
    (State.PULSE, In.PULSE_DONE): (State.OFF, ()),
    # the line: our side hangs up
    (State.OFFERED, Register.GIVE_UP): (State.REFUSING, (Do.SEND_CONGESTION_KB,)),
    (State.KB_FREE_ON, Register.GIVE_UP): (State.REFUSING, ()),
    # the line: seizure, clear forward
    (State.OFF, Register.START): (State.AWAIT_CALLED, (Do.FORGET, Hear(Direction.FORWARD))),
    (State.OFF, Register.STOP): (State.OFF, ()),
    (State.OFFERED, Register.STOP): (State.OFF, (DEAF,)),
    (State.PULSE_GAP, Register.STOP): (State.OFF, ()),
    (State.PULSE, Register.STOP): (State.OFF, (SILENT,)),
}

TABLE: Final[Mapping[tuple[State, In | Register], Row]] = MappingProxyType(
    {
        **CYCLES,
        **{(state, In.T3): T3 for state in AWAITING},
        **{(state, In.T4): T4_IN_A for state in A_ON},
        **{(state, Register.GIVE_UP): (State.PULSE_GAP, (DEAF,)) for state in AWAITING},
        **{(state, Register.GIVE_UP): (State.PULSE_GAP, (SILENT, DEAF)) for state in A_ON},
        **{(state, Register.STOP): (State.OFF, (DEAF,)) for state in AWAITING},
        **{(state, Register.STOP): (State.OFF, (SILENT, DEAF)) for state in (*A_ON, *B_ON)},
    }
)

ON: Final = (
    In.MORE,
    In.ASK,
    In.COMPLETE,
    In.VACANT,
    In.CONGESTION,
    In.KA,
    In.CALLING_DIGIT,
    In.KD,
    In.FOREIGN,
)
QUIET: Final = (State.OFF, State.PULSE_GAP, State.PULSE)

# What the line may bring without a meaning: anything when we do not listen; the end of a signal that was not
# recognised; a change of the forward signal while we answer it (T4 guards it); a break of KD while the switch decides.
IGNORED: Final = frozenset(
    {
        *((state, what) for state in QUIET for what in (*ON, In.FORWARD_OFF)),
        *((state, In.FORWARD_OFF) for state in (*AWAITING, State.OFFERED)),
        *((state, what) for state in (*A_ON, *B_ON, State.OFFERED) for what in ON),
        *((state, In.PULSE_DONE) for state in State if state is not State.PULSE),
    }
)
