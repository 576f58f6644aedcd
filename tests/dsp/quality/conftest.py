"""The quality report: `sheet` collects, the end of the run prints, `--full` (make quality) writes docs/quality."""

from collections.abc import Iterator
from typing import Any

import pytest
from benchmarks.figures import machine
from tests.dsp.quality.sheet import Sheet

SHEET = pytest.StashKey[Sheet]()


@pytest.fixture
def sheet(request: pytest.FixtureRequest) -> Sheet:
    return request.config.stash.setdefault(SHEET, Sheet())


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the long trial counts are asked for."""
    return bool(request.config.getoption("--full"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist hands its part to the process that prints."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["sheet"] = session.config.stash.get(SHEET, Sheet()).as_json()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    sheet = node.config.stash.setdefault(SHEET, Sheet())
    sheet.add_json(getattr(node, "workeroutput", {}).get("sheet", {"rows": [], "sweeps": []}))


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Iterator[None]:
    yield
    sheet = config.stash.get(SHEET, Sheet())
    if sheet.rows:
        terminalreporter.section("quality of the detectors")
        for line in sheet.lines():
            terminalreporter.write_line(line)
    if config.getoption("--full"):
        sheet.write(machine())
