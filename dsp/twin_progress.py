"""Twin of csrc/lone.c, csrc/progress.c and csrc/voice.c; the same rules, a port at a time."""

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.twin_bank import BankTwin, Window, centi_dbm0, power
from kmcc.dsp.twin_listener import Floats, ListenerTwin

HOPELESS: Final = 0.2


class LoneTwin(BankTwin):
    """One correlator at 450 Hz."""

    HOP: ClassVar[int] = 30
    HOPS: ClassVar[int] = 4

    def __init__(self, ports: int) -> None:
        super().__init__(ports, (450.0,))

    @staticmethod
    def lone_energy(w: Window) -> float:
        """Of a tone within 33 Hz of 450 Hz."""
        if w.tones[0] <= HOPELESS * w.energy or w.drift(0) < 0:
            return 0.0
        return w.true_energy(0)


@dataclass(slots=True)
class _Tone:
    on: bool = False
    agree: int = 0
    misses: int = 0
    first: int = 0
    last: int = 0


class ProgressTwin(LoneTwin):
    LOOKS_ON: ClassVar[int] = 9
    LOOKS_OFF: ClassVar[int] = 3
    LEVEL_MIN_DBM0: ClassVar[float] = -33
    PURE: ClassVar[float] = 0.7
    LASTING: ClassVar[float] = 0.3
    FIRST_LOOK: ClassVar[int] = 99
    LAST_LOOK: ClassVar[int] = 69

    def __init__(self, ports: int) -> None:
        super().__init__(ports)
        self._state = [_Tone() for _ in range(ports)]
        self._floor = power(self.LEVEL_MIN_DBM0) * self.window

    def forget(self, port: int) -> None:
        self._state[port] = _Tone()

    def look(self, w: Window) -> None:
        port, energy = self._state[w.port], self.lone_energy(w)
        port.agree = port.agree + 1 if energy > self._floor and energy > self.PURE * w.energy else 0
        if not port.on and port.agree >= self.LOOKS_ON:
            port.on, port.misses = True, 0
            port.first, port.last = self.looks - self.LOOKS_ON + 1, self.looks
            since = (self.LOOKS_ON - 1) * self.HOP + self.FIRST_LOOK
            self.report(w.port, EventKind.TONE_ON, 0, centi_dbm0(energy / self.window), since)
        if port.on:
            self._follow(w, port)

    def _follow(self, w: Window, port: _Tone) -> None:
        lasts = w.energy > self._floor and w.tones[0] > self.LASTING * w.energy
        port.last = self.looks if lasts else port.last
        port.misses = 0 if lasts else port.misses + 1
        if port.misses >= self.LOOKS_OFF:
            span, since = (port.last - port.first) * self.HOP, (self.looks - port.last) * self.HOP
            port.on = False
            self.report(w.port, EventKind.TONE_OFF, 0, span + self.FIRST_LOOK - self.LAST_LOOK, since + self.LAST_LOOK)


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
