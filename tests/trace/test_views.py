"""One trace as lines, as JSON and as a picture: two calls played on the simulator."""

import json
import re
from xml.etree import ElementTree as Xml

import pytest
from tests.trace.played import failed_call, good_call, trace_of

from kmcc.trace.call_trace import CallTrace, Row
from kmcc.trace.picture import picture
from kmcc.trace.record import as_json
from kmcc.trace.text import last_line, row_line

SVG = "{http://www.w3.org/2000/svg}"
# GB 3377-82: 1000, calling number after the first digit
CYCLES = [
    "1 digit|A6 send KA and calling number",
    "KA 1|A1 send next digit",
    *(f"{digit} calling digit|A1 send next digit" for digit in "3188888"),
    "15 end of calling number|A1 send next digit",
    "0 digit|A1 send next digit",
    "0 digit|A1 send next digit",
    "0 digit|A3 number complete, send KD",
]


def test_a_good_call_cycle_by_cycle() -> None:
    rows = [row for row in trace_of(good_call()).rows if row.kind == "register.signal"]
    assert [f"{row.incoming}|{row.outgoing}" for row in rows[:-2]] == CYCLES
    assert [rows[-2].incoming, rows[-1].outgoing] == ["KD 3", "KB 1 called free"]


LINE = re.compile(r"\d\d:\d\d:\d\d\.\d{3} +-?\d+\.\d{3}  \S+  (?:\w+/\d+|-)  \S.*")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("trace", [trace_of(good_call()), trace_of(failed_call())], ids=["good", "failed"])
def test_a_line_has_its_times(trace: CallTrace, lang: str) -> None:
    lines = [row_line(trace, row, lang) for row in trace.rows]
    assert all(LINE.fullmatch(line) for line in lines)
    assert lines == sorted(lines, key=lambda line: line[:12])


def test_the_first_that_spoke_stands_first() -> None:
    trace = trace_of(failed_call())
    lines = [row_line(trace, row) for row in trace.rows]
    assert "in/1  ──▶ 3 digit  ◀── A6 send KA and calling number" in lines[1]
    (onward,) = (line for line in lines if "out/21  ◀── KD 3" in line)
    assert re.search(r"◀── KD 3  ──▶ KB 4 called busy or congestion  after \d+ ms$", onward)


def test_the_last_line_says_why() -> None:
    trace = trace_of(failed_call())
    assert last_line(trace).splitlines()[1] == "  failed: called subscriber busy, on out/21"
    assert last_line(trace, "zh").splitlines()[1] == "  呼叫失败: 被叫忙，电路 out/21"
    assert last_line(trace_of(good_call())).endswith("over: caller hung up")


def test_json() -> None:
    record = json.loads(json.dumps(as_json(trace_of(failed_call()))))
    assert record["called"] == "3190000"
    assert record["calling"] == "3188888"
    assert record["circuits"] == ["in/1", "out/21"]
    assert record["reason"] == {"en": "called subscriber busy, on out/21", "zh": "被叫忙，电路 out/21"}
    assert record["answered"] is False
    first = record["rows"][0]
    assert first == {
        "at_ms": 0,
        "took_ms": 0,
        "kind": "line.bits",
        "circuit": "in/1",
        "first": "in",
        "in": {"en": "0011 seizure", "zh": "0011 占用"},
        "out": {"en": "1111 seizing acknowledgement", "zh": "1111 占用确认"},
    }
    assert any(row.get("ours") == "leg out: 3190000" for row in record["rows"])
    times = [row["at_ms"] for row in record["rows"]]
    assert times == sorted(times)


def signals(rows: list[Row]) -> int:
    return sum(bool(row.incoming) + bool(row.outgoing) for row in rows)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("log", "sides"), [(good_call, 2), (failed_call, 3)])
def test_the_picture_has_an_arrow_a_signal(log: object, sides: int, lang: str) -> None:
    trace = trace_of(good_call() if log is good_call else failed_call())
    root = Xml.fromstring(picture(trace, lang))
    lines = root.findall(f".//{SVG}line")
    arrows = [line for line in lines if line.get("marker-end")]
    assert len(lines) - len(arrows) == sides
    assert len(arrows) == signals(trace.rows)
    places = [float(arrow.get("y1", "0")) for arrow in arrows]
    assert places == sorted(set(places))  # time runs down
    assert max(places) < float(root.get("height", "0"))


def test_the_picture_of_a_failed_call_says_why_in_both_languages() -> None:
    texts = [text.text for text in Xml.fromstring(picture(trace_of(failed_call()))).iter(f"{SVG}text")]
    assert texts[-2:] == ["called subscriber busy, on out/21", "被叫忙，电路 out/21"]


def test_what_a_name_has_in_it_cannot_break_the_picture() -> None:
    trace = CallTrace("<1>", "2000-05-22T09:00:00+08:00", 0.0, ['a&"/1'], [Row(0.0, "line.bits", 'a&"/1', "<x>")])
    assert "<x>" in [text.text for text in Xml.fromstring(picture(trace)).iter(f"{SVG}text")]
