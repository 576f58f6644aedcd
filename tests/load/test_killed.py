"""kill -9 of the house under load, in real time: its town lives on in another process, nothing is lost or doubled."""

import json
from pathlib import Path

import pytest

from kmcc.cli.exit_codes import OK
from kmcc.cli.main import main

SCENARIO = """
title = "killed"
minutes = 0.16
passwords = { KM-1001 = "271828" }
plant = { spans_in = 1, spans_out = 1 }
staff = [{ count = 3, skills = { centre = 1 }, picks_up_s = 0.2 }]
faults = [{ at_minute = 0.07, what = "the house is killed" }]

[[streams]]
name = "to a person"
called = "1000"
per_second = 0.3
steps = [{ hear = ["welcome"] }, { press = "0" }, { hear = ["hello"], patience_s = 5 }, { hold_s = 1 }]

[[streams]]
name = "menu"
called = "1000"
per_second = 1.0
steps = [{ hear = ["welcome"], patience_s = 5 }, { hold_s = 1 }]

[[streams]]
name = "forwarded"
called = "3181002"
per_second = 0.4
steps = [{ hear = ["hello"], patience_s = 5 }, { hold_s = 1 }]

[[called]]
first = "3192008"
rings_s = 0.3
talks_s = 100
"""


def test_a_house_that_is_killed_leaves_whole_books(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each seizure has one record, events are numbered on, recordings whole, circuits idle: all of it in `faults`."""
    path, out = tmp_path / "killed.toml", tmp_path / "out"
    path.write_text(SCENARIO)
    code = main(["sim", "run", str(path), "--speed", "real", "--json", "--out", str(out)])
    told = capsys.readouterr()
    report = json.loads(told.out)
    assert report["faults"] == [], told.err
    assert code == OK
    (restart,) = report["restarts"]
    assert restart["answered_after_s"] is not None, "no call was answered after the restart"
    assert report["causes"]["system fault"] > 0, "no call was up when the house was killed"
    assert report["causes"]["caller hung up"] > 0
    assert report["records"] >= report["answered"] > 0
