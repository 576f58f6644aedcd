"""Twin of csrc/progress.c and csrc/voice.c; the same rules, a port at a time."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.twin_bank import centi_dbm0, power
from kmcc.dsp.twin_listener import Floats, ListenerTwin, Samples
from kmcc.dsp.twin_lone import LoneTone, News, ToneState


class ProgressTwin(ListenerTwin):
    HZ: ClassVar[tuple[float, ...]] = (450.0,)

    def __init__(self, ports: int) -> None:
        super().__init__(ports)
        self._state = [ToneState() for _ in range(ports)]
        self._tone = LoneTone(450, 25, -33)

    def forget(self, port: int) -> None:
        self._state[port] = ToneState()

    def block(self, port: int, energy: np.float32, power: Floats) -> bool:
        return self._tone.block(self._state[port], float(energy), float(power[0]))

    def look(self, port: int, recent: Samples) -> bool:
        state = self._state[port]
        news = self._tone.look(state, self.at, recent)
        if news is News.BEGAN:
            self.report(port, EventKind.TONE_ON, 0, centi_dbm0(state.power), state.since)
        elif news is News.ENDED:
            self.report(port, EventKind.TONE_OFF, 0, state.lasted, state.since)
        return news is News.MAYBE


@dataclass(slots=True)
class _Voice:
    on: bool = False
    sounds: int = 0
    silent: int = 0


class VoiceTwin(ListenerTwin):
    HZ: ClassVar[tuple[float, ...]] = (450.0,)
    BLOCKS_ON: ClassVar[int] = 3
    BLOCKS_OFF: ClassVar[int] = 38
    LEVEL_MIN_DBM0: ClassVar[float] = -38
    LONE: ClassVar[float] = 0.6

    def __init__(self, ports: int) -> None:
        super().__init__(ports)
        self._state = [_Voice() for _ in range(ports)]
        self._floor = power(self.LEVEL_MIN_DBM0)

    def forget(self, port: int) -> None:
        self._state[port] = _Voice()

    def block(self, port: int, energy: np.float32, power: Floats) -> bool:
        sound = energy > self._floor and power[0] < self.LONE * energy
        state = self._state[port]
        state.silent = 0 if sound else state.silent + 1
        state.sounds = min(state.sounds + 1, self.BLOCKS_ON) if sound else max(state.sounds - 1, 0)
        if not state.on and state.sounds == self.BLOCKS_ON:
            state.on = True
            self.report(port, EventKind.VOICE_ON, 0)
        elif state.on and state.silent >= self.BLOCKS_OFF:
            state.on = False
            self.report(port, EventKind.VOICE_OFF, 0)
        return False
