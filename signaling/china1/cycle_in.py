"""MFC register of the incoming end: group A and KB compel the far end, GB 3377-82 with T3 of Q.476 and T4.

A cycle is: wait for a forward signal (T3), our signal on (T4), forward signal off and ours off. A state is named
after what is awaited or what is on. A number of unknown length is "open" once it is good as it is: the inter-digit
timer then ends it with a pulse of A3.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.line_in import In as Line
from kmcc.signaling.china1.line_in import Register
from kmcc.signaling.china1.messages import (
    Alarm,
    Failed,
    Hear,
    Indication,
    SendSignal,
    StopSignal,
    Through,
)
from kmcc.signaling.china1.terms import Direction, Failure


class State(Enum):
    OFF = "off"
    AWAIT_CALLED = "await called digit"
    AWAIT_OPEN = "await digit of open number"
    AWAIT_KA = "await KA"
    AWAIT_CALLING = "await calling digit"
    AWAIT_KD = "await KD"
    A1_CALLED = "A1 for called digit"
    A1_OPEN = "A1 for digit of open number"
    A1_CALLING = "A1 for calling digit"
    A2_ON = "A2"
    A3_ON = "A3"
    A6_ON = "A6"
    ROUTING = "routing"  # the digit is on and the switch seizes the next exchange; T1 of the far end guards it
    OFFERED = "offered"  # KD is on and the switch decides; T1 of the far end guards it
    KB_FREE_ON = "KB free"
    REFUSING = "refusing"  # A4, A5 or a KB that is not free
    A3_PULSE = "A3 pulse"
    A3_PULSE_SENT = "A3 pulse sent"  # forward signals do not count yet
    PULSE_GAP = "pulse gap"
    PULSE = "A4 pulse"


class In(Enum):
    """What can happen to an incoming register; a timer's value is its row in the profile."""

    LEADING = "KC or KE"
    MORE = "more digits needed"
    GOOD = "number good as it is"
    ASK = "ask for the calling number"
    COMPLETE = "number complete"
    VACANT = "vacant number"
    CONGESTION = "congestion"
    TRANSIT = "transit"
    KA = "KA"
    CALLING_DIGIT = "calling digit"
    KD = "KD"
    FOREIGN = "foreign"
    FORWARD_OFF = "forward off"
    PULSE_DONE = "pulse done"
    ACCEPT = "accept"
    REFUSE = "refuse"
    SEND_ON = "send on"
    T3 = "t3"
    T4 = "t4"
    T_INTERDIGIT = "interdigit"
    T_PULSE_IGNORE = "pulse_ignore"
    T_PULSE_GAP = "pulse_gap"


class Do(Enum):
    """Effects that need the number or the profile, resolved by the register."""

    FORGET = "forget the last call"
    KEEP_LEADING = "keep KC or KE"
    KEEP_CALLED = "keep called digit"
    KEEP_KA = "keep KA"
    KEEP_CALLING = "keep calling digit"
    END_CALLING = "the calling number is whole, or there is none"
    REPORT_TRANSIT = "report transit"
    OFFER = "keep KD and offer the call"
    SEND_KB = "send the KB of the switch"
    SEND_REFUSAL = "send A4, or A5 for a vacant number"
    SEND_CONGESTION_KB = "send KB congestion"
    PULSE_A3 = "A3 pulse"
    PULSE_A4 = "A4 pulse, if the profile allows it"


T3_STATES: Final = (State.AWAIT_CALLED, State.AWAIT_KA, State.AWAIT_CALLING, State.AWAIT_KD)
AWAITING: Final = (*T3_STATES, State.AWAIT_OPEN)
A_ON: Final = (State.A1_CALLED, State.A1_OPEN, State.A1_CALLING, State.A2_ON, State.A3_ON, State.A6_ON)
B_ON: Final = (State.KB_FREE_ON, State.REFUSING)

TIMERS: Final[Mapping[State, In | Register]] = MappingProxyType(
    {
        **dict.fromkeys(T3_STATES, In.T3),
        State.AWAIT_OPEN: In.T_INTERDIGIT,
        **dict.fromkeys((*A_ON, *B_ON), In.T4),
        State.A3_PULSE: In.T_PULSE_IGNORE,
        State.A3_PULSE_SENT: In.T_PULSE_IGNORE,
        State.PULSE_GAP: In.T_PULSE_GAP,
    }
)

Out = Do | Line | SendSignal | StopSignal | Hear | Indication
Row = tuple[State, tuple[Out, ...]]
A1: Final = SendSignal(Direction.BACKWARD, 1)
A2: Final = SendSignal(Direction.BACKWARD, 2)
A3: Final = SendSignal(Direction.BACKWARD, 3)
A4: Final = SendSignal(Direction.BACKWARD, 4)
A5: Final = SendSignal(Direction.BACKWARD, 5)
A6: Final = SendSignal(Direction.BACKWARD, 6)
SILENT: Final = StopSignal()
DEAF: Final = Hear(None)
LISTEN: Final = Hear(Direction.FORWARD)


def _broken(failure: Failure) -> tuple[Out, ...]:
    return (Failed(failure), Alarm(failure), Line.REGISTER_FAILED)


VACANT: Final[tuple[Out, ...]] = (A5, Failed(Failure.VACANT_NUMBER), Line.REGISTER_FAILED)
CONGESTION: Final[tuple[Out, ...]] = (A4, Failed(Failure.CONGESTION), Line.REGISTER_FAILED)
FOREIGN: Final[Row] = (State.REFUSING, (A4, *_broken(Failure.FOREIGN_SIGNAL)))
T3: Final[Row] = (State.PULSE, (DEAF, Do.PULSE_A4, *_broken(Failure.NO_FORWARD_SIGNAL)))
T4_IN_A: Final[Row] = (State.PULSE_GAP, (SILENT, DEAF, *_broken(Failure.FORWARD_SIGNAL_STAYS)))

CYCLES: Final[Mapping[tuple[State, In | Register], Row]] = {
    # Q.441 group I: KC or KE, the called number
    (State.AWAIT_CALLED, In.LEADING): (State.A1_CALLED, (Do.KEEP_LEADING, A1)),
    # GB 3377-82: KA and the calling number; the verdicts come with the closing 15, or with KA when it is alone
    (State.AWAIT_KA, In.KA): (State.A1_CALLING, (Do.KEEP_KA, A1)),
    (State.AWAIT_KA, In.FOREIGN): FOREIGN,
    (State.AWAIT_CALLING, In.CALLING_DIGIT): (State.A1_CALLING, (Do.KEEP_CALLING, A1)),
    (State.AWAIT_CALLING, In.FOREIGN): FOREIGN,
    # a number of unknown length that no digit follows
    (State.AWAIT_OPEN, In.T_INTERDIGIT): (State.A3_PULSE, (DEAF, Do.PULSE_A3)),
    (State.A3_PULSE, In.PULSE_DONE): (State.A3_PULSE_SENT, ()),
    (State.A3_PULSE, In.T_PULSE_IGNORE): (State.AWAIT_KD, (SILENT, LISTEN)),
    (State.A3_PULSE_SENT, In.T_PULSE_IGNORE): (State.AWAIT_KD, (LISTEN,)),
    # end to end: the next exchange is there, and the number goes to it from its first digit
    (State.ROUTING, In.SEND_ON): (State.A2_ON, (A2, Line.ACCEPTED)),
    (State.ROUTING, In.REFUSE): (State.REFUSING, (Do.SEND_REFUSAL, Line.REFUSED)),
    (State.A2_ON, In.FORWARD_OFF): (State.OFF, (SILENT, DEAF, Line.KB_ENDED, Through())),
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
    (State.A1_OPEN, In.FORWARD_OFF): (State.AWAIT_OPEN, (SILENT,)),
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
    (State.ROUTING, Register.GIVE_UP): (State.REFUSING, (A4,)),
    (State.OFFERED, Register.GIVE_UP): (State.REFUSING, (Do.SEND_CONGESTION_KB,)),
    (State.KB_FREE_ON, Register.GIVE_UP): (State.REFUSING, ()),
    (State.A3_PULSE, Register.GIVE_UP): (State.PULSE_GAP, (SILENT,)),
    (State.A3_PULSE_SENT, Register.GIVE_UP): (State.PULSE_GAP, ()),
    # the line: seizure, clear forward
    (State.OFF, Register.START): (State.AWAIT_CALLED, (Do.FORGET, LISTEN)),
    (State.OFF, Register.STOP): (State.OFF, ()),
    (State.ROUTING, Register.STOP): (State.OFF, (DEAF,)),
    (State.OFFERED, Register.STOP): (State.OFF, (DEAF,)),
    (State.A3_PULSE, Register.STOP): (State.OFF, (SILENT,)),
    (State.A3_PULSE_SENT, Register.STOP): (State.OFF, ()),
    (State.PULSE_GAP, Register.STOP): (State.OFF, ()),
    (State.PULSE, Register.STOP): (State.OFF, (SILENT,)),
}


def _verdicts(state: State, keep: Do) -> dict[tuple[State, In | Register], Row]:
    """What the number plan makes of the signal that is on: a called digit, KA alone, the end of the calling number."""
    return {
        (state, In.MORE): (State.A1_CALLED, (keep, A1)),
        (state, In.GOOD): (State.A1_OPEN, (keep, A1)),
        (state, In.COMPLETE): (State.A3_ON, (keep, A3)),
        (state, In.VACANT): (State.REFUSING, (keep, *VACANT)),
        (state, In.CONGESTION): (State.REFUSING, (keep, *CONGESTION)),
        (state, In.TRANSIT): (State.ROUTING, (keep, Do.REPORT_TRANSIT)),
    }


def _called_digit(state: State) -> dict[tuple[State, In | Register], Row]:
    return {
        **_verdicts(state, Do.KEEP_CALLED),
        (state, In.ASK): (State.A6_ON, (Do.KEEP_CALLED, A6)),
        (state, In.FOREIGN): FOREIGN,
    }


TABLE: Final[Mapping[tuple[State, In | Register], Row]] = MappingProxyType(
    {
        **CYCLES,
        **_called_digit(State.AWAIT_CALLED),
        **_called_digit(State.AWAIT_OPEN),
        **_verdicts(State.AWAIT_KA, Do.KEEP_KA),
        **_verdicts(State.AWAIT_CALLING, Do.END_CALLING),
        **{(state, In.T3): T3 for state in T3_STATES},
        **{(state, In.T4): T4_IN_A for state in A_ON},
        **{(state, Register.GIVE_UP): (State.PULSE_GAP, (DEAF,)) for state in AWAITING},
        **{(state, Register.GIVE_UP): (State.PULSE_GAP, (SILENT, DEAF)) for state in A_ON},
        **{(state, Register.STOP): (State.OFF, (DEAF,)) for state in AWAITING},
        **{(state, Register.STOP): (State.OFF, (SILENT, DEAF)) for state in (*A_ON, *B_ON)},
    }
)

ON: Final = (
    In.LEADING,
    In.MORE,
    In.GOOD,
    In.ASK,
    In.COMPLETE,
    In.VACANT,
    In.CONGESTION,
    In.TRANSIT,
    In.KA,
    In.CALLING_DIGIT,
    In.KD,
    In.FOREIGN,
)
DEAF_STATES: Final = (State.OFF, State.A3_PULSE, State.A3_PULSE_SENT, State.PULSE_GAP, State.PULSE)
DECIDING: Final = (State.OFFERED, State.ROUTING)

# What the line may bring without a meaning: anything when we do not listen; the end of a signal that was not
# recognised; a change of the forward signal while we answer it (T4 guards it); a break of the signal that is on while
# the switch decides.
IGNORED: Final = frozenset(
    {
        *((state, what) for state in DEAF_STATES for what in (*ON, In.FORWARD_OFF)),
        *((state, In.FORWARD_OFF) for state in (*AWAITING, *DECIDING)),
        *((state, what) for state in (*A_ON, *B_ON, *DECIDING) for what in ON),
        *((state, In.PULSE_DONE) for state in State if state not in (State.PULSE, State.A3_PULSE)),
    }
)
