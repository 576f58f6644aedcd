"""Boards by clocks of their own: what their elastic stores did becomes events, and too much of it an alarm (G.822)."""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Final

from kmcc.dsp.elastic import OwnClock, StoreCounters
from kmcc.switch.journal import Journal

LOOK_S: Final = 1.0
HOUR_S: Final = 3600.0
MOST_SLIPS_AN_HOUR: Final = 30  # G.822 table 1: a connection that slips oftener is unacceptable
MOST_IDLE_AN_HOUR: Final = 30  # ticks: a quarter of a second of speech


class BoardWatch:
    """`look` compares with what was seen last; `watch` looks every second."""

    def __init__(self, clocks: Mapping[int, OwnClock], journal: Journal) -> None:
        """`clocks` by the board's number."""
        self._clocks = clocks
        self._journal = journal
        self._last = {board: clock.store() for board, clock in clocks.items()}
        self._slips: dict[int, deque[tuple[float, int, int]]] = {board: deque() for board in clocks}

    @property
    def stores(self) -> dict[int, StoreCounters]:
        return {board: clock.store() for board, clock in self._clocks.items()}

    def look(self) -> None:
        """Writes one event a board at most for each: slips, dead or alive."""
        now_s = asyncio.get_running_loop().time()
        for board, now in self.stores.items():
            before, self._last[board] = self._last[board], now
            if now.is_alive != before.is_alive:
                self._journal.write("board.alive" if now.is_alive else "board.dead", board=board)
            slips, idle = now.slips - before.slips, now.idle - before.idle
            if slips or idle:
                self._slips[board].append((now_s, slips, idle))
                self._journal.write(
                    "board.slips",
                    board=board,
                    repeated=now.repeated - before.repeated,
                    dropped=now.dropped - before.dropped,
                    idle=idle,
                )
            while self._slips[board] and self._slips[board][0][0] <= now_s - HOUR_S:
                self._slips[board].popleft()

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_S)

    def alarms(self) -> list[str]:
        """In words."""
        alarms: list[str] = []
        for board, seen in self._slips.items():
            slips, idle = sum(s for _, s, _ in seen), sum(i for _, _, i in seen)
            if not self._last[board].is_alive:
                alarms.append(f"boards[{board}]: no frames come")
            if slips > MOST_SLIPS_AN_HOUR:
                alarms.append(f"boards[{board}]: {slips} slips within the hour, the clocks differ")
            if idle > MOST_IDLE_AN_HOUR:
                alarms.append(f"boards[{board}]: {idle} ticks within the hour did not find their frames")
        return alarms
