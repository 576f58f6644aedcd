"""Whatever the far end's register does, in time: once it falls silent ours is off within its longest timer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.signaling.china1.channel import IncomingChannel, OutgoingChannel
from kmcc.signaling.china1.codes import Ani, Leading, Prefix, Repeat
from kmcc.signaling.china1.messages import (
    Accept,
    Clear,
    Effect,
    Event,
    InTransit,
    LineBits,
    Offered,
    PulseDone,
    Refuse,
    Seize,
    SendOn,
    SendPulse,
    SendSignal,
    SignalOff,
    SignalOn,
    StopSignal,
)
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.signaling.china1.terms import Failure
from kmcc.signaling.effects import Expired, StartTimer, StopTimer

IDLE, SEIZURE, ACK = LineBits(0b1011), LineBits(0b0011), LineBits(0b1111)
LONGEST_MS = max(LOCAL.ms(name) for name in ("t1", "t2", "t3", "t4"))


@dataclass(frozen=True)
class Wait:
    """Nothing happens for so long."""

    ms: int


PROFILES = st.builds(
    replace,
    st.just(LOCAL),
    ani_after_digits=st.sampled_from([0, 1, 2, 99]),
    ani=st.sampled_from(list(Ani)),
    leading=st.sampled_from(list(Leading)),
    end_of_called=st.sampled_from([0, 15]),
    repeat=st.sampled_from(list(Repeat)),
    pulse_signals=st.sampled_from([(), (3,), (4,), (3, 4)]),
)
VERDICTS = st.lists(st.sampled_from(list(Verdict)), min_size=1, max_size=6)
Step = SignalOn | SignalOff | Wait
CYCLES = st.builds(lambda number: (SignalOn(number), SignalOff()), st.integers(1, 6) | st.just(15))
STRANGE = st.tuples(st.builds(SignalOn, st.integers(0, 15)) | st.just(SignalOff()))
WAITS = st.tuples(st.builds(Wait, st.sampled_from([1, 99, 150, 301, 5_001, 14_999])))
STEPS = st.lists(CYCLES | CYCLES | STRANGE | WAITS, max_size=20).map(lambda parts: tuple(chain.from_iterable(parts)))
DECISIONS = st.lists(st.sampled_from([Accept(), Accept(6), Refuse(Failure.CALLED_BUSY), None]), max_size=3)


class Clocked:
    """A channel with its timers in simulated time."""

    def __init__(self, channel: IncomingChannel | OutgoingChannel, decisions: list[Event | None]) -> None:
        self.channel = channel
        self.now_ms = 0
        self.due: list[tuple[int, Event]] = []
        self.sending: SendSignal | SendPulse | None = None
        self.decisions = iter(decisions)

    def take(self, event: Event) -> None:
        if isinstance(event, PulseDone):
            self.sending = None
        for effect in self.channel.receive(event):
            self.follow(effect)

    def follow(self, effect: Effect) -> None:
        match effect:
            case StartTimer(name, ms):
                self.due.append((self.now_ms + ms, Expired(name)))
            case StopTimer(name):
                self.due = [one for one in self.due if one[1] != Expired(name)]
            case SendPulse(ms=ms):
                assert self.sending is None
                self.sending = effect
                self.due.append((self.now_ms + ms, PulseDone()))
            case SendSignal():
                assert self.sending is None
                self.sending = effect
            case StopSignal():
                assert self.sending is not None
                self.sending = None
                self.due = [one for one in self.due if one[1] != PulseDone()]
            case Offered() | InTransit():
                decision = SendOn() if isinstance(effect, InTransit) else next(self.decisions, None)
                self.due += [] if decision is None else [(self.now_ms, decision)]

    def wait(self, ms: int) -> None:
        end_ms = self.now_ms + ms
        while (due := min(self.due, key=lambda one: one[0], default=None)) is not None and due[0] <= end_ms:
            self.due.remove(due)
            self.now_ms = due[0]
            if self.still_fits(due[1]):
                self.take(due[1])
        self.now_ms = end_ms

    def still_fits(self, event: Event) -> bool:
        """No switch decides on a call that is over."""
        waits = {Accept: "offered", Refuse: "offered", SendOn: "routing"}.get(type(event))
        return waits is None or self.channel.state.endswith(waits)

    def run(self, steps: Sequence[Step]) -> None:
        for step in steps:
            if isinstance(step, Wait):
                self.wait(step.ms)
            else:
                self.take(step)
        self.wait(0)

    @property
    def is_register_on(self) -> bool:
        return ": " in self.channel.state

    def fall_silent(self) -> None:
        """No more signals; a switch that has not decided hangs up."""
        if self.channel.state.endswith(("offered", "routing")):
            self.take(Clear())
        self.wait(LONGEST_MS)
        assert not self.is_register_on, self.channel.state
        assert self.sending is None


@settings(deadline=None, max_examples=300)
@given(PROFILES, VERDICTS, DECISIONS, STEPS)
def test_incoming(
    profile: Profile, verdicts: list[Verdict], decisions: list[Event | None], steps: Sequence[Step]
) -> None:
    end = Clocked(IncomingChannel(profile, by_length(verdicts)), decisions)
    end.take(IDLE)
    end.take(SEIZURE)
    end.run(steps)
    end.fall_silent()


@settings(deadline=None, max_examples=300)
@given(PROFILES, st.sampled_from(["3", "31", "3190000"]), st.sampled_from([None, "8", "3188888"]), STEPS)
def test_outgoing(profile: Profile, called: str, calling: str | None, steps: Sequence[Step]) -> None:
    prefixes: tuple[Prefix, ...] = profile.prefixes[:1]
    end = Clocked(OutgoingChannel(profile), [])
    end.take(IDLE)
    end.take(Seize(called, calling, 1, 3, prefixes=prefixes))
    end.take(ACK)
    end.run(steps)
    end.fall_silent()


def by_length(verdicts: list[Verdict]) -> Callable[[str], Verdict]:
    """A plan of any shape; it is not asked whether it makes sense."""
    return lambda called: verdicts[min(len(called), len(verdicts)) - 1]


def test_how_long_a_number_of_unknown_length_may_take() -> None:
    """Inter-digit time, A3 pulse, T3, A4 pulse: together less than the longest timer."""
    rows = ("interdigit", "pulse_ignore", "t3", "pulse")
    assert sum(LOCAL.ms(row) for row in rows) < LONGEST_MS
