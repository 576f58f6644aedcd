"""MFC register of the incoming end, GB 3377-82: the cycle table with the numbers that it collects."""

from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.codes import Ani, Prefix
from kmcc.signaling.china1.cycle_in import TABLE, TIMERS, Do, In, Out, State
from kmcc.signaling.china1.line_in import In as Line
from kmcc.signaling.china1.line_in import Register
from kmcc.signaling.china1.machine import Machine
from kmcc.signaling.china1.messages import (
    Effect,
    InTransit,
    Offered,
    SendPulse,
    SendSignal,
    SignalOff,
    SignalOn,
)
from kmcc.signaling.china1.plan import Analyse, Treat, Verdict
from kmcc.signaling.china1.profile import Profile
from kmcc.signaling.china1.terms import Direction, Failure

VERDICTS: Final = MappingProxyType(
    {
        Verdict.MORE: In.MORE,
        Verdict.GOOD: In.GOOD,
        Verdict.COMPLETE: In.COMPLETE,
        Verdict.VACANT: In.VACANT,
        Verdict.CONGESTION: In.CONGESTION,
        Verdict.TRANSIT: In.TRANSIT,
    }
)


class IncomingRegister:
    """The table with the numbers that it collects."""

    def __init__(self, profile: Profile, analyse: Analyse, treat: Treat) -> None:
        self._machine: Machine[State, In | Register, Out] = Machine(
            "incoming register", State.OFF, TABLE, TIMERS, profile
        )
        self._profile = profile
        self._analyse = analyse
        self._treat = treat
        self._heard = 0
        self._answer = 0  # the backward signal that says what the switch has decided
        self._prefixes: tuple[Prefix, ...] = ()
        self._is_ended = False  # the number's end mark has come
        self._called = ""
        self._calling = ""
        self._ka: int | None = None
        self._kd = profile.kd

    @property
    def state(self) -> State:
        return self._machine.state

    @property
    def timer(self) -> str | None:
        return self._machine.timer

    @property
    def kd(self) -> int:
        """Of the present call, once it is offered."""
        return self._kd

    @property
    def so_far(self) -> tuple[str, str | None, int | None]:
        """Called digits, calling digits and KA as far as they have come."""
        return self._called, self._calling or None, self._ka

    def hear(self, event: SignalOn | SignalOff) -> tuple[Line | Effect, ...]:
        what = self._classify(event)
        return self.receive(what) if self._machine.has_row(what) else ()

    def pulse_done(self) -> tuple[Line | Effect, ...]:
        return self.receive(In.PULSE_DONE) if self._machine.has_row(In.PULSE_DONE) else ()

    def accept(self, kb: int) -> tuple[Line | Effect, ...]:
        return self._decide(In.ACCEPT, kb)

    def refuse(self, failure: Failure) -> tuple[Line | Effect, ...]:
        """By KB after KD, by group A before it."""
        if self.state is State.ROUTING:
            return self._decide(In.REFUSE, 5 if failure is Failure.VACANT_NUMBER else 4)
        return self._decide(In.REFUSE, self._profile.kb_for(failure, self._kd))

    def _decide(self, what: In, answer: int) -> tuple[Line | Effect, ...]:
        if self._machine.has_row(what):
            self._answer = answer
        return self.receive(what)

    def receive(self, what: In | Register) -> tuple[Line | Effect, ...]:
        out: list[Line | Effect] = []
        for effect in self._machine.receive(what):
            out.extend(self._resolve(effect) if isinstance(effect, Do) else (effect,))
        return tuple(out)

    def _classify(self, event: SignalOn | SignalOff) -> In:
        if isinstance(event, SignalOff):
            return In.FORWARD_OFF
        self._heard = event.number
        return self._meaning(event.number)

    def _meaning(self, number: int) -> In:
        if self.state in (State.AWAIT_CALLED, State.AWAIT_OPEN):
            return self._asking(self._called + _digit(number)) if _is_digit(number) else self._no_digit(number)
        if self.state is State.AWAIT_KA and number > 0:
            is_alone = self._profile.ani is Ani.KA_ONLY
            return VERDICTS[self._verdict(self._called)] if is_alone else In.KA
        if self.state is State.AWAIT_CALLING:
            return self._calling_signal(number)
        return In.KD if self.state is State.AWAIT_KD and number in range(1, 7) else In.FOREIGN

    def _calling_signal(self, number: int) -> In:
        if number == self._profile.end_of_cli or number in self._profile.absent_cli:
            return VERDICTS[self._verdict(self._called)]
        return In.CALLING_DIGIT if _is_digit(number) else In.FOREIGN

    def _asking(self, called: str) -> In:
        """The verdict, unless it is time to ask for the calling number: after digit k, or after the last one."""
        verdict = self._verdict(called)
        if verdict in (Verdict.VACANT, Verdict.CONGESTION):
            return VERDICTS[verdict]
        k = self._treat(called).ani_after
        k = self._profile.ani_after_digits if k is None else k
        due = k > 0 and (len(called) >= k or verdict is not Verdict.MORE)
        return In.ASK if due and self._ka is None else VERDICTS[verdict]

    def _no_digit(self, number: int) -> In:
        """KC or KE before the number, the end mark behind it, where they are agreed."""
        if not self._called and self._profile.prefix_of(number) is not None:
            return In.LEADING
        if not self._called or number == 0 or number != self._profile.end_of_called:
            return In.FOREIGN
        self._is_ended = True
        return self._asking(self._called)

    def _verdict(self, called: str) -> Verdict:
        verdict = self._analyse(called)
        if self._is_ended:
            return {Verdict.GOOD: Verdict.COMPLETE, Verdict.MORE: Verdict.VACANT}.get(verdict, verdict)
        if verdict is Verdict.GOOD and 3 not in self._profile.pulse_signals:
            return Verdict.MORE  # nothing could end it but T3
        return verdict

    def _resolve(self, do: Do) -> tuple[Line | Effect, ...]:
        match do:
            case Do.FORGET:
                self._called, self._calling, self._ka = "", "", None
                self._prefixes, self._is_ended = (), False
            case Do.KEEP_LEADING:
                prefix = self._profile.prefix_of(self._heard)
                self._prefixes += () if prefix is None else (prefix,)
            case Do.KEEP_CALLED:
                self._called += "" if self._is_ended else _digit(self._heard)
            case Do.KEEP_KA:
                self._ka = self._heard
            case Do.KEEP_CALLING:
                self._calling += _digit(self._heard)
            case Do.END_CALLING:
                self._calling = self._calling if self._heard == self._profile.end_of_cli else ""
            case Do.PULSE_A4:
                return self._pulse_congestion()
            case _:
                return (self._said(do),)
        return ()

    def _said(self, do: Do) -> Effect:
        """To the switch or on the line."""
        match do:
            case Do.REPORT_TRANSIT:
                return InTransit(self._called, self._calling or None, self._ka, self._prefixes)
            case Do.OFFER:
                self._kd = self._heard
                return Offered(self._called, self._calling or None, self._ka, self._kd, self._prefixes)
            case Do.PULSE_A3:
                return SendPulse(Direction.BACKWARD, 3, self._profile.ms("pulse"))
            case Do.SEND_CONGESTION_KB:
                return SendSignal(Direction.BACKWARD, self._profile.congestion_kb)
        return SendSignal(Direction.BACKWARD, self._answer)

    def _pulse_congestion(self) -> tuple[Line | Effect, ...]:
        if 4 in self._profile.pulse_signals:
            return (SendPulse(Direction.BACKWARD, 4, self._profile.ms("pulse")),)
        return self.receive(In.PULSE_DONE)


def _is_digit(number: int) -> bool:
    return 1 <= number <= 10


def _digit(number: int) -> str:
    return str(number % 10)  # signal 10 is the digit 0
