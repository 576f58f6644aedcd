"""What became of the callers, and how busy the seats were, batch by batch of the hours that count."""

from dataclasses import dataclass, field

from kmcc.firmware_sim.staffing.estimate import BATCHES, Estimate, ratio


def _zeros() -> list[float]:
    return [0.0] * BATCHES


@dataclass(slots=True)
class ServiceTally:
    """Callers of one service, by the batch in which they came."""

    offered: list[float] = field(default_factory=_zeros)
    answered: list[float] = field(default_factory=_zeros)
    abandoned: list[float] = field(default_factory=_zeros)
    in_time: list[float] = field(default_factory=_zeros)
    waited_ms: list[float] = field(default_factory=_zeros)

    def mean_wait_s(self) -> Estimate | None:
        return ratio([ms / 1000 for ms in self.waited_ms], self._decided())

    def within_limit(self) -> Estimate | None:
        return ratio(self.in_time, self._decided(), most=1.0)

    def abandon_rate(self) -> Estimate | None:
        return ratio(self.abandoned, self._decided(), most=1.0)

    def _decided(self) -> list[float]:
        return [a + b for a, b in zip(self.answered, self.abandoned, strict=True)]


class Tally:
    """From `begin_ms` on for `length_ms`."""

    def __init__(self, services: tuple[str, ...], begin_ms: int, length_ms: int, limit_ms: float) -> None:
        self.services = {service: ServiceTally() for service in services}
        self._begin_ms = begin_ms
        self._end_ms = begin_ms + length_ms
        self._limit_ms = limit_ms
        self._busy_ms, self._manned_ms = _zeros(), _zeros()
        self._busy = self._manned = 0
        self._since_ms = begin_ms

    def came(self, service: str, arrival_ms: int) -> None:
        self._count(self.services[service].offered, arrival_ms)

    def answered(self, service: str, arrival_ms: int, at_ms: int) -> None:
        tally = self.services[service]
        self._count(tally.answered, arrival_ms)
        self._count(tally.waited_ms, arrival_ms, at_ms - arrival_ms)
        if at_ms - arrival_ms <= self._limit_ms:
            self._count(tally.in_time, arrival_ms)

    def abandoned(self, service: str, arrival_ms: int, at_ms: int) -> None:
        tally = self.services[service]
        self._count(tally.abandoned, arrival_ms)
        self._count(tally.waited_ms, arrival_ms, at_ms - arrival_ms)

    def seats_changed(self, at_ms: int, busy: int, manned: int) -> None:
        """So many seats are busy, and so many there, from now on."""
        self.until(at_ms)
        self._busy, self._manned = busy, manned

    def until(self, at_ms: int) -> None:
        """Add up the seats' time to now, over the batches that it touches."""
        now_ms, end_ms = max(self._since_ms, self._begin_ms), min(at_ms, self._end_ms)
        while now_ms < end_ms:
            batch = self._batch(now_ms)
            part_ms = min(end_ms, self._edge_after(batch)) - now_ms
            self._busy_ms[batch] += self._busy * part_ms
            self._manned_ms[batch] += self._manned * part_ms
            now_ms += part_ms
        self._since_ms = max(self._since_ms, at_ms)

    def occupancy(self) -> Estimate | None:
        return ratio(self._busy_ms, self._manned_ms, most=1.0)

    def _count(self, batches: list[float], arrival_ms: int, amount: float = 1.0) -> None:
        if self._begin_ms <= arrival_ms < self._end_ms:
            batches[self._batch(arrival_ms)] += amount

    def _batch(self, at_ms: int) -> int:
        return (at_ms - self._begin_ms) * BATCHES // (self._end_ms - self._begin_ms)

    def _edge_after(self, batch: int) -> int:
        """The first millisecond of the next batch."""
        return self._begin_ms + -(-(batch + 1) * (self._end_ms - self._begin_ms) // BATCHES)
