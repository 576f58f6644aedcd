"""What goes into and comes out of one China No.1 channel: events, commands, effects and indications.

Line nibbles are abcd as sent in TS16. Register signals are numbers: forward 1..15, backward 1..6; 0 stands for a
foreign signal (third frequency, 540 or 660 Hz).
"""

from dataclasses import dataclass
from enum import Enum

from kmcc.signaling.china1.codes import Prefix
from kmcc.signaling.effects import Expired, StartTimer, StopTimer


class Direction(Enum):
    """Of register tones, seen on the line: the outgoing end sends forward and hears backward."""

    FORWARD = 0
    BACKWARD = 1


class Failure(Enum):
    """Why a call attempt or a call ended otherwise than by a normal release."""

    VACANT_NUMBER = "vacant number"  # A5, KB5
    CALLED_BUSY = "called subscriber busy"  # KB2, KB3, KB4 on a local call
    CONGESTION = "congestion"  # A4, KB4 on a toll call
    NO_SEIZE_ACK = "no seizing acknowledgement"
    NO_BACKWARD_SIGNAL = "T1: no backward signal"
    NO_FORWARD_SIGNAL = "T3: no forward signal"
    BACKWARD_SIGNAL_STAYS = "T2: the backward signal does not stop"
    FORWARD_SIGNAL_STAYS = "T4: the forward signal does not stop"
    NO_ANSWER = "no answer"
    FOREIGN_SIGNAL = "foreign or meaningless register signal"
    ABNORMAL_RELEASE = "released before answer by the far end"
    NO_RELEASE_GUARD = "no release guard after clear forward"
    BLOCKED = "circuit blocked by the far end"
    LINE_FAULT = "line fault"


# --- events: what the line brings ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineBits:
    """A received nibble, after persistence."""

    abcd: int


@dataclass(frozen=True, slots=True)
class SignalOn:
    """A register signal was recognised; 0 = foreign."""

    number: int


@dataclass(frozen=True, slots=True)
class SignalOff:
    """The register signal has stopped."""


@dataclass(frozen=True, slots=True)
class PulseDone:
    """A register pulse that we sent is over."""


# --- commands: what the switch wants ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seize:
    """Outgoing: place a call. `calling` None = there is no calling number; `prefixes` go before the called number."""

    called: str
    calling: str | None
    ka: int
    kd: int
    prefixes: tuple[Prefix, ...] = ()


@dataclass(frozen=True, slots=True)
class SeizeThrough:
    """Outgoing: take the circuit for a number that another exchange will send over it (end-to-end signalling)."""


@dataclass(frozen=True, slots=True)
class Accept:
    """Incoming, after Offered: called free; sends KB (1 or 6) and opens the speech path."""

    kb: int = 1


@dataclass(frozen=True, slots=True)
class Refuse:
    """Incoming, after Offered: sends the KB that tells this failure, then waits for clear forward."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class SendOn:
    """Incoming, after InTransit: the next exchange listens on this circuit; A2 asks for the number once more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Incoming: the called party answers (0111); charging starts."""


@dataclass(frozen=True, slots=True)
class Clear:
    """Our side hangs up: clear forward when outgoing, clear back when incoming."""


# --- effects: what the machine wants done -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendBits:
    abcd: int


@dataclass(frozen=True, slots=True)
class SendSignal:
    """Keep sending this register signal until StopSignal."""

    direction: Direction
    number: int


@dataclass(frozen=True, slots=True)
class SendPulse:
    direction: Direction
    number: int
    ms: int


@dataclass(frozen=True, slots=True)
class StopSignal:
    pass


@dataclass(frozen=True, slots=True)
class Hear:
    """Switch the register receiver on for this direction, or off (None)."""

    direction: Direction | None


# --- indications: what the switch is told -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seized:
    """Incoming: the far end has taken the circuit."""


@dataclass(frozen=True, slots=True)
class Offered:
    """Incoming: the whole number is here and KD was received; answer with Accept or Refuse."""

    called: str
    calling: str | None
    ka: int | None
    kd: int
    prefixes: tuple[Prefix, ...] = ()


@dataclass(frozen=True, slots=True)
class InTransit:
    """Incoming: these digits say that another exchange takes the number; answer with SendOn or Refuse."""

    called: str
    calling: str | None
    ka: int | None
    prefixes: tuple[Prefix, ...] = ()


@dataclass(frozen=True, slots=True)
class Through:
    """The circuit carries the register signals of others from now on: join both circuits."""


@dataclass(frozen=True, slots=True)
class Alerting:
    """Outgoing: called free (KB received); ring-back is in band now."""

    kb: int


@dataclass(frozen=True, slots=True)
class Answered:
    """Outgoing: the called party answered."""


@dataclass(frozen=True, slots=True)
class FarCleared:
    """The far party hung up: clear back when outgoing, clear forward when incoming."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The attempt has failed; the machine releases the circuit by itself and reports Idle when done."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Idle:
    """The circuit may be used again."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """The far end blocks the idle circuit."""


@dataclass(frozen=True, slots=True)
class Unblocked:
    pass


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that maintenance staff must see."""

    failure: Failure


Command = Seize | SeizeThrough | Accept | Refuse | SendOn | Answer | Clear
Event = LineBits | SignalOn | SignalOff | PulseDone | Expired | Command
Indication = (
    Seized
    | Offered
    | InTransit
    | Through
    | Alerting
    | Answered
    | FarCleared
    | Failed
    | Idle
    | Blocked
    | Unblocked
    | Alarm
)
Effect = SendBits | SendSignal | SendPulse | StopSignal | Hear | StartTimer | StopTimer | Indication
