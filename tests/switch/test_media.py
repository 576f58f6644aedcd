"""Who hears which event of an engine, and which detectors are on for whom."""

import asyncio

from kmcc.dsp.engine import Detect, Engine, EngineEvent, EventKind, SpanAlarm, run_pair
from kmcc.dsp.tone import dtmf_tone
from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair
from kmcc.switch.media import Media

SETTLE_S = 0.5  # every port tells its first code, every span that it is well


def kinds(events: list[EngineEvent]) -> list[EventKind]:
    return [event.kind for event in events]


async def press(pair: E1Pair, port: int) -> None:
    pair.far.engine.send_tone(port, dtmf_tone("1", on_ms=80))
    await asyncio.sleep(0.2)


def test_each_owner_hears_his_port_only_in_the_order_of_subscription(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        await asyncio.sleep(SETTLE_S)
        order: list[str] = []
        e1_pair.near.subscribe(1, lambda _: order.append("first"))
        e1_pair.near.subscribe(1, lambda _: order.append("second"))
        e1_pair.near.subscribe(2, lambda _: order.append("other"))
        e1_pair.far.engine.signal(1, 0b1010)
        await asyncio.sleep(0.1)
        assert order == ["first", "second"]

    clock(main(), e1_pair.frames)


def test_whoever_unsubscribes_hears_no_more_and_the_others_do(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        await asyncio.sleep(SETTLE_S)
        first: list[EngineEvent] = []
        second: list[EngineEvent] = []
        on_first = first.append
        e1_pair.near.subscribe(1, on_first)
        e1_pair.near.subscribe(1, second.append)
        e1_pair.near.unsubscribe(1, on_first)
        e1_pair.near.unsubscribe(1, on_first)
        e1_pair.far.engine.signal(1, 0b1010)
        await asyncio.sleep(0.1)
        assert first == []
        assert kinds(second) == [EventKind.SIGNAL]

    clock(main(), e1_pair.frames)


def test_a_handler_may_leave_while_events_are_handed_out(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        await asyncio.sleep(SETTLE_S)
        heard: list[EngineEvent] = []

        def once(event: EngineEvent) -> None:
            heard.append(event)
            e1_pair.near.unsubscribe(1, once)

        e1_pair.near.subscribe(1, once)
        e1_pair.near.subscribe(1, heard.append)
        for bits in (0b1010, 0b0011):
            e1_pair.far.engine.signal(1, bits)
            await asyncio.sleep(0.1)
        assert len(heard) == 3

    clock(main(), e1_pair.frames)


def test_detectors_of_several_users_add_up_and_each_takes_off_its_own(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        await asyncio.sleep(SETTLE_S)
        heard: list[EngineEvent] = []
        e1_pair.near.subscribe(3, heard.append)
        await press(e1_pair, 3)
        assert heard == []
        e1_pair.near.listen(3, Detect.DTMF)
        e1_pair.near.listen(3, Detect.MFC_FORWARD)
        e1_pair.near.ignore(3, Detect.MFC_FORWARD | Detect.MFC_BACKWARD)
        await asyncio.sleep(0.05)
        await press(e1_pair, 3)
        assert EventKind.DTMF_ON in kinds(heard)
        e1_pair.near.ignore(3, Detect.DTMF)
        await asyncio.sleep(0.05)
        heard.clear()
        await press(e1_pair, 3)
        assert heard == []

    clock(main(), e1_pair.frames)


def test_span_alarms_go_to_those_who_watch_spans_not_to_the_port_of_that_number(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        await asyncio.sleep(SETTLE_S)
        alarms: list[EngineEvent] = []
        port_0: list[EngineEvent] = []
        e1_pair.near.watch_spans(alarms.append)
        e1_pair.near.subscribe(0, port_0.append)
        await asyncio.sleep(0.5)
        alarms.clear()
        e1_pair.far.engine.span_alarm(0, remote=True)
        await asyncio.sleep(0.5)
        assert [(event.kind, event.code & SpanAlarm.RAI) for event in alarms] == [(EventKind.SPAN, SpanAlarm.RAI)]
        assert port_0 == []

    clock(main(), e1_pair.frames)


def test_deliver_tells_how_many_events_there_were() -> None:
    near, far = Engine(lines=2), Engine(lines=2)
    media, heard = Media(near), list[EngineEvent]()
    media.subscribe(0, heard.append)
    assert media.deliver() == 0
    far.signal(0, 1)
    far.signal(1, 1)
    while run_pair(near, far, 100) == 100:
        pass
    assert media.deliver() == 2  # the other one is nobody's
    assert kinds(heard) == [EventKind.SIGNAL]
    assert media.deliver() == 0
