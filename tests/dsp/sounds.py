"""Sounds for the detector tests, made by numpy alone and not by our generator."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kmcc.dsp.g711 import encode_alaw

RATE_HZ = 8000
PEAK_DBM0 = 3.14  # of a sine of full scale

Octets = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Burst:
    """Sines, each (Hz, dBm0), from start_ms for ms."""

    sines: tuple[tuple[float, float], ...]
    start_ms: float
    ms: float


def make_alaw(*ports: tuple[Burst, ...], ms: float, noise_dbm0: float | None = None, seed: int = 1) -> Octets:
    """A-law of so many ports, each with its bursts, over white noise."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(ms * RATE_HZ / 1000)) / RATE_HZ
    rms = 0.0 if noise_dbm0 is None else 32768 / np.sqrt(2) * 10 ** ((noise_dbm0 - PEAK_DBM0) / 20)
    sound = rng.normal(0, 1, (len(ports), len(t))) * rms
    for port, bursts in enumerate(ports):
        for burst in bursts:
            during = (t >= burst.start_ms / 1000) & (t < (burst.start_ms + burst.ms) / 1000)
            for hz, dbm0 in burst.sines:
                wave = np.sin(2 * np.pi * hz * t + rng.uniform(0, 2 * np.pi))
                sound[port] += during * wave * 32768 * 10 ** ((dbm0 - PEAK_DBM0) / 20)
    return encode_alaw(np.clip(np.rint(sound), -32768, 32767).astype(np.int16))
