"""How much faster than real the simulation runs while all channels are busy: line time by wall time."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from kmcc.firmware_sim.exchange import SimulatedExchange

LOOK_S: Final = 1.0  # of line time


class Speedometer:
    """Adds up the seconds in which at least `channels` circuits of the exchange were busy. For show only."""

    def __init__(self, exchange: SimulatedExchange, channels: int, line_time: Callable[[], float]) -> None:
        self._exchange = exchange
        self._channels = channels
        self._line_time = line_time
        self.line_s = 0.0
        self._wall_s = 0.0

    @property
    def ratio(self) -> float | None:
        """None when the channels were never all busy."""
        return self.line_s / self._wall_s if self._wall_s else None

    @contextmanager
    def measuring(self) -> Iterator[None]:
        """Look every second of line time while the block runs."""
        task = asyncio.get_running_loop().create_task(self._look())
        try:
            yield
        finally:
            task.cancel()

    async def _look(self) -> None:
        while True:
            line_s, wall_s = self._line_time(), time.perf_counter()
            was_busy = self._exchange.busy >= self._channels
            await asyncio.sleep(LOOK_S)
            if was_busy and self._exchange.busy >= self._channels:
                self.line_s += self._line_time() - line_s
                self._wall_s += time.perf_counter() - wall_s
