"""A house whose board breaks ends in order: its calls have their records, and the reason is told."""

import logging
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from tests.daemon.house_process import write_config
from tests.daemon.left_behind import cdr_rows, check_recordings, check_records, events

from kmcc.cli.exit_codes import NO_BOARD
from kmcc.cli.main import main
from kmcc.drivers import registry

SIM = "sim://kunming?seed=1&calls_per_hour=36000"


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`kmcc run` is a process of its own elsewhere: here its signals and its log are taken back."""
    monkeypatch.setattr(registry, "DRIVERS", {"sim": ("tests.daemon.lost_board", "open_lost")})
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def check_end(folder: Path) -> None:
    assert events(folder)[-1].kind == "house.closed"
    assert "shutdown" in {row["cause"] for row in cdr_rows(folder)}
    check_records(folder)
    check_recordings(folder)


def test_a_board_that_is_pulled_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = write_config(tmp_path, (SIM, "sim://pulled"))
    assert main(["run", "--config", str(config)]) == NO_BOARD
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == "kmcc: sim://pulled: the board does not answer any more"
    check_end(tmp_path)


def test_a_fault_of_ours(tmp_path: Path) -> None:
    """It passes through `main` as it is: Python prints it and leaves with 1."""
    config = write_config(tmp_path, (SIM, "sim://faulty"))
    with pytest.raises(ZeroDivisionError, match="a fault of ours"):
        main(["run", "--config", str(config)])
    check_end(tmp_path)
