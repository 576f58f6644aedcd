"""Missed ticks become events; what is wrong within the hour is an alarm, and an hour later it is none any more."""

import asyncio
from dataclasses import replace

from kmcc.daemon.tick_watch import TickWatch
from kmcc.dsp.pacer import PacerCounters
from kmcc.firmware_sim.clock import run_virtual
from kmcc.firmware_sim.rig import MemoryJournal

FIT = PacerCounters(0, 0, 0, 0, 0, 0.0, 0.0, 0.0, is_fifo=True, is_locked=True, lateness=())
NO_FIFO = "media: SCHED_FIFO is not allowed (CAP_SYS_NICE or LimitRTPRIO): normal priority"
NO_LOCK = "media: memory cannot be locked (CAP_IPC_LOCK or LimitMEMLOCK)"


class Told:
    """What the thread is said to have counted."""

    def __init__(self) -> None:
        self.now = FIT

    def __call__(self) -> PacerCounters:
        return self.now


def test_missed_ticks_are_events_and_given_up_ones_an_alarm_for_an_hour() -> None:
    async def story() -> None:
        told, journal = Told(), MemoryJournal()
        watch = TickWatch(told, journal, wants_fifo=True)
        watching = asyncio.get_running_loop().create_task(watch.watch())
        await asyncio.sleep(1.5)
        assert watch.alarms() == []
        told.now = replace(FIT, ticks=500, late=9, caught_up=5, given_up=2)
        await asyncio.sleep(1.0)
        assert watch.alarms() == ["media: 2 ticks were given up within the hour"]
        assert [dict(one.fields) for one in journal.of("media.missed")] == [{"caught_up": 5, "given_up": 2}]
        told.now = replace(told.now, ticks=2000)
        await asyncio.sleep(1.0)
        assert watch.alarms() == [
            "media: 2 ticks were given up within the hour",
            "media: 0.45 % of the ticks of the hour began more than 1 ms late",
        ]
        told.now = replace(told.now, ticks=450_000, late=440)
        await asyncio.sleep(3500.0)
        assert watch.alarms() == ["media: 2 ticks were given up within the hour"]
        await asyncio.sleep(200.0)
        assert watch.alarms() == []
        assert len(journal.entries) == 1
        watching.cancel()

    run_virtual(story())


def test_a_thread_without_what_it_wants() -> None:
    async def story() -> None:
        told = Told()
        wanting, content = (TickWatch(told, MemoryJournal(), wants_fifo=wants) for wants in (True, False))
        told.now = replace(FIT, is_fifo=False, is_locked=False)
        for watch in (wanting, content):
            watch.look()
            assert watch.alarms() == []  # it has not begun
        told.now = replace(told.now, ticks=10)
        for watch in (wanting, content):
            watch.look()
        assert wanting.alarms() == [NO_FIFO, NO_LOCK]
        assert content.alarms() == [NO_LOCK]

    run_virtual(story())
