"""Register signals by the thousand, one a port, made by numpy alone: random signal, place and phases, A-law."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
from tests.dsp.quality.keys import peak, rms
from tests.peers.spandsp import Spandsp

from kmcc.dsp.bank import Octets
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.g711 import decode_alaw, encode_alaw
from kmcc.dsp.mfc import Direction, MfcBank

HZ: Final = {
    Direction.FORWARD: (1380, 1500, 1620, 1740, 1860, 1980),
    Direction.BACKWARD: (1140, 1020, 900, 780),
}
DBM0: Final = (-11.5, -11.5)
LINE_DBM0: Final = -55.0  # noise
MS: Final = 8  # samples
LEAD_MS, TAIL_MS = 60, 60

Floats = npt.NDArray[np.float64]
Story = list[tuple[int, int | None]]  # sample, and what stands from then on


@dataclass(slots=True)
class Signals:
    """One signal a port, of `ms`, perhaps once more after `gap_ms`."""

    direction: Direction
    rng: np.random.Generator
    ports: int
    ms: float
    gap_ms: float | None = None
    dbm0: tuple[float, float] = DBM0
    off_hz: float = 0.0  # of both tones, each up or down
    twist_by_distance: bool = False  # 5 dB between neighbours, 7 between others
    third_db: float | None = None  # a third frequency, relative to the others
    noise_dbm0: float = LINE_DBM0
    signal: npt.NDArray[np.int64] = field(init=False)
    start: npt.NDArray[np.int64] = field(init=False)
    octets: Octets = field(init=False)

    def __post_init__(self) -> None:
        hz = np.array(HZ[self.direction], float)
        pairs = np.array([(low, high) for high in range(len(hz)) for low in range(high)])
        self.signal = self.rng.integers(len(pairs), size=self.ports) + 1
        self.start = LEAD_MS * MS + self.rng.integers(64, size=self.ports)
        pair = pairs[self.signal - 1]
        tones = hz[pair] + self.off_hz * self.rng.choice((-1, 1), (self.ports, 2))
        levels = self._levels(pair)
        if self.third_db is not None:
            others = [[n for n in range(len(hz)) if n not in row] for row in pair]
            third = hz[[int(self.rng.choice(row)) for row in others]]
            tones = np.column_stack((tones, third))
            levels = np.column_stack((levels, np.full(self.ports, max(self.dbm0) + self.third_db)))
        self.octets = self._on_the_line(tones, peak(levels))

    def _levels(self, pair: npt.NDArray[np.int64]) -> Floats:
        levels = np.tile(np.array(self.dbm0), (self.ports, 1))
        if self.twist_by_distance:
            levels[:, 1] -= np.where(np.abs(pair[:, 0] - pair[:, 1]) == 1, 5.0, 7.0)
        turned = self.rng.integers(2, size=self.ports) == 1
        levels[turned] = levels[turned][:, ::-1]
        return levels

    def _on_the_line(self, hz: Floats, amplitude: Floats) -> Octets:
        length, gap = round(self.ms * MS), None if self.gap_ms is None else round(self.gap_ms * MS)
        times = 1 if gap is None else 2
        samples = (LEAD_MS + TAIL_MS) * MS + 64 + times * length + (gap or 0)
        t = np.arange(samples)
        sound = self.rng.normal(0, rms(self.noise_dbm0), (self.ports, samples))
        for turn in range(times):
            begin = self.start[:, None] + turn * (length + (gap or 0))
            during = (t >= begin) & (t < begin + length)
            phases = self.rng.uniform(0, 2 * np.pi, hz.shape)
            for n in range(hz.shape[1]):
                wave = np.sin(2 * np.pi * hz[:, n, None] * t / 8000 + phases[:, n, None])
                sound += during * amplitude[:, n, None] * wave
        return encode_alaw(np.clip(np.rint(sound), -32768, 32767).astype(np.int16))


def our_stories(signals: Signals) -> list[Story]:
    stories: list[Story] = [[] for _ in range(signals.ports)]
    for event in MfcBank(signals.ports, signals.direction).feed(signals.octets):
        is_on = event["kind"] == EventKind.MFC_ON
        stories[event["port"]].append((int(event["sample"]), int(event["code"]) if is_on else None))
    return stories


def rival_stories(spandsp: Spandsp, signals: Signals, count: int) -> list[Story]:
    """libspandsp's, of the first so many ports."""
    is_forward = signals.direction is Direction.FORWARD
    return [spandsp.follow_r2(decode_alaw(row), forward=is_forward) for row in signals.octets[:count]]


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of trials in percent."""

    right: float  # the signal, once on and once off
    wrong: float  # any other, or a foreign one
    any: float  # anything at all


def score(stories: Sequence[Story], signals: Signals) -> Score:
    wanted = signals.signal[: len(stories)]
    codes = [[code for _, code in story] for story in stories]
    pairs = list(zip(codes, wanted, strict=True))
    return Score(
        100 * float(np.mean([told == [want, None] for told, want in pairs])),
        100 * float(np.mean([any(code not in {want, None} for code in told) for told, want in pairs])),
        100 * float(np.mean([bool(told) for told in codes])),
    )


def times_ms(stories: Sequence[Story], signals: Signals) -> tuple[Floats, Floats]:
    """Operate and release times of those that are right."""
    length = round(signals.ms * MS)
    right = [
        (story[0][0] - begin, story[1][0] - begin - length)
        for story, begin, want in zip(stories, signals.start, signals.signal, strict=False)
        if [code for _, code in story] == [want, None]
    ]
    operate, release = np.array(right, float).T / MS
    return operate, release
