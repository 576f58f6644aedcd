"""Twin of csrc/voice.c; the same rules, a port at a time."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.twin_level import power
from kmcc.dsp.twin_listener import BLOCK, Floats, ListenerTwin


@dataclass(slots=True)
class _Voice:
    on: bool = False
    noise: float | None = None
    sounds: int = 0
    silent: int = 0


class VoiceTwin(ListenerTwin):
    HZ: ClassVar[tuple[float, ...]] = (450.0,)
    BLOCKS_ON: ClassVar[int] = 3
    BLOCKS_OFF: ClassVar[int] = 38
    ABOVE: ClassVar[float] = 4
    FALL: ClassVar[float] = 0.25
    RISE: ClassVar[float] = 1.0055
    LONE: ClassVar[float] = 0.6

    def __init__(self, ports: int) -> None:
        super().__init__(ports)
        self._state = [_Voice() for _ in range(ports)]
        self._floor, self._first = power(-38), power(-39)
        self._least, self._most = power(-50), power(-34)

    def forget(self, port: int) -> None:
        self._state[port] = _Voice()

    def block(self, port: int, energy: np.float32, power: Floats) -> bool:
        state, loud = self._state[port], float(energy)
        known = state.noise or min(loud, self._first)
        noise = known + (loud - known) * self.FALL if loud < known else min(known * self.RISE, self._most)
        state.noise = max(noise, self._least)
        is_above = loud > self._floor and loud > self.ABOVE * state.noise
        self._follow(port, state, is_sound=is_above and power[0] < self.LONE * energy)
        return False

    def _follow(self, port: int, state: _Voice, *, is_sound: bool) -> None:
        state.silent = 0 if is_sound else state.silent + 1
        state.sounds = min(state.sounds + 1, self.BLOCKS_ON) if is_sound else max(state.sounds - 1, 0)
        if not state.on and state.sounds == self.BLOCKS_ON:
            state.on = True
            self.report(port, EventKind.VOICE_ON, 0, 0, self.BLOCKS_ON * BLOCK)
        elif state.on and state.silent >= self.BLOCKS_OFF:
            state.on = False
            self.report(port, EventKind.VOICE_OFF, 0, 0, self.BLOCKS_OFF * BLOCK)
