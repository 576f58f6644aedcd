"""What the benchmarks listen to: made by numpy with a fixed seed, not by our own generator."""

from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp.g711 import decode_alaw, encode_alaw
from kmcc.dsp.tone import DTMF_HIGH_HZ, DTMF_LOW_HZ

RATE_HZ: Final = 8000
SECONDS: Final = 10
PORTS: Final = 32
SAMPLES: Final = RATE_HZ * SECONDS

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


def digits_over_noise() -> tuple[Octets, Samples]:
    """Ports of keys, 60 ms on and 140 ms off at -10 dBm0 a tone, over noise at -45 dBm0: as octets and as samples."""
    rng = np.random.default_rng(1)
    sound = rng.normal(0, 130, (PORTS, SAMPLES))
    t = np.arange(RATE_HZ * 60 // 1000) / RATE_HZ
    for port in range(PORTS):
        for at in range(0, SAMPLES, RATE_HZ // 5):
            low, high = divmod(int(rng.integers(16)), 4)
            keys = np.sin(2 * np.pi * DTMF_LOW_HZ[low] * t) + np.sin(2 * np.pi * DTMF_HIGH_HZ[high] * t)
            sound[port, at : at + len(t)] += 7200 * keys
    return _on_the_line(sound)


def register_signals(hz: tuple[int, ...]) -> tuple[Octets, Samples]:
    """Ports of two tones out of `hz`, 60 ms on and 40 ms off at -11.5 dBm0 a tone; the last one stands to the end."""
    rng = np.random.default_rng(2)
    sound = rng.normal(0, 130, (PORTS, SAMPLES))
    t = np.arange(RATE_HZ * 60 // 1000) / RATE_HZ
    for port in range(PORTS):
        for at in range(RATE_HZ * 40 // 1000, SAMPLES, RATE_HZ // 10):
            one, other = rng.choice(hz, 2, replace=False)
            sound[port, at : at + len(t)] += 6000 * (np.sin(2 * np.pi * one * t) + np.sin(2 * np.pi * other * t))
    return _on_the_line(sound)


def _on_the_line(sound: npt.NDArray[np.float64]) -> tuple[Octets, Samples]:
    octets = encode_alaw(np.clip(np.rint(sound), -32768, 32767).astype(np.int16))
    return octets, decode_alaw(octets)


KEYS_HEARD: Final = PORTS * SECONDS * 5
SIGNALS_HEARD: Final = PORTS * SECONDS * 10
