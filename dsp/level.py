"""How loud speech is: mean and active level in dBm0 (ITU-T P.56 method B) from what csrc/meter.h has counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log10
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory, check_alaw, check_port, check_port_count
from kmcc.dsp.turn import Turn

FULL_SCALE: Final = 32768**2 / 2  # mean square of a sine of +3.14 dBm0
FULL_SCALE_DBM0: Final = 3.14
MARGIN_DB: Final = 15.9  # P.56: the threshold lies so much below the active level
NOTHING_DBM0: Final = -99.0
FEED_SAMPLES: Final = 16  # METER_BLOCK

Octets = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Level:
    """Of the speech since the meter was switched on; NOTHING_DBM0 for none."""

    seconds: float
    mean_dbm0: float
    recent_dbm0: float  # of the last 128 ms or so
    active_dbm0: float  # while somebody speaks
    activity: float  # share of the time for which somebody speaks


def dbm0(mean_square: float) -> float:
    """Of 16-bit samples."""
    return max(NOTHING_DBM0, 10 * log10(max(mean_square, 1e-9) / FULL_SCALE) + FULL_SCALE_DBM0)


def level_of(reading: Any) -> Level:
    """From a struct meter_reading."""
    samples, squares = int(reading.samples), int(reading.squares)
    if samples == 0:
        return Level(0.0, NOTHING_DBM0, NOTHING_DBM0, NOTHING_DBM0, 0.0)
    active, activity = active_level(squares, samples, [int(count) for count in reading.active])
    return Level(samples / 8000, dbm0(squares / samples), dbm0(int(reading.recent) / 65536), active, activity)


def active_level(squares: int, samples: int, active: Sequence[int]) -> tuple[float, float]:
    """Active level and activity, by the thresholds 1, 2, 4 ... of 16-bit samples (P.56 clause 8)."""
    levels = [(dbm0(squares / count), dbm0(4.0**j)) for j, count in enumerate(active) if count > 0]
    for (level, threshold), (above, next_threshold) in pairwise(levels):
        margin, next_margin = level - threshold, above - next_threshold
        if margin >= MARGIN_DB > next_margin:
            share = (margin - MARGIN_DB) / (margin - next_margin)
            active_dbm0 = level + share * (above - level)
            mean = dbm0(squares / samples)
            return active_dbm0, min(1.0, float(10 ** ((mean - active_dbm0) / 10)))
    return NOTHING_DBM0, 0.0


class Meters:
    """A level meter a port."""

    def __init__(self, ports: int) -> None:
        self.ports: Final = check_port_count(ports)
        self._turn: Final = Turn("meters")
        memory, self._owner = aligned_memory(lib.meter_size(ports))
        self._state = lib.meter_init(memory, ports)
        self._reading = ffi.new("struct meter_reading *")
        for port in range(ports):
            self.restart(port)

    def restart(self, port: int) -> None:
        """Forget what was measured."""
        check_port(port, self.ports)
        with self._turn:
            lib.meter_enable(self._state, port, 1)

    def feed(self, alaw: Octets) -> Self:
        """(ports, samples); of a last piece shorter than 2 ms nothing is measured."""
        octets = np.ascontiguousarray(check_alaw(alaw, self.ports))
        whole = octets.shape[1] // FEED_SAMPLES * FEED_SAMPLES
        with self._turn:
            for port in range(self.ports):
                lib.meter_run(self._state, port, ffi.from_buffer("uint8_t[]", octets[port].data), whole)
        return self

    def level(self, port: int) -> Level:
        check_port(port, self.ports)
        with self._turn:
            lib.meter_read(self._state, port, self._reading)
            return level_of(self._reading)
