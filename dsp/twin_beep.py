"""Twin of csrc/beep.c; the same rules, a port at a time."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.twin_level import centi_dbm0, power
from kmcc.dsp.twin_listener import BLOCK, RATE_HZ, Floats, ListenerTwin, Samples


@dataclass(slots=True)
class _Beep:
    on: bool = False
    hz: float = 0.0  # of the first look in the row, 0 = no lone tone
    agree: int = 0
    misses: int = 0
    began: int = 0


class BeepTwin(ListenerTwin):
    EVERY: ClassVar[int] = 8
    WINDOW: ClassVar[int] = 128
    PURE: ClassVar[float] = 0.75
    EVEN: ClassVar[float] = 2
    STEADY: ClassVar[float] = 0.04
    LOOKS_ON: ClassVar[int] = 11
    LOOKS_OFF: ClassVar[int] = 3

    def __init__(self, ports: int) -> None:
        super().__init__(ports)
        self._state = [_Beep() for _ in range(ports)]
        self._floor = power(-38)

    def forget(self, port: int) -> None:
        self._state[port] = _Beep()

    def block(self, port: int, energy: np.float32, power: Floats) -> bool:  # noqa: ARG002 (no tone is screened)
        return bool(energy > self._floor) or self._state[port].on

    def look(self, port: int, recent: Samples) -> bool:
        state, (hz, tone) = self._state[port], self._lone(recent[-self.WINDOW :].astype(float))
        same = hz > 0 and abs(hz - state.hz) < self.STEADY * hz
        if state.on:
            self._follow(port, state, lasts=same)
            return True
        state.agree = min(state.agree + 1, self.LOOKS_ON) if same else int(hz > 0)
        state.hz = state.hz if same else hz
        if state.agree == self.LOOKS_ON:
            state.on, state.misses = True, 0
            state.began = self.at - self.WINDOW - (self.LOOKS_ON - 1) * BLOCK
            self.report(port, EventKind.BEEP_ON, int(state.hz + 0.5), centi_dbm0(tone), self.at - state.began)
        return True

    def _follow(self, port: int, state: _Beep, *, lasts: bool) -> None:
        state.misses = 0 if lasts else state.misses + 1
        if state.misses == self.LOOKS_OFF:
            since = self.LOOKS_OFF * BLOCK - BLOCK // 2
            self.report(port, EventKind.BEEP_OFF, int(state.hz + 0.5), self.at - since - state.began, since)
            state.on, state.agree = False, 0

    def _lone(self, x: npt.NDArray[np.float64]) -> tuple[float, float]:
        """Frequency, 0 when it is no lone tone of 800 to 2000 Hz, and power."""
        middle, around = x[1:-1], (x[:-2] + x[2:]) / np.sqrt(2)
        matrix = np.array([[around @ around, around @ middle], [around @ middle, middle @ middle]])
        noise, p = float(np.linalg.eigvalsh(matrix)[0]), float(middle @ middle)
        if p / len(middle) < self._floor:
            return 0.0, 0.0
        angle = float(np.arccos(np.clip(float(around @ middle) / (p - noise) / np.sqrt(2), -1, 1)))
        waves = np.exp(-1j * angle * np.arange(self.WINDOW // 2))
        halves = [float(abs(half @ waves) ** 2) * 2 / len(waves) ** 2 for half in np.split(x, 2)]
        tone, hz = sum(halves) / 2, angle * RATE_HZ / (2 * np.pi)
        is_lone = tone >= self.PURE * p / len(middle) and max(halves) <= self.EVEN * min(halves)
        return (hz if is_lone and 800 <= hz <= 2000 else 0.0), tone
