"""What both roles of a China No.1 circuit share: the line is read, commands are obeyed, effects come in a fixed order.

`receive` takes what the line, a timer or the switch brings and returns what to do: first what goes to the line and
the timers, then the indications, so whoever reacts to an indication meets a settled circuit. What comes from the
line never raises; a command that cannot be is ProtocolError and changes nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable

from kmcc.signaling.china1.messages import (
    Alarm,
    Command,
    Effect,
    Event,
    Idle,
    Indication,
    LineBits,
    OperatorRing,
    OperatorSignal,
    PulseDone,
    SendBits,
    SignalOff,
    SignalOn,
)
from kmcc.signaling.china1.operator_bit import TIMER as T_OPERATOR_SIGNAL
from kmcc.signaling.china1.operator_bit import OperatorBit
from kmcc.signaling.china1.profile import Profile
from kmcc.signaling.china1.span_events import PcmBack, PcmBreak, PcmLost
from kmcc.signaling.china1.terms import Failure, Operator
from kmcc.signaling.effects import Expired, ProtocolError


class Channel(ABC):
    """One role of a circuit."""

    role: str

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._sent: int | None = None
        self._heard: int | None = None
        self._operator = OperatorBit(profile)

    @property
    @abstractmethod
    def state(self) -> str:
        """For traces: the state of the line, and of the register while it works."""

    @abstractmethod
    def start(self) -> tuple[Effect, ...]:
        """Idle goes out; the first LineBits tells what the far end is doing."""

    def receive(self, event: Event) -> tuple[Effect, ...]:
        """Take one event of this circuit."""
        was_unread = self._is_unread
        effects = list(self._take(event))
        if self._heard is not None and (Idle() in effects or self._is_unread > was_unread):
            effects += self._hear_code(self._heard)  # what came while nobody could use it
        return tuple(sorted(effects, key=lambda effect: isinstance(effect, Indication)))

    def _take(self, event: Event) -> Iterable[Effect]:
        match event:
            case LineBits(abcd):
                return self._hear_line(abcd)
            case SignalOn() | SignalOff() | PulseDone():
                return self._hear_register(event)
            case PcmBreak() | PcmLost() | PcmBack():
                return self._hear_span(event)
            case Expired(name):
                return self._operator.end(self._sent or 0) if name == T_OPERATOR_SIGNAL else self._expired(name)
            case OperatorRing():
                return self._ring()
        return self._obey(event)

    def _hear_line(self, abcd: int) -> Iterable[Effect]:
        code, is_operator = self._operator.hear(abcd)
        was_heard, self._heard = self._heard, code
        if not is_operator:
            return () if self._operator.is_known and code == was_heard else self._hear_code(code)
        what = self._operator_hears
        said = Alarm(Failure.LINE_FAULT) if what is None else OperatorSignal(what)
        return [said, *(() if code == was_heard else self._hear_code(code))]

    def _ring(self) -> Iterable[Effect]:
        if not (self._operator.is_known and self._operator_may_ring):
            raise self._refuse(OperatorRing())
        return self._operator.ring(self._sent or 0)

    @property
    @abstractmethod
    def _is_unread(self) -> bool:
        """The state of the far end is not known: whatever stands on the line tells it."""

    @property
    @abstractmethod
    def _operator_hears(self) -> Operator | None:
        """What bit c says now; None where no operator can want anything."""

    @property
    @abstractmethod
    def _operator_may_ring(self) -> bool: ...

    @abstractmethod
    def _hear_code(self, abcd: int) -> Iterable[Effect]: ...

    @abstractmethod
    def _hear_span(self, event: PcmBreak | PcmLost | PcmBack) -> Iterable[Effect]: ...

    @abstractmethod
    def _hear_register(self, event: SignalOn | SignalOff | PulseDone) -> Iterable[Effect]: ...

    @abstractmethod
    def _expired(self, timer: str) -> Iterable[Effect]: ...

    @abstractmethod
    def _obey(self, command: Command) -> Iterable[Effect]: ...

    def _refuse(self, command: object) -> ProtocolError:
        return ProtocolError(f"{self.role} channel", self.state, type(command).__name__)

    def _send(self, abcd: int) -> tuple[Effect, ...]:
        """A code that is on the line already is not sent again."""
        if abcd == self._sent:
            return ()
        self._sent = abcd
        return (*self._operator.give_way(), SendBits(abcd))
