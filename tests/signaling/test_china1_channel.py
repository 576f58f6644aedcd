"""Whole calls: an outgoing and an incoming channel back to back, and each one against the columns of the standard."""

from collections import deque
from dataclasses import replace

import pytest

from kmcc.signaling.china1.channel import IncomingChannel, OutgoingChannel
from kmcc.signaling.china1.messages import (
    Accept,
    Acknowledged,
    Alarm,
    Alerting,
    Answer,
    Answered,
    Clear,
    Effect,
    Event,
    Failed,
    FarCleared,
    Hear,
    Idle,
    Indication,
    LineBits,
    Offered,
    PulseDone,
    Refuse,
    Seize,
    Seized,
    SendBits,
    SendPulse,
    SendSignal,
    SignalOff,
    SignalOn,
    StopSignal,
)
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.signaling.china1.terms import Direction, Failure
from kmcc.signaling.effects import Expired, ProtocolError, StartTimer, StopTimer

CALL = Seize("3190000", "3188888", ka=1, kd=3)


def seven_digits(called: str) -> Verdict:
    return Verdict.COMPLETE if len(called) == 7 else Verdict.MORE


class End:
    """One channel with what a line card and a switch see of it."""

    def __init__(self, channel: OutgoingChannel | IncomingChannel, hears: Direction) -> None:
        self.channel = channel
        self.hears = hears
        self.listening = False
        self.sending: int | None = None
        self.told: list[Indication] = []
        self.is_over = False


class Circuit:
    """A tiny line: a queue of events, and timers in the order (time, n)."""

    def __init__(self, profile: Profile = LOCAL) -> None:
        self.out = End(OutgoingChannel(profile), Direction.BACKWARD)
        self.inc = End(IncomingChannel(profile, seven_digits), Direction.FORWARD)
        self.queue: deque[tuple[End, Event]] = deque()
        self.timers: list[tuple[int, int, End, Event]] = []
        self.now_ms = 0
        self.n = 0
        self.accepts: tuple[Event, ...] = (Accept(), Answer())
        self.log: list[str] = []
        for end in (self.out, self.inc):
            self.run_effects(end, end.channel.start())
        self.settle()

    def far(self, end: End) -> End:
        return self.inc if end is self.out else self.out

    def tell(self, end: End, event: Event) -> None:
        if end.is_over and isinstance(event, (Accept, Refuse, Answer)):
            return  # no switch goes on with a call that is over
        if isinstance(event, PulseDone):
            self.run(end, StopSignal())
        effects = end.channel.receive(event)
        if isinstance(event, Clear):
            end.is_over = True
        self.run_effects(end, effects)

    def settle(self) -> None:
        while self.queue:
            self.tell(*self.queue.popleft())

    def step(self) -> bool:
        """One event; False = nothing more happens by itself."""
        if not self.queue and self.timers:
            self.timers.sort(key=lambda row: row[:2])
            self.now_ms, _, end, event = self.timers.pop(0)
            self.queue.append((end, event))
        if self.queue:
            self.tell(*self.queue.popleft())
            return True
        return False

    def to_rest(self) -> None:
        while self.step():
            pass

    def after(self, ms: int, end: End, event: Event) -> None:
        self.n += 1
        self.timers.append((self.now_ms + ms, self.n, end, event))

    def run_effects(self, end: End, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            self.run(end, effect)

    def run(self, end: End, effect: Effect) -> None:
        match effect:
            case SendBits(abcd):
                self.queue.append((self.far(end), LineBits(abcd)))
                self.log.append(f"{'fwd' if end is self.out else 'bwd'} {abcd:04b}")
            case SendSignal(_, number):
                assert end.sending is None
                self.start_tone(end, number)
            case SendPulse(_, number, ms):
                assert end.sending is None
                self.start_tone(end, number)
                self.after(ms, end, PulseDone())
            case StopSignal():
                end.sending = None
                if self.far(end).listening:
                    self.queue.append((self.far(end), SignalOff()))
            case Hear(direction):
                assert direction in (None, end.hears)
                end.listening = direction is not None
                if end.listening and (heard := self.far(end).sending) is not None:  # it hears what is there
                    self.queue.append((end, SignalOn(heard)))
            case StartTimer() | StopTimer():
                self.run_timer(end, effect)
            case _:
                end.told.append(effect)
                self.switch(end, effect)

    def run_timer(self, end: End, effect: StartTimer | StopTimer) -> None:
        if isinstance(effect, StartTimer):
            self.after(effect.ms, end, Expired(effect.name))
            return
        running = [row for row in self.timers if row[2] is end and row[3] == Expired(effect.name)]
        assert len(running) == 1
        self.timers.remove(running[0])

    def start_tone(self, end: End, number: int) -> None:
        end.sending = number
        if self.far(end).listening:
            self.queue.append((self.far(end), SignalOn(number)))

    def switch(self, end: End, indication: Indication) -> None:
        """The least that a switch does: take the call, hang up when the other party has."""
        end.is_over = isinstance(indication, (Failed, FarCleared)) or (
            end.is_over and not isinstance(indication, Seized)
        )
        if isinstance(indication, Offered):
            self.queue.extend((end, command) for command in self.accepts)
        elif isinstance(indication, FarCleared):
            self.queue.append((end, Clear()))

    def assert_at_rest(self) -> None:
        assert not self.timers
        for end in (self.out, self.inc):
            assert end.channel.state == "idle"
            assert end.sending is None
            assert not end.listening
            assert end.told[-1] == Idle()


def failures(end: End) -> list[Failure]:
    return [told.failure for told in end.told if isinstance(told, Failed)]


def test_a_local_call_caller_clears_first() -> None:
    circuit = Circuit()
    circuit.tell(circuit.out, CALL)
    circuit.settle()
    assert circuit.inc.told == [Idle(), Seized(), Offered("3190000", "3188888", 1, 3)]
    due, _, _, timer = circuit.timers.pop()  # the guard between KB and answer
    assert (due, timer) == (150, Expired("answer_guard"))
    assert Answered() not in circuit.out.told
    circuit.tell(circuit.inc, timer)
    circuit.settle()
    assert circuit.out.told == [Idle(), Acknowledged(), Alerting(1), Answered()]
    circuit.tell(circuit.out, Clear())
    circuit.to_rest()
    assert circuit.inc.told[3:] == [FarCleared(), Idle()]
    # GB 3971.2-83 states 1, 2, 3, 4, 8, 9, 10
    line = ["fwd 0011", "bwd 1111", "bwd 0111", "fwd 1011", "bwd 1111", "bwd 1011"]
    assert circuit.log[2:] == line
    circuit.assert_at_rest()


def test_called_clears_first() -> None:
    circuit = Circuit()
    circuit.tell(circuit.out, CALL)
    circuit.settle()
    circuit.tell(circuit.inc, circuit.timers.pop()[3])
    circuit.settle()
    circuit.tell(circuit.inc, Clear())
    circuit.to_rest()
    assert circuit.out.told == [Idle(), Acknowledged(), Alerting(1), Answered(), FarCleared(), Idle()]
    assert circuit.inc.told[-2:] == [Offered("3190000", "3188888", 1, 3), Idle()]
    # states 1 to 5, 7, 10: 1111 stays on the line until it is idle
    assert circuit.log[2:] == ["fwd 0011", "bwd 1111", "bwd 0111", "bwd 1111", "fwd 1011", "bwd 1011"]
    circuit.assert_at_rest()


def test_a_second_call_on_the_same_circuit() -> None:
    circuit = Circuit()
    circuit.accepts = (Refuse(Failure.CALLED_BUSY),)
    for call in (CALL, Seize("3201234", None, ka=5, kd=2)):
        circuit.tell(circuit.out, call)
        circuit.to_rest()
        circuit.assert_at_rest()
    offers = [told for told in circuit.inc.told if isinstance(told, Offered)]
    assert offers == [Offered("3190000", "3188888", 1, 3), Offered("3201234", None, 5, 2)]


REFUSALS = [
    (3, Failure.CALLED_BUSY, 4, Failure.CALLED_BUSY),
    (3, Failure.VACANT_NUMBER, 5, Failure.VACANT_NUMBER),
    (3, Failure.CONGESTION, 4, Failure.CALLED_BUSY),  # KB4 says busy or congestion on a local call
    (2, Failure.CALLED_BUSY, 2, Failure.CALLED_BUSY),
    (2, Failure.VACANT_NUMBER, 5, Failure.VACANT_NUMBER),
    (2, Failure.CONGESTION, 4, Failure.CONGESTION),
    (2, Failure.NO_ANSWER, 4, Failure.CONGESTION),
]


@pytest.mark.parametrize(("kd", "refused", "kb", "heard"), REFUSALS)
def test_refused_by_kb(kd: int, refused: Failure, kb: int, heard: Failure) -> None:
    circuit = Circuit()
    circuit.accepts = ()
    circuit.tell(circuit.out, replace(CALL, kd=kd))
    circuit.settle()
    circuit.tell(circuit.inc, Refuse(refused))
    assert circuit.inc.sending == kb
    circuit.to_rest()
    assert failures(circuit.out) == [heard]
    assert failures(circuit.inc) == []
    circuit.assert_at_rest()


@pytest.mark.parametrize("digit", range(1, 8))
@pytest.mark.parametrize(
    ("verdict", "failure"),
    [(Verdict.VACANT, Failure.VACANT_NUMBER), (Verdict.CONGESTION, Failure.CONGESTION)],
)
@pytest.mark.parametrize("k", [0, 1, 3, 99])
def test_refused_at_digit_n(digit: int, verdict: Verdict, failure: Failure, k: int) -> None:
    def analyse(called: str) -> Verdict:
        return verdict if len(called) == digit else Verdict.MORE

    profile = replace(LOCAL, ani_after_digits=k)
    circuit = Circuit(profile)
    circuit.inc.channel = IncomingChannel(profile, analyse)
    circuit.tell(circuit.inc, LineBits(0b1011))
    circuit.tell(circuit.out, CALL)
    circuit.to_rest()
    assert failures(circuit.out) == failures(circuit.inc) == [failure]
    assert not [told for told in circuit.out.told if isinstance(told, Alarm)]
    circuit.assert_at_rest()


def clear_after(steps: int, end_name: str, k: int) -> bool:
    """Place a call and clear after so many events; False = the call was up before that."""
    circuit = Circuit(replace(LOCAL, ani_after_digits=k))
    circuit.tell(circuit.out, CALL)
    for _ in range(steps):
        if not circuit.step():
            return False
    end = circuit.out if end_name == "caller" else circuit.inc
    if end.channel.state == "idle":  # the seizure has not arrived yet
        with pytest.raises(ProtocolError):
            circuit.tell(end, Clear())
    else:
        circuit.tell(end, Clear())
    circuit.to_rest()
    if circuit.out.channel.state == "talking":
        circuit.tell(circuit.out, Clear())
        circuit.to_rest()
    circuit.assert_at_rest()
    return True


@pytest.mark.parametrize("k", [0, 1, 99])
@pytest.mark.parametrize("end_name", ["caller", "called"])
def test_clear_at_every_point(end_name: str, k: int) -> None:
    steps = 0
    while clear_after(steps, end_name, k):
        steps += 1
    # seven digits and KD are four events each; line signals, commands and the guard make seven more
    assert steps >= 8 * 4 + 7
