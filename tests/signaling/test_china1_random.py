"""Whatever comes in whatever order: nothing from the line raises, and every wait for the far end has its timer."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.signaling.china1.channel import Channel, IncomingChannel, OutgoingChannel
from kmcc.signaling.china1.messages import (
    Accept,
    Answer,
    Clear,
    Event,
    Hear,
    LineBits,
    PulseDone,
    Refuse,
    Seize,
    SendPulse,
    SendSignal,
    SignalOff,
    SignalOn,
    StopSignal,
)
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL
from kmcc.signaling.china1.terms import Failure
from kmcc.signaling.effects import Expired, ProtocolError, StartTimer, StopTimer

COMMANDS = (Seize, Accept, Refuse, Answer, Clear)
# GB 3971.2-83 lets these wait for ever: the far end may stay idle, blocked or in conversation as long as it likes,
# and an incoming end waits for clear forward. "offered" waits for our own switch, "A4 pulse" for our own sender.
WAITS_FOR_EVER = {
    "outgoing": {"unknown", "idle", "blocked", "locally blocked", "out of order", "talking", "stuck"},
    "incoming": {
        "unknown",
        "idle",
        "faulty",
        "locally blocked",
        "out of order",
        "ringing",
        "talking",
        "stuck",
        "register: offered",
        "register: routing",
    },
}
IDLE, SEIZURE, ACK, ANSWER = (LineBits(code) for code in (0b1011, 0b0011, 0b1111, 0b0111))


def cycle(number: int) -> tuple[Event, Event]:
    return SignalOn(number), SignalOff()


OUTGOING_CALL: tuple[Event, ...] = (
    IDLE,
    Seize("31", "32", 1, 3),
    ACK,
    *cycle(6),
    *cycle(1),
    *cycle(1),
    *cycle(1),
    *cycle(1),
    *cycle(3),
    *cycle(1),
    ANSWER,
    ACK,
    Clear(),
    IDLE,
    Expired("idle_guard"),
)
INCOMING_CALL: tuple[Event, ...] = (
    IDLE,
    SEIZURE,
    *cycle(3),
    *cycle(1),
    *cycle(3),
    *cycle(15),
    *cycle(9),
    SignalOn(3),
    Accept(),
    SignalOff(),
    Expired("answer_guard"),
    Answer(),
    Clear(),
    IDLE,
    Expired("release"),
    Expired("idle_guard"),
)
COMMON = (
    st.sampled_from([IDLE, SEIZURE, ACK, ANSWER, LineBits(0b0101)])
    | st.builds(SignalOn, st.integers(0, 15))
    | st.just(SignalOff())
    | st.just(PulseDone())
    | st.sampled_from([Expired(row.name) for row in LOCAL.timers])
    | st.just(Clear())
)
OUTGOING_EVENTS: st.SearchStrategy[Event] = COMMON | st.sampled_from(
    [Seize("319", "3188888", 1, 3), Seize("1", None, 5, 2), Seize("x", None, 1, 3), Answer(), Accept()]
)
INCOMING_EVENTS: st.SearchStrategy[Event] = COMMON | st.sampled_from(
    [Accept(), Accept(6), Accept(2), Answer(), Refuse(Failure.CALLED_BUSY), Seize("1", None, 1, 3)]
)


def two_digits(called: str) -> Verdict:
    if called.endswith("7"):
        return Verdict.VACANT
    return Verdict.COMPLETE if len(called) >= 2 else Verdict.MORE


class Watch:
    """Follows timers, tone and receiver of one channel and judges every step."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.timers: list[str] = []
        self.sending: object = None
        self.hearing = False

    def take(self, event: Event) -> None:
        before = self.channel.state
        if isinstance(event, Expired) and event.name in self.timers:
            self.timers.remove(event.name)
        if isinstance(event, PulseDone) and isinstance(self.sending, SendPulse):
            self.sending = None
        try:
            effects = self.channel.receive(event)
        except ProtocolError:
            assert isinstance(event, COMMANDS)
            assert self.channel.state == before
            return
        for effect in effects:
            self.follow(effect)
        self.judge()

    def follow(self, effect: object) -> None:
        match effect:
            case StartTimer(name):
                assert name not in self.timers
                self.timers.append(name)
            case StopTimer(name):
                self.timers.remove(name)
            case SendSignal() | SendPulse():
                assert self.sending is None
                self.sending = effect
            case StopSignal():
                assert self.sending is not None
                self.sending = None
            case Hear(direction):
                self.hearing = direction is not None

    def judge(self) -> None:
        state = self.channel.state
        assert bool(self.timers) is (state not in WAITS_FOR_EVER[self.channel.role]), state
        if ": " not in state:  # the register is off
            assert self.sending is None
            assert not self.hearing


def run(channel: Channel, events: list[Event]) -> None:
    channel.start()
    watch = Watch(channel)
    for event in events:
        watch.take(event)


@settings(deadline=None, max_examples=300)
@given(st.integers(0, len(OUTGOING_CALL)), st.lists(OUTGOING_EVENTS, max_size=30))
def test_outgoing(good: int, events: list[Event]) -> None:
    run(OutgoingChannel(), [*OUTGOING_CALL[:good], *events])


@settings(deadline=None, max_examples=300)
@given(st.integers(0, len(INCOMING_CALL)), st.lists(INCOMING_EVENTS, max_size=30))
def test_incoming(good: int, events: list[Event]) -> None:
    run(IncomingChannel(LOCAL, two_digits), [*INCOMING_CALL[:good], *events])


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(OUTGOING_CALL)), st.lists(OUTGOING_EVENTS, max_size=20))
def test_outgoing_comes_back(good: int, events: list[Event]) -> None:
    """A far end that falls silent on idle, and a switch that hangs up, bring every circuit back."""
    channel = OutgoingChannel()
    run(channel, [*OUTGOING_CALL[:good], *events])
    if channel.state not in ("unknown", "idle", "blocked"):
        channel.receive(Clear())
    bring_back(channel, [IDLE, ACK, IDLE])
    assert channel.state == "idle"


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(INCOMING_CALL)), st.lists(INCOMING_EVENTS, max_size=20))
def test_incoming_comes_back(good: int, events: list[Event]) -> None:
    channel = IncomingChannel(LOCAL, two_digits)
    run(channel, [*INCOMING_CALL[:good], *events])
    bring_back(channel, [IDLE])
    assert channel.state == "idle"


def bring_back(channel: Channel, codes: list[LineBits]) -> None:
    for code in codes:
        channel.receive(code)
    for _ in range(3):
        for row in LOCAL.timers:
            channel.receive(Expired(row.name))
