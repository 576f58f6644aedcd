"""The command over a log of two calls that were played on the simulator."""

import json
from itertools import count
from pathlib import Path

import pytest
from tests.trace.played import failed_call, good_call, trace_of

from kmcc.cli.exit_codes import BAD_INPUT, OK
from kmcc.cli.main import main
from kmcc.store.event import Event
from kmcc.trace.picture import picture
from kmcc.trace.text import last_line, row_line

Capture = pytest.CaptureFixture[str]
GOOD, FAILED = "good", "failed"


def named(events: tuple[Event, ...], call: str, numbers: "count[int]") -> list[Event]:
    """The call by this name; both were the first of their run."""
    return [
        Event(
            next(numbers),
            event.t,
            event.at,
            event.kind,
            tuple((name, call if name == "call" else value) for name, value in event.fields),
        )
        for event in events
    ]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    numbers = count(1)
    events = [*named(good_call(), GOOD, numbers), *named(failed_call(), FAILED, numbers)]
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"".join(event.line() for event in events))
    return file


def test_one_line_a_cycle(log: Path, capsys: Capture) -> None:
    assert main(["trace", str(log)]) == OK
    printed = capsys.readouterr().out
    good, failed = trace_of(good_call()), trace_of(failed_call())
    good.call, failed.call = GOOD, FAILED
    wanted = [[*(row_line(trace, row) for row in trace.rows), last_line(trace)] for trace in (good, failed)]
    assert printed == "".join(f"{line}\n" for lines in wanted for line in lines)


def test_in_chinese(log: Path, capsys: Capture) -> None:
    assert main(["trace", str(log), "--lang", "zh", "--call", FAILED]) == OK
    printed = capsys.readouterr().out
    assert "──▶ 0011 占用  ◀── 1111 占用确认" in printed
    assert printed.endswith("呼叫失败: 被叫忙，电路 out/21\n")
    assert GOOD not in printed


def test_only_those_that_failed(log: Path, capsys: Capture) -> None:
    for form in ("text", "json"):
        assert main(["trace", str(log), "--failed", "--format", form]) == OK
        printed = capsys.readouterr().out
        assert f"{FAILED}" in printed
        assert f"  {GOOD}  " not in printed
        assert f'"{GOOD}"' not in printed


def test_json_is_one_object_a_call(log: Path, capsys: Capture) -> None:
    assert main(["trace", str(log), "--format", "json"]) == OK
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(record["call"], record["cause"]) for record in records] == [(GOOD, "caller hung up"), (FAILED, "busy")]
    assert [record["reason"] and record["reason"]["zh"] for record in records] == [None, "被叫忙，电路 out/21"]


def test_a_picture(log: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["trace", str(log), "--format", "svg", "--call", GOOD]) == OK
    trace = trace_of(good_call())
    trace.call = GOOD
    assert capsys.readouterr().out == picture(trace)
    assert main(["trace", str(log), "--format", "svg", "--out", str(tmp_path / "pictures")]) == OK
    assert sorted(file.name for file in (tmp_path / "pictures").iterdir()) == [f"{FAILED}.svg", f"{GOOD}.svg"]


def test_pictures_need_a_place(log: Path, capsys: Capture) -> None:
    assert main(["trace", str(log), "--format", "svg"]) == BAD_INPUT
    assert "expected --call for one picture" in capsys.readouterr().err


def test_no_such_log(tmp_path: Path, capsys: Capture) -> None:
    assert main(["trace", str(tmp_path / "none.jsonl")]) == BAD_INPUT
    assert capsys.readouterr().err == f"kmcc: {tmp_path / 'none.jsonl'}: No such file or directory\n"


def test_json_as_the_other_commands_have_it(log: Path, capsys: Capture) -> None:
    assert main(["trace", str(log), "--json"]) == OK
    short = capsys.readouterr().out
    assert main(["trace", str(log), "--format", "json"]) == OK
    assert capsys.readouterr().out == short


def test_no_such_call(log: Path, capsys: Capture) -> None:
    assert main(["trace", str(log), "--call", "nope"]) == BAD_INPUT
    told = capsys.readouterr()
    assert told.out == ""
    assert f"{log}: no call nope" in told.err
