"""One China No.1 circuit: a line table and a register table side by side, one object for each role.

`receive` takes what the line, a timer or the switch brings and returns what to do: first what goes to the line and
the timers, then the indications, so whoever reacts to an indication meets a settled circuit. What comes from the
line never raises; a command that cannot be is ProtocolError and changes nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Final

from kmcc.signaling.china1 import cycle_in, cycle_out, line_in, line_out, register_in, register_out
from kmcc.signaling.china1.codes import Backward, Forward
from kmcc.signaling.china1.machine import Machine
from kmcc.signaling.china1.messages import (
    Accept,
    Alarm,
    Answer,
    Clear,
    Command,
    Effect,
    Event,
    Failure,
    Hear,
    Indication,
    LineBits,
    PulseDone,
    Refuse,
    Seize,
    SeizeThrough,
    SendBits,
    SendOn,
    SignalOff,
    SignalOn,
)
from kmcc.signaling.china1.plan import Analyse, AniAfter
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.signaling.effects import Expired, ProtocolError, RangeError

DIGITS: Final = frozenset("0123456789")


class Channel(ABC):
    """What both roles share."""

    role: str

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._sent: int | None = None

    @property
    @abstractmethod
    def state(self) -> str:
        """For traces: the state of the line, and of the register while it works."""

    @abstractmethod
    def start(self) -> tuple[Effect, ...]:
        """Idle goes out; the first LineBits tells what the far end is doing."""

    def receive(self, event: Event) -> tuple[Effect, ...]:
        """Take one event of this circuit."""
        return tuple(sorted(self._take(event), key=lambda effect: isinstance(effect, Indication)))

    def _take(self, event: Event) -> Iterable[Effect]:
        match event:
            case LineBits(abcd):
                return self._hear_line(abcd)
            case SignalOn() | SignalOff() | PulseDone():
                return self._hear_register(event)
            case Expired(name):
                return self._expired(name)
        return self._obey(event)

    @abstractmethod
    def _hear_line(self, abcd: int) -> Iterable[Effect]: ...

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
        return (SendBits(abcd),)


class OutgoingChannel(Channel):
    role = "outgoing"

    def __init__(self, profile: Profile = LOCAL) -> None:
        super().__init__(profile)
        self._line: Machine[line_out.State, line_out.In, line_out.Out] = Machine(
            "outgoing line", line_out.State.UNKNOWN, line_out.TABLE, line_out.TIMERS, profile
        )
        self._register = register_out.OutgoingRegister(profile)

    @property
    def state(self) -> str:
        line, register = self._line.state.value, self._register.state
        return line if register is cycle_out.State.OFF else f"{line}: {register.value}"

    def start(self) -> tuple[Effect, ...]:
        return (*self._send(self._profile.forward[Forward.IDLE]), Hear(None))

    def _hear_line(self, abcd: int) -> Iterable[Effect]:
        what = line_out.classify(self._line.state, abcd, self._profile.backward)
        if self._line.has_row(what):
            return self._to_line(what)
        return () if (self._line.state, what) in line_out.IGNORED else (Alarm(Failure.LINE_FAULT),)

    def _hear_register(self, event: SignalOn | SignalOff | PulseDone) -> Iterable[Effect]:
        if isinstance(event, PulseDone):
            return ()  # this end sends no pulses
        return self._from_register(self._register.hear(event))

    def _obey(self, command: Command) -> Iterable[Effect]:
        match command:
            case Seize() | SeizeThrough():
                return self._seize(command)
            case Clear():
                return self._to_line(line_out.In.CLEAR)
        raise self._refuse(command)

    def _seize(self, call: Seize | SeizeThrough) -> Iterable[Effect]:
        if isinstance(call, Seize):
            self._check_range(call)
        effects = self._to_line(line_out.In.SEIZE)
        self._register.load(call)
        return effects

    def _check_range(self, call: Seize) -> None:
        prefixes = self._profile.prefixes
        rows: tuple[tuple[str, object, bool, str], ...] = (
            ("called", call.called, _is_number(call.called), "one or more digits 0-9"),
            ("calling", call.calling, call.calling is None or _is_number(call.calling), "digits 0-9 or None"),
            ("ka", call.ka, call.ka in range(1, 11), "1..10 (GB 3377-82)"),
            ("kd", call.kd, call.kd in range(1, 7), "1..6 (GB 3377-82)"),
            (
                "prefixes",
                [prefix.value for prefix in call.prefixes],
                set(call.prefixes) <= set(prefixes),
                f"of {[prefix.value for prefix in prefixes]} (register.leading)",
            ),
        )
        for row, found, is_good, expected in rows:
            if not is_good:
                raise RangeError(f"{self.role} channel", "Seize", row, found, expected)

    def _expired(self, timer: str) -> Iterable[Effect]:
        if timer == self._line.timer:
            return self._to_line(line_out.In(timer))
        if timer == self._register.timer:
            return self._from_register(self._register.receive(cycle_out.In(timer)))
        return ()  # it was stopped when it had already run out

    def _to_line(self, what: line_out.In) -> list[Effect]:
        effects: list[Effect] = []
        for out in self._line.receive(what):
            match out:
                case Forward():
                    effects.extend(self._send(self._profile.forward[out]))
                case line_out.Register():
                    effects.extend(self._from_register(self._register.receive(out)))
                case _:
                    effects.append(out)
        return effects

    def _from_register(self, outs: Iterable[line_out.In | Effect]) -> list[Effect]:
        effects: list[Effect] = []
        for out in outs:
            effects.extend(self._to_line(out) if isinstance(out, line_out.In) else (out,))
        return effects


class IncomingChannel(Channel):
    role = "incoming"

    def __init__(self, profile: Profile, analyse: Analyse, ani_after: AniAfter | None = None) -> None:
        super().__init__(profile)
        self._line: Machine[line_in.State, line_in.In, line_in.Out] = Machine(
            "incoming line", line_in.State.UNKNOWN, line_in.TABLE, line_in.TIMERS, profile
        )
        self._register = register_in.IncomingRegister(profile, analyse, ani_after)

    @property
    def so_far(self) -> tuple[str, str | None, int | None]:
        """Called digits, calling digits and KA of the present call, or the last one, as far as they have come."""
        return self._register.so_far

    @property
    def state(self) -> str:
        line, register = self._line.state.value, self._register.state
        return line if register is cycle_in.State.OFF else f"{line}: {register.value}"

    def start(self) -> tuple[Effect, ...]:
        return (*self._send(self._profile.backward[Backward.IDLE]), Hear(None))

    def _hear_line(self, abcd: int) -> Iterable[Effect]:
        what = line_in.classify(self._line.state, abcd, self._profile.forward)
        if self._line.has_row(what):
            return self._to_line(what)
        return () if (self._line.state, what) in line_in.IGNORED else (Alarm(Failure.LINE_FAULT),)

    def _hear_register(self, event: SignalOn | SignalOff | PulseDone) -> Iterable[Effect]:
        if isinstance(event, PulseDone):
            return self._from_register(self._register.pulse_done())
        return self._from_register(self._register.hear(event))

    def _obey(self, command: Command) -> Iterable[Effect]:
        match command:
            case Accept(kb):
                return self._accept(kb)
            case Refuse(failure):
                return self._from_register(self._register.refuse(failure))
            case SendOn():
                return self._from_register(self._register.receive(cycle_in.In.SEND_ON))
            case Answer():
                return self._to_line(line_in.In.ANSWER)
            case Clear():
                return self._to_line(line_in.In.CLEAR)
        raise self._refuse(command)

    def _accept(self, kb: int) -> Iterable[Effect]:
        if kb not in self._profile.free_kb:
            raise RangeError(f"{self.role} channel", "Accept", "kb", kb, f"one of {list(self._profile.free_kb)}")
        return self._from_register(self._register.accept(kb))

    def _expired(self, timer: str) -> Iterable[Effect]:
        if timer == self._line.timer:
            return self._to_line(line_in.In(timer))
        if timer == self._register.timer:
            return self._from_register(self._register.receive(cycle_in.In(timer)))
        return ()  # it was stopped when it had already run out

    def _to_line(self, what: line_in.In) -> list[Effect]:
        effects: list[Effect] = []
        for out in self._line.receive(what):
            match out:
                case Backward():
                    effects.extend(self._send(self._profile.backward[out]))
                case line_in.Register():
                    effects.extend(self._from_register(self._register.receive(out)))
                case _:
                    effects.append(out)
        return effects

    def _from_register(self, outs: Iterable[line_in.In | Effect]) -> list[Effect]:
        effects: list[Effect] = []
        for out in outs:
            effects.extend(self._to_line(out) if isinstance(out, line_in.In) else (out,))
        return effects


def _is_number(digits: str) -> bool:
    return bool(digits) and DIGITS.issuperset(digits)
