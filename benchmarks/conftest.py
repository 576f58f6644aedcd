"""Collects the figures of a run: one table at the end, and bench.json beside pyproject.toml."""

import os
from datetime import UTC, datetime

import pytest
from benchmarks.figures import Figure, Note, machine, table, write_json

FIGURES = pytest.StashKey[dict[str, Figure]]()
LOAD = pytest.StashKey[float]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = {}
    config.stash[LOAD] = os.getloadavg()[0]


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    figures = request.config.stash[FIGURES]

    def write(name: str, figure: Figure) -> None:
        figures[name] = figure

    return write


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    figures = config.stash[FIGURES]
    if not figures:
        return
    terminalreporter.section("figures")
    terminalreporter.write_line(f"{datetime.now(UTC).date()}; {machine()}; load {config.stash[LOAD]:.1f} at the start")
    for line in table(figures):
        terminalreporter.write_line(line)
    write_json(config.rootpath / "bench.json", figures)
