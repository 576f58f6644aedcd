"""A two-wire line for the echo canceller: speech from the packaged recordings, hybrids, noise, and measures of echo."""

from functools import cache

import numpy as np
import numpy.typing as npt

from kmcc.dsp.g711 import decode_alaw, encode_alaw
from kmcc.switch.announce import Language
from kmcc.switch.prompts import PromptSet

RATE_HZ = 8000
FULL_SCALE_RMS = 32768 / 2**0.5  # of a sine, +3.14 dBm0

Sound = npt.NDArray[np.float64]


def rms_of(dbm0: float) -> float:
    return float(FULL_SCALE_RMS * 10 ** ((dbm0 - 3.14) / 20))


def dbm0_of(sound: Sound) -> float:
    """Of what alternates: A-law's silence is a constant eight."""
    return float(20 * np.log10(max(float(np.std(sound)), 1e-3) / FULL_SCALE_RMS) + 3.14)


def at_level(sound: Sound, dbm0: float) -> Sound:
    scaled: Sound = sound * (rms_of(dbm0) / np.sqrt(np.mean(sound**2)))
    return scaled


@cache
def _recordings(lang: Language) -> tuple[Sound, ...]:
    named = {name: octets for (own, name), octets in PromptSet.load(None).octets.items() if own is lang}
    return tuple(decode_alaw(named[name]).astype(float) for name in sorted(named))


def speech(seconds: float, dbm0: float, *, lang: Language = Language.EN, seed: int = 1) -> Sound:
    """Recordings in random order with pauses up to 300 ms; the level is the mean of it all."""
    rng = np.random.default_rng(seed)
    recordings = _recordings(lang)
    wanted = int(seconds * RATE_HZ)
    parts: list[Sound] = []
    while sum(map(len, parts)) < wanted:
        parts += [recordings[rng.integers(len(recordings))], np.zeros(rng.integers(2400))]
    return at_level(np.concatenate(parts)[:wanted], dbm0)


def noise(seconds: float, dbm0: float, *, seed: int = 1, pole: float = 0.0) -> Sound:
    """Gaussian, white or with one pole."""
    white = np.random.default_rng(seed).normal(0, 1, int(seconds * RATE_HZ))
    shape = pole ** np.arange(200) if pole else np.ones(1)
    return at_level(np.convolve(white, shape)[: len(white)], dbm0)


def hybrid(seed: int, *, erl_db: float = 12.0, ms: float = 8.0) -> Sound:
    """An echo path: decaying noise, of this return loss for white noise."""
    taps = int(ms * RATE_HZ / 1000)
    path = np.random.default_rng(seed).normal(0, 1, taps) * np.exp(-np.arange(taps) / (taps / 5))
    loss: Sound = path * 10 ** (-erl_db / 20) / np.sqrt(np.sum(path**2))
    return loss


def echo_of(sent: Sound, path: Sound) -> Sound:
    return np.convolve(sent, path)[: len(sent)]


def through_alaw(sound: Sound) -> Sound:
    return decode_alaw(alaw(sound)).astype(float)


def alaw(sound: Sound) -> npt.NDArray[np.uint8]:
    return encode_alaw(np.clip(np.rint(sound), -32768, 32767).astype(np.int16))


def part(sound: Sound, start_s: float, end_s: float) -> Sound:
    return sound[int(start_s * RATE_HZ) : int(end_s * RATE_HZ)]


def loss_db(before: Sound, after: Sound, start_s: float, end_s: float) -> float:
    """How much weaker `after` is than `before`."""
    weaker = np.sum(part(before, start_s, end_s) ** 2) / (np.sum(part(after, start_s, end_s) ** 2) + 1.0)
    return float(10 * np.log10(weaker))
