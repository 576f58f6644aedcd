"""Twin of csrc/mfc.c; the same rules, a port at a time."""

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.mfc import Direction
from kmcc.dsp.tone import MFC_HZ
from kmcc.dsp.twin_bank import BankTwin, Window, power

FOREIGN: Final = 0
FOREIGN_HZ: Final = (660, 540)
LOOKS_FOREIGN: Final = 10
LOOKS_HELD: Final = 4
LEVEL_MIN_DBM0: Final = -38
TWIST: Final = 7.9
PEAK: Final = 6.3
PURE: Final = 0.58
LASTING: Final = 0.42


@dataclass(slots=True)
class _Port:
    signal: int | None = None
    foreign: int = 0
    held: int = 0


class MfcTwin(BankTwin):
    HOP: ClassVar[int] = 22
    HOPS: ClassVar[int] = 6

    def __init__(self, ports: int, direction: Direction) -> None:
        native = MFC_HZ[direction]
        super().__init__(ports, native if direction is Direction.FORWARD else native + FOREIGN_HZ)
        self.direction = direction
        self._native = len(native)
        self._state = [_Port() for _ in range(ports)]
        self._floor = power(LEVEL_MIN_DBM0) * self.window

    def forget(self, port: int) -> None:
        self._state[port] = _Port()

    def look(self, w: Window) -> None:
        order = np.argsort(-w.tones, kind="stable")
        first, second, third = (float(w.tones[tone]) for tone in order[:3])
        low, high = sorted(int(tone) for tone in order[:2])
        heard = w.energy >= self._floor and first + second >= LASTING * w.energy
        native = high < self._native
        balanced = second > self._floor and first < second * TWIST
        crowded = third * PEAK > second
        signal = high * (high - 1) // 2 + low + 1 if heard and native else None
        pure = native and balanced and not crowded and first + second >= PURE * w.energy
        port = self._state[w.port]
        foreign = heard and balanced and (crowded or not native)
        port.foreign = port.foreign + 1 if foreign else 0
        self._follow(w.port, port, signal)
        if port.signal is None and signal is not None and pure:
            self._begin(w.port, port, signal)
        elif port.signal is None and port.foreign >= LOOKS_FOREIGN:
            self._begin(w.port, port, FOREIGN)

    def _begin(self, number: int, port: _Port, signal: int) -> None:
        port.signal, port.held = signal, 0
        self.report(number, EventKind.MFC_ON, signal, self.direction.value)

    def _follow(self, number: int, port: _Port, signal: int | None) -> None:
        if port.signal is None:
            return
        is_good = signal == port.signal and port.foreign < LOOKS_FOREIGN
        lasts = port.foreign > 0 if port.signal == FOREIGN else is_good
        port.held += 1
        if not lasts and port.held >= LOOKS_HELD:
            self.report(number, EventKind.MFC_OFF, port.signal, self.direction.value)
            port.signal = None
