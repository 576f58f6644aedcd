"""Twin of csrc/generator.c: a tone by numpy's sine, its cadence as a list of burst and pause lengths."""

from itertools import chain, repeat
from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp.tone import SAMPLES_PER_MS, Tone, check_samples

RATE_HZ: Final = 8000
PEAK: Final = 32768
PEAK_DBM0: Final = 3.14

Samples = npt.NDArray[np.int16]


class ToneGeneratorTwin:
    """One tone from its beginning, in pieces of any length."""

    def __init__(self, tone: Tone) -> None:
        self._tone = tone
        self._at = 0
        duration_ms = tone.duration_ms
        self._end = None if duration_ms is None else duration_ms * SAMPLES_PER_MS

    @property
    def active(self) -> bool:
        return self._end is None or self._at < self._end

    def run(self, samples: int) -> Samples:
        self._at += check_samples(samples)
        return self._from_start(self._at)[self._at - samples :]

    def _from_start(self, samples: int) -> Samples:
        if not self._tone.cadence_ms:
            return self._burst(samples)
        pieces: list[Samples] = []
        cadences = repeat(self._tone.cadence_ms, self._tone.repeats) if self._tone.repeats else None
        for on_ms, off_ms in chain.from_iterable(cadences or repeat(self._tone.cadence_ms)):
            pieces += [self._burst(on_ms * SAMPLES_PER_MS), np.zeros(off_ms * SAMPLES_PER_MS, np.int16)]
            if sum(map(len, pieces)) >= samples:
                break
        return np.concatenate([*pieces, np.zeros(samples, np.int16)])[:samples]

    def _burst(self, samples: int) -> Samples:
        n = np.arange(samples)
        total = np.zeros(samples)
        for hz, dbm0 in zip(self._tone.hz, self._tone.dbm0, strict=True):
            total += PEAK * 10 ** ((dbm0 - PEAK_DBM0) / 20) * np.sin(2 * np.pi * hz * n / RATE_HZ)
        return np.clip(np.rint(total), -32768, 32767).astype(np.int16)
