"""Recordings of other sampling rates brought to 8 kHz when they are loaded: a polyphase filter with a Kaiser window."""

from math import gcd
from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp.errors import SamplesError

RATE_HZ: Final = 8000
RATES_HZ: Final = (6000, 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
PASS_HZ: Final = 3400  # the telephone band
STOP_HZ: Final = 4000  # nothing may fold back
STOP_DB: Final = 80.0

Samples = npt.NDArray[np.int16]


def to_8_khz(pcm: Samples, rate_hz: int) -> Samples:
    """The telephone band of one channel, rounded and saturated; as long, to a sample. RATES_HZ, or SamplesError."""
    if rate_hz not in RATES_HZ:
        raise SamplesError("sampling rate", f"{rate_hz} Hz", f"one of {', '.join(map(str, RATES_HZ))}")
    if rate_hz == RATE_HZ:
        return pcm
    shared = gcd(rate_hz, RATE_HZ)
    up, down = RATE_HZ // shared, rate_hz // shared
    taps = _filter(up, rate_hz)
    out = _polyphase(pcm.astype(np.float64), taps, up, down)
    return np.clip(np.rint(out), -32768, 32767).astype(np.int16)


def _filter(up: int, rate_hz: int) -> npt.NDArray[np.float64]:
    """(up, taps of one phase), newest sample first; the middle is the tap len // 2 of the whole."""
    scale = min(1.0, rate_hz / RATE_HZ)  # a lower rate has a lower band
    middle_hz, wide_hz = (PASS_HZ + STOP_HZ) / 2 * scale, (STOP_HZ - PASS_HZ) * scale
    length = (STOP_DB - 8) / (2.285 * 2 * np.pi * wide_hz / rate_hz)  # Kaiser's formula, in samples of the input
    half = int(np.ceil(length / 2)) + 1
    t = np.arange(-half * up, half * up) / up  # in samples of the input
    window = np.kaiser(2 * half * up + 1, 0.1102 * (STOP_DB - 8.7))[:-1]
    cut = 2 * middle_hz / rate_hz
    taps = cut * np.sinc(cut * t) * window
    return np.ascontiguousarray(taps.reshape(2 * half, up).T)


def _polyphase(
    x: npt.NDArray[np.float64], taps: npt.NDArray[np.float64], up: int, down: int
) -> npt.NDArray[np.float64]:
    count = -(-len(x) * up // down)
    width = taps.shape[1]
    half = width // 2
    padded = np.concatenate((np.zeros(half), x, np.zeros(half + down)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    out = np.empty(count)
    for first in range(up):
        # Outputs first, first + up ... lie `down` input samples apart, all in the same phase between two of them.
        at, phase = divmod(first * down, up)
        rows = windows[at + 1 :: down] if phase else windows[at::down]
        chosen = out[first::up]
        kernel = taps[(up - phase) % up]
        chosen[:] = rows[: len(chosen)] @ kernel
    return out
