"""The incoming end of a China No.1 circuit: its line table and its register table side by side."""

from collections.abc import Iterable
from typing import Final

from kmcc.signaling.china1 import cycle_in, line_in, line_in_modes, register_in
from kmcc.signaling.china1.channel_base import Channel
from kmcc.signaling.china1.codes import Backward, Control
from kmcc.signaling.china1.machine import Machine
from kmcc.signaling.china1.messages import (
    Accept,
    Alarm,
    Answer,
    Block,
    Clear,
    Command,
    Effect,
    ForceRelease,
    Hear,
    PulseDone,
    Refuse,
    SendOn,
    SignalOff,
    SignalOn,
    Unblock,
)
from kmcc.signaling.china1.operator_bit import RINGS_AGAIN, RINGS_BACKWARD
from kmcc.signaling.china1.plan import Analyse, Treat, as_the_profile_says
from kmcc.signaling.china1.profile import Profile
from kmcc.signaling.china1.span_events import PcmBack, PcmBreak, PcmLost
from kmcc.signaling.china1.terms import Failure, Operator
from kmcc.signaling.effects import RangeError

SPAN: Final = {PcmBreak: line_in.In.PCM_BREAK, PcmLost: line_in.In.PCM_LOST, PcmBack: line_in.In.PCM_BACK}
COMMANDS: Final = {
    Answer: line_in.In.ANSWER,
    Clear: line_in.In.CLEAR,
    ForceRelease: line_in.In.FORCE_RELEASE,
    Block: line_in.In.BLOCK,
    Unblock: line_in.In.UNBLOCK,
}


class IncomingChannel(Channel):
    role = "incoming"

    def __init__(self, profile: Profile, analyse: Analyse, treat: Treat = as_the_profile_says) -> None:
        super().__init__(profile)
        self._line: Machine[line_in.State, line_in.In, line_in.Out] = Machine(
            "incoming line", line_in.State.UNKNOWN, self._table(profile.line.control), line_in.TIMERS, profile
        )
        self._register = register_in.IncomingRegister(profile, analyse, treat)

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

    def _table(self, control: Control) -> line_in.Rows:
        return line_in_modes.table(control, self._profile.line)

    @property
    def _is_unread(self) -> bool:
        return self._line.state is line_in.State.UNKNOWN

    def _hear_code(self, abcd: int) -> Iterable[Effect]:
        what = line_in.classify(self._line.state, abcd, self._profile)
        if self._line.has_row(what):
            return self._to_line(what)
        return () if (self._line.state, what) in line_in.IGNORED else (Alarm(Failure.LINE_FAULT),)

    def _hear_span(self, event: PcmBreak | PcmLost | PcmBack) -> Iterable[Effect]:
        what = SPAN[type(event)]
        return self._to_line(what) if self._line.has_row(what) else ()

    @property
    def _operator_hears(self) -> Operator | None:
        return RINGS_AGAIN.get(self._line.state)

    @property
    def _operator_may_ring(self) -> bool:
        return self._line.state in RINGS_BACKWARD

    def _hear_register(self, event: SignalOn | SignalOff | PulseDone) -> Iterable[Effect]:
        if isinstance(event, PulseDone):
            return self._from_register(self._register.pulse_done())
        return self._from_register(self._register.hear(event))

    def _obey(self, command: Command) -> Iterable[Effect]:
        match command:
            case Accept():
                return self._accept(command)
            case Refuse(failure):
                return self._from_register(self._register.refuse(failure))
            case SendOn():
                return self._from_register(self._register.receive(cycle_in.In.SEND_ON))
        if type(command) in COMMANDS:
            return self._to_line(COMMANDS[type(command)])
        raise self._refuse(command)

    def _accept(self, accept: Accept) -> Iterable[Effect]:
        profile, kb = self._profile, accept.kb
        if kb not in profile.free_kb:
            raise RangeError(f"{self.role} channel", "Accept", "kb", kb, f"one of {list(profile.free_kb)}")
        effects = self._from_register(self._register.accept(kb))
        is_toll = self._register.kd in profile.toll_kd
        self._line.lay(self._table(profile.line.control_of(accept.control, kb, is_toll=is_toll)))
        return effects

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
