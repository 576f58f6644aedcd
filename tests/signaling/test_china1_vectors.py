"""The signal tables of GB 3377-82 calls, signal by signal; each end is checked against both columns."""

from dataclasses import replace

import pytest

from kmcc.signaling.china1.channel import IncomingChannel, OutgoingChannel
from kmcc.signaling.china1.messages import (
    Accept,
    Alerting,
    Effect,
    Hear,
    LineBits,
    Offered,
    Seize,
    SendSignal,
    SignalOff,
    SignalOn,
    StopSignal,
)
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL
from kmcc.signaling.china1.terms import Direction
from kmcc.signaling.effects import StopTimer

# (forward, backward): forward 10 is the digit 0, 15 the end of the calling number; the last row is KD, KB.
LOCAL_CALL = [
    (3, 6),
    (1, 1),
    *((d, 1) for d in (3, 1, 8, 8, 8, 8, 8)),
    (15, 1),
    *((d, 1) for d in (1, 9, 10, 10, 10)),
    (10, 3),
    (3, 1),
]
TOLL_CALL = [
    (10, 6),
    (1, 1),
    *((d, 1) for d in (3, 1, 8, 8, 8, 8, 8)),
    (15, 1),
    *((d, 1) for d in (8, 7, 1, 3, 1, 9, 10, 10, 10)),
    (10, 3),
    (2, 1),
]
NEVER_ASKED = [*((d, 1) for d in (3, 1, 9, 10, 10, 10)), (10, 3), (3, 6)]
ASKED_AT_THE_END = [
    *((d, 1) for d in (3, 1, 9, 10, 10, 10)),
    (10, 6),
    (8, 1),
    *((d, 1) for d in (3, 1, 8, 8, 8, 8, 8)),
    (15, 3),
    (3, 1),
]
ASKED_AFTER_THREE = [
    (3, 1),
    (1, 1),
    (9, 6),
    (1, 1),
    *((d, 1) for d in (3, 1, 8, 8, 8, 8, 8)),
    (15, 1),
    *((d, 1) for d in (10, 10, 10)),
    (10, 3),
    (3, 1),
]
NO_CALLING_NUMBER = [(3, 6), (1, 1), (15, 1), *((d, 1) for d in (1, 9, 10, 10, 10)), (10, 3), (3, 1)]

VECTORS = [
    pytest.param(LOCAL_CALL, Seize("3190000", "3188888", 1, 3), 1, id="local"),
    pytest.param(TOLL_CALL, Seize("08713190000", "3188888", 1, 2), 1, id="toll"),
    pytest.param(NEVER_ASKED, Seize("3190000", "3188888", 1, 3), 0, id="never asked"),
    pytest.param(ASKED_AT_THE_END, Seize("3190000", "3188888", 8, 3), 7, id="asked at the last digit"),
    pytest.param(ASKED_AT_THE_END, Seize("3190000", "3188888", 8, 3), 99, id="asked after the last digit"),
    pytest.param(ASKED_AFTER_THREE, Seize("3190000", "3188888", 1, 3), 3, id="asked after three"),
    pytest.param(NO_CALLING_NUMBER, Seize("3190000", None, 1, 3), 1, id="no calling number"),
]
Rows = list[tuple[int, int]]


def tones(effects: tuple[Effect, ...]) -> list[Effect]:
    return [effect for effect in effects if isinstance(effect, (SendSignal, StopSignal))]


@pytest.mark.parametrize(("rows", "call", "k"), VECTORS)
def test_outgoing_column(rows: Rows, call: Seize, k: int) -> None:
    channel = OutgoingChannel()
    channel.start()
    channel.receive(LineBits(0b1011))
    channel.receive(call)
    effects = channel.receive(LineBits(0b1111))
    assert Hear(Direction.BACKWARD) in effects
    for forward, backward in rows:
        assert tones(effects) == [SendSignal(Direction.FORWARD, forward)]
        assert tones(channel.receive(SignalOn(backward))) == [StopSignal()]
        effects = channel.receive(SignalOff())
    assert effects[-2:] == (Hear(None), Alerting(rows[-1][1]))


@pytest.mark.parametrize(("rows", "call", "k"), VECTORS)
def test_incoming_column(rows: Rows, call: Seize, k: int) -> None:
    def analyse(called: str) -> Verdict:
        return Verdict.COMPLETE if called == call.called else Verdict.MORE

    channel = IncomingChannel(replace(LOCAL, ani_after_digits=k), analyse)
    channel.start()
    channel.receive(LineBits(0b1011))
    assert Hear(Direction.FORWARD) in channel.receive(LineBits(0b0011))
    for forward, backward in rows[:-1]:
        sent = tones(channel.receive(SignalOn(forward)))
        assert sent == [SendSignal(Direction.BACKWARD, backward)]
        assert tones(channel.receive(SignalOff())) == [StopSignal()]
    kd, kb = rows[-1]
    ka = call.ka if k > 0 else None
    offered = Offered(call.called, call.calling if k > 0 else None, ka, kd)
    assert channel.receive(SignalOn(kd)) == (StopTimer("t3"), offered)
    assert tones(channel.receive(Accept(kb))) == [SendSignal(Direction.BACKWARD, kb)]
    assert Hear(None) in channel.receive(SignalOff())
