"""Twin of csrc/progress.c; the same rules, a port at a time."""

from typing import ClassVar

import numpy as np

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.twin_level import centi_dbm0
from kmcc.dsp.twin_listener import Floats, ListenerTwin, Samples
from kmcc.dsp.twin_lone import LoneTone, News, ToneState


class ProgressTwin(ListenerTwin):
    HZ: ClassVar[tuple[float, ...]] = (450.0,)

    def __init__(self, ports: int) -> None:
        super().__init__(ports)
        self._state = [ToneState() for _ in range(ports)]
        self._tone = LoneTone(450, 25, -43)

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
