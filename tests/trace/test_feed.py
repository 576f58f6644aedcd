"""Events from a log file; the stream of a daemon is tested with the console."""

from pathlib import Path

import pytest
from tests.trace.played import good_call

from kmcc.trace.feed import TraceError, follow, read_log


def test_a_log(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"".join(event.line() for event in good_call()))
    assert tuple(read_log(file)) == good_call()


def test_a_line_that_is_still_being_written(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"".join(event.line() for event in good_call()[:3])[:-1])
    assert tuple(read_log(file)) == good_call()[:2]


NO_TIME = b'{"seq":1,"t":0,"at":"today","kind":"call.seized","fields":{}}\n'


@pytest.mark.parametrize("line", [b"{}\n", b"a,b,c\n", b"\xff\n", b'{"seq":1}\n', NO_TIME])
def test_something_else(tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "cdr.csv"
    file.write_bytes(good_call()[0].line() + line)
    with pytest.raises(TraceError, match=r"cdr\.csv:2: no event of ours"):
        list(read_log(file))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1", "127.0.0.1:8080"])
def test_no_address_of_a_console(url: str) -> None:
    with pytest.raises(TraceError, match="expected the address of a running console"):
        list(follow(url, None))


def test_nobody_there() -> None:
    with pytest.raises(TraceError, match="no console answers there"):
        list(follow("http://127.0.0.1:9", None))
