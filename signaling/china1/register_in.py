"""MFC register of the incoming end, GB 3377-82: the cycle table with the numbers that it collects."""

from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.cycle_in import TABLE, TIMERS, Do, In, Out, State
from kmcc.signaling.china1.line_in import In as Line
from kmcc.signaling.china1.line_in import Register
from kmcc.signaling.china1.machine import Machine
from kmcc.signaling.china1.messages import Direction, Effect, Offered, SendPulse, SendSignal, SignalOff, SignalOn
from kmcc.signaling.china1.plan import Analyse, Verdict
from kmcc.signaling.china1.profile import Profile

VERDICTS: Final = MappingProxyType(
    {
        Verdict.MORE: In.MORE,
        Verdict.COMPLETE: In.COMPLETE,
        Verdict.VACANT: In.VACANT,
        Verdict.CONGESTION: In.CONGESTION,
    }
)


class IncomingRegister:
    """The table with the numbers that it collects."""

    def __init__(self, profile: Profile, analyse: Analyse) -> None:
        self._machine: Machine[State, In | Register, Out] = Machine(
            "incoming register", State.OFF, TABLE, TIMERS, profile
        )
        self._profile = profile
        self._analyse = analyse
        self._heard = 0
        self._kb = 0
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

    def decide(self, what: In, kb: int) -> tuple[Line | Effect, ...]:
        """ACCEPT or REFUSE with the KB that says so."""
        if self._machine.has_row(what):
            self._kb = kb
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
        is_digit = 1 <= number <= 10
        match self.state:
            case State.AWAIT_CALLED if is_digit:
                return self._asking(self._called + _digit(number))
            case State.AWAIT_KA if number > 0:
                return In.KA
            case State.AWAIT_CALLING if number == self._profile.end_of_cli:
                return VERDICTS[self._analyse(self._called)]
            case State.AWAIT_CALLING if is_digit:
                return In.CALLING_DIGIT
            case State.AWAIT_KD if number in range(1, 7):
                return In.KD
        return In.FOREIGN

    def _asking(self, called: str) -> In:
        """The verdict, unless it is time to ask for the calling number: after digit k, or after the last one."""
        verdict = self._analyse(called)
        if verdict in (Verdict.VACANT, Verdict.CONGESTION):
            return VERDICTS[verdict]
        k = self._profile.ani_after_digits
        due = k > 0 and (len(called) >= k or verdict is Verdict.COMPLETE)
        return In.ASK if due and self._ka is None else VERDICTS[verdict]

    def _resolve(self, do: Do) -> tuple[Line | Effect, ...]:
        match do:
            case Do.FORGET:
                self._called, self._calling, self._ka = "", "", None
            case Do.KEEP_CALLED:
                self._called += _digit(self._heard)
            case Do.KEEP_KA:
                self._ka = self._heard
            case Do.KEEP_CALLING:
                self._calling += _digit(self._heard)
            case Do.OFFER:
                self._kd = self._heard
                return (Offered(self._called, self._calling or None, self._ka, self._kd),)
            case Do.SEND_KB:
                return (SendSignal(Direction.BACKWARD, self._kb),)
            case Do.SEND_CONGESTION_KB:
                return (SendSignal(Direction.BACKWARD, self._profile.congestion_kb),)
            case Do.PULSE_A4:
                return self._pulse_congestion()
        return ()

    def _pulse_congestion(self) -> tuple[Line | Effect, ...]:
        if 4 in self._profile.pulse_signals:
            return (SendPulse(Direction.BACKWARD, 4, self._profile.ms("pulse")),)
        return self.receive(In.PULSE_DONE)


def _digit(number: int) -> str:
    return str(number % 10)  # signal 10 is the digit 0
