"""What settings make of a register exchange: KC and KE, KA alone, end marks, A2; each end against both columns."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kmcc.signaling.china1.channel import IncomingChannel, OutgoingChannel
from kmcc.signaling.china1.codes import Ani, Leading, Prefix, Repeat
from kmcc.signaling.china1.messages import (
    Accept,
    Alarm,
    Alerting,
    Effect,
    Failed,
    LineBits,
    Offered,
    Seize,
    SendBits,
    SendSignal,
    SignalOff,
    SignalOn,
    StopSignal,
)
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.signaling.china1.terms import Direction, Failure
from kmcc.signaling.effects import ProtocolError, RangeError

IDLE, SEIZURE, ACK = LineBits(0b1011), LineBits(0b0011), LineBits(0b1111)
KC = replace(LOCAL, leading=Leading.KC)
KE = replace(LOCAL, leading=Leading.KE)
KA_ONLY = replace(LOCAL, ani=Ani.KA_ONLY)
END_MARK = replace(LOCAL, end_of_called=15)
NUMBER = "319"
Rows = list[tuple[int, int]]

# (forward, backward) of GB 3377-82; 10 is the digit 0, the last row is KD, KB
FORMS: list[tuple[str, Profile, Seize, Rows]] = [
    (
        "KC priority",
        KC,
        Seize(NUMBER, "88", 1, 2, (Prefix.KC_PRIORITY,)),
        [(11, 1), (3, 6), (1, 1), (8, 1), (8, 1), (15, 1), (1, 1), (9, 3), (2, 1)],
    ),
    (
        "two KC",
        replace(KC, kc_satellite=15),
        Seize(NUMBER, None, 1, 2, (Prefix.KC_TEST, Prefix.KC_SATELLITE)),
        [(13, 1), (15, 1), (3, 6), (1, 1), (15, 1), (1, 1), (9, 3), (2, 1)],
    ),
    (
        "KE tandem",
        replace(KE, ani_after_digits=0),
        Seize(NUMBER, None, 1, 1, (Prefix.KE_TANDEM,)),
        [(11, 1), (3, 1), (1, 1), (9, 3), (1, 1)],
    ),
    ("none of the KC", KC, Seize(NUMBER, None, 1, 2), [(3, 6), (1, 1), (15, 1), (1, 1), (9, 3), (2, 1)]),
    ("KA alone", KA_ONLY, Seize(NUMBER, "88", 5, 3), [(3, 6), (5, 1), (1, 1), (9, 3), (3, 1)]),
    (
        "KA alone after the last digit",
        replace(KA_ONLY, ani_after_digits=99),
        Seize(NUMBER, "88", 10, 3),
        [(3, 1), (1, 1), (9, 6), (10, 3), (3, 6)],
    ),
]


def tones(effects: tuple[Effect, ...]) -> list[Effect]:
    return [effect for effect in effects if isinstance(effect, (SendSignal, StopSignal))]


def seized(profile: Profile, call: Seize) -> tuple[OutgoingChannel, tuple[Effect, ...]]:
    """An outgoing end that has just been acknowledged, and what it does then."""
    channel = OutgoingChannel(profile)
    channel.receive(IDLE)
    channel.receive(call)
    return channel, channel.receive(ACK)


def taken(profile: Profile, analyse: Callable[[str], Verdict]) -> IncomingChannel:
    channel = IncomingChannel(profile, analyse)
    channel.receive(IDLE)
    channel.receive(SEIZURE)
    return channel


def three_digits(called: str) -> Verdict:
    return Verdict.COMPLETE if len(called) >= 3 else Verdict.MORE


def open_number(called: str) -> Verdict:
    """Two to four digits."""
    if len(called) < 2:
        return Verdict.MORE
    return Verdict.GOOD if len(called) < 4 else Verdict.COMPLETE


def cycle(channel: IncomingChannel, number: int) -> list[Effect]:
    """A forward signal and its end; what was answered."""
    sent = tones(channel.receive(SignalOn(number)))
    channel.receive(SignalOff())
    return sent


def backward(number: int) -> list[Effect]:
    return [SendSignal(Direction.BACKWARD, number)]


@pytest.mark.parametrize(("profile", "call", "rows"), [pytest.param(*form[1:], id=form[0]) for form in FORMS])
def test_outgoing_column(profile: Profile, call: Seize, rows: Rows) -> None:
    channel, effects = seized(profile, call)
    for forward, answer in rows:
        assert tones(effects) == [SendSignal(Direction.FORWARD, forward)]
        assert tones(channel.receive(SignalOn(answer))) == [StopSignal()]
        effects = channel.receive(SignalOff())
    assert effects[-1] == Alerting(rows[-1][1])


@pytest.mark.parametrize(("profile", "call", "rows"), [pytest.param(*form[1:], id=form[0]) for form in FORMS])
def test_incoming_column(profile: Profile, call: Seize, rows: Rows) -> None:
    channel = taken(profile, three_digits)
    for forward, answer in rows[:-1]:
        assert cycle(channel, forward) == backward(answer)
    kd, kb = rows[-1]
    (offered,) = (effect for effect in channel.receive(SignalOn(kd)) if isinstance(effect, Offered))
    assert (offered.called, offered.kd, offered.prefixes) == (NUMBER, kd, call.prefixes)
    assert offered.ka == (call.ka if profile.ani_after_digits else None)
    assert offered.calling == (call.calling if profile.ani is Ani.NUMBER else None)
    assert tones(channel.receive(Accept(kb))) == backward(kb)


@pytest.mark.parametrize("signal", range(11, 16))
def test_a_prefix_that_is_not_agreed_is_foreign(signal: int) -> None:
    for profile, known in ((LOCAL, {}), (KC, {11, 12, 13, 14}), (KE, {11, 13})):
        answered = cycle(taken(profile, three_digits), signal)
        assert answered == backward(1 if signal in known else 4)


def test_a_prefix_after_the_first_digit_is_foreign() -> None:
    channel = taken(replace(KC, ani_after_digits=0), three_digits)
    assert cycle(channel, 3) == backward(1)
    effects = channel.receive(SignalOn(11))
    assert tones(effects) == backward(4)
    assert effects[-2:] == (Failed(Failure.FOREIGN_SIGNAL), Alarm(Failure.FOREIGN_SIGNAL))


def test_a_prefix_of_the_other_kind_is_not_sent() -> None:
    channel = OutgoingChannel(KE)
    channel.receive(IDLE)
    for call in (Seize("1", None, 1, 3, (Prefix.KC_TEST,)), Seize("1", None, 1, 3, (Prefix.KE_TEST, Prefix.KC_TEST))):
        with pytest.raises(RangeError, match=r"Seize: prefixes must be of \['ke_tandem', 'ke_test'\]"):
            channel.receive(call)
    assert SendBits(0b0011) in channel.receive(Seize("1", None, 1, 3, (Prefix.KE_TEST,)))


# --- end marks ----------------------------------------------------------------------------------------------


def test_the_end_mark_is_sent_when_a_digit_more_is_asked_for() -> None:
    channel, effects = seized(END_MARK, Seize("31", None, 1, 3))
    for forward in (3, 1, 15):
        assert tones(effects) == [SendSignal(Direction.FORWARD, forward)]
        channel.receive(SignalOn(1))
        effects = channel.receive(SignalOff())
    assert channel.state == "register: out of digits"


def test_the_end_mark_completes_an_open_number() -> None:
    channel = taken(replace(END_MARK, ani_after_digits=0), open_number)
    assert [cycle(channel, signal) for signal in (3, 1, 15)] == [backward(1), backward(1), backward(3)]
    offered = channel.receive(SignalOn(3))[-1]
    assert offered == Offered("31", None, None, 3)


def test_the_calling_number_is_asked_for_once_though_the_end_mark_comes_after_it() -> None:
    channel = taken(replace(END_MARK, ani_after_digits=99), open_number)
    signals = [(3, 1), (1, 6), (1, 1), (8, 1), (15, 1), (15, 3)]
    for signal, answer in signals:
        assert cycle(channel, signal) == backward(answer)
    assert channel.receive(SignalOn(3))[-1] == Offered("31", "8", 1, 3)


def test_the_end_mark_after_too_few_digits_is_a_vacant_number() -> None:
    channel = taken(END_MARK, lambda called: Verdict.MORE)
    assert cycle(channel, 3) == backward(6)
    for signal in (1, 15, 1):
        assert cycle(channel, signal) == backward(1)
    effects = channel.receive(SignalOn(15))
    assert tones(effects) == backward(5)
    assert effects[-1] == Failed(Failure.VACANT_NUMBER)


def test_an_end_mark_that_is_not_agreed_is_foreign() -> None:
    channel = taken(replace(LOCAL, ani_after_digits=0), open_number)
    cycle(channel, 3)
    cycle(channel, 1)
    assert cycle(channel, 15) == backward(4)


@pytest.mark.parametrize("digits", [(), (8, 8)], ids=["at once", "after some digits"])
@pytest.mark.parametrize("mark", [15, 12])
def test_the_end_of_the_calling_number(mark: int, digits: tuple[int, ...]) -> None:
    """I-12 says that there is none, whatever came before."""
    channel = taken(LOCAL, three_digits)
    for signal in (3, 1, *digits, mark, 1):
        cycle(channel, signal)
    assert cycle(channel, 9) == backward(3)
    calling = "88" if digits and mark == 15 else None
    assert channel.receive(SignalOn(3))[-1] == Offered(NUMBER, calling, 1, 3)


# --- A2 -----------------------------------------------------------------------------------------------------

REPEATS = [
    (KC, (Prefix.KC_TEST,), [13, 3, 1, 13, 3]),
    (replace(KC, repeat_leading=False), (Prefix.KC_TEST,), [13, 3, 1, 3, 1]),
    (LOCAL, (), [3, 1, 9, 3, 1]),
    (replace(LOCAL, repeat=Repeat.LAST_BUT_ONE), (), [3, 1, 9, 1, 9]),
]


@pytest.mark.parametrize(("profile", "prefixes", "sent"), REPEATS)
def test_a2_after_the_third_signal(profile: Profile, prefixes: tuple[Prefix, ...], sent: list[int]) -> None:
    channel, effects = seized(profile, Seize(NUMBER, None, 1, 2, prefixes))
    for n, forward in enumerate(sent):
        assert tones(effects) == [SendSignal(Direction.FORWARD, forward)]
        channel.receive(SignalOn(2 if n == 2 else 1))
        effects = channel.receive(SignalOff())


def test_a2_last_but_one_at_the_first_digit_asks_for_it_again() -> None:
    channel, _ = seized(replace(LOCAL, repeat=Repeat.LAST_BUT_ONE), Seize(NUMBER, None, 1, 3))
    channel.receive(SignalOn(2))
    assert tones(channel.receive(SignalOff())) == [SendSignal(Direction.FORWARD, 3)]


# --- what no signal can carry -------------------------------------------------------------------------------

OUT_OF_RANGE = [
    (Seize("", None, 1, 3), "called must be one or more digits 0-9, got ''"),
    (Seize("31a", None, 1, 3), "called must be one or more digits 0-9, got '31a'"),
    (Seize("٣١", None, 1, 3), "called must be one or more digits 0-9"),
    (Seize("31", "", 1, 3), "calling must be digits 0-9 or None, got ''"),
    (Seize("31", "+86", 1, 3), "calling must be digits 0-9 or None"),
    (Seize("31", None, 0, 3), r"ka must be 1\.\.10 \(GB 3377-82\), got 0"),
    (Seize("31", None, 11, 3), r"ka must be 1\.\.10"),
    (Seize("31", None, 1, 0), r"kd must be 1\.\.6"),
    (Seize("31", None, 1, 7), r"kd must be 1\.\.6"),
]


@pytest.mark.parametrize(("call", "message"), OUT_OF_RANGE)
def test_out_of_range(call: Seize, message: str) -> None:
    channel = OutgoingChannel()
    channel.receive(IDLE)
    with pytest.raises(RangeError, match=message):
        channel.receive(call)
    assert channel.state == "idle"


@pytest.mark.parametrize("kb", [0, 2, 5, 7])
def test_a_kb_that_does_not_say_free(kb: int) -> None:
    channel = taken(replace(LOCAL, ani_after_digits=0), three_digits)
    for signal in (3, 1, 9):
        cycle(channel, signal)
    channel.receive(SignalOn(3))
    with pytest.raises(RangeError, match=r"Accept: kb must be one of \[1, 6\]"):
        channel.receive(Accept(kb))
    assert channel.state == "register: offered"


def test_a_range_error_is_a_protocol_error() -> None:
    assert issubclass(RangeError, ProtocolError)
