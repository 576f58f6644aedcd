"""Random callers: when each comes, how long he talks, how long he is willing to wait."""

from dataclasses import dataclass
from random import Random

from kmcc.firmware_sim.staffing.plan import Arrivals


@dataclass(frozen=True, slots=True)
class RandomCaller:
    """Times in ms; `patience_ms` None = never gives up."""

    stream: int
    arrival_ms: int
    handling_ms: int
    patience_ms: int | None


class CallerStream:
    """The callers of one stream, one after the other. Each kind of time has its own sequence of chances, so that
    another number of seats, or one more stream, meets the same callers."""

    def __init__(self, stream: int, arrivals: Arrivals, seed: int, begin_ms: int) -> None:
        self._stream = stream
        self._arrivals = arrivals
        self._gaps, self._talks, self._tempers = (
            Random(f"{seed}/{stream}/{what}") for what in ("arrivals", "handling", "patience")
        )
        self._now_ms = float(begin_ms)

    def next(self) -> RandomCaller:
        self._now_ms += self._gaps.expovariate(self._arrivals.per_hour / 3_600_000)
        mean_ms = self._arrivals.handling_s * 1000
        is_fixed = self._arrivals.handling == "fixed"
        handling_ms = mean_ms if is_fixed else self._talks.expovariate(1 / mean_ms)
        patience_ms = None
        if self._arrivals.patience_s is not None:
            patience_ms = round(self._tempers.expovariate(1 / (self._arrivals.patience_s * 1000)))
        return RandomCaller(self._stream, round(self._now_ms), round(handling_ms), patience_ms)
