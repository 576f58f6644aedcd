"""The load report: offered, answered, waits, service level, blocking, set-up times, CPU a call, checks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from kmcc.firmware_sim.crowd.scenario import Scenario
from kmcc.firmware_sim.crowd.tally import Outcome, Tally
from kmcc.load.books import Books
from kmcc.switch.cdr import Cdr

SHARES: Final = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Effort:
    """What a run cost. `cpu_s` is of the house's process; in virtual time that is also the town's."""

    wall_s: float
    cpu_s: float
    parts: Mapping[str, float] = field(default_factory=dict)  # CPU seconds by what they were spent on
    town_cpu_s: float | None = None  # of the town's own process; None = in the same one
    loop_s: float | None = None  # of the house's main thread
    waited_s: float | None = None  # that the main thread was ready to run and had no CPU: others' load on the machine
    most_memory_mb: float = 0.0
    ticks: int = 0
    late_ticks: int = 0
    missed_ticks: int = 0


@dataclass(frozen=True, slots=True)
class Restart:
    """A house that was killed with SIGKILL `at_s` of line time; `up_after_s` until it took calls again.

    `answered_after_s`: until it had answered a call that came after its death; None = it never did.
    """

    at_s: float
    killed_at: datetime
    up_after_s: float
    answered_after_s: float | None = None

    def served(self, calls: Iterable[Cdr]) -> "Restart":
        """The same, by what the call records say."""
        after = [c.answered_at for c in calls if c.answered_at is not None and c.offered_at > self.killed_at]
        first = min(after, default=None)
        lasted = None if first is None else (first - self.killed_at).total_seconds()
        return replace(self, answered_after_s=lasted)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Of one run; `faults` are checks that did not hold."""

    scenario: Scenario
    seed: int
    speed: str
    tally: Tally
    books: Books
    effort: Effort
    faults: tuple[str, ...]
    restarts: tuple[Restart, ...] = ()

    @property
    def calls_a_second(self) -> float:
        """Answered, of line time."""
        return self.tally.answered / self.tally.line_s if self.tally.line_s else 0.0

    @property
    def cpu_ms_a_call(self) -> float | None:
        return 1000 * self.effort.cpu_s / self.tally.answered if self.tally.answered else None

    @property
    def waits_s(self) -> list[float]:
        """Of the calls that a seat took."""
        return [c.waiting_ms / 1000 for c in self.books.calls if c.waiting_ms is not None and c.seat is not None]

    @property
    def abandoned(self) -> int:
        """Waited for a seat and got none."""
        return sum(cdr.waiting_ms is not None and cdr.seat is None for cdr in self.books.calls)

    @property
    def service_level(self) -> float | None:
        """Share of those who waited that a seat answered within the scenario's limit."""
        waits = self.waits_s
        asked = len(waits) + self.abandoned
        return sum(wait <= self.scenario.answer_limit_s for wait in waits) / asked if asked else None

    @property
    def blocking(self) -> float | None:
        """Share of the calls offered that found no circuit or were refused."""
        lost = self.tally.of(Outcome.NO_CIRCUIT) + self.tally.of(Outcome.REFUSED)
        return lost / self.tally.offered if self.tally.offered else None

    def as_json(self) -> dict[str, Any]:
        effort = self.effort
        set_up = [s for stream in self.tally.streams.values() for s in stream.set_up_s]
        answer = [s for stream in self.tally.streams.values() for s in stream.answer_s]
        return {
            "scenario": self.scenario.title,
            "seed": self.seed,
            "speed": self.speed,
            "line_s": round(self.tally.line_s, 1),
            "wall_s": round(effort.wall_s, 2),
            "offered": self.tally.offered,
            "answered": self.tally.answered,
            "calls_a_second": round(self.calls_a_second, 2),
            "most_at_once": self.tally.most,
            "outcomes": {outcome.value: self.tally.of(outcome) for outcome in Outcome},
            "refusals": dict(sum((s.refusals for s in self.tally.streams.values()), Counter[str]())),
            "given_up_at": dict(sum((s.given_up_at for s in self.tally.streams.values()), Counter[str]())),
            "blocking": _rounded(self.blocking),
            "seats": {
                "count": self.scenario.seats,
                "answered": len(self.waits_s),
                "abandoned": self.abandoned,
                "wait_s": percentiles(self.waits_s),
                "service_level": _rounded(self.service_level),
                "within_s": self.scenario.answer_limit_s,
            },
            "set_up_s": percentiles(set_up),
            "answer_s": percentiles(answer),
            "streams": {
                name: {"offered": s.offered, "answered": s.answered, "completed": s.outcomes[Outcome.COMPLETED]}
                for name, s in self.tally.streams.items()
            },
            "records": len(self.books.cdrs),
            "events": self.books.events,
            "causes": dict(Counter(cdr.cause.words for cdr in self.books.calls).most_common()),
            "cpu": {
                "ms_a_call": _rounded(self.cpu_ms_a_call),
                "house_s": round(effort.cpu_s, 2),
                "town_s": _rounded(effort.town_cpu_s),
                "main_thread_s": _rounded(effort.loop_s),
                "waited_for_cpu_s": _rounded(effort.waited_s),
                "parts": self.parts_ms_a_call(),
            },
            "ticks": effort.ticks,
            "late_ticks": effort.late_ticks,
            "missed_ticks": effort.missed_ticks,
            "restarts": [
                {
                    "at_s": round(one.at_s, 1),
                    "up_after_s": round(one.up_after_s, 2),
                    "answered_after_s": _rounded(one.answered_after_s),
                }
                for one in self.restarts
            ],
            "most_memory_mb": round(effort.most_memory_mb, 1),
            "faults": list(self.faults),
        }

    def parts_ms_a_call(self) -> dict[str, float]:
        calls = self.tally.answered
        return {part: round(1000 * s / calls, 3) for part, s in self.effort.parts.items()} if calls else {}


def unbooked(tally: Tally, books: Books) -> Iterator[str]:
    """Calls that callers heard answered, and no record says so. One may hang up before he hears of it, never after."""
    recorded = sum(cdr.answered_at is not None for cdr in books.calls)
    if recorded < tally.answered:
        yield f"{tally.answered} calls were answered, {recorded} records say so"


def percentiles(samples: Iterable[float]) -> dict[str, float] | None:
    """Mean, the shares of SHARES, and the most; None when there is no sample."""
    ordered = sorted(samples)
    if not ordered:
        return None
    found = {"mean": round(sum(ordered) / len(ordered), 3)}
    found |= {f"p{share}": round(_share(ordered, share), 3) for share in SHARES}
    return found | {"max": round(ordered[-1], 3)}


def _share(ordered: Sequence[float], share: int) -> float:
    """The smallest sample that so many per cent of them do not exceed."""
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)
