"""One figure of a benchmark beside its rival, both by the same stopwatch in one run, and the table of all of them."""

import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final, Protocol, Self, TypeVar

import pytest

T = TypeVar("T")

ROUNDS: Final = 7
CPU_FACTS: Final = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio` says how many times better than the rival we are; `goal` what it shall be, None = this release has none.

    With `limit`, the goal is instead the most that `ours` may be, in its own unit.  `reason` says why there is no rival
    in this run.
    """

    ours: float
    rival: float | None
    ratio: float | None
    goal: float | None
    unit: str
    reason: str | None = None
    limit: bool = False

    @classmethod
    def cost(
        cls, ours: float, rival: float | None, unit: str, *, goal: float | None = None, reason: str | None = None
    ) -> Self:
        """Less is better."""
        return cls(ours, rival, None if rival is None else rival / ours, goal, unit, reason)

    @classmethod
    def speed(cls, ours: float, rival: float, unit: str, *, goal: float | None = None) -> Self:
        """More is better."""
        return cls(ours, rival, ours / rival, goal, unit)

    @classmethod
    def within(cls, ours: float, rival: float | None, unit: str, *, most: float, reason: str | None = None) -> Self:
        """Less is better, and more than `most` is too much whatever the rival does."""
        return cls(ours, rival, rival / ours if rival is not None and ours else None, most, unit, reason, limit=True)

    @property
    def falls_short(self) -> bool:
        if self.limit:
            return self.goal is not None and self.ours > self.goal
        return self.goal is not None and (self.ratio is None or self.ratio < self.goal)

    def as_json(self) -> dict[str, float | str | None]:
        """The row of bench.json; `reason` is there only when the rival is not, `limit` only when the goal is one."""
        row: dict[str, float | str | None] = asdict(self)
        if self.reason is None:
            del row["reason"]
        if not self.limit:
            del row["limit"]
        return row


Note = Callable[[str, Figure], None]


class Benchmark(Protocol):
    """What is used of the fixture of pytest-benchmark, with types."""

    stats: Any

    def pedantic(
        self,
        target: Callable[[], object],
        *,
        setup: Callable[[], None] | None = None,
        rounds: int,
        warmup_rounds: int = 0,
    ) -> object: ...


def race(
    benchmark: Benchmark,
    ours: Callable[[], object],
    rival: Callable[[], object] | None,
    *,
    rounds: int = ROUNDS,
    clock: Callable[[], float] = perf_counter,
) -> tuple[float, float | None]:
    """Best seconds of both. They take turns, so that a loaded machine slows both; the first turn only warms up.

    Another `clock` is also named by the test's mark `benchmark(timer=...)`.
    """
    rival_s: list[float] = []

    def let_the_rival_run() -> None:
        if rival is not None:
            began_s = clock()
            rival()
            rival_s.append(clock() - began_s)

    benchmark.pedantic(ours, setup=let_the_rival_run, rounds=rounds, warmup_rounds=1)
    best_s = float(benchmark.stats.stats.min)
    return best_s, min(rival_s) if rival_s else None


def rival_or_reason(load: Callable[[], T]) -> tuple[T | None, str | None]:
    """The rival, or why this machine has none. Where CI is set, a missing rival is a failure and passes through."""
    try:
        return load(), None
    except pytest.skip.Exception as absent:
        return None, str(absent)


def machine() -> str:
    """What the figures were measured on, in one line."""
    models = [line.split(":", 1)[1].strip() for line in CPU_FACTS.read_text().splitlines() if "model name" in line]
    name = models[0] if models else platform.machine()
    return (
        f"{name}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )


def table(figures: dict[str, Figure]) -> list[str]:
    """A Markdown table, as it stands in README.md."""
    head = ["| figure | unit | ours | rival | ratio | goal | |", "|---|---|--:|--:|--:|--:|---|"]
    return head + [_row(name, one) for name, one in figures.items()]


def _row(name: str, one: Figure) -> str:
    remark = one.reason or ("falls short" if one.falls_short else "")
    numbers = " | ".join(_number(n) for n in (one.ours, one.rival, one.ratio))
    goal = f"at most {_number(one.goal)}" if one.limit else _number(one.goal)
    return f"| {name} | {one.unit} | {numbers} | {goal} | {remark} |"


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def write_json(path: Path, figures: dict[str, Figure]) -> None:
    path.write_text(json.dumps({name: one.as_json() for name, one in figures.items()}, indent=1) + "\n")
