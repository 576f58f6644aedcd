"""A seeded corpus of telephone speech by espeak-ng: Mandarin and English, many voices, 300-3400 Hz, A-law.

Every minute stands for itself: language, voice, speed, pitch, level and text come from its own seed, so a long run is
streamed and never kept. Synthetic speech compares detectors with each other; it does not replace a recorded corpus.
"""

import os
import shutil
import subprocess
from functools import cache
from pydoc_data.topics import topics
from typing import Final

import numpy as np
import numpy.typing as npt
import pytest
from tests.dsp.sounds import PEAK_DBM0, RATE_HZ

from kmcc.dsp.g711 import encode_alaw

PROGRAM: Final = "espeak-ng"
ITS_RATE_HZ: Final = 22_050
MINUTE: Final = 60 * RATE_HZ
BAND_HZ: Final = (300, 3400)
LEVEL_DBM0: Final = (-26.0, -10.0)  # mean over the minute
SPEED_WPM: Final = (120, 210)
PITCH: Final = (15, 85)
HANZI_A_MINUTE: Final = 480  # at the highest speed
WORDS_A_MINUTE: Final = 260
VOICES: Final = (
    "f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "klatt", "klatt2", "klatt3", "klatt4",
    "Alicia", "Andrea", "Andy", "Annie", "Alex", "Jacky", "Lee", "belinda", "iven", "linda", "robosoft8", "steph",
)  # fmt: skip

Samples = npt.NDArray[np.int16]
Octets = npt.NDArray[np.uint8]


def minute_of_speech(seed: int) -> Octets:
    """One minute; even seeds speak Mandarin, odd ones English."""
    rng = np.random.default_rng(seed)
    language, text = ("cmn", mandarin(rng)) if seed % 2 == 0 else ("en-gb", english(rng))
    said = speak(f"{language}+{rng.choice(VOICES)}", text, int(rng.integers(*SPEED_WPM)), int(rng.integers(*PITCH)))
    return encode_alaw(level(to_telephone(said), rng.uniform(*LEVEL_DBM0)))


def mandarin(rng: np.random.Generator) -> str:
    """Random characters of GB 2312 level 1, in clauses of 3 to 12."""
    rows, cells = rng.integers(0xB0, 0xD7, HANZI_A_MINUTE), rng.integers(0xA1, 0xFF, HANZI_A_MINUTE)
    hanzi = np.stack((rows, cells), axis=1).astype(np.uint8).tobytes().decode("gb2312")
    ends = np.cumsum(rng.integers(3, 13, HANZI_A_MINUTE // 3))
    return "，".join(hanzi[a:b] for a, b in zip((0, *ends), ends, strict=False) if a < len(hanzi))


def english(rng: np.random.Generator) -> str:
    """A run of the prose that Python's own help is written in."""
    words = prose()
    start = int(rng.integers(len(words) - WORDS_A_MINUTE))
    return " ".join(words[start : start + WORDS_A_MINUTE])


@cache
def prose() -> tuple[str, ...]:
    words = " ".join(topics[name] for name in sorted(topics)).split()
    return tuple(word for word in words if word.strip(".,;:()'\"").isalpha())


def speak(voice: str, text: str, speed: int, pitch: int) -> Samples:
    """The program's samples at its own rate."""
    command = [PROGRAM, "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdin", "--stdout"]
    wav = subprocess.run(command, input=text.encode(), check=True, capture_output=True).stdout
    return np.frombuffer(wav[44:], "<i2")


def to_telephone(said: Samples) -> npt.NDArray[np.float64]:
    """A minute at 8000 Hz of 300-3400 Hz; silence where the text was too short."""
    kept = np.zeros(60 * ITS_RATE_HZ)
    kept[: len(said)] = said[: len(kept)]
    spectrum = np.fft.rfft(kept)[: MINUTE // 2 + 1]
    hz = np.arange(len(spectrum)) / 60
    spectrum[(hz < BAND_HZ[0]) | (hz > BAND_HZ[1])] = 0
    return np.fft.irfft(spectrum, MINUTE)


def level(sound: npt.NDArray[np.float64], dbm0: float) -> Samples:
    rms = np.sqrt(np.mean(sound**2))
    scaled = sound * (32768 / np.sqrt(2) * 10 ** ((dbm0 - PEAK_DBM0) / 20) / max(rms, 1e-9))
    loud: Samples = np.clip(np.rint(scaled), -32768, 32767).astype(np.int16)
    return loud


def need_espeak() -> None:
    """Without the program the test is skipped, but fails where CI is set."""
    if shutil.which(PROGRAM) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{PROGRAM} is not installed")
        pytest.skip(f"{PROGRAM} is not installed")
