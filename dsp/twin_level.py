"""Twin of csrc/level.c: dBm0 in double precision."""

from typing import Final

import numpy as np

PEAK_POWER: Final = 32768**2 / 2
PEAK_DBM0: Final = 3.14  # of a sine of full scale (G.711 table 5, A-law)


def power(dbm0: float) -> float:
    """Mean square of a sine of that level."""
    return float(PEAK_POWER * 10 ** ((dbm0 - PEAK_DBM0) / 10))


def centi_dbm0(mean_square: float) -> int:
    return int(np.floor(1000 * np.log10(mean_square / PEAK_POWER) + 100 * PEAK_DBM0 + 0.5))
