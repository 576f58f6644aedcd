"""`kmcc sim run`: the packaged scenarios are sound, the small one runs, Ctrl-C reports what was so far."""

import json
import os
import signal
import threading
from pathlib import Path

import pytest

from kmcc.cli.exit_codes import BAD_INPUT, INTERRUPTED, OK
from kmcc.cli.main import main
from kmcc.cli.sim import load_scenario, packaged_scenarios

FILES = ("cdr.csv", "events.jsonl")


@pytest.mark.parametrize("name", packaged_scenarios())
def test_a_packaged_scenario_is_sound(name: str) -> None:
    assert load_scenario(name).title == name


def test_the_small_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twice: the same seed leaves the same octets."""
    reports = []
    for name in ("first", "second"):
        assert main(["sim", "run", "small", "--seed", "3", "--json", "--out", str(tmp_path / name)]) == OK
        reports.append(json.loads(capsys.readouterr().out))
    report, again = reports
    assert report["faults"] == []
    assert (
        report["offered"] == sum(report["outcomes"].values()) == sum(s["offered"] for s in report["streams"].values())
    )
    assert report["outcomes"]["completed"] > 0.5 * report["offered"]
    assert report["records"] >= report["offered"]
    assert report["seats"]["answered"] > 0
    assert report["cpu"]["ms_a_call"] > 0
    for figure in ("offered", "answered", "outcomes", "seats", "set_up_s", "causes", "events", "ticks"):
        assert report[figure] == again[figure], figure
    for file in FILES:
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()


def test_ctrl_c_reports_what_was_so_far(capsys: pytest.CaptureFixture[str]) -> None:
    threading.Timer(2.0, os.kill, (os.getpid(), signal.SIGINT)).start()
    assert main(["sim", "run", "small", "--minutes", "600", "--json"]) == INTERRUPTED
    told = capsys.readouterr()
    report = json.loads(told.out)
    assert report["faults"] == []
    assert 0 < report["line_s"] < 36_000
    assert "interrupted" in told.err


HEAD = 'title = "x"\nminutes = 1\n'
STREAM = 'plant = { spans_in = 1 }\n[[streams]]\nname = "a"\ncalled = "1000"\n'


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (HEAD + "streams = []\n", "plant"),
        (HEAD + STREAM + "per_second = 0.0\n", ":7: streams[0].per_second"),
        (HEAD + STREAM + 'per_second = 1.0\ncurve = "day"\n', ":8: streams[0].curve"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, where: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    assert main(["sim", "run", str(path)]) == BAD_INPUT
    err = capsys.readouterr().err
    assert where in err
    assert "Traceback" not in err


OVERLOADED = """
title = "overloaded"
minutes = 0.4
plant = { spans_in = 4, spans_transferred = 1 }
admission = { calls_per_s = 6.0, emergency = ["112"] }
staff = [{ count = 10, skills = { fault = 1 }, picks_up_s = 0.5 }]

[[streams]]
name = "ordinary"
called = "1000"
per_second = 12.0
steps = [{ hear = ["welcome"] }]

[[streams]]
name = "transferred"
called = "1000"
per_second = 1.0
is_transferred = true
steps = [{ hear = ["welcome"] }]

[[streams]]
name = "emergency"
called = "112"
per_second = 0.5
steps = [{ hear = ["hello"] }]
"""


def test_at_more_than_twice_the_capacity_nine_tenths_of_it_complete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """R-9; emergency calls all of them, and transferred ones before ordinary ones."""
    path = tmp_path / "overloaded.toml"
    path.write_text(OVERLOADED)
    assert main(["sim", "run", str(path), "--json"]) == OK
    report = json.loads(capsys.readouterr().out)
    emergency = report["streams"]["emergency"]
    assert report["offered"] > 2 * 6.0 * 24
    assert report["outcomes"]["completed"] >= 0.9 * 6.0 * 24
    assert report["outcomes"]["refused"] == report["refusals"]["congestion"] > 0
    assert emergency["completed"] == emergency["offered"] > 0
    taken = {name: one["completed"] / one["offered"] for name, one in report["streams"].items()}
    assert taken["transferred"] > 1.5 * taken["ordinary"]


def test_a_house_is_killed_in_real_time_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "killed.toml"
    path.write_text(OVERLOADED + '[[faults]]\nat_minute = 0.1\nwhat = "the house is killed"\n')
    assert main(["sim", "run", str(path)]) == BAD_INPUT
    assert "expected --speed real" in capsys.readouterr().err


def test_no_such_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sim", "run", "nowhere"]) == BAD_INPUT
    assert "expected a TOML file or one of killed, kunming, small, televote, tenfold" in capsys.readouterr().err
