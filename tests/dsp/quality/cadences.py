"""Progress tones as they come over a line: off their frequency, cadence and level, in noise; a port a trial."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tests.dsp.sounds import PEAK_DBM0, RATE_HZ

from kmcc.dsp.bank import Octets
from kmcc.dsp.cadence import CadenceMatcher
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.g711 import encode_alaw
from kmcc.dsp.progress import ProgressBank
from kmcc.dsp.supervisory import SupervisoryBank
from kmcc.dsp.tone_plans import CHINA
from kmcc.dsp.tone_profile import ProgressTone, ToneProfile

SECONDS = 14
MS = RATE_HZ // 1000
Sound = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """What the line and the far exchange do to a tone."""

    off: float = 0.0  # of the frequency, as a share of its tolerance
    stretch: float = 0.0  # of the cadence, as a share
    jitter_ms: float = 0.0  # of each edge, at most
    dbm0: float = -15.0
    noise_dbm0: float = -60.0

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> "Line":
        """Level -40..0 dBm0, 15 to 40 dB over the noise, frequency in its tolerance, cadence within 8 % and 4 ms."""
        dbm0 = rng.uniform(-40, 0)
        return cls(rng.uniform(-1, 1), rng.uniform(-0.08, 0.08), 4, dbm0, max(dbm0 - rng.uniform(15, 40), -65))


def amplitude(dbm0: float) -> float:
    """Of a sine."""
    return float(32768 * 10 ** ((dbm0 - PEAK_DBM0) / 20))


def white(rng: np.random.Generator, samples: int, dbm0: float) -> Sound:
    return rng.normal(0, amplitude(dbm0) / np.sqrt(2), samples)


def alaw(sound: Sound) -> Octets:
    return encode_alaw(np.clip(np.rint(sound), -32768, 32767).astype(np.int16))


def sent(
    rng: np.random.Generator, profile: ToneProfile, tone: ProgressTone, line: Line, seconds: float = SECONDS
) -> Octets:
    """The tone from somewhere in the first half second on."""
    sound = white(rng, round(seconds * RATE_HZ), line.noise_dbm0)
    at = rng.uniform(0, 500.0)
    for place in range(1000):
        if at >= seconds * 1000:
            break
        step = tone.step(place)
        ms = seconds * 1000 if step.ms is None else step.ms * (1 + line.stretch) + rng.uniform(-1, 1) * line.jitter_ms
        burst = slice(round(at * MS), round((at + ms) * MS))
        n = np.arange(len(sound))[burst]
        for hz in step.hz:
            turn = 2 * np.pi * (hz + line.off * profile.within_hz(hz)) / RATE_HZ
            sound[burst] += amplitude(line.dbm0) * np.sin(turn * n + rng.uniform(0, 2 * np.pi))
        at += ms
    return alaw(sound)


def names(octets: Octets, profile: ToneProfile = CHINA, *, cheap: bool = True) -> list[list[str]]:
    """What each port's tones were named, in order; `cheap`: by the bank that hears 450 Hz alone."""
    bank = ProgressBank(len(octets)) if cheap else SupervisoryBank(len(octets), profile)
    matchers = [CadenceMatcher(profile) for _ in octets]
    told: list[list[str | None]] = [[] for _ in octets]
    for event in bank.feed(octets):
        at, port = int(event["sample"]) - int(event["b"]), int(event["port"])
        is_on = event["kind"] == EventKind.TONE_ON
        told[port].append(
            matchers[port].on(at, int(event["code"]), event["a"] / 100) if is_on else matchers[port].off(at)
        )
    for matcher, heard in zip(matchers, told, strict=True):
        heard.append(matcher.tick(octets.shape[1]))
    return [[name for name in heard if name is not None] for heard in told]
