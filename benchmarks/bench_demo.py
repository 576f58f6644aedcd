"""The whole house in the demo's morning: seconds of line time a second of wall time, as the demo itself measures it."""

from io import StringIO
from itertools import count
from pathlib import Path

from benchmarks.figures import Benchmark, Figure, Note
from rich.console import Console

from kmcc.demo.outcome import Outcome
from kmcc.demo.show import run_demo

ROUNDS = 3
GOAL = 60.0


def test_demo(benchmark: Benchmark, note: Note, tmp_path: Path) -> None:
    outcomes: list[Outcome] = []
    numbers = count()

    def play() -> None:
        outcomes.append(run_demo(tmp_path / str(next(numbers)), 1, Console(file=StringIO())))

    benchmark.pedantic(play, rounds=ROUNDS)
    rush = max(outcome.rush_ratio or 0.0 for outcome in outcomes)
    morning = max(outcome.line_time_s / outcome.wall_s for outcome in outcomes)
    note("demo_rush_30_channels", Figure.speed(rush, 1.0, "line seconds a second", goal=GOAL))
    note("demo_whole_morning", Figure.speed(morning, 1.0, "line seconds a second"))
