"""Media in real time, as the loop sees it: a thread of its own ticks the engine, an eventfd wakes whoever it concerns.

The counterpart of `FrameClock`, by which time passes in the simulator: here nothing waits for the loop, and a loop that
is busy hears of an event later, no more.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress

from kmcc.dsp.pacer import Pacer, PacerCounters
from kmcc.switch.media import Media


class MediaThread:
    """The pacer of the engine that `media` hands out the events of; `deliver` does so for simulated far ends."""

    def __init__(self, pacer: Pacer, media: Media, deliver: Callable[[], None]) -> None:
        self.tick_s = media.engine.tick_s
        self._pacer = pacer
        self._media = media
        self._deliver = deliver

    @property
    def counters(self) -> PacerCounters:
        return self._pacer.counters()

    async def run(self) -> None:
        """The frames move until this is cancelled, or until somebody fails at what he is told."""
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()
        loop.add_reader(self._pacer.wake, woken.set)
        try:
            with self._pacer:
                while True:
                    self._hand_out()
                    await woken.wait()
                    woken.clear()
        finally:
            loop.remove_reader(self._pacer.wake)

    def _hand_out(self) -> None:
        with suppress(BlockingIOError):
            os.eventfd_read(self._pacer.wake)
        self._media.deliver()
        self._deliver()
