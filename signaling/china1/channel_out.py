"""The outgoing end of a China No.1 circuit: its line table and its register table side by side."""

from collections.abc import Iterable
from typing import Final

from kmcc.signaling.china1 import cycle_out, line_out, line_out_modes, register_out
from kmcc.signaling.china1.channel_base import Channel
from kmcc.signaling.china1.codes import Control, Forward
from kmcc.signaling.china1.machine import Machine
from kmcc.signaling.china1.messages import (
    Alarm,
    Alerting,
    Block,
    Clear,
    Command,
    Effect,
    Hear,
    PulseDone,
    Resume,
    Seize,
    SeizeThrough,
    SignalOff,
    SignalOn,
    Unblock,
)
from kmcc.signaling.china1.operator_bit import RINGS_BACK, RINGS_FORWARD
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.signaling.china1.span_events import PcmBack, PcmBreak, PcmLost
from kmcc.signaling.china1.terms import Failure, Operator
from kmcc.signaling.effects import RangeError

DIGITS: Final = frozenset("0123456789")
SPAN: Final = {PcmBreak: line_out.In.PCM_BREAK, PcmLost: line_out.In.PCM_LOST, PcmBack: line_out.In.PCM_BACK}
COMMANDS: Final = {
    Clear: line_out.In.CLEAR,
    Resume: line_out.In.RESUME,
    Block: line_out.In.BLOCK,
    Unblock: line_out.In.UNBLOCK,
}


class OutgoingChannel(Channel):
    role = "outgoing"

    def __init__(self, profile: Profile = LOCAL) -> None:
        super().__init__(profile)
        self._line: Machine[line_out.State, line_out.In, line_out.Out] = Machine(
            "outgoing line", line_out.State.UNKNOWN, self._table(profile.line.control), line_out.TIMERS, profile
        )
        self._register = register_out.OutgoingRegister(profile)
        self._call: Seize | None = None

    @property
    def state(self) -> str:
        line, register = self._line.state.value, self._register.state
        return line if register is cycle_out.State.OFF else f"{line}: {register.value}"

    def start(self) -> tuple[Effect, ...]:
        return (*self._send(self._profile.forward[Forward.IDLE]), Hear(None))

    def _table(self, control: Control) -> line_out.Rows:
        return line_out_modes.table(control, self._profile.line)

    @property
    def _is_unread(self) -> bool:
        return self._line.state is line_out.State.UNKNOWN

    def _hear_code(self, abcd: int) -> Iterable[Effect]:
        what = line_out.classify(self._line.state, abcd, self._profile)
        if self._line.has_row(what):
            return self._to_line(what)
        return () if (self._line.state, what) in line_out.IGNORED else (Alarm(Failure.LINE_FAULT),)

    def _hear_span(self, event: PcmBreak | PcmLost | PcmBack) -> Iterable[Effect]:
        what = SPAN[type(event)]
        return self._to_line(what) if self._line.has_row(what) else ()

    @property
    def _operator_hears(self) -> Operator | None:
        return RINGS_BACK.get(self._line.state)

    @property
    def _operator_may_ring(self) -> bool:
        return self._line.state in RINGS_FORWARD

    def _hear_register(self, event: SignalOn | SignalOff | PulseDone) -> Iterable[Effect]:
        if isinstance(event, PulseDone):
            return ()  # this end sends no pulses
        return self._from_register(self._register.hear(event))

    def _obey(self, command: Command) -> Iterable[Effect]:
        if isinstance(command, Seize | SeizeThrough):
            return self._seize(command)
        if type(command) in COMMANDS:
            return self._to_line(COMMANDS[type(command)])
        raise self._refuse(command)

    def _seize(self, call: Seize | SeizeThrough) -> Iterable[Effect]:
        if isinstance(call, Seize):
            self._check_range(call)
        effects = self._to_line(line_out.In.SEIZE)
        self._register.load(call)
        self._call = call if isinstance(call, Seize) else None
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

    def _choose_control(self, kb: int) -> None:
        """Once per call, when KB is known."""
        wanted, kd = (None, self._profile.kd) if self._call is None else (self._call.control, self._call.kd)
        is_toll = kd in self._profile.toll_kd
        self._line.lay(self._table(self._profile.line.control_of(wanted, kb, is_toll=is_toll)))

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
            if isinstance(out, Alerting):
                self._choose_control(out.kb)
            effects.extend(self._to_line(out) if isinstance(out, line_out.In) else (out,))
        return effects


def _is_number(digits: str) -> bool:
    return bool(digits) and DIGITS.issuperset(digits)
