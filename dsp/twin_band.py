"""Twins of csrc/band.c and csrc/edge.c, in double precision."""

from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp.twin_listener import GRID, RATE_HZ, RECENT, Samples

WINDOW: Final = 256
SPACING_HZ: Final = 26.0
EDGE_WINDOW: Final = 64

Columns = npt.NDArray[np.float64]


def band(hz: float, within: float, beside: Columns | None = None) -> Columns:
    """(WINDOW, columns): an orthonormal basis of what tones at hz +- within span, without what `beside` holds."""
    of = np.linspace(hz - within, hz + within, 1 + int(np.ceil(2 * within / SPACING_HZ)))
    turns = 2 * np.pi * np.outer(np.arange(WINDOW), of) / RATE_HZ
    spans = np.hstack((np.zeros((WINDOW, 0)) if beside is None else beside, np.cos(turns), np.sin(turns)))
    columns: Columns = np.linalg.qr(spans).Q
    return columns if beside is None else columns[:, beside.shape[1] :]


def band_power(columns: Columns, pcm: Samples) -> float:
    """Mean square of what of the window lies in the band."""
    sums = pcm.astype(float) @ columns
    return float(sums @ sums) / WINDOW


def mean_square(pcm: Samples) -> float:
    x = pcm.astype(float)
    return float(x @ x) / len(x)


def edge_levels(hz: tuple[float, ...], recent: Samples) -> npt.NDArray[np.float64]:
    """Mean square of the tones together in each position of the sliding window."""
    waves = np.exp(-2j * np.pi * np.outer(np.arange(RECENT), hz) / RATE_HZ) * recent.astype(float)[:, None]
    sums = np.vstack((np.zeros(len(hz)), waves.cumsum(axis=0)))
    starts = np.arange(0, RECENT - EDGE_WINDOW + 1, GRID)
    levels: npt.NDArray[np.float64] = (np.abs(sums[starts + EDGE_WINDOW] - sums[starts]) ** 2).sum(axis=1)
    return levels * 2 / EDGE_WINDOW**2


def edges(hz: tuple[float, ...], recent: Samples, power: float) -> tuple[int, int]:
    """Where in `recent` the tones of this power begin and end; 0 and RECENT: not within it; equal: nowhere."""
    levels, half = edge_levels(hz, recent), power / 4
    gain = np.append(0.0, np.minimum(levels, power).cumsum() - half * np.arange(1, len(levels) + 1))
    lowest = np.minimum.accumulate(gain)
    end = int(np.argmax(gain - lowest))
    if gain[end] <= lowest[end]:
        return 0, 0
    begin = int(np.argmin(gain[:end]))

    def crossing(low: int, high: int) -> int:
        share = (half - levels[low]) / (levels[high] - levels[low])
        return int((low + share * (high - low)) * GRID + EDGE_WINDOW / 2 + 0.5)

    return (
        0 if begin == 0 else crossing(begin - 1, begin),
        RECENT if end == len(levels) else crossing(end, end - 1),
    )
