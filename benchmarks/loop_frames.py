"""How frames were moved before the engine had a thread: a task of the event loop, kept as the rival of bench_media."""

import asyncio

from kmcc.drivers.racked import RackedBoard
from kmcc.switch.media import Media


class LoopFrames:
    """Moves a board's frames on the loop's time; how late each tick began is kept, in seconds."""

    def __init__(self, board: RackedBoard, media: Media) -> None:
        self.lateness_s: list[float] = []
        self._board = board
        self._media = media

    async def follow_loop(self) -> None:
        loop = asyncio.get_running_loop()
        tick_s = self._media.engine.tick_s
        start_s = loop.time()
        done = 0
        while True:
            due = int((loop.time() - start_s) / tick_s) - done
            while due > 0:
                begun_s = loop.time() - start_s
                ran = self._board.run(due)
                self.lateness_s += [begun_s - (done + n) * tick_s for n in range(1, ran + 1)]
                self._media.deliver()
                done += ran
                due -= ran
                await asyncio.sleep(0)  # whoever was woken by an event acts before the next frame
            await asyncio.sleep(max(0.0, start_s + (done + 1) * tick_s - loop.time()))
