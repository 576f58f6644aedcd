"""A town in a process of its own: it serves the exchange's side of a board over shared memory, in real time.

`far_end` is that of a simulated board, such as `Town.settle`; the daemon's side is `shm://NAME` (kmcc.drivers.shared).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kmcc.drivers.shared import SharedBoard
from kmcc.dsp.engine import Engine
from kmcc.dsp.mapped import EXCHANGE, MappedCounters
from kmcc.dsp.pacer import Pacer, PacerCounters
from kmcc.firmware_sim.board import FarEnd
from kmcc.switch.media import Media
from kmcc.switch.media_thread import MediaThread


@dataclass(frozen=True, slots=True)
class SharedTown:
    """What is being served; `failed` ends when the frames stop, and never otherwise."""

    media: Media
    failed: asyncio.Task[None]
    _thread: MediaThread
    _board: SharedBoard

    @property
    def ticks(self) -> PacerCounters:
        return self._thread.counters

    @property
    def line(self) -> MappedCounters:
        counters = self._board.counters
        assert counters is not None  # it is open
        return counters


@asynccontextmanager
async def serve_town(
    url: str, far_end: FarEnd, *, spans: int, lines: int, tick_samples: int = 64, priority: int = 0, off_ppm: int = 0
) -> AsyncIterator[SharedTown]:
    """Serves it meanwhile. BoardBusyError when another process does; `off_ppm` is the error of its clock."""
    engine = Engine(spans=spans, lines=lines, tick_samples=tick_samples)
    media = Media(engine)
    with SharedBoard(url, spans=spans, lines=lines, side=EXCHANGE, tick_samples=tick_samples) as board:
        board.bind(engine)
        far_end(media)
        thread = MediaThread(Pacer(board.rack, priority=priority, off_ppm=off_ppm), media, board.deliver)
        moving = asyncio.get_running_loop().create_task(thread.run(), name="frames of the town")
        try:
            yield SharedTown(media, moving, thread, board)
        finally:
            moving.cancel()
            await asyncio.gather(moving, return_exceptions=True)
