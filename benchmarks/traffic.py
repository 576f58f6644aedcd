"""Mixed traffic of an exchange, for the detectors' benchmarks: numpy with a fixed seed, and our own Mandarin prompts.

Of 64 streams, 32 hear keys, 60 ms at -10 dBm0 a tone, twelve in ten seconds (six on the average of all streams): 20
of these over noise at -55 dBm0, 12 of them before speech; 16 hear nothing but Mandarin speech, 8 hear 450 Hz, and 8
hear forward register signals of 70 ms every 140 ms.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp.bank import Octets
from kmcc.dsp.g711 import decode_alaw, encode_alaw
from kmcc.dsp.mfc import Direction
from kmcc.dsp.tone import DTMF_DIGITS, DTMF_HIGH_HZ, DTMF_LOW_HZ, MFC_HZ
from kmcc.switch.announce import Language
from kmcc.switch.prompts import PromptSet

RATE_HZ: Final = 8000
SECONDS: Final = 5
SAMPLES: Final = RATE_HZ * SECONDS
STREAMS: Final = 64
DIAL_TONE: Final = range(48, 56)  # streams
SIGNALLING: Final = range(56, 64)
SIGNAL_EVERY: Final = 1120
SIGNALS: Final = len(range(0, SAMPLES - SIGNAL_EVERY, SIGNAL_EVERY))  # a stream
KEYS: Final = 6
KEY: Final = RATE_HZ * 60 // 1000
NOISE_RMS: Final = 29.0  # -55 dBm0
PEAK_A_TONE: Final = 7200.0  # -10 dBm0
PROMPTS: Final = ("main-menu", "all-busy", "consult-menu")

Sound = npt.NDArray[np.float64]


def mixed_traffic() -> tuple[Octets, list[str]]:
    """(STREAMS, SAMPLES) of A-law, and the keys of each stream."""
    rng = np.random.default_rng(11)
    sound = rng.normal(0, NOISE_RMS, (STREAMS, SAMPLES))
    wanted = [""] * STREAMS
    for stream in range(32):
        every = SAMPLES // KEYS if stream < 20 else SAMPLES // KEYS // 2
        wanted[stream] = press_keys(rng, sound[stream], every)
    speech = mandarin()
    for stream in range(20, 48):
        from_sample = SAMPLES // 2 if stream < 32 else 0
        at = int(rng.integers(len(speech) - SAMPLES))
        sound[stream, from_sample:] += speech[at + from_sample : at + SAMPLES]
    t = np.arange(SAMPLES) / RATE_HZ
    sound[DIAL_TONE.start : DIAL_TONE.stop] += PEAK_A_TONE * np.sin(2 * np.pi * 450 * t)
    for stream in SIGNALLING:
        send_signals(rng, sound[stream])
    return encode_alaw(np.clip(np.rint(sound), -32768, 32767).astype(np.int16)), wanted


def press_keys(rng: np.random.Generator, sound: Sound, every: int) -> str:
    """KEYS of them, the first somewhere in the first half of its time."""
    keys = ""
    for at in int(rng.integers(every // 2)) + every * np.arange(KEYS):
        low, high = divmod(int(rng.integers(16)), 4)
        sound[at : at + KEY] += two_tones(DTMF_LOW_HZ[low], DTMF_HIGH_HZ[high], KEY)
        keys += DTMF_DIGITS[low * 4 + high]
    return keys


def send_signals(rng: np.random.Generator, sound: Sound) -> None:
    for at in range(0, SAMPLES - SIGNAL_EVERY, SIGNAL_EVERY):
        one, other = rng.choice(MFC_HZ[Direction.FORWARD], 2, replace=False)
        sound[at : at + 560] += two_tones(one, other, 560)


def two_tones(one: float, other: float, samples: int) -> Sound:
    t = np.arange(samples) / RATE_HZ
    made: Sound = PEAK_A_TONE * (np.sin(2 * np.pi * one * t) + np.sin(2 * np.pi * other * t))
    return made


def mandarin() -> Sound:
    prompts = PromptSet.load(None).octets
    said = b"".join(prompts[Language.ZH, name] for name in PROMPTS)
    loop = decode_alaw(np.frombuffer(said, np.uint8)).astype(float)
    return np.tile(loop, -(-2 * SAMPLES // len(loop)))
