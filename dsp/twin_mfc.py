"""Twin of csrc/mfc.c and its parts: the same rules in double precision, least squares by numpy."""

from dataclasses import dataclass
from enum import Enum, auto
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.mfc import Direction
from kmcc.dsp.tone import MFC_HZ
from kmcc.dsp.twin_level import centi_dbm0, power
from kmcc.dsp.twin_listener import BLOCK, RATE_HZ, RECENT, Floats, ListenerTwin, Samples

FOREIGN: Final = 0
FOREIGN_HZ: Final = (660, 540)
QUICK, CAREFUL, CELL = 64, 80, 4
TWIST, PURE, CLEAN, TONAL, NOISY, HALF, QUARTER, CERTAIN = 10, 0.10, 0.13, 0.30, 0.60, 0.10, 0.56, 9
THIRD_QUICK, THIRD = 800, 200
HUSH, SILENT, AUDIBLE, NOISE_EDGE, NOISE_WINDOW, NOISE_CELL = 0.003, 0.02, 0.05, 3.5, 1.6, 6.0
WAKE_SHARE, WAKE_PAIR, WAKE_TWIST, LOUDER, CHANGED, BLOCKS_CHANGED = 0.35, 0.5, 25, 3, 0.35, 3
NOISY_REST, NOISY_AGAIN = 0.10, 16
FOREIGN_SAMPLES, FOREIGN_AGAIN = 128, 16
FAINT, FAINT_AGAIN, FAINT_CHANCE, LOUD_CELLS = 0.25, 16, 0.15, 14

Doubles = npt.NDArray[np.float64]


class Verdict(Enum):
    NOTHING = auto()
    TONES = auto()
    PENDING = auto()
    FOREIGN = auto()
    SIGNAL = auto()


def mean_squares(pcm: Samples, samples: int = CELL) -> Doubles:
    """Of every so many samples."""
    means: Doubles = np.mean(pcm.astype(float).reshape(-1, samples) ** 2, axis=1)
    return means


class Fit:
    """Tones of these frequencies, and changes of some, in a window by least squares."""

    def __init__(self, hz: tuple[int, ...], changing: tuple[int, ...], samples: int) -> None:
        n = np.arange(samples) - (samples - 1) / 2
        waves = np.exp(2j * np.pi * np.outer(n, hz) / RATE_HZ)
        slopes = waves[:, list(changing)] * (n / (samples / 2))[:, None]
        self._columns = np.hstack((waves.real, waves.imag, slopes.real, slopes.imag))
        self._inverse = np.linalg.pinv(self._columns)
        variance = np.diag(self._inverse @ self._inverse.T)
        self._chance = (variance[: len(hz)] + variance[len(hz) : 2 * len(hz)]) / 2
        self._tones = len(hz)

    def take(self, pcm: Samples) -> tuple[Doubles, float, float, Doubles]:
        """Power of each tone, mean square of all and of what is left over, and what chance gives each tone."""
        x = pcm.astype(float)
        amplitude = self._inverse @ x
        rest = x - self._columns @ amplitude
        tones = amplitude[: self._tones] ** 2 + amplitude[self._tones : 2 * self._tones] ** 2
        freedom = len(x) - self._columns.shape[1]
        return tones / 2, float(np.mean(x**2)), float(np.mean(rest**2)), self._chance * float(rest @ rest) / freedom


@dataclass(slots=True)
class _Opinion:
    verdict: Verdict
    low: int
    high: int
    tones: Doubles
    energy: float
    rest: float

    @property
    def signal(self) -> int:
        return self.high * (self.high - 1) // 2 + self.low + 1

    @property
    def pair(self) -> Doubles:
        return self.tones[[self.low, self.high]]


class Judge:
    """csrc/mfc_judge.c"""

    def __init__(self, hz: tuple[int, ...], native: int) -> None:
        self.native = native
        self._floor = power(-38)
        self._quick = Fit(hz, (), QUICK)
        self._careful = {pair: Fit(hz, pair, CAREFUL) for pair in combinations(range(len(hz)), 2)}

    def tones(self, recent: Samples) -> tuple[Doubles, float]:
        """Powers, and what is left over."""
        tones, _, rest, _ = self._quick.take(recent[-QUICK:])
        return tones, rest

    def judge(self, recent: Samples) -> _Opinion:
        tones, energy, rest, _ = self._quick.take(recent[-QUICK:])
        order = np.argsort(-tones, kind="stable")
        low, high = sorted(int(tone) for tone in order[:2])
        o = _Opinion(Verdict.NOTHING, low, high, tones, energy, rest)
        if rest > NOISY * energy or not self._is_pair(o):
            return o
        is_alone = float(tones[order[2]]) * THIRD_QUICK <= o.pair.min() and high < self.native
        if rest > TONAL * energy or not self._is_even(recent[-QUICK:]):
            o.verdict = Verdict.TONES
        elif rest <= PURE * energy and is_alone:
            o.verdict = Verdict.SIGNAL
        else:
            self._judge_carefully(o, recent)
        return o

    def _judge_carefully(self, o: _Opinion, recent: Samples) -> None:
        before = mean_squares(recent[-CAREFUL - CELL : -CAREFUL])[0]
        o.verdict = Verdict.PENDING
        if before <= HUSH * o.energy or not self._is_even(recent[-CAREFUL:]):
            return
        o.tones, o.energy, o.rest, chance = self._careful[o.low, o.high].take(recent[-CAREFUL:])
        others = np.ones(len(o.tones), bool)
        others[[o.low, o.high]] = False
        crowded = others & (o.tones * THIRD > o.pair.min()) & (o.tones > CERTAIN * chance)
        if o.rest > CLEAN * o.energy or not self._is_pair(o):
            o.verdict = Verdict.TONES
        else:
            o.verdict = Verdict.FOREIGN if o.high >= self.native or crowded.any() else Verdict.SIGNAL

    def _is_pair(self, o: _Opinion) -> bool:
        return bool(o.pair.min() >= self._floor and o.pair.max() <= TWIST * o.pair.min())

    def _is_even(self, window: Samples) -> bool:
        quarters = mean_squares(window, len(window) // 4)
        halves = quarters.reshape(2, 2).sum(axis=1)
        return bool(halves.min() >= HALF * halves.sum() and quarters.max() <= QUARTER * quarters.sum())


@dataclass(slots=True)
class _Port:
    expected: Doubles
    signal: int | None = None
    changed: int = 0
    changed_at: int = -BLOCK
    due: int = 0
    since: int = 0
    foreign: int | None = None
    faint: int | None = None
    power: float = 0
    noise: float = 0


class MfcTwin(ListenerTwin):
    def __init__(self, ports: int, direction: Direction) -> None:
        native = MFC_HZ[direction]
        hz = native if direction is Direction.FORWARD else native + FOREIGN_HZ
        super().__init__(ports, hz)
        self._judge = Judge(hz, len(native))
        self._wake = power(-46)
        self._state = [self._fresh() for _ in range(ports)]
        self._before = [0.0] * ports  # energy of the last block

    def _fresh(self) -> _Port:
        return _Port(np.zeros(len(self.hz)))

    def forget(self, port: int) -> None:
        self._state[port] = self._fresh()
        self._before[port] = 0.0

    def block(self, port: int, energy: np.float32, power: Floats) -> bool:
        state = self._state[port]
        change = np.abs(power - state.expected).sum()
        if state.signal is None:
            lesser, best = np.sort(power)[-2:]
            is_pair = best <= WAKE_TWIST * lesser and best + lesser >= WAKE_PAIR * energy
            is_louder = energy > LOUDER * self._before[port]
            differs = change > self._wake and change > WAKE_SHARE * energy and (is_pair or is_louder)
        else:
            differs = state.signal == FOREIGN or change > CHANGED * state.expected.sum()
        self._before[port] = float(energy)
        if differs:
            state.changed = state.changed + 1 if self.at - state.changed_at == BLOCK else 1
            state.changed_at = self.at
        return bool(differs)

    def look(self, port: int, recent: Samples) -> bool:
        state = self._state[port]
        if state.due > self.at:
            return True
        return self._listen(port, state, recent) if state.signal is None else self._follow(port, state, recent)

    def _listen(self, number: int, port: _Port, recent: Samples) -> bool:
        if mean_squares(recent[-QUICK:], QUICK)[0] < self._wake:
            port.foreign = None
            return False
        return self._consider(number, port, recent) if self._is_filled(port, recent) else True

    def _is_filled(self, port: _Port, recent: Samples) -> bool:
        cells = mean_squares(recent[-QUICK:])
        audible = cells > HUSH * cells.mean()
        silent = int(np.argmax(audible)) if audible.any() else len(cells)
        port.due = self.at + silent * CELL
        return bool(audible[0] and audible[-1])

    def _consider(self, number: int, port: _Port, recent: Samples) -> bool:
        o = self._judge.judge(recent)
        if o.verdict is Verdict.SIGNAL:
            self._begin(number, o.signal, o, recent)
        elif o.verdict is Verdict.FOREIGN:
            port.due = self.at + FOREIGN_AGAIN
            if self._is_foreign_long_enough(port):
                self._begin(number, FOREIGN, o, recent)
        elif o.verdict is Verdict.NOTHING:
            port.foreign = None
        elif o.verdict is Verdict.TONES and o.rest > NOISY_REST * o.energy:
            port.due = self.at + NOISY_AGAIN
        return o.verdict not in {Verdict.SIGNAL, Verdict.NOTHING}

    def _is_foreign_long_enough(self, port: _Port) -> bool:
        if port.foreign is None:
            port.foreign = self.at
        return self.at - port.foreign >= FOREIGN_SAMPLES

    def _begin(self, number: int, signal: int, o: _Opinion, recent: Samples) -> None:
        port = self._state[number]
        port.signal, port.power, port.noise = signal, float(o.pair.sum()), o.rest
        port.changed, port.foreign = 0, None
        self._expect(port, o)
        older = mean_squares(recent[:-QUICK])[::-1]
        silent = older <= HUSH * port.power + NOISE_EDGE * port.noise
        back = int(np.argmax(silent)) if silent.any() else len(older)
        port.since = self.at - QUICK - back * CELL
        self.report(number, EventKind.MFC_ON, signal, *(centi_dbm0(float(tone)) for tone in o.pair))

    def _expect(self, port: _Port, o: _Opinion) -> None:
        port.expected = np.zeros(len(self.hz))
        port.expected[[o.low, o.high]] = o.pair

    def _end(self, number: int, ago: int) -> None:
        port = self._state[number]
        assert port.signal is not None
        self.report(number, EventKind.MFC_OFF, port.signal, self.at - ago - port.since, ago)
        self._state[number] = self._fresh()

    def _follow(self, number: int, port: _Port, recent: Samples) -> bool:
        audible = mean_squares(recent)[::-1] > AUDIBLE * port.power + NOISE_CELL * port.noise
        silent = int(np.argmax(audible)) * CELL if audible.any() else RECENT
        if silent >= QUICK and self._is_over(port, mean_squares(recent[-QUICK:])):
            self._end(number, silent)
            return False
        if port.changed >= BLOCKS_CHANGED and self._is_filled(port, recent):
            self._review(number, port, recent)
        elif port.signal != FOREIGN and self._is_loud_throughout(port, recent):
            port.due = self.at + FAINT_AGAIN
            if self._has_faded(port, recent):
                assert port.faint is not None
                self._end(number, self.at - port.faint)
                return False
        elif silent < QUICK:
            port.due = self.at + QUICK - silent
        return True

    def _is_loud_throughout(self, port: _Port, recent: Samples) -> bool:
        edge = HUSH * port.power + NOISE_EDGE * port.noise
        return int(np.sum(mean_squares(recent[-QUICK:]) >= edge)) >= LOUD_CELLS

    def _has_faded(self, port: _Port, recent: Samples) -> bool:
        tones, rest = self._judge.tones(recent)
        share = (tones[port.expected > 0].sum() - FAINT_CHANCE * rest) / port.power
        if share >= FAINT:
            port.faint = None
        elif port.faint is None:
            port.faint = self.at - int(QUICK * (1 - np.sqrt(max(share, 0))))
        return port.faint is not None and self.at - port.faint >= QUICK

    def _is_over(self, port: _Port, cells: Doubles) -> bool:
        edge = HUSH * port.power + NOISE_EDGE * port.noise
        window = SILENT * port.power + NOISE_WINDOW * port.noise
        return bool(cells.mean() < window and cells[0] < edge and cells[-1] < edge)

    def _review(self, number: int, port: _Port, recent: Samples) -> None:
        port.changed = 0
        o = self._judge.judge(recent)
        if o.verdict is Verdict.NOTHING:
            self._end(number, QUICK * BLOCKS_CHANGED)
        elif o.verdict is Verdict.FOREIGN and port.signal != FOREIGN and self._is_foreign_long_enough(port):
            self._end(number, 0)
            self._begin(number, FOREIGN, o, recent)
        elif o.verdict is Verdict.SIGNAL and o.signal == port.signal:
            port.foreign = None
            self._expect(port, o)
        elif o.verdict is Verdict.SIGNAL:
            self._end(number, QUICK)
            self._begin(number, o.signal, o, recent)
