"""Means of one simulated run with their 95 % confidence: batch means, as a jackknifed ratio.

Calls of one busy minute resemble each other, so single calls are no independent sample; long batches nearly are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import stdev
from typing import Final

BATCHES: Final = 10
STUDENT_95: Final = 2.262  # two-sided 95 %, 9 degrees of freedom


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and the 95 % confidence interval around it."""

    value: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def ratio(amounts: Sequence[float], counts: Sequence[float], most: float | None = None) -> Estimate | None:
    """All amounts by all counts, each given batch by batch; None when there was nothing to count.

    `most` bounds the interval where the figure is a share; it never goes below 0.
    """
    filled = [(amount, count) for amount, count in zip(amounts, counts, strict=True) if count > 0]
    if not filled:
        return None
    amount, count = sum(a for a, _ in filled), sum(c for _, c in filled)
    value = amount / count
    if len(filled) < 2:
        return Estimate(value, 0.0, value if most is None else most)
    size = len(filled)
    pseudo = [size * value - (size - 1) * (amount - a) / (count - c) for a, c in filled]
    half = STUDENT_95 * stdev(pseudo) / sqrt(size)
    high = value + half
    return Estimate(value, max(0.0, value - half), high if most is None else min(most, high))
