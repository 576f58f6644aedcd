"""The outgoing end alone: what each signal and line code does (GB 3377-82, GB 3971.2-83)."""

from dataclasses import replace

import pytest

from kmcc.signaling.china1.channel import Channel, OutgoingChannel
from kmcc.signaling.china1.codes import Repeat
from kmcc.signaling.china1.messages import (
    Alarm,
    Alerting,
    Answered,
    Blocked,
    Clear,
    Effect,
    Event,
    Failed,
    Hear,
    Idle,
    LineBits,
    Resumed,
    Seize,
    SendBits,
    SendSignal,
    SignalOff,
    SignalOn,
    StopSignal,
    Suspended,
    Unblocked,
)
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.signaling.china1.terms import Direction, Failure
from kmcc.signaling.effects import Expired, ProtocolError, StartTimer, StopTimer

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


def sent(channel: Channel, *events: Event) -> list[int]:
    return [effect.number for event in events for effect in channel.receive(event) if isinstance(effect, SendSignal)]


# --- outgoing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("repeat", "digits"), [(Repeat.FROM_FIRST, [1, 9, 3, 1, 9]), (Repeat.LAST_BUT_ONE, [1, 9, 1, 9])]
)
def test_a2_repeats(repeat: Repeat, digits: list[int]) -> None:
    channel = outgoing(profile=replace(LOCAL, repeat=repeat))
    assert sent(channel, *cycle(1), *cycle(1), *cycle(2), *cycle(1), *cycle(1)) == digits


def test_a2_after_the_first_digit_repeats_it() -> None:
    assert sent(outgoing(profile=replace(LOCAL, repeat=Repeat.LAST_BUT_ONE)), *cycle(2)) == [3]


def test_a2_after_the_calling_number() -> None:
    channel = outgoing()
    assert sent(channel, *cycle(6), *cycle(1), *cycle(1), *cycle(1), *cycle(2), *cycle(1)) == [1, 3, 1, 15, 3, 1]


# Q.441: what each A signal asks for while each forward signal is on.
ON_THE_LINE = {
    "called digit": (),
    "KA": cycle(6),
    "calling digit": (*cycle(6), *cycle(1)),
    "end of calling number": (*cycle(6), *cycle(1), *cycle(1), *cycle(1)),
}
NEXT_SIGNAL = [
    # A1, A2, A3, A6; called 319, calling 31, KA 7, KD 4
    ("called digit", [1, 3, 4, 7]),
    ("KA", [3, 3, 4, None]),
    ("calling digit", [1, 3, 4, None]),
    ("end of calling number", [1, 3, 4, None]),
]


@pytest.mark.parametrize(("on", "answers"), NEXT_SIGNAL)
def test_what_an_a_signal_asks_for(on: str, answers: list[int | None]) -> None:
    for a, answer in zip((1, 2, 3, 6), answers, strict=True):
        channel = outgoing(*ON_THE_LINE[on], call=Seize("319", "31", 7, 4))
        effects = feed(channel, SignalOn(a))
        assert StopSignal() in effects
        if answer is None:
            assert effects[-2:] == (Failed(Failure.FOREIGN_SIGNAL), Alarm(Failure.FOREIGN_SIGNAL))
            assert {CLEAR_FORWARD, Hear(None)} <= set(effects)
        else:
            assert sent(channel, SignalOff()) == [answer]


@pytest.mark.parametrize("on", list(ON_THE_LINE))
@pytest.mark.parametrize(("a", "failure"), [(4, Failure.CONGESTION), (5, Failure.VACANT_NUMBER)])
def test_a4_and_a5_end_the_attempt(on: str, a: int, failure: Failure) -> None:
    channel = outgoing(*ON_THE_LINE[on])
    assert StopSignal() in feed(channel, SignalOn(a))
    effects = feed(channel, SignalOff())
    assert effects[-1] == Failed(failure)
    assert CLEAR_FORWARD in effects


def test_a6_as_a_pulse() -> None:
    channel = outgoing(*cycle(1), *cycle(1), *cycle(1))
    assert sent(channel, *cycle(6)) == [1]


def test_a3_pulse_after_the_last_digit() -> None:
    channel = outgoing(*cycle(1), *cycle(1), *cycle(1))
    assert channel.state == "register: out of digits"
    assert feed(channel, SignalOn(3)) == ()
    assert feed(channel, SignalOff())[-1] == SendSignal(FORWARD, 3)


@pytest.mark.parametrize(("number", "failure"), [(4, Failure.CONGESTION), (5, Failure.VACANT_NUMBER)])
def test_a4_and_a5_pulses(number: int, failure: Failure) -> None:
    channel = outgoing(*cycle(1), *cycle(1), *cycle(1))
    assert Failed(failure) in feed(channel, *cycle(number))


KB = [
    (3, 2, Failure.CALLED_BUSY),
    (3, 3, Failure.CALLED_BUSY),
    (3, 4, Failure.CALLED_BUSY),
    (3, 5, Failure.VACANT_NUMBER),
    (2, 2, Failure.CALLED_BUSY),
    (2, 3, Failure.CALLED_BUSY),
    (2, 4, Failure.CONGESTION),
    (2, 5, Failure.VACANT_NUMBER),
]


@pytest.mark.parametrize(("kd", "kb", "failure"), KB)
def test_kb_that_is_not_free(kd: int, kb: int, failure: Failure) -> None:
    channel = outgoing(*cycle(3), SignalOn(kb), call=replace(CALL, kd=kd))
    effects = feed(channel, SignalOff())
    assert effects[-1] == Failed(failure)
    assert CLEAR_FORWARD in effects
    assert Hear(None) in effects
    assert feed(channel, IDLE, Expired("idle_guard")) == (Idle(),)


@pytest.mark.parametrize("before", [(), cycle(6), (*cycle(6), *cycle(1)), cycle(3)], ids=["digit", "KA", "CLI", "KD"])
def test_foreign_backward_signal(before: tuple[Event, ...]) -> None:
    effects = feed(outgoing(*before), SignalOn(0))
    assert StopSignal() in effects
    assert effects[-2:] == (Failed(Failure.FOREIGN_SIGNAL), Alarm(Failure.FOREIGN_SIGNAL))


def test_answer_may_overtake_the_end_of_kb() -> None:
    channel = outgoing(*cycle(3), SignalOn(1))
    assert channel.state == "called free: called free"
    assert feed(channel, ANSWER)[-2:] == (Alerting(1), Answered())
    assert channel.state == "talking"


def test_re_answer() -> None:
    channel = outgoing(*cycle(3), *cycle(6), ANSWER)
    assert feed(channel, ACK) == (StartTimer("reanswer", 90_000), Suspended())
    assert feed(channel, ANSWER) == (StopTimer("reanswer"), Resumed())


def test_blocked_from_the_start() -> None:
    channel = OutgoingChannel()
    channel.start()
    assert feed(channel, ACK) == (Blocked(),)
    assert channel.state == "blocked"


def test_blocked_while_idle() -> None:
    channel = OutgoingChannel()
    channel.start()
    assert feed(channel, IDLE) == (Idle(),)
    assert feed(channel, ACK) == (Blocked(),)
    with pytest.raises(ProtocolError, match="SEIZE is not allowed in BLOCKED"):
        channel.receive(Seize("1", None, 1, 3))
    assert feed(channel, IDLE) == (Unblocked(),)
    assert SendBits(0b0011) in feed(channel, Seize("1", None, 1, 3))


@pytest.mark.parametrize(
    "before", [(), (*cycle(3), SignalOn(1)), (*cycle(3), *cycle(1)), (*cycle(3), *cycle(1), ANSWER)]
)
def test_far_end_goes_idle_in_a_call(before: tuple[Event, ...]) -> None:
    channel = outgoing(*before)
    effects = feed(channel, IDLE)
    failure = Failure.RELEASE_IN_TALK if ANSWER in before else Failure.ABNORMAL_RELEASE
    assert effects[-2:] == (Failed(failure), Alarm(failure))
    assert CLEAR_FORWARD in effects
    assert feed(channel, Expired("idle_guard")) == (Idle(),)


def test_clear_before_the_acknowledgement_waits_for_it() -> None:
    channel = OutgoingChannel()
    channel.start()
    assert feed(channel, IDLE, Seize("1", None, 1, 3), Clear()) == ()
    assert CLEAR_FORWARD in feed(channel, ACK)
    assert channel.state == "releasing"


@pytest.mark.parametrize(
    "call",
    [
        Seize("", None, 1, 3),
        Seize("12x", None, 1, 3),
        Seize("1", "", 1, 3),
        Seize("1", None, 0, 3),
        Seize("1", None, 1, 7),
    ],
)
def test_a_seizure_that_cannot_be_sent(call: Seize) -> None:
    channel = OutgoingChannel()
    feed(channel, IDLE)
    with pytest.raises(ProtocolError, match=r"Seize: (called|calling|ka|kd) must be"):
        channel.receive(call)
    assert channel.state == "idle"
