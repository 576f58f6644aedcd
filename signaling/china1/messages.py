"""What goes into and comes out of one China No.1 channel: events, commands, effects and indications.

Line nibbles are abcd as sent in TS16. Register signals are numbers: forward 1..15, backward 1..6; 0 stands for a
foreign signal.
"""

from dataclasses import dataclass

from kmcc.signaling.china1.codes import Control, Prefix
from kmcc.signaling.china1.span_events import PcmBack, PcmBreak, PcmLost
from kmcc.signaling.china1.terms import Direction, Failure, Operator
from kmcc.signaling.effects import Expired, StartTimer, StopTimer

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
    """A register pulse of ours is over."""


# --- commands: what the switch wants ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seize:
    """Outgoing: place a call. No `calling` number: None; `control` None = as KB and the profile say."""

    called: str
    calling: str | None
    ka: int
    kd: int
    prefixes: tuple[Prefix, ...] = ()  # before the called number
    control: Control | None = None


@dataclass(frozen=True, slots=True)
class SeizeThrough:
    """Outgoing: take the circuit for a number that another exchange will send over it (end-to-end signalling)."""


@dataclass(frozen=True, slots=True)
class Accept:
    """Incoming, after Offered: called free; sends KB, opens the speech path. `control` None = as the profile says."""

    kb: int = 1
    control: Control | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Incoming, after Offered: sends the KB that tells this failure, then waits for clear forward."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class SendOn:
    """Incoming, after InTransit: the next exchange listens on this circuit; A2 asks for the number once more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Incoming: the called party answers (0111), or comes back where the caller controls the release."""


@dataclass(frozen=True, slots=True)
class Clear:
    """Our side hangs up: clear forward when outgoing, clear back when incoming."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Outgoing: the caller lifts again while the called party, who controls the release, holds the circuit."""


@dataclass(frozen=True, slots=True)
class ForceRelease:
    """Incoming: make the far end clear forward, where the profile knows forced release."""


@dataclass(frozen=True, slots=True)
class OperatorRing:
    """Show the operator signal on bit c, where the profile knows it."""


@dataclass(frozen=True, slots=True)
class Block:
    """Take the idle circuit out of service and tell the far end."""


@dataclass(frozen=True, slots=True)
class Unblock:
    """Give it back."""


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
class Acknowledged:
    """Outgoing: the far end has taken the seizure; the circuit is ours."""


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
class Suspended:
    """The far party has hung up and may come back: the called one when outgoing, the caller when incoming."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """It has come back: re-answer when outgoing."""


@dataclass(frozen=True, slots=True)
class MeterUnit:
    """Outgoing: one metering pulse."""


@dataclass(frozen=True, slots=True)
class OperatorSignal:
    """An operator at the far end wants this."""

    what: Operator


@dataclass(frozen=True, slots=True)
class Failed:
    """The attempt has failed; the machine releases the circuit by itself and reports Idle when done."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Idle:
    """The circuit may be used again."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """The circuit cannot be used: the far end blocks it, or the span has an alarm."""


@dataclass(frozen=True, slots=True)
class Unblocked:
    pass


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that maintenance staff must see."""

    failure: Failure


Command = (
    Seize
    | SeizeThrough
    | Accept
    | Refuse
    | SendOn
    | Answer
    | Clear
    | Resume
    | ForceRelease
    | OperatorRing
    | Block
    | Unblock
)
Event = LineBits | SignalOn | SignalOff | PulseDone | PcmBreak | PcmLost | PcmBack | Expired | Command
Indication = (
    Seized
    | Offered
    | InTransit
    | Through
    | Acknowledged
    | Alerting
    | Answered
    | FarCleared
    | Suspended
    | Resumed
    | MeterUnit
    | OperatorSignal
    | Failed
    | Idle
    | Blocked
    | Unblocked
    | Alarm
)
Effect = SendBits | SendSignal | SendPulse | StopSignal | Hear | StartTimer | StopTimer | Indication
