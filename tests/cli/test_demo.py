"""`kmcc demo` as a shell sees it: which folder it takes, and what is left when it is stopped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kmcc.cli.exit_codes import BAD_INPUT, INTERRUPTED
from kmcc.cli.main import main

LIMIT_S = 30.0
LEFT = ("summary.html", "events.jsonl", "cdr.csv", "kmcc.db")


def earlier_demo(folder: Path) -> Path:
    """A folder as a demo leaves it."""
    (folder / "recordings").mkdir(parents=True)
    for name in LEFT:
        (folder / name).write_text("earlier\n")
    return folder


@pytest.mark.parametrize("name", ["mine.txt", "summary.html"])
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Also one that happens to have a summary in it."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("mine\n")
    assert main(["demo", "--out", str(tmp_path / "out")]) == BAD_INPUT
    assert capsys.readouterr().err == (
        f"kmcc: {tmp_path}/out: expected an empty or missing folder, or one that an earlier demo made\n"
    )
    assert (tmp_path / "out" / name).read_text() == "mine\n"


def test_a_demo_to_which_something_was_added_is_left_alone(tmp_path: Path) -> None:
    (earlier_demo(tmp_path / "out") / "notes.txt").write_text("mine\n")
    assert main(["demo", "--out", str(tmp_path / "out")]) == BAD_INPUT
    assert (tmp_path / "out" / "notes.txt").exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine\n")
    assert main(["demo", "--out", str(tmp_path / "out")]) == BAD_INPUT
    assert (tmp_path / "out").read_text() == "mine\n"


def test_stopped_half_way_nothing_is_left(tmp_path: Path) -> None:
    """The earlier demo stays as it was, and no half one lies beside it. Nobody reads what is printed, so that the pipe
    is full before the morning is over: the demo cannot end before it is stopped."""
    out = earlier_demo(tmp_path / "out")
    process = subprocess.Popen(
        [sys.executable, "-m", "kmcc.cli.main", "demo", "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    deadline = time.monotonic() + LIMIT_S
    while not list(tmp_path.glob(".kmcc-demo-*/played/recordings/*.wav")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, errors) == (INTERRUPTED, "")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert all((out / name).read_text() == "earlier\n" for name in LEFT)
