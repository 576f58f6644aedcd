"""MFC register of the outgoing end: forward signals compelled by group A and KB, GB 3377-82 with T1, T2 of Q.476.

A cycle is: our signal on (T1), backward signal on and ours off (T2), backward signal off, next signal. A state is
named after what is on, or after what the last backward signal asked for. A called digit is any signal of
the called number: KC or KE before it and an end mark behind it, where the profile has them, go the way of its digits.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.line_out import In as Line
from kmcc.signaling.china1.line_out import Register
from kmcc.signaling.china1.messages import (
    Alarm,
    Failed,
    Hear,
    Indication,
    StopSignal,
    Through,
)
from kmcc.signaling.china1.terms import Direction, Failure


class State(Enum):
    OFF = "off"
    # our signal is on
    CALLED_DIGIT = "called digit"
    KA = "KA"
    CALLING_DIGIT = "calling digit"
    END_OF_CLI = "end of calling number"
    KD = "KD"
    # the backward signal is on, ours is off
    NEXT_CALLED = "next called digit asked"
    REPEAT_CALLED = "called number asked again"
    NEXT_KA = "KA asked"
    NEXT_CALLING = "calling digit asked"
    NEXT_KD = "KD asked"
    GOT_FREE = "called free"
    GOT_BUSY = "called busy"
    GOT_VACANT = "vacant number"
    GOT_CONGESTION = "congestion"
    # nothing is on
    OUT_OF_DIGITS = "out of digits"  # a pulse is due


class In(Enum):
    """What can happen to an outgoing register; a timer's value is its row in the profile."""

    A1 = "A1"
    A2 = "A2"
    A3 = "A3"
    A4 = "A4"
    A5 = "A5"
    A6 = "A6"
    A1_AFTER_KA = "A1 after KA alone"  # the profile asks for no calling number
    KB_FREE = "KB free"
    KB_BUSY = "KB busy"
    KB_VACANT = "KB vacant"
    KB_CONGESTION = "KB congestion"
    FOREIGN = "foreign"
    BACKWARD_OFF = "backward off"
    NUMBER_SPENT = "number spent"  # backward off, and the number asked for has no digit left
    THROUGH = "through"  # the seizure is acknowledged, and another exchange sends the number
    T1 = "t1"
    T2 = "t2"


class Do(Enum):
    """Effects that need the number, resolved by the register."""

    SEND_NEXT_CALLED = "send next called digit"
    SEND_CALLED_AGAIN = "send called number again"
    SEND_KA = "send KA"
    SEND_NEXT_CALLING = "send next calling digit"
    SEND_END_OF_CLI = "send end of calling number"
    SEND_KD = "send KD"
    KEEP_KB = "keep KB"
    REPORT_ALERTING = "report alerting"


SENDING: Final = (State.CALLED_DIGIT, State.KA, State.CALLING_DIGIT, State.END_OF_CLI, State.KD)
ENDING: Final = (
    State.NEXT_CALLED,
    State.REPEAT_CALLED,
    State.NEXT_KA,
    State.NEXT_CALLING,
    State.NEXT_KD,
    State.GOT_FREE,
    State.GOT_BUSY,
    State.GOT_VACANT,
    State.GOT_CONGESTION,
)

TIMERS: Final[Mapping[State, In | Register]] = MappingProxyType(
    {
        **dict.fromkeys(SENDING, In.T1),
        **dict.fromkeys(ENDING, In.T2),
        State.OUT_OF_DIGITS: In.T2,
    }
)

Out = Do | Line | StopSignal | Hear | Indication
Row = tuple[State, tuple[Out, ...]]
SILENT: Final = StopSignal()
DEAF: Final = Hear(None)


def _broken(failure: Failure) -> tuple[Out, ...]:
    return (DEAF, Failed(failure), Alarm(failure), Line.REGISTER_FAILED)


def _told(failure: Failure) -> tuple[Out, ...]:
    """The far end said so: no alarm."""
    return (DEAF, Failed(failure), Line.REGISTER_FAILED)


STRANGE: Final[Row] = (State.OFF, (SILENT, *_broken(Failure.FOREIGN_SIGNAL)))

# Q.441: what each A signal makes of the signal that is on.
CYCLES: Final[Mapping[tuple[State, In | Register], Row]] = {
    (State.CALLED_DIGIT, In.A1): (State.NEXT_CALLED, (SILENT,)),
    (State.CALLED_DIGIT, In.A2): (State.REPEAT_CALLED, (SILENT,)),
    (State.CALLED_DIGIT, In.A3): (State.NEXT_KD, (SILENT,)),
    (State.CALLED_DIGIT, In.A4): (State.GOT_CONGESTION, (SILENT,)),
    (State.CALLED_DIGIT, In.A5): (State.GOT_VACANT, (SILENT,)),
    (State.CALLED_DIGIT, In.A6): (State.NEXT_KA, (SILENT,)),
    (State.KA, In.A1): (State.NEXT_CALLING, (SILENT,)),
    (State.KA, In.A1_AFTER_KA): (State.NEXT_CALLED, (SILENT,)),
    (State.KA, In.A2): (State.REPEAT_CALLED, (SILENT,)),
    (State.KA, In.A3): (State.NEXT_KD, (SILENT,)),
    (State.KA, In.A4): (State.GOT_CONGESTION, (SILENT,)),
    (State.KA, In.A5): (State.GOT_VACANT, (SILENT,)),
    (State.KA, In.A6): STRANGE,
    (State.CALLING_DIGIT, In.A1): (State.NEXT_CALLING, (SILENT,)),
    (State.CALLING_DIGIT, In.A2): (State.REPEAT_CALLED, (SILENT,)),
    (State.CALLING_DIGIT, In.A3): (State.NEXT_KD, (SILENT,)),
    (State.CALLING_DIGIT, In.A4): (State.GOT_CONGESTION, (SILENT,)),
    (State.CALLING_DIGIT, In.A5): (State.GOT_VACANT, (SILENT,)),
    (State.CALLING_DIGIT, In.A6): STRANGE,
    # after the closing 15, A1 means the next called digit
    (State.END_OF_CLI, In.A1): (State.NEXT_CALLED, (SILENT,)),
    (State.END_OF_CLI, In.A2): (State.REPEAT_CALLED, (SILENT,)),
    (State.END_OF_CLI, In.A3): (State.NEXT_KD, (SILENT,)),
    (State.END_OF_CLI, In.A4): (State.GOT_CONGESTION, (SILENT,)),
    (State.END_OF_CLI, In.A5): (State.GOT_VACANT, (SILENT,)),
    (State.END_OF_CLI, In.A6): STRANGE,
    (State.KD, In.KB_FREE): (State.GOT_FREE, (SILENT, Do.KEEP_KB, Line.KB_FREE)),
    (State.KD, In.KB_BUSY): (State.GOT_BUSY, (SILENT,)),
    (State.KD, In.KB_VACANT): (State.GOT_VACANT, (SILENT,)),
    (State.KD, In.KB_CONGESTION): (State.GOT_CONGESTION, (SILENT,)),
    # the backward signal has stopped: do what it asked for
    (State.NEXT_CALLED, In.BACKWARD_OFF): (State.CALLED_DIGIT, (Do.SEND_NEXT_CALLED,)),
    (State.NEXT_CALLED, In.NUMBER_SPENT): (State.OUT_OF_DIGITS, ()),
    (State.REPEAT_CALLED, In.BACKWARD_OFF): (State.CALLED_DIGIT, (Do.SEND_CALLED_AGAIN,)),
    (State.NEXT_KA, In.BACKWARD_OFF): (State.KA, (Do.SEND_KA,)),
    (State.NEXT_CALLING, In.BACKWARD_OFF): (State.CALLING_DIGIT, (Do.SEND_NEXT_CALLING,)),
    (State.NEXT_CALLING, In.NUMBER_SPENT): (State.END_OF_CLI, (Do.SEND_END_OF_CLI,)),
    (State.NEXT_KD, In.BACKWARD_OFF): (State.KD, (Do.SEND_KD,)),
    (State.GOT_FREE, In.BACKWARD_OFF): (State.OFF, (DEAF, Do.REPORT_ALERTING, Line.KB_ENDED)),
    (State.GOT_BUSY, In.BACKWARD_OFF): (State.OFF, _told(Failure.CALLED_BUSY)),
    (State.GOT_VACANT, In.BACKWARD_OFF): (State.OFF, _told(Failure.VACANT_NUMBER)),
    (State.GOT_CONGESTION, In.BACKWARD_OFF): (State.OFF, _told(Failure.CONGESTION)),
    # Q.442: pulses come when no forward signal is on; A6 as a pulse is seen in the field
    (State.OUT_OF_DIGITS, In.A3): (State.NEXT_KD, ()),
    (State.OUT_OF_DIGITS, In.A4): (State.GOT_CONGESTION, ()),
    (State.OUT_OF_DIGITS, In.A5): (State.GOT_VACANT, ()),
    (State.OUT_OF_DIGITS, In.A6): (State.NEXT_KA, ()),
    (State.OUT_OF_DIGITS, In.FOREIGN): (State.OFF, _broken(Failure.FOREIGN_SIGNAL)),
    # the line
    (State.OFF, Register.START): (State.CALLED_DIGIT, (Hear(Direction.BACKWARD), Do.SEND_NEXT_CALLED)),
    (State.GOT_FREE, Register.FINISH): (State.OFF, (DEAF, Do.REPORT_ALERTING)),
    # end to end: our register keeps out of it, the line waits for the answer
    (State.OFF, In.THROUGH): (State.OFF, (Line.KB_FREE, Line.KB_ENDED, Through())),
}

TABLE: Final[Mapping[tuple[State, In | Register], Row]] = MappingProxyType(
    {
        **CYCLES,
        **{(state, In.FOREIGN): STRANGE for state in SENDING},
        # Q.476: clear forward, congestion tone to the caller, alarm
        **{(s, In.T1): (State.OFF, (SILENT, *_broken(Failure.NO_BACKWARD_SIGNAL))) for s in SENDING},
        **{(state, In.T2): (State.OFF, _broken(Failure.BACKWARD_SIGNAL_STAYS)) for state in ENDING},
        (State.OUT_OF_DIGITS, In.T2): (State.OFF, _broken(Failure.NO_BACKWARD_SIGNAL)),
        **{(state, Register.STOP): (State.OFF, (SILENT, DEAF)) for state in SENDING},
        **{(state, Register.STOP): (State.OFF, (DEAF,)) for state in (*ENDING, State.OUT_OF_DIGITS)},
    }
)

A_SIGNALS: Final = MappingProxyType({1: In.A1, 2: In.A2, 3: In.A3, 4: In.A4, 5: In.A5, 6: In.A6})
ON: Final = (*A_SIGNALS.values(), In.KB_FREE, In.KB_BUSY, In.KB_VACANT, In.KB_CONGESTION, In.FOREIGN)

# What the line may bring without a meaning: anything when the register is off, the end of a signal that was not
# recognised, a change of a backward signal that has been understood (T2 guards it), and a pulse of A1 or A2.
IGNORED: Final = frozenset(
    {
        *((State.OFF, what) for what in (*ON, In.BACKWARD_OFF)),
        *((state, In.BACKWARD_OFF) for state in SENDING),
        *((state, what) for state in ENDING for what in ON),
        (State.OUT_OF_DIGITS, In.A1),
        (State.OUT_OF_DIGITS, In.A2),
        (State.OUT_OF_DIGITS, In.BACKWARD_OFF),
    }
)
