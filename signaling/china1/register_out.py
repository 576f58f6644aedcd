"""MFC register of the outgoing end, GB 3377-82: the cycle table with the numbers that it sends."""

from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.codes import Ani, Kb, Repeat
from kmcc.signaling.china1.cycle_out import A_SIGNALS, TABLE, TIMERS, Do, In, Out, State
from kmcc.signaling.china1.line_out import In as Line
from kmcc.signaling.china1.line_out import Register
from kmcc.signaling.china1.machine import Machine
from kmcc.signaling.china1.messages import (
    Alerting,
    Effect,
    Seize,
    SeizeThrough,
    SendSignal,
    SignalOff,
    SignalOn,
)
from kmcc.signaling.china1.profile import Profile
from kmcc.signaling.china1.terms import Direction

KB_SIGNALS: Final = MappingProxyType(
    {
        Kb.FREE: In.KB_FREE,
        Kb.BUSY: In.KB_BUSY,
        Kb.VACANT: In.KB_VACANT,
        Kb.CONGESTION: In.KB_CONGESTION,
    }
)


class OutgoingRegister:
    """The table with the numbers that it sends."""

    def __init__(self, profile: Profile) -> None:
        self._machine: Machine[State, In | Register, Out] = Machine(
            "outgoing register", State.OFF, TABLE, TIMERS, profile
        )
        self._profile = profile
        self._call = Seize("", None, profile.ka, profile.kd)
        self._is_through = False
        self._called: tuple[int, ...] = ()  # the signals of the called number, with what goes before and behind
        self._called_sent = 0
        self._calling_sent = 0
        self._heard = 0
        self._kb = 0

    @property
    def state(self) -> State:
        return self._machine.state

    @property
    def timer(self) -> str | None:
        return self._machine.timer

    def load(self, call: Seize | SeizeThrough) -> None:
        self._is_through = isinstance(call, SeizeThrough)
        self._called_sent = 0
        self._calling_sent = 0
        if isinstance(call, Seize):
            self._call = call
            before = map(self._profile.prefix_signal, call.prefixes)
            behind = (self._profile.end_of_called,) if self._profile.end_of_called else ()
            self._called = (*before, *map(_signal, call.called), *behind)

    def hear(self, event: SignalOn | SignalOff) -> tuple[Line | Effect, ...]:
        what = self._classify(event)
        return self.receive(what) if self._machine.has_row(what) else ()

    def receive(self, what: In | Register) -> tuple[Line | Effect, ...]:
        if what is Register.START and self._is_through:
            what = In.THROUGH
        out: list[Line | Effect] = []
        for effect in self._machine.receive(what):
            out.extend(self._resolve(effect) if isinstance(effect, Do) else (effect,))
        return tuple(out)

    def _classify(self, event: SignalOn | SignalOff) -> In:
        if isinstance(event, SignalOff):
            return In.NUMBER_SPENT if self._is_spent() else In.BACKWARD_OFF
        self._heard = event.number
        if self.state is State.KA and event.number == 1 and self._profile.ani is Ani.KA_ONLY:
            return In.A1_AFTER_KA
        if self.state is not State.KD:
            return A_SIGNALS.get(event.number, In.FOREIGN)
        meaning = self._profile.kb_meaning(event.number, self._call.kd)
        return In.FOREIGN if meaning is None else KB_SIGNALS[meaning]

    def _is_spent(self) -> bool:
        """Has the number that was asked for no digit left?"""
        if self.state is State.NEXT_CALLED:
            return self._called_sent >= len(self._called)
        return self.state is State.NEXT_CALLING and self._calling_sent >= len(self._call.calling or "")

    def _resolve(self, do: Do) -> tuple[Effect, ...]:
        match do:
            case Do.SEND_NEXT_CALLED:
                return self._called_digit(self._called_sent)
            case Do.SEND_CALLED_AGAIN:
                return self._called_digit(self._repeat_from())
            case Do.SEND_KA:
                self._calling_sent = 0
                signal = self._call.ka
            case Do.SEND_NEXT_CALLING:
                signal = _signal((self._call.calling or "")[self._calling_sent])
                self._calling_sent += 1
            case Do.SEND_END_OF_CLI:
                signal = self._profile.end_of_cli
            case Do.SEND_KD:
                signal = self._call.kd
            case Do.KEEP_KB:
                self._kb = self._heard
                return ()
            case Do.REPORT_ALERTING:
                return (Alerting(self._kb),)
        return (SendSignal(Direction.FORWARD, signal),)

    def _called_digit(self, at: int) -> tuple[Effect, ...]:
        self._called_sent = at + 1
        return (SendSignal(Direction.FORWARD, self._called[at]),)

    def _repeat_from(self) -> int:
        if self._profile.repeat is Repeat.FROM_FIRST:
            return 0 if self._profile.repeat_leading else len(self._call.prefixes)
        return max(0, self._called_sent - 2)


def _signal(digit: str) -> int:
    return int(digit) or 10  # signal 10 is the digit 0
