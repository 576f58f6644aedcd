"""The incoming end alone: what each signal does, and each timer running out in its state (GB 3377-82, Q.476)."""

from dataclasses import replace

import pytest

from kmcc.signaling.china1.channel import Channel, IncomingChannel
from kmcc.signaling.china1.codes import Backward
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
    Offered,
    PulseDone,
    Refuse,
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

IDLE, SEIZURE, ACK, ANSWER = (LineBits(code) for code in (0b1011, 0b0011, 0b1111, 0b0111))
CLEAR_FORWARD = SendBits(0b1011)
FORWARD, BACKWARD = Direction.FORWARD, Direction.BACKWARD
NEVER_ASK = replace(LOCAL, ani_after_digits=0)


def cycle(number: int) -> tuple[Event, Event]:
    return SignalOn(number), SignalOff()


def feed(channel: Channel, *events: Event) -> tuple[Effect, ...]:
    """The effects of the last event."""
    effects: tuple[Effect, ...] = ()
    for event in events:
        effects = channel.receive(event)
    return effects


def three_digits(called: str) -> Verdict:
    return Verdict.COMPLETE if len(called) == 3 else Verdict.MORE


def incoming(*events: Event, profile: Profile = NEVER_ASK) -> IncomingChannel:
    """A circuit that has been seized, and what happened then."""
    channel = IncomingChannel(profile, three_digits)
    channel.start()
    feed(channel, IDLE, SEIZURE, *events)
    return channel


NUMBER = (*cycle(3), *cycle(1), *cycle(9))
OFFERED = (*NUMBER, SignalOn(3))


# --- incoming -----------------------------------------------------------------------------------------------


def test_offered_without_asking() -> None:
    assert feed(incoming(), *OFFERED)[-1] == Offered("319", None, None, 3)


@pytest.mark.parametrize("before", [(), cycle(3)], ids=["first", "second"])
@pytest.mark.parametrize("number", [0, 11, 15])
def test_a_forward_signal_that_is_no_digit(before: tuple[Event, ...], number: int) -> None:
    effects = feed(incoming(*before), SignalOn(number))
    assert SendSignal(BACKWARD, 4) in effects
    assert effects[-2:] == (Failed(Failure.FOREIGN_SIGNAL), Alarm(Failure.FOREIGN_SIGNAL))


def test_a_kd_that_is_none_gets_kb_congestion() -> None:
    assert SendSignal(BACKWARD, 4) in feed(incoming(*NUMBER), SignalOn(7))


def test_a_break_of_kd_while_the_switch_decides() -> None:
    channel = incoming(*OFFERED)
    assert feed(channel, SignalOff()) == feed(channel, SignalOn(3)) == ()
    assert SendSignal(BACKWARD, 1) in feed(channel, Accept())


@pytest.mark.parametrize("kb", [0, 2, 4, 5, 7])
def test_only_a_free_kb_accepts(kb: int) -> None:
    channel = incoming(*OFFERED)
    with pytest.raises(ProtocolError, match="Accept"):
        channel.receive(Accept(kb))
    assert channel.state == "register: offered"


@pytest.mark.parametrize("early", [True, False], ids=["while KB is on", "in the guard"])
def test_answer_is_held_by_the_guard(early: bool) -> None:
    channel = incoming(*OFFERED, Accept())
    order: tuple[Event, Event] = (Answer(), SignalOff()) if early else (SignalOff(), Answer())
    for event in order:
        assert SendBits(0b0111) not in channel.receive(event)
    assert feed(channel, Expired("answer_guard")) == (SendBits(0b0111),)


def test_answer_after_the_guard_is_sent_at_once() -> None:
    channel = incoming(*OFFERED, Accept(), SignalOff())
    assert feed(channel, Expired("answer_guard")) == ()
    assert feed(channel, Answer()) == (SendBits(0b0111),)


def test_clear_before_answer_sends_no_line_signal() -> None:
    channel = incoming(*OFFERED, Accept(), SignalOff(), Expired("answer_guard"))
    assert feed(channel, Clear()) == (StartTimer("await_clear", 150_000),)
    assert feed(channel, IDLE) == (StopTimer("await_clear"), StartTimer("release", 430))  # 1111 stays
    assert feed(channel, Expired("release")) == (StartTimer("idle_guard", 100), SendBits(0b1011))
    assert feed(channel, Expired("idle_guard")) == (Idle(),)


def test_clear_while_offered_tells_congestion() -> None:
    assert SendSignal(BACKWARD, 4) in feed(incoming(*OFFERED), Clear())


def test_clear_between_digits_sends_a4_as_a_pulse() -> None:
    channel = incoming(*cycle(3))
    assert StartTimer("pulse_gap", 100) in feed(channel, Clear())
    assert feed(channel, Expired("pulse_gap")) == (SendPulse(BACKWARD, 4, 150),)
    assert feed(channel, PulseDone()) == ()
    assert channel.state == "await clear"


def test_seized_again_within_the_idle_guard() -> None:
    channel = incoming(IDLE, Expired("release"))
    effects = feed(channel, SEIZURE)
    assert effects[-2:] == (Idle(), Seized())
    assert {SendBits(0b1111), Hear(FORWARD)} <= set(effects)


@pytest.mark.parametrize(
    "before",
    [(), NUMBER, OFFERED, (*OFFERED, Accept()), (*OFFERED, Accept(), SignalOff(), Answer(), Expired("answer_guard"))],
)
def test_clear_forward_is_reported_once(before: tuple[Event, ...]) -> None:
    channel = incoming(*before)
    assert feed(channel, IDLE)[-1] == FarCleared()
    assert feed(channel, Clear()) == ()


# --- incoming: each timer in its state ----------------------------------------------------------------------

NO_PULSE = replace(LOCAL, ani_after_digits=1, pulse_signals=(3,))
PULSE = replace(LOCAL, ani_after_digits=1)
T3_STATES = [(), cycle(3), (*cycle(3), *cycle(1))]
T4_STATES = [(SignalOn(3),), (*cycle(3), SignalOn(1)), (*cycle(3), *cycle(1), SignalOn(5))]


@pytest.mark.parametrize("before", T3_STATES, ids=["called", "KA", "calling"])
@pytest.mark.parametrize("profile", [PULSE, NO_PULSE], ids=["pulse", "no pulse"])
def test_t3(before: tuple[Event, ...], profile: Profile) -> None:
    channel = incoming(*before, profile=profile)
    effects = feed(channel, Expired("t3"))
    assert (SendPulse(BACKWARD, 4, 150) in effects) is (profile is PULSE)
    assert Hear(None) in effects
    assert effects[-2:] == (Failed(Failure.NO_FORWARD_SIGNAL), Alarm(Failure.NO_FORWARD_SIGNAL))
    assert feed(channel, PulseDone(), IDLE)[-1] == StartTimer("release", 430)


@pytest.mark.parametrize("before", T4_STATES, ids=["A6", "A1 to KA", "A1 to calling digit"])
def test_t4(before: tuple[Event, ...]) -> None:
    channel = incoming(*before, profile=PULSE)
    effects = feed(channel, Expired("t4"))
    assert StopSignal() in effects
    assert effects[-2:] == (Failed(Failure.FORWARD_SIGNAL_STAYS), Alarm(Failure.FORWARD_SIGNAL_STAYS))
    assert feed(channel, Expired("pulse_gap")) == (SendPulse(BACKWARD, 4, 150),)


def test_t4_in_group_b_sends_no_pulse() -> None:
    channel = incoming(*OFFERED, Accept())
    effects = feed(channel, Expired("t4"))
    assert StopSignal() in effects
    assert effects[-2:] == (Failed(Failure.FORWARD_SIGNAL_STAYS), Alarm(Failure.FORWARD_SIGNAL_STAYS))
    assert channel.state == "await clear"


def test_t4_after_a_refusal_is_an_alarm_only() -> None:
    channel = incoming(*OFFERED, Refuse(Failure.CALLED_BUSY))
    assert feed(channel, Clear()) == ()
    effects = feed(channel, Expired("t4"))
    assert StopSignal() in effects
    assert effects[-1] == Alarm(Failure.FORWARD_SIGNAL_STAYS)
    assert channel.state == "await clear"


def test_the_first_code_may_be_a_seizure() -> None:
    channel = IncomingChannel(NEVER_ASK, three_digits)
    channel.start()
    effects = feed(channel, SEIZURE)
    assert effects[-1] == Seized()
    assert {SendBits(0b1111), Hear(FORWARD)} <= set(effects)


def test_answered_while_kb_is_on_and_then_lost() -> None:
    for event, indication in ((IDLE, FarCleared()), (Expired("t4"), Alarm(Failure.FORWARD_SIGNAL_STAYS))):
        channel = incoming(*OFFERED, Accept(), Answer())
        effects = feed(channel, event)
        assert {StopSignal(), Hear(None)} <= set(effects)
        assert effects[-1] == indication


def test_cleared_forward_while_the_answer_is_held() -> None:
    channel = incoming(*OFFERED, Accept(), SignalOff(), Answer())
    assert feed(channel, IDLE)[-1] == FarCleared()


@pytest.mark.parametrize("events", [(Clear(),), (Clear(), IDLE), (Clear(), IDLE, Expired("release"))])
def test_the_switch_may_clear_twice(events: tuple[Event, ...]) -> None:
    channel = incoming(*OFFERED, Accept(), SignalOff(), Answer(), Expired("answer_guard"), *events)
    assert feed(channel, Clear()) == ()


KB_ENDED = (*OFFERED, Accept(), SignalOff())
RELEASE_POINTS = [
    NUMBER,
    (*OFFERED, Accept()),
    (*OFFERED, Accept(), Answer()),
    KB_ENDED,
    (*KB_ENDED, Answer()),
    (*KB_ENDED, Expired("answer_guard")),
    (*KB_ENDED, Answer(), Expired("answer_guard")),
    (*KB_ENDED, Answer(), Expired("answer_guard"), Clear()),
    (*NUMBER, Clear()),
]


@pytest.mark.parametrize("before", RELEASE_POINTS)
def test_release_may_have_its_own_code(before: tuple[Event, ...]) -> None:
    profile = replace(NEVER_ASK, backward={**LOCAL.backward, Backward.RELEASE: 0b1101})
    channel = incoming(*before, profile=profile)
    assert SendBits(0b1101) in feed(channel, IDLE)
