"""The frame clock: moves a board's frames and hands out what the engine noticed.

Real and virtual time differ in who calls `advance`: here a task that follows the loop's clock; in the simulator the
loop itself, when nothing else is left to do.
"""

import asyncio

from kmcc.drivers.board import Board
from kmcc.switch.media import Media

RATE_HZ = 8000
CATCH_UP_TICKS = 3  # more than this behind is counted as late


class FrameClock:
    """One board, the engine it serves, and the owner of the engine's ports."""

    def __init__(self, board: Board, media: Media) -> None:
        self.tick_s = media.engine.tick_s
        self.late_ticks = 0
        self.ticks = 0
        self._board = board
        self._media = media

    @property
    def now_s(self) -> float:
        """Time by the engine's own count of samples; right also while events are handed out."""
        return self._media.engine.now / RATE_HZ

    def advance(self, ticks: int) -> int:
        """Run up to `ticks` ticks, to the end of the first that brought something; how many were run."""
        ran = self._board.run(ticks)
        self.ticks += ran
        self._media.deliver()
        return ran

    async def follow_loop(self) -> None:
        """Keep the frames on the loop's time until cancelled."""
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        done = 0
        while True:
            due = int((loop.time() - start_s) / self.tick_s) - done
            if due > CATCH_UP_TICKS:
                self.late_ticks += due - CATCH_UP_TICKS
            while due > 0:
                ran = self.advance(due)
                done += ran
                due -= ran
                await asyncio.sleep(0)  # whoever was woken by an event acts before the next frame
            await asyncio.sleep(max(0.0, start_s + (done + 1) * self.tick_s - loop.time()))
