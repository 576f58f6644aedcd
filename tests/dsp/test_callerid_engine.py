"""Caller ID through the media engine: an exchange's port plays it, a subscriber's port hears it."""

import pytest

from kmcc.dsp.callerid import Caller, CallTime
from kmcc.dsp.callerid_delivery import DELIVERIES
from kmcc.dsp.callerid_dtmf import DtmfReader
from kmcc.dsp.callerid_message import MessageReader
from kmcc.dsp.engine import Detect, Engine, EngineEvent, EventKind, run_pair

CALLER = Caller("08713190000", CallTime(12, 31, 23, 59), "昆明")
TICKS_OF_A_SECOND = {16: 500, 64: 125, 80: 100}


def deliver(name: str, detect: Detect, tick_samples: int) -> list[EngineEvent]:
    """What the subscriber's port tells, while the exchange delivers."""
    exchange, subscriber = (Engine(lines=2, tick_samples=tick_samples) for _ in range(2))
    subscriber.detect(1, detect)
    exchange.play(1, [DELIVERIES[name].clip(CALLER)])
    events: list[EngineEvent] = []
    for _ in range(4 * TICKS_OF_A_SECOND[tick_samples]):
        run_pair(exchange, subscriber, 1)
        events += subscriber.events()
    return events


@pytest.mark.parametrize("tick_samples", [16, 64, 80])
@pytest.mark.parametrize(("name", "detect"), [("china", Detect.FSK_BELL202), ("etsi", Detect.FSK_V23)])
def test_fsk(name: str, detect: Detect, tick_samples: int) -> None:
    events = deliver(name, detect, tick_samples)
    assert {event.port for event in events} == {1}
    reader = MessageReader()
    messages = [reader.receive(event.code) for event in events if event.kind is EventKind.FSK_OCTET]
    assert messages[-1] is not None
    assert messages[-1].caller == CALLER
    reader.end()
    carrier = [event for event in events if event.kind is EventKind.FSK_CARRIER]
    assert [event.code for event in carrier] == [1, 0]
    assert abs(carrier[0].a / 100 + 13.5) < 0.3
    assert [event.at for event in events] == sorted(event.at for event in events)


def test_dtmf() -> None:
    events = deliver("china-dtmf", Detect.DTMF, 64)
    reader = DtmfReader()
    callers = [reader.receive(chr(event.code)) for event in events if event.kind is EventKind.DTMF_ON]
    assert callers[-1] == Caller(CALLER.number)


def test_a_port_that_does_not_listen_for_it_says_nothing() -> None:
    assert deliver("china", Detect.NONE, 64) == []
