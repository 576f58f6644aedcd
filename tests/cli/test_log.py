"""The log on stderr: one JSON object a line, ISO time, ours and the libraries' alike, and no secret."""

import json
import logging
import sys
from collections.abc import Iterator
from datetime import datetime
from io import StringIO

import pytest
import structlog

from kmcc.cli.log import set_up_log

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_is_json_with_an_iso_time(capsys: Capture) -> None:
    set_up_log()
    set_up_log()  # once more does no harm
    structlog.get_logger("kmcc.test").info("呼叫 failed", call="1-1")
    (line,) = capsys.readouterr().err.splitlines()
    assert "呼叫" in line
    found = json.loads(line)
    assert (found["event"], found["level"], found["call"]) == ("呼叫 failed", "info", "1-1")
    assert datetime.fromisoformat(found["timestamp"]).tzinfo is not None


def test_libraries_tell_only_what_is_wrong(capsys: Capture) -> None:
    set_up_log()
    logging.getLogger("uvicorn.error").info("started")
    logging.getLogger("uvicorn.error").error("broke")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "broke"


@pytest.mark.parametrize("name", ["password", "Password", "pin", "token", "secret"])
def test_no_secret(capsys: Capture, name: str) -> None:
    set_up_log()
    structlog.get_logger("kmcc.test").error("login", **{name: "482915", "number": "3190001"})
    err = capsys.readouterr().err
    assert "482915" not in err
    assert "3190001" in err


def test_an_exception_is_told_in_the_line(capsys: Capture) -> None:
    set_up_log()
    try:
        raise ZeroDivisionError("ours")
    except ZeroDivisionError:
        structlog.get_logger("kmcc.test").exception("failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError: ours" in json.loads(line)["exception"]


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_people_get_words(monkeypatch: pytest.MonkeyPatch) -> None:
    text = Terminal()
    monkeypatch.setattr(sys, "stderr", text)
    set_up_log()
    structlog.get_logger("kmcc.test").info("call failed", call="1-1")
    assert "call failed" in text.getvalue()
    with pytest.raises(json.JSONDecodeError):
        json.loads(text.getvalue())


class Broken(StringIO):
    def write(self, _: str) -> int:
        raise BrokenPipeError


def test_nobody_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that cannot be written does not stop a call."""
    monkeypatch.setattr(sys, "stderr", Broken())
    set_up_log()
    structlog.get_logger("kmcc.test").error("call failed")
