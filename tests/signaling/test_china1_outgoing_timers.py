"""The outgoing end alone: each timer running out in its state, and the release (Q.422, Q.476)."""

from dataclasses import replace

import pytest

from kmcc.signaling.china1.channel import Channel, OutgoingChannel
from kmcc.signaling.china1.codes import Forward
from kmcc.signaling.china1.messages import (
    Alarm,
    Blocked,
    Clear,
    Effect,
    Event,
    Failed,
    FarCleared,
    Hear,
    Idle,
    LineBits,
    Seize,
    SendBits,
    SignalOff,
    SignalOn,
    StopSignal,
    Unblocked,
)
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.signaling.china1.terms import Direction, Failure
from kmcc.signaling.effects import Expired, ProtocolError, StartTimer

IDLE, SEIZURE, ACK, ANSWER = (LineBits(code) for code in (0b1011, 0b0011, 0b1111, 0b0111))
CLEAR_FORWARD = SendBits(0b1011)
FORWARD, BACKWARD = Direction.FORWARD, Direction.BACKWARD
CALL = Seize("319", "31", 1, 3)


def cycle(number: int) -> tuple[Event, Event]:
    return SignalOn(number), SignalOff()


def feed(channel: Channel, *events: Event) -> tuple[Effect, ...]:
    """The effects of the last event."""
    effects: tuple[Effect, ...] = ()
    for event in events:
        effects = channel.receive(event)
    return effects


def outgoing(*events: Event, call: Seize = CALL, profile: Profile = LOCAL) -> OutgoingChannel:
    """A call whose first digit is on the line, and what happened then."""
    channel = OutgoingChannel(profile)
    channel.start()
    feed(channel, IDLE, call, ACK, *events)
    return channel


# --- each timer in its state ----------------------------------------------------------------------

OUTGOING_TIMERS = [
    pytest.param((), "t1", Failure.NO_BACKWARD_SIGNAL, id="T1, called digit"),
    pytest.param(cycle(6), "t1", Failure.NO_BACKWARD_SIGNAL, id="T1, KA"),
    pytest.param((*cycle(6), *cycle(1)), "t1", Failure.NO_BACKWARD_SIGNAL, id="T1, calling digit"),
    pytest.param(cycle(3), "t1", Failure.NO_BACKWARD_SIGNAL, id="T1, KD"),
    pytest.param((SignalOn(1),), "t2", Failure.BACKWARD_SIGNAL_STAYS, id="T2, A1"),
    pytest.param((SignalOn(5),), "t2", Failure.BACKWARD_SIGNAL_STAYS, id="T2, A5"),
    pytest.param((*cycle(3), SignalOn(1)), "t2", Failure.BACKWARD_SIGNAL_STAYS, id="T2, KB"),
    pytest.param((*cycle(1), *cycle(1), *cycle(1)), "t2", Failure.NO_BACKWARD_SIGNAL, id="T2, no pulse"),
]


@pytest.mark.parametrize(("before", "timer", "failure"), OUTGOING_TIMERS)
def test_outgoing_register_timers(before: tuple[Event, ...], timer: str, failure: Failure) -> None:
    channel = outgoing(*before)
    effects = feed(channel, Expired(timer))
    assert CLEAR_FORWARD in effects
    assert Hear(None) in effects
    assert (StopSignal() in effects) is (timer == "t1")
    assert effects[-2:] == (Failed(failure), Alarm(failure))
    assert feed(channel, IDLE, Expired("idle_guard")) == (Idle(),)


def test_no_seizing_acknowledgement() -> None:
    channel = OutgoingChannel()
    channel.start()
    assert StartTimer("seize_ack", 1_000) in feed(channel, IDLE, Seize("1", None, 1, 3))
    effects = feed(channel, Expired("seize_ack"))
    assert effects[-2:] == (Failed(Failure.NO_SEIZE_ACK), Alarm(Failure.NO_SEIZE_ACK))
    assert CLEAR_FORWARD in effects
    assert feed(channel, ACK)[-1] == StartTimer("release_guard", 10_000)  # late, but it came
    assert feed(channel, IDLE, Expired("idle_guard")) == (Idle(),)


def test_answer_supervision() -> None:
    channel = outgoing(*cycle(3), *cycle(1))
    assert feed(channel, Expired("answer_supervision"))[-2:] == (CLEAR_FORWARD, Failed(Failure.NO_ANSWER))


def test_reanswer_supervision() -> None:
    channel = outgoing(*cycle(3), *cycle(6), ANSWER, ACK)
    assert feed(channel, Expired("reanswer"))[-2:] == (CLEAR_FORWARD, FarCleared())


def test_no_release_guard() -> None:
    channel = outgoing(Clear())
    assert feed(channel, Expired("release_guard")) == (Alarm(Failure.NO_RELEASE_GUARD), Blocked())
    with pytest.raises(ProtocolError):
        channel.receive(Seize("1", None, 1, 3))
    assert feed(channel, ACK) == ()
    assert feed(channel, IDLE) == (StartTimer("idle_guard", 100), Unblocked())
    assert feed(channel, Expired("idle_guard")) == (Idle(),)


@pytest.mark.parametrize("guard", [(IDLE,), (ACK, IDLE)], ids=["one step", "two steps"])
def test_both_forms_of_release_guard(guard: tuple[Event, ...]) -> None:
    channel = outgoing(*cycle(3), *cycle(1), ANSWER, Clear())
    assert feed(channel, *guard)[-1] == StartTimer("idle_guard", 100)


def test_answer_supervision_while_kb_is_on() -> None:
    channel = outgoing(*cycle(3), SignalOn(1))
    effects = feed(channel, Expired("answer_supervision"))
    assert {CLEAR_FORWARD, Hear(None), Failed(Failure.NO_ANSWER)} <= set(effects)


def test_far_end_goes_idle_after_clear_back() -> None:
    channel = outgoing(*cycle(3), *cycle(6), ANSWER, ACK)
    assert feed(channel, IDLE)[-2:] == (CLEAR_FORWARD, FarCleared())
    assert feed(channel, Expired("idle_guard")) == (Idle(),)


@pytest.mark.parametrize("events", [(Clear(),), (Clear(), IDLE), (Clear(), Expired("release_guard"))])
def test_the_switch_may_clear_twice(events: tuple[Event, ...]) -> None:
    channel = outgoing(*events)
    state = channel.state
    assert feed(channel, Clear()) == ()
    assert channel.state == state


def test_the_switch_may_clear_twice_before_the_acknowledgement() -> None:
    channel = OutgoingChannel()
    assert feed(channel, IDLE, CALL, Clear(), Clear()) == ()


def test_idle_and_clear_forward_may_have_two_codes() -> None:
    profile = replace(LOCAL, forward={**LOCAL.forward, Forward.CLEAR_FORWARD: 0b1001})
    for events in ((Clear(),), (Clear(), Expired("release_guard"))):
        channel = outgoing(*events, profile=profile)
        assert SendBits(0b1011) in feed(channel, IDLE)


LINE_FAULT = (Failed(Failure.LINE_FAULT), Alarm(Failure.LINE_FAULT))


def test_an_answer_instead_of_the_acknowledgement() -> None:
    channel = OutgoingChannel()
    channel.start()
    effects = feed(channel, IDLE, CALL, ANSWER)
    assert effects[-2:] == LINE_FAULT
    assert CLEAR_FORWARD in effects
    assert channel.state == "releasing"


def test_an_answer_in_the_register_phase() -> None:
    effects = feed(outgoing(), ANSWER)
    assert effects[-2:] == LINE_FAULT
    assert CLEAR_FORWARD in effects


def test_cleared_before_an_acknowledgement_that_is_an_answer() -> None:
    channel = OutgoingChannel()
    channel.start()
    assert CLEAR_FORWARD in feed(channel, IDLE, CALL, Clear(), ANSWER)
    assert channel.state == "releasing"


def test_cleared_before_an_acknowledgement_that_never_comes() -> None:
    channel = OutgoingChannel()
    channel.start()
    effects = feed(channel, IDLE, CALL, Clear(), Expired("seize_ack"))
    assert CLEAR_FORWARD in effects
    assert effects[-1] == Alarm(Failure.NO_SEIZE_ACK)
    assert feed(channel, Expired("idle_guard")) == (Idle(),)
