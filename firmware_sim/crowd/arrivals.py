"""When the callers of a stream call: a Poisson process whose rate follows a curve (thinning)."""

from bisect import bisect_right
from collections.abc import Iterator
from random import Random
from typing import Final

from kmcc.firmware_sim.crowd.scenario import Curve

MINUTE_S: Final = 60.0


def factor_at(curve: Curve | None, second: float) -> float:
    """Of the rate, `second` seconds from the start."""
    if curve is None:
        return 1.0
    minute = second / MINUTE_S
    minutes = [at for at, _ in curve.points]
    after = bisect_right(minutes, minute)
    if after == 0:
        return curve.points[0][1]
    if after == len(minutes):
        return curve.points[-1][1]
    (left, low), (right, high) = curve.points[after - 1], curve.points[after]
    return low + (high - low) * (minute - left) / (right - left)


def arrivals(rng: Random, per_second: float, curve: Curve | None, until_s: float) -> Iterator[float]:
    """Seconds from the start, rising, before `until_s`."""
    peak = 1.0 if curve is None else max(factor for _, factor in curve.points)
    at_s = 0.0
    while (at_s := at_s + rng.expovariate(per_second * peak)) < until_s:
        if curve is None or rng.random() * peak < factor_at(curve, at_s):
            yield at_s
