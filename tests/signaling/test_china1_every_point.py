"""Everything that can end a call, at every point of a whole call: each end alone, the other one silent."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kmcc.signaling.china1.channel import Channel, IncomingChannel, OutgoingChannel
from kmcc.signaling.china1.messages import (
    Accept,
    Alarm,
    Answer,
    Clear,
    Effect,
    Event,
    Failed,
    FarCleared,
    Hear,
    Idle,
    LineBits,
    PulseDone,
    Refuse,
    Seize,
    SendBits,
    SendPulse,
    SendSignal,
    SignalOff,
    SignalOn,
    StopSignal,
)
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL
from kmcc.signaling.china1.terms import Direction, Failure
from kmcc.signaling.effects import Expired, StartTimer, StopTimer

IDLE, SEIZURE, ACK, ANSWER = (LineBits(code) for code in (0b1011, 0b0011, 0b1111, 0b0111))
REFUSALS = {Verdict.VACANT: (5, Failure.VACANT_NUMBER), Verdict.CONGESTION: (4, Failure.CONGESTION)}


def cycle(number: int) -> tuple[Event, Event]:
    return SignalOn(number), SignalOff()


# Two called digits, A6 after the first one, one calling digit, 15.
OUTGOING: tuple[Event, ...] = (
    Seize("31", "9", 1, 3),
    ACK,
    *cycle(6),
    *cycle(1),
    *cycle(1),
    *cycle(1),
    *cycle(2),
    *cycle(1),
    *cycle(1),
    *cycle(3),
    *cycle(1),
    ANSWER,
)
OUT_OF_DIGITS: tuple[Event, ...] = (*OUTGOING[:2], *cycle(1), *cycle(1))
GETS_KB: tuple[Event, ...] = (*OUTGOING[:2], *cycle(3))
INCOMING: tuple[Event, ...] = (
    SEIZURE,
    *cycle(3),
    *cycle(1),
    *cycle(9),
    *cycle(15),
    *cycle(1),
    SignalOn(3),
    Accept(),
    SignalOff(),
    Expired("answer_guard"),
    Answer(),
)
REFUSED: tuple[Event, ...] = (*INCOMING[:12], Refuse(Failure.CALLED_BUSY), SignalOff())


class Seen:
    """One end after some events of a call: what it has on, which timer runs, what it has told."""

    def __init__(self, channel: Channel, events: tuple[Event, ...]) -> None:
        self.channel = channel
        self.tone: SendSignal | SendPulse | None = None
        self.hearing = False
        self.timers: list[str] = []
        for effect in channel.start():
            self.follow(effect)
        for event in (IDLE, *events):
            self.take(event)

    def take(self, event: Event) -> tuple[Effect, ...]:
        if isinstance(event, Expired):
            self.timers.remove(event.name)
        if isinstance(event, PulseDone):
            self.tone = None
        effects = self.channel.receive(event)
        for effect in effects:
            self.follow(effect)
        return effects

    def follow(self, effect: Effect) -> None:
        match effect:
            case SendSignal() | SendPulse():
                assert self.tone is None
                self.tone = effect
            case StopSignal():
                assert self.tone is not None
                self.tone = None
            case Hear(direction):
                self.hearing = direction is not None
            case StartTimer(name):
                self.timers.append(name)
            case StopTimer(name):
                self.timers.remove(name)

    def assert_quiet(self) -> None:
        assert self.tone is None
        assert not self.hearing


def outgoing(events: tuple[Event, ...]) -> Seen:
    return Seen(OutgoingChannel(), events)


def two_digits(called: str) -> Verdict:
    return Verdict.COMPLETE if len(called) == 2 else Verdict.MORE


def incoming(events: tuple[Event, ...]) -> Seen:
    return Seen(IncomingChannel(LOCAL, two_digits), events)


def prefixes(*calls: tuple[Event, ...]) -> Iterator[tuple[Event, ...]]:
    for call in calls:
        first = 1 + call.index(SEIZURE if SEIZURE in call else ACK)
        for n in range(first, len(call) + 1):
            yield call[:n]


# KB2 to KB5 ask for the end of the call by themselves at their end, so the call is cut before that.
OUT_POINTS = list(prefixes(OUTGOING, OUT_OF_DIGITS, *((*GETS_KB, SignalOn(kb)) for kb in (2, 5))))
OUT_POINTS += [(*OUTGOING[:2], SignalOn(a)) for a in (4, 5)]
IN_POINTS = list(prefixes(INCOMING, REFUSED))


@pytest.mark.parametrize("events", OUT_POINTS)
def test_caller_clears(events: tuple[Event, ...]) -> None:
    seen = outgoing(events)
    assert SendBits(0b1011) in seen.take(Clear())
    seen.assert_quiet()
    assert seen.timers == ["release_guard"]
    seen.take(IDLE)
    assert seen.take(Expired("idle_guard")) == (Idle(),)
    assert seen.timers == []


@pytest.mark.parametrize("events", OUT_POINTS)
def test_far_end_goes_idle(events: tuple[Event, ...]) -> None:
    seen = outgoing(events)
    effects = seen.take(IDLE)
    failure = Failure.RELEASE_IN_TALK if events[-1] == ANSWER else Failure.ABNORMAL_RELEASE
    assert effects[-2:] == (Failed(failure), Alarm(failure))
    assert SendBits(0b1011) in effects
    seen.assert_quiet()
    assert seen.timers == ["idle_guard"]


@pytest.mark.parametrize("events", OUT_POINTS)
def test_each_outgoing_timer(events: tuple[Event, ...]) -> None:
    seen = outgoing(events)
    for timer in [name for name in seen.timers if name in ("t1", "t2")]:
        failure = Failure.NO_BACKWARD_SIGNAL if timer == "t1" else Failure.BACKWARD_SIGNAL_STAYS
        if "out of digits" in seen.channel.state:
            failure = Failure.NO_BACKWARD_SIGNAL
        effects = seen.take(Expired(timer))
        assert effects[-2:] == (Failed(failure), Alarm(failure))
        assert SendBits(0b1011) in effects
        seen.assert_quiet()
        assert seen.timers == ["release_guard"]


@pytest.mark.parametrize("events", OUT_POINTS)
def test_an_answer_out_of_turn(events: tuple[Event, ...]) -> None:
    seen = outgoing(events)
    state = seen.channel.state
    effects = seen.take(ANSWER)
    if state.startswith("register"):
        assert effects[-2:] == (Failed(Failure.LINE_FAULT), Alarm(Failure.LINE_FAULT))
        seen.assert_quiet()
        assert seen.timers == ["release_guard"]
    else:
        assert seen.channel.state == "talking"
        seen.assert_quiet()


@pytest.mark.parametrize("events", OUT_POINTS)
def test_a_foreign_signal_while_ours_is_on(events: tuple[Event, ...]) -> None:
    seen = outgoing(events)
    expected = seen.tone is not None or "out of digits" in seen.channel.state
    effects = seen.take(SignalOn(0))
    assert (Failed(Failure.FOREIGN_SIGNAL) in effects) is expected
    assert (Alarm(Failure.FOREIGN_SIGNAL) in effects) is expected
    if expected:
        assert SendBits(0b1011) in effects
        seen.assert_quiet()


@pytest.mark.parametrize("events", IN_POINTS)
def test_clear_forward(events: tuple[Event, ...]) -> None:
    seen = incoming(events)
    refused = any(isinstance(event, Refuse) for event in events)
    assert (FarCleared() in seen.take(IDLE)) is not refused
    seen.assert_quiet()
    assert seen.timers == ["release"]
    assert SendBits(0b1011) in seen.take(Expired("release"))
    assert seen.take(Expired("idle_guard")) == (Idle(),)


@pytest.mark.parametrize("events", IN_POINTS)
def test_called_side_clears_then_clear_forward(events: tuple[Event, ...]) -> None:
    seen = incoming(events)
    was_on = seen.tone
    talking = seen.channel.state == "talking"
    assert (SendBits(0b1111) in seen.take(Clear())) is talking
    assert seen.channel.state.split(":")[0] == ("cleared back" if talking else "await clear")
    if isinstance(was_on, SendSignal) and seen.tone is not None:
        seen.take(SignalOff())  # the last signal is compelled to its end
    if "pulse_gap" in seen.timers:
        seen.take(Expired("pulse_gap"))
        assert seen.tone == SendPulse(Direction.BACKWARD, 4, 150)
    seen.take(IDLE)
    seen.assert_quiet()
    assert seen.timers == ["release"]


def test_clear_forward_in_the_pulse_and_before_it() -> None:
    for events in ((), (Expired("pulse_gap"),)):
        seen = incoming((SEIZURE, Clear(), *events))
        seen.take(IDLE)
        seen.assert_quiet()
        assert seen.timers == ["release"]


@pytest.mark.parametrize("events", IN_POINTS)
def test_each_incoming_timer(events: tuple[Event, ...]) -> None:
    seen = incoming(events)
    refused = "await clear" in seen.channel.state
    for timer in [name for name in seen.timers if name in ("t3", "t4")]:
        failure = Failure.NO_FORWARD_SIGNAL if timer == "t3" else Failure.FORWARD_SIGNAL_STAYS
        in_group_b = seen.channel.state.startswith("kb on") or refused
        effects = seen.take(Expired(timer))
        assert (Failed(failure) in effects) is not refused
        assert effects[-1] == Alarm(failure)
        assert seen.channel.state.startswith("await clear")
        assert not seen.hearing
        if "pulse_gap" in seen.timers:
            seen.take(Expired("pulse_gap"))
        assert (seen.tone == SendPulse(Direction.BACKWARD, 4, 150)) is not in_group_b
        seen.take(PulseDone())
        assert seen.timers == ["await_clear"]


@pytest.mark.parametrize("events", IN_POINTS)
def test_a_foreign_signal_is_refused(events: tuple[Event, ...]) -> None:
    seen = incoming(events)
    awaiting = "await " in seen.channel.state and "await clear" not in seen.channel.state
    effects = seen.take(SignalOn(0))
    if not awaiting:
        assert effects == ()
        return
    assert seen.tone == SendSignal(Direction.BACKWARD, 4)  # A4, or KB4 after A3
    assert effects[-2:] == (Failed(Failure.FOREIGN_SIGNAL), Alarm(Failure.FOREIGN_SIGNAL))
    assert seen.channel.state == "await clear: refusing"
    seen.take(SignalOff())
    seen.assert_quiet()
    assert seen.timers == ["await_clear"]


@pytest.mark.parametrize("verdict", list(REFUSALS))
@pytest.mark.parametrize("late", [True, False], ids=["after the calling number", "at the digit"])
def test_a_number_that_is_refused(verdict: Verdict, late: bool) -> None:
    asked: list[str] = []

    def analyse(called: str) -> Verdict:
        """At the digit, or only when asked again after the calling number."""
        asked.append(called)
        return Verdict.MORE if late and len(asked) == 1 else verdict

    number, failure = REFUSALS[verdict]
    profile = replace(LOCAL, ani_after_digits=1)
    events = (SEIZURE, *cycle(3), *cycle(1)) if late else (SEIZURE,)
    seen = Seen(IncomingChannel(profile, analyse), events)
    effects = seen.take(SignalOn(15 if late else 3))
    assert effects[-1] == Failed(failure)
    assert seen.tone == SendSignal(Direction.BACKWARD, number)
    assert seen.channel.state == "await clear: refusing"
    seen.take(SignalOff())
    seen.assert_quiet()
    assert FarCleared() not in seen.take(IDLE)
