"""Twin of csrc/dtmf.c; the same rules, a port at a time."""

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.tone import DTMF_DIGITS, DTMF_HIGH_HZ, DTMF_LOW_HZ
from kmcc.dsp.twin_bank import BankTwin, Window, centi_dbm0, power

LOOKS_ON: Final = 6
LOOKS_OFF: Final = 2
LOOKS_HELD: Final = 4
LEVEL_MIN_DBM0: Final = -42
TWIST_NORMAL: Final = 10.0
TWIST_REVERSE: Final = 5.6
PEAK: Final = 6.3
PURE: Final = 0.85
LASTING: Final = 0.27
FIRST_LOOK: Final = 112
LAST_LOOK: Final = 74
HZ: Final = DTMF_LOW_HZ + DTMF_HIGH_HZ
DRIFT_MIN: Final = tuple(float(np.cos(np.pi * 0.015 * (0.025 * hz + 1))) for hz in HZ)


@dataclass(slots=True)
class _Port:
    digit: str = ""
    seen: str = ""
    agree: int = 0
    misses: int = 0
    held: int = 0
    first: int = 0
    last: int = 0


class DtmfTwin(BankTwin):
    HOP: ClassVar[int] = 20
    HOPS: ClassVar[int] = 6

    def __init__(self, ports: int) -> None:
        super().__init__(ports, HZ)
        self._state = [_Port() for _ in range(ports)]
        self._floor = power(LEVEL_MIN_DBM0) * self.window

    def forget(self, port: int) -> None:
        self._state[port] = _Port()

    def look(self, w: Window) -> None:
        low, high = int(np.argmax(w.tones[:4])), 4 + int(np.argmax(w.tones[4:]))
        heard = w.energy > self._floor and w.tones[low] + w.tones[high] > LASTING * w.energy
        digit = DTMF_DIGITS[low * 4 + high - 4] if heard else ""
        pure = heard and self._is_pure(w, low, high)
        port = self._state[w.port]
        port.agree = port.agree + 1 if pure and digit == port.seen else int(pure)
        port.seen = digit
        if port.digit:
            self._follow(w, port, digit)
        if not port.digit and port.agree >= LOOKS_ON:
            self._begin(w, port, low, high)

    def _is_pure(self, w: Window, low: int, high: int) -> bool:
        others = [np.max(np.delete(w.tones[:4], low)), np.max(np.delete(w.tones[4:], high - 4))]
        if others[0] * PEAK > w.tones[low] or others[1] * PEAK > w.tones[high]:
            return False
        if w.drift(low) < DRIFT_MIN[low] or w.drift(high) < DRIFT_MIN[high]:
            return False
        a, b = w.true_energy(low), w.true_energy(high)
        balanced = a < b * TWIST_NORMAL and b < a * TWIST_REVERSE
        return min(a, b) > self._floor and balanced and a + b > PURE * w.energy

    def _begin(self, w: Window, port: _Port, low: int, high: int) -> None:
        port.digit, port.misses, port.held = port.seen, 0, 0
        port.first, port.last = self.looks - LOOKS_ON + 1, self.looks
        levels = [centi_dbm0(w.true_energy(tone) / self.window) for tone in (low, high)]
        self.report(w.port, EventKind.DTMF_ON, ord(port.digit), *levels)

    def _follow(self, w: Window, port: _Port, digit: str) -> None:
        lasts = digit == port.digit
        port.last = self.looks if lasts else port.last
        port.misses = 0 if lasts else port.misses + 1
        port.held += 1
        if port.misses >= LOOKS_OFF and port.held >= LOOKS_HELD:
            span, since = (port.last - port.first) * self.HOP, (self.looks - port.last) * self.HOP
            self.report(w.port, EventKind.DTMF_OFF, ord(port.digit), span + FIRST_LOOK - LAST_LOOK, since + LAST_LOOK)
            port.digit = ""
