"""The quality report: `sheet` collects, the end of the run prints, `--full` (make quality) writes docs/quality."""

from collections.abc import Iterator

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
