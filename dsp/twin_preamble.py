"""Twin of csrc/preamble.c: flags of V.21 channel 2 on one port."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import numpy as np

from kmcc.dsp.twin_level import power
from kmcc.dsp.twin_listener import BLOCK, GRID, RATE_HZ, RECENT, Samples

ONE_HZ: Final = 1650.0
ZERO_HZ: Final = 1850.0
FLAGS: Final = 8
WAKE: Final = 4
PAIRED: Final = 0.25
PURE: Final = 0.5
WINDOW: Final = 24
BLOCKS_PAST: Final = 5
BIT, ZEROS, ONES, WITHIN = 27, 53, 160, 12


class News(Enum):
    BEGAN = 1
    ENDED = 2


@dataclass(slots=True)
class Preamble:
    """Events are (news, its sample, mean square)."""

    floor: float = field(default_factory=lambda: power(-43))
    on: bool = False
    woke: bool = False
    paired: list[bool] = field(default_factory=lambda: [False] * WAKE)  # the newest last
    began: int = 0
    edge: int = 0
    ended: int = 0
    before: float = 0.0
    heard: list[float] = field(default_factory=list)
    flags: int = 0

    def block(self, energy: float, one: float, zero: float) -> bool:
        both, was_on = one + zero, self.on
        self.paired = [*self.paired[1:], both > PAIRED * self.floor and both > PAIRED * energy]
        self.woke = all(self.paired) and not was_on
        self.on = self.woke or (was_on and any(self.paired[-3:]))
        return self.on or was_on

    def look(self, at: int, recent: Samples) -> Iterator[News]:
        if not self.on:
            yield from self._end()
            return
        if self.woke:
            self.before, self.flags, self.edge = 0.0, 0, 0
        samples = (BLOCKS_PAST + 1) * BLOCK if self.woke else BLOCK
        x = recent.astype(float)
        turns = np.exp(-2j * np.pi * np.outer((ONE_HZ, ZERO_HZ), np.arange(WINDOW)) / RATE_HZ)
        for last in range(RECENT - samples + GRID, RECENT + 1, GRID):
            window = x[last - WINDOW : last]
            one, zero = np.abs(turns @ window) ** 2 * 2 / WINDOW**2
            total = float(window @ window) / WINDOW
            is_pure = total > self.floor and one + zero > PURE * total
            yield from self._point(at - RECENT + last - WINDOW // 2, float(one - zero) if is_pure else 0.0, total)

    def _point(self, now: int, louder: float, total: float) -> Iterator[News]:
        if louder == 0 or self.before == 0:
            yield from self._end()
            self.edge = now
        elif (louder > 0) != (self.before > 0):
            yield from self._edge(now - int(louder / (louder - self.before) * GRID + 0.5))
        elif now - self.edge > ONES + WITHIN:
            yield from self._end()
        self.before = louder
        if 0 < self.flags < FLAGS:
            self.heard.append(total)

    def _edge(self, edge: int) -> Iterator[News]:
        is_one = self.before > 0
        if abs(edge - self.edge - (ONES if is_one else ZEROS)) > WITHIN:
            yield from self._end()
        elif is_one:
            if self.flags == 0:
                self.began, self.heard = self.edge - BIT, []
            self.ended = edge + BIT
            self.flags += 1
            if self.flags == FLAGS:
                yield News.BEGAN
        self.edge = edge

    def _end(self) -> Iterator[News]:
        if self.flags >= FLAGS:
            yield News.ENDED
        self.flags = 0
