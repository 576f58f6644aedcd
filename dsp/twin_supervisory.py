"""Twin of csrc/supervisory.c; the same rules, a port at a time."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.tone_plans import CHINA
from kmcc.dsp.tone_profile import Hz, ToneProfile
from kmcc.dsp.twin_band import WINDOW, band, band_power, edges, mean_square
from kmcc.dsp.twin_level import centi_dbm0, power
from kmcc.dsp.twin_listener import BLOCK, RECENT, Floats, ListenerTwin, Samples


class _Set:
    """A set of frequencies made ready."""

    PURE: ClassVar[float] = 0.7
    ADDS: ClassVar[float] = 0.06

    def __init__(self, hz: Hz, profile: ToneProfile) -> None:
        self.hz = hz
        self._bands = [band(each, profile.within_hz(each)) for each in hz]
        self._beside = [band(each, profile.within_hz(each), self._bands[0]) for each in hz[1:]]

    def power(self, window: Samples, total: float) -> float:
        """Mean square of its tones, 0 when they are not what is heard."""
        each = [band_power(columns, window) for columns in self._bands]
        together = each[0] + sum(band_power(columns, window) for columns in self._beside)
        is_heard = together > self.PURE * total
        if len(each) > 1:
            is_heard = is_heard and all(together - one >= self.ADDS * total for one in each)
        return together if is_heard else 0.0


@dataclass(slots=True)
class _Port:
    on: int | None = None
    found: int | None = None
    agree: int = 0
    misses: int = 0
    edge: int = 0
    power: float = 0.0


class SupervisoryTwin(ListenerTwin):
    EVERY: ClassVar[int] = 8
    LOOKS_ON: ClassVar[int] = 2
    LOOKS_OFF: ClassVar[int] = 3
    SHORTEST: ClassVar[int] = 320
    TAIL: ClassVar[int] = 128

    def __init__(self, ports: int, profile: ToneProfile = CHINA) -> None:
        super().__init__(ports)
        self._sets = [_Set(hz, profile) for hz in profile.sets]
        self._ports = [_Port() for _ in range(ports)]
        self._floor, self._floor_awake = power(-43), power(-46)

    def forget(self, port: int) -> None:
        self._ports[port] = _Port()

    def block(self, port: int, energy: np.float32, power: Floats) -> bool:  # noqa: ARG002 (no tone is screened)
        return bool(energy > self._floor_awake) or self._ports[port].on is not None

    def look(self, port: int, recent: Samples) -> bool:
        of = self._ports[port]
        found, tone = self._find(recent[-WINDOW:])
        of.agree = (
            min(of.agree + 1, self.LOOKS_ON) if found == of.found and found is not None else int(found is not None)
        )
        of.found = found
        if of.on is not None:
            is_there = found == of.on and mean_square(recent[-self.TAIL :]) > of.power / 4
            of.misses = 0 if is_there else of.misses + 1
            if of.misses == self.LOOKS_OFF:
                self._end(port, of, of.on, recent)
        if of.on is None and found is not None and of.agree == self.LOOKS_ON:
            self._begin_or_not(port, of, found, tone, recent)
        return True

    def _find(self, window: Samples) -> tuple[int | None, float]:
        total = mean_square(window)
        heard = [(len(of.hz), of.power(window, total), -code) for code, of in enumerate(self._sets)]
        tones, tone, code = max((row for row in heard if row[1] > self._floor), default=(0, 0.0, 0))
        return (-code if tones else None), tone

    def _begin_or_not(self, port: int, of: _Port, found: int, tone: float, recent: Samples) -> None:
        begin, end = edges(self._sets[found].hz, recent, tone)
        since = min(RECENT - begin, self.at - of.edge)
        if since >= self.SHORTEST and end == RECENT:
            of.on, of.edge, of.power, of.misses = found, self.at - since, tone, 0
            self.report(port, EventKind.TONE_ON, found, centi_dbm0(tone), since)

    def _end(self, port: int, of: _Port, code: int, recent: Samples) -> None:
        _, end = edges(self._sets[code].hz, recent, of.power)
        since = self.LOOKS_OFF * BLOCK if end == RECENT else RECENT - end
        ended = max(self.at - since, of.edge)
        self.report(port, EventKind.TONE_OFF, code, ended - of.edge, self.at - ended)
        of.on, of.edge = None, ended
