"""`kmcc queue report`: figures of a real house's log, and what it says of logs and times that are none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmcc.cli.exit_codes import BAD_INPUT, OK
from kmcc.cli.main import main

AT = "2000-05-22T{}+08:00"
SEAT = {"seat": "801", "reason": None}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Three callers over ten o'clock: answered at once, answered after 30 s, hung up after 5 s."""
    rows: list[tuple[float, str, str, dict[str, Any]]] = [
        (0, "09:50:00.0", "seat.state", {**SEAT, "old": "signed out", "new": "ready", "call": None}),
        (300, "09:55:00.0", "queue.entered", {"call": "a", "service": "bill", "grade": 0}),
        (300, "09:55:00.0", "seat.offered", {"call": "a", "seat": "801"}),
        (300, "09:55:00.0", "seat.state", {**SEAT, "old": "ready", "new": "reserved", "call": "a"}),
        (304, "09:55:04.0", "seat.state", {**SEAT, "old": "reserved", "new": "talking", "call": "a"}),
        (600, "10:00:00.0", "queue.entered", {"call": "b", "service": "bill", "grade": 0}),
        (602, "10:00:02.0", "queue.entered", {"call": "c", "service": None, "grade": 0}),
        (607, "10:00:07.0", "queue.abandoned", {"call": "c", "waited_ms": 5000}),
        (628, "10:00:28.0", "seat.state", {**SEAT, "old": "talking", "new": "ready", "call": None}),
        (628, "10:00:28.0", "seat.offered", {"call": "b", "seat": "801"}),
        (628, "10:00:28.0", "seat.state", {**SEAT, "old": "ready", "new": "reserved", "call": "b"}),
        (630, "10:00:30.0", "seat.state", {**SEAT, "old": "reserved", "new": "talking", "call": "b"}),
        (630, "10:00:30.0", "seat.connected", {"call": "b", "seat": "801", "waited_ms": 30000}),
    ]
    file = tmp_path / "events.jsonl"
    lines = [
        {"seq": n, "t": t, "at": AT.format(at), "kind": kind, "fields": fields}
        for n, (t, at, kind, fields) in enumerate(rows, start=1)
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"seq": 14, "to', encoding="utf-8")
    return file


Report = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def report(log: Path, capsys: pytest.CaptureFixture[str]) -> Report:
    def run(*options: str) -> list[dict[str, Any]]:
        assert main(["queue", "report", str(log), "--json", *options]) == OK
        rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["rows"]
        return rows

    return run


def test_by_service_with_the_sum_of_all(report: Report) -> None:
    rows = {row["service"]: row for row in report()}
    assert list(rows) == ["bill", "unknown", "all"]
    bill, everybody = rows["bill"], rows["all"]
    assert (bill["offered"], bill["answered"], bill["within_limit"], bill["service_level"]) == (2, 2, 1, 0.5)
    assert (bill["mean_wait_s"], bill["longest_wait_s"]) == (17.0, 30.0)
    assert (everybody["offered"], everybody["abandoned"], everybody["abandoned_within_limit"]) == (3, 1, 1)
    assert everybody["net_service_level"] == 0.5
    assert {row["service"]: row["within_limit"] for row in report("--within", "30")}["bill"] == 2


def test_the_limits_of_a_configuration(report: Report, tmp_path: Path) -> None:
    file = tmp_path / "kmcc.toml"
    file.write_text('[queue]\nanswer_within_s = 3\n[[services]]\nname = "bill"\nanswer_within_s = 30\n')
    assert {row["service"]: row["within_limit"] for row in report("--config", str(file))}["bill"] == 2
    file.write_text("[queue]\nanswer_within_s = 3\n")
    assert {row["service"]: row["within_limit"] for row in report("--config", str(file))}["bill"] == 0


def test_by_hour_and_between_two_times(report: Report) -> None:
    rows = report("--by", "hour")
    assert [(row["service"], row.get("hour"), row["offered"]) for row in rows] == [
        ("bill", AT.format("09:00:00"), 1),
        ("bill", AT.format("10:00:00"), 1),
        ("unknown", AT.format("10:00:00"), 1),
        ("all", None, 3),
    ]
    assert [row["offered"] for row in report("--since", "2000-05-22T10:00", "--until", "2000-05-22T10:00:02")] == [1, 1]
    assert [row["offered"] for row in report("--since", "2000-05-23")] == [0]


def test_by_seat(report: Report) -> None:
    (row,) = report("--by", "seat")
    assert row["times_s"] == {"ready": 300.0, "reserved": 6.0, "talking": 324.0}
    assert (row["offered"], row["answered"], row["missed"]) == (2, 2, 0)
    assert row["occupancy"] == pytest.approx(330 / 630)


@pytest.mark.parametrize("by", ["service", "hour", "seat"])
def test_for_people(log: Path, by: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queue", "report", str(log), "--by", by]) == OK
    printed = capsys.readouterr()
    assert ("801" if by == "seat" else "bill") in printed.out
    assert printed.err == ""


def test_what_is_no_log_and_what_is_no_time(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queue", "report", str(log), "--since", "yesterday"]) == BAD_INPUT
    assert 'kmcc: --since "yesterday": expected a date or time' in capsys.readouterr().err
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{}\n")
    assert main(["queue", "report", str(bad)]) == BAD_INPUT
    assert f"{bad}:1: no event of ours" in capsys.readouterr().err
    assert main(["queue", "report", str(tmp_path / "none.jsonl")]) == BAD_INPUT
    assert "No such file" in capsys.readouterr().err
    (tmp_path / "empty.jsonl").touch()
    assert main(["queue", "report", str(tmp_path / "empty.jsonl"), "--json"]) == OK
