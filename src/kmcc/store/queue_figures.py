"""What became of callers and how seats spent their time: figures that add up, of an hour, a service or a seat.

All times are whole microseconds, so that sums are exact whatever the order. Each ratio has one definition, here:

- decided: offered less those who still wait
- service level: answered within the limit / decided
- service level, net: the same without those who hung up within the limit themselves
- mean wait: of all decided, from entering the queue to the answer, the end, or the promise of a callback
- occupancy of a seat: all signed-in time but that in which it is ready, paused or forced / signed-in time
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, Self

from kmcc.switch.queue.seat import SeatState

US: Final = 1_000_000
IDLE: Final = frozenset(state.value for state in (SeatState.READY, SeatState.PAUSED, SeatState.FORCED))


@dataclass(slots=True)
class ServiceFigures:
    """Callers of one service, counted where they entered the queue."""

    offered: int = 0
    answered: int = 0
    within: int = 0  # of the answered
    abandoned: int = 0
    abandoned_within: int = 0
    gave_up: Counter[str] = field(default_factory=Counter)  # sent away, by the reason
    asked: int = 0  # left the line because they will be called back
    promised: int = 0  # those, and who hung up and is called back all the same
    called_back: int = 0  # of the promised
    lost: int = 0  # the house stopped while they waited
    answered_wait_us: int = 0
    wait_us: int = 0
    longest_us: int = 0

    def add(self, other: Self) -> None:
        self.offered += other.offered
        self.answered += other.answered
        self.within += other.within
        self.abandoned += other.abandoned
        self.abandoned_within += other.abandoned_within
        self.gave_up += other.gave_up
        self.asked += other.asked
        self.promised += other.promised
        self.called_back += other.called_back
        self.lost += other.lost
        self.answered_wait_us += other.answered_wait_us
        self.wait_us += other.wait_us
        self.longest_us = max(self.longest_us, other.longest_us)

    @property
    def decided(self) -> int:
        return self.answered + self.abandoned + self.gave_up.total() + self.asked + self.lost

    @property
    def waiting(self) -> int:
        return self.offered - self.decided

    @property
    def service_level(self) -> float | None:
        return _ratio(self.within, self.decided)

    @property
    def net_service_level(self) -> float | None:
        return _ratio(self.within, self.decided - self.abandoned_within)

    @property
    def mean_wait_s(self) -> float | None:
        return _ratio(self.wait_us, self.decided * US)

    def as_json(self) -> dict[str, Any]:
        return {
            "offered": self.offered,
            "answered": self.answered,
            "within_limit": self.within,
            "abandoned": self.abandoned,
            "abandoned_within_limit": self.abandoned_within,
            "gave_up": dict(sorted(self.gave_up.items())),
            "asked_for_callback": self.asked,
            "promised": self.promised,
            "called_back": self.called_back,
            "lost": self.lost,
            "waiting": self.waiting,
            "service_level": self.service_level,
            "net_service_level": self.net_service_level,
            "mean_wait_s": self.mean_wait_s,
            "mean_wait_of_answered_s": _ratio(self.answered_wait_us, self.answered * US),
            "longest_wait_s": self.longest_us / US,
        }


@dataclass(slots=True)
class SeatFigures:
    """One seat. `times_us` is how long it was in each state but signed out."""

    offered: int = 0
    answered: int = 0
    missed: int = 0  # not answered or refused
    times_us: Counter[str] = field(default_factory=Counter)

    def add(self, other: Self) -> None:
        self.offered += other.offered
        self.answered += other.answered
        self.missed += other.missed
        self.times_us += other.times_us

    @property
    def occupancy(self) -> float | None:
        idle_us = sum(us for state, us in self.times_us.items() if state in IDLE)
        there_us = self.times_us.total()
        return _ratio(there_us - idle_us, there_us)

    def as_json(self) -> dict[str, Any]:
        return {
            "offered": self.offered,
            "answered": self.answered,
            "missed": self.missed,
            "occupancy": self.occupancy,
            "times_s": {state: us / US for state, us in sorted(self.times_us.items())},
        }


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
