"""Twin of csrc/progress.c and csrc/voice.c; the same rules, a port at a time."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.twin_band import WINDOW, band, band_power, edges, mean_square
from kmcc.dsp.twin_bank import centi_dbm0, power
from kmcc.dsp.twin_listener import RECENT, Floats, ListenerTwin, Samples


@dataclass(slots=True)
class _Tone:
    on: bool = False
    maybe: list[bool] = field(default_factory=list)  # of the last blocks, the oldest first
    lost: int = 0  # blocks in a row that lacked the tone
    edge: int = 0  # sample at which the tone began, or the last one ended
    power: float = 0.0


class ProgressTwin(ListenerTwin):
    HZ: ClassVar[tuple[float, ...]] = (450.0,)
    WITHIN_HZ: ClassVar[float] = 25
    LEVEL_MIN_DBM0: ClassVar[float] = -33
    LEVEL_MAYBE_DBM0: ClassVar[float] = -36
    MAYBE: ClassVar[float] = 0.5
    LASTING: ClassVar[float] = 0.3
    PURE: ClassVar[float] = 0.7
    SHORTEST: ClassVar[int] = 320
    BLOCKS: ClassVar[int] = 4
    BLOCKS_LOST: ClassVar[int] = 3

    def __init__(self, ports: int) -> None:
        super().__init__(ports)
        self._state = [_Tone() for _ in range(ports)]
        self._floor, self._floor_maybe = power(self.LEVEL_MIN_DBM0), power(self.LEVEL_MAYBE_DBM0)
        self._band = band(self.HZ[0], self.WITHIN_HZ)

    def forget(self, port: int) -> None:
        self._state[port] = _Tone()

    def block(self, port: int, energy: np.float32, power: Floats) -> bool:
        state, tone = self._state[port], power[0]
        state.maybe = [*state.maybe, bool(tone > self._floor_maybe and tone > self.MAYBE * energy)][-self.BLOCKS :]
        lasts = tone > self._floor_maybe and tone > self.LASTING * energy
        state.lost = 0 if lasts else state.lost + 1
        if state.on:
            return state.lost >= self.BLOCKS_LOST
        return len(state.maybe) == self.BLOCKS and all(state.maybe)

    def look(self, port: int, recent: Samples) -> bool:
        state = self._state[port]
        return self._look_for_end(port, state, recent) if state.on else self._look_for_begin(port, state, recent)

    def _look_for_begin(self, port: int, state: _Tone, recent: Samples) -> bool:
        window = recent[-WINDOW:]
        tone = band_power(self._band, window)
        if tone < self._floor or tone < self.PURE * mean_square(window):
            return False
        begin, end = edges(self.HZ, recent, tone)
        since = min(RECENT - begin, self.at - state.edge)
        if end < RECENT or since < self.SHORTEST:
            return end == RECENT
        state.on, state.edge, state.power = True, self.at - since, tone
        self.report(port, EventKind.TONE_ON, 0, centi_dbm0(tone), since)
        return False

    def _look_for_end(self, port: int, state: _Tone, recent: Samples) -> bool:
        _, end = edges(self.HZ, recent, state.power)
        if end < RECENT:
            state.on, since = False, RECENT - end
            self.report(port, EventKind.TONE_OFF, 0, self.at - since - state.edge, since)
            state.edge = self.at - since
        return False


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
