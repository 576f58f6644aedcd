"""Tones as data: Chinese tone plan (GB 3380-82), dialling tones (Q.23), register signals (GB 3377-82); rendering."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory
from kmcc.dsp.errors import SamplesError, ToneError
from kmcc.dsp.mfc import Direction

SAMPLES_PER_MS: Final = 8
LIMIT_HZ: Final = 4000
LEVELS_DBM0: Final = (-70.0, 3.14)  # the upper end is the code limit of A-law
MOST_PAIRS: Final = 4
MOST_MS: Final = 3_600_000

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Tone:
    """One or two frequencies; cadence_ms are (on, off) pairs, () = continuous; repeats of it, 0 = for ever."""

    hz: tuple[float, ...]
    dbm0: tuple[float, ...]
    cadence_ms: tuple[tuple[int, int], ...] = ()
    repeats: int = 0

    def __post_init__(self) -> None:
        if len(self.hz) not in {1, 2} or not all(0 < hz < LIMIT_HZ for hz in self.hz):
            raise ToneError("frequencies", self.hz, f"one or two, over 0 and below {LIMIT_HZ} Hz")
        low, high = LEVELS_DBM0
        if len(self.dbm0) != len(self.hz) or not all(low <= dbm0 <= high for dbm0 in self.dbm0):
            raise ToneError("levels", self.dbm0, f"{low}..{high} dBm0, one for each of {len(self.hz)} frequencies")
        self._check_cadence()

    def _check_cadence(self) -> None:
        if len(self.cadence_ms) > MOST_PAIRS:
            raise ToneError("cadence", self.cadence_ms, f"up to {MOST_PAIRS} pairs")
        if not all(0 < on <= MOST_MS and 0 <= off <= MOST_MS for on, off in self.cadence_ms):
            raise ToneError("cadence", self.cadence_ms, f"on 1..{MOST_MS} ms and off 0..{MOST_MS} ms")
        if self.repeats < 0 or (self.repeats and not self.cadence_ms):
            raise ToneError("repeats", self.repeats, "0, or more with a cadence")

    @property
    def duration_ms(self) -> int | None:
        """Of all repeats with their pauses; None when it goes on for ever."""
        return sum(on + off for on, off in self.cadence_ms) * self.repeats or None


class ToneGenerator:
    """One tone from its beginning, in pieces of any length (csrc/generator.c)."""

    def __init__(self, tone: Tone) -> None:
        memory, self._owner = aligned_memory(lib.generator_size(1))
        self._state = lib.generator_init(memory, 1)
        lib.generator_start(self._state, 0, _struct(tone))

    @property
    def active(self) -> bool:
        return bool(lib.generator_active(self._state, 0))

    def run(self, samples: int) -> Samples:
        """The next samples; silence after the end."""
        pcm = np.empty(check_samples(samples), np.int16)
        lib.generator_run(self._state, 0, ffi.from_buffer("int16_t[]", pcm), samples)
        return pcm


def check_samples(samples: int) -> int:
    if samples < 0:
        raise SamplesError("samples to render", str(samples), "0 or more")
    return samples


def _struct(tone: Tone) -> Any:
    made = ffi.new("struct engine_tone *")
    for i, (hz, dbm0) in enumerate(zip(tone.hz, tone.dbm0, strict=True)):
        made.hz[i], made.dbm0[i] = hz, dbm0
    for i, (on_ms, off_ms) in enumerate(tone.cadence_ms):
        made.on[i], made.off[i] = on_ms * SAMPLES_PER_MS, off_ms * SAMPLES_PER_MS
    made.repeats = tone.repeats
    return made


def render(tone: Tone, samples: int) -> Samples:
    """The first samples of a tone, silence after its end."""
    return ToneGenerator(tone).run(samples)


DTMF_LOW_HZ: Final = (697, 770, 852, 941)
DTMF_HIGH_HZ: Final = (1209, 1336, 1477, 1633)
DTMF_DIGITS: Final = "123A456B789C*0#D"
DTMF_LOW_DBM0: Final = -9.0  # GB 3378-82: high group 2 dB above the low one
DTMF_HIGH_DBM0: Final = -7.0


def dtmf_tone(digit: str, on_ms: int = 80, off_ms: int = 80) -> Tone:
    if len(digit) != 1 or digit not in DTMF_DIGITS:
        raise ToneError("digit", repr(digit), f"one of {DTMF_DIGITS}")
    low, high = divmod(DTMF_DIGITS.index(digit), 4)
    return Tone((DTMF_LOW_HZ[low], DTMF_HIGH_HZ[high]), (DTMF_LOW_DBM0, DTMF_HIGH_DBM0), ((on_ms, off_ms),), repeats=1)


MFC_HZ: Final[Mapping[Direction, tuple[int, ...]]] = {
    Direction.FORWARD: (1380, 1500, 1620, 1740, 1860, 1980),
    Direction.BACKWARD: (1140, 1020, 900, 780),
}
MFC_DBM0: Final = -11.5  # Q.454


def mfc_tone(direction: Direction, signal: int, *, pulse_ms: int | None = None, dbm0: float = MFC_DBM0) -> Tone:
    """A register signal, two of the direction's frequencies: compelled (until stopped), or a pulse (Q.442).

    `dbm0` is the level of each frequency.
    """
    hz = MFC_HZ[direction]
    pairs = [(one, other) for place, other in enumerate(hz) for one in hz[:place]]  # 01 02 12 03 13 23 ...
    if not 1 <= signal <= len(pairs):
        raise ToneError(f"{direction.name.lower()} signal", signal, f"1..{len(pairs)}")
    cadence = () if pulse_ms is None else ((pulse_ms, 0),)
    return Tone(pairs[signal - 1], (dbm0, dbm0), cadence, repeats=len(cadence))


def _plan(*cadence_ms: tuple[int, int], hz: int = 450, dbm0: float = -10) -> Tone:
    return Tone((hz,), (dbm0,), cadence_ms)


CHINA_TONES: Final[Mapping[str, Tone]] = MappingProxyType(
    {
        "dial": _plan(),
        "special_dial": _plan((400, 40)),
        "ring_back": _plan((1000, 4000)),
        "busy": _plan((350, 350)),
        "congestion": _plan((700, 700)),
        "vacant": _plan((100, 100), (100, 100), (100, 100), (400, 400)),
        "number_changed": _plan((100, 100), (100, 100), (100, 100), (400, 400)),  # where no announcement is
        "intrusion": _plan((200, 200), (200, 600), dbm0=-20),
        "queue": _plan((1000, 4000)),
        "confirmation": _plan(hz=950, dbm0=-20),
        "howler": _plan(hz=950, dbm0=0),  # first of five steps; those beyond +3.14 dBm0 need analogue hardware
        "call_waiting": _plan((400, 4000), dbm0=-20),
        "record_notice": _plan((400, 10_000), hz=950, dbm0=-20),
    }
)
