"""Signals sent as pulses (Q.442): the A3 that ends a number of unknown length, A4 and A5; sent and received."""

from dataclasses import replace

import pytest
from tests.signaling.test_china1_channel import Circuit, End, failures

from kmcc.signaling.china1.channel import IncomingChannel
from kmcc.signaling.china1.messages import (
    Accept,
    Alarm,
    Alerting,
    Clear,
    Failed,
    Hear,
    LineBits,
    Offered,
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
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.signaling.china1.terms import Direction, Failure
from kmcc.signaling.effects import Expired, StartTimer

IDLE, SEIZURE = LineBits(0b1011), LineBits(0b0011)
NEVER_ASK = replace(LOCAL, ani_after_digits=0)


def two_to_six(called: str) -> Verdict:
    if called.startswith("9"):
        return Verdict.VACANT
    if len(called) < 2:
        return Verdict.MORE
    return Verdict.GOOD if len(called) < 6 else Verdict.COMPLETE


def circuit(profile: Profile) -> Circuit:
    line = Circuit(profile)
    line.inc = End(IncomingChannel(profile, two_to_six), Direction.FORWARD)
    line.run_effects(line.inc, line.inc.channel.start())
    line.queue.append((line.inc, IDLE))
    line.settle()
    return line


@pytest.mark.parametrize("k", [0, 1, 2, 4, 99])
@pytest.mark.parametrize("called", ["31", "319", "31900", "319000"])
@pytest.mark.parametrize("calling", ["3188888", None])
def test_a_number_of_unknown_length_comes_whole(k: int, called: str, calling: str | None) -> None:
    """The pulse comes when the inter-digit time is over, and only when the number could be longer."""
    line = circuit(replace(LOCAL, ani_after_digits=k))
    line.accepts = (Accept(),)
    line.tell(line.out, Seize(called, calling, 1, 3))
    while not any(isinstance(told, Alerting) for told in line.out.told):
        assert line.step()
    (offered,) = (told for told in line.inc.told if isinstance(told, Offered))
    assert offered == Offered(called, calling if k else None, 1 if k else None, 3)
    assert line.now_ms == (5_300 if len(called) < 6 else 0)  # inter-digit time, then what is ignored behind the pulse
    assert not failures(line.out)
    line.tell(line.out, Clear())
    line.to_rest()
    line.assert_at_rest()


def test_a_busy_number_of_unknown_length() -> None:
    line = circuit(NEVER_ASK)
    line.accepts = (Refuse(Failure.CALLED_BUSY),)
    line.tell(line.out, Seize("319", None, 1, 3))
    line.to_rest()
    assert failures(line.out) == [Failure.CALLED_BUSY]
    line.assert_at_rest()


def incoming(profile: Profile, *digits: int) -> IncomingChannel:
    channel = IncomingChannel(profile, two_to_six)
    channel.receive(IDLE)
    channel.receive(SEIZURE)
    for digit in digits:
        channel.receive(SignalOn(digit))
        channel.receive(SignalOff())
    return channel


def test_the_pulse_itself() -> None:
    """Q.442: 150 ms; forward signals do not count for 300 ms from its start, so the receiver is off."""
    channel = incoming(NEVER_ASK, 3, 1)
    assert channel.state == "register: await digit of open number"
    effects = channel.receive(Expired("interdigit"))
    pulse = SendPulse(Direction.BACKWARD, 3, 150)
    assert effects == (StartTimer("pulse_ignore", 300), Hear(None), pulse)
    assert channel.receive(SignalOn(3)) == channel.receive(SignalOff()) == ()
    assert channel.receive(PulseDone()) == ()
    effects = channel.receive(Expired("pulse_ignore"))
    assert effects == (StartTimer("t3", 15_000), Hear(Direction.FORWARD))
    assert channel.receive(SignalOn(3))[-1] == Offered("31", None, None, 3)


def test_a_pulse_that_does_not_end_is_stopped() -> None:
    channel = incoming(NEVER_ASK, 3, 1)
    channel.receive(Expired("interdigit"))
    assert StopSignal() in channel.receive(Expired("pulse_ignore"))


def test_a_further_digit_starts_the_inter_digit_time_again() -> None:
    channel = incoming(NEVER_ASK, 3, 1)
    channel.receive(SignalOn(9))
    assert StartTimer("interdigit", 5_000) in channel.receive(SignalOff())


def test_no_kd_after_the_pulse_ends_by_t3() -> None:
    channel = incoming(NEVER_ASK, 3, 1)
    for event in (Expired("interdigit"), PulseDone(), Expired("pulse_ignore")):
        channel.receive(event)
    effects = channel.receive(Expired("t3"))
    assert SendPulse(Direction.BACKWARD, 4, 150) in effects
    assert effects[-2:] == (Failed(Failure.NO_FORWARD_SIGNAL), Alarm(Failure.NO_FORWARD_SIGNAL))


def test_without_leave_for_an_a3_pulse_such_a_number_waits_for_t3() -> None:
    channel = incoming(replace(NEVER_ASK, pulse_signals=(4,)), 3, 1)
    assert channel.state == "register: await called digit"
    assert SendPulse(Direction.BACKWARD, 4, 150) in channel.receive(Expired("t3"))


@pytest.mark.parametrize("when", ["while it is on", "after it"])
def test_the_switch_gives_up_at_the_pulse(when: str) -> None:
    channel = incoming(NEVER_ASK, 3, 1)
    channel.receive(Expired("interdigit"))
    if when == "after it":
        channel.receive(PulseDone())
    effects = channel.receive(Clear())
    assert (StopSignal() in effects) is (when == "while it is on")
    assert SendPulse(Direction.BACKWARD, 4, 150) in channel.receive(Expired("pulse_gap"))


@pytest.mark.parametrize("when", ["while it is on", "after it"])
def test_clear_forward_at_the_pulse(when: str) -> None:
    channel = incoming(NEVER_ASK, 3, 1)
    channel.receive(Expired("interdigit"))
    if when == "after it":
        channel.receive(PulseDone())
    assert (StopSignal() in channel.receive(IDLE)) is (when == "while it is on")
    assert channel.state == "releasing"


# --- received -----------------------------------------------------------------------------------------------

PULSES = [(3, []), (4, [Failure.CONGESTION]), (5, [Failure.VACANT_NUMBER])]


@pytest.mark.parametrize(("number", "failed"), PULSES)
@pytest.mark.parametrize("is_sending", [True, False], ids=["our digit is on", "no digit is left"])
def test_a_pulse_is_understood(number: int, failed: list[Failure], is_sending: bool) -> None:
    line = circuit(NEVER_ASK)
    channel = line.out.channel
    channel.receive(Seize("31", None, 1, 3))
    channel.receive(LineBits(0b1111))
    for _ in range(1 if is_sending else 2):
        channel.receive(SignalOn(1))
        channel.receive(SignalOff())
    assert channel.state == ("register: called digit" if is_sending else "register: out of digits")
    channel.receive(SignalOn(number))
    effects = channel.receive(SignalOff())
    assert [effect.failure for effect in effects if isinstance(effect, Failed)] == failed
    assert (SendSignal(Direction.FORWARD, 3) in effects) is (number == 3)  # KD
