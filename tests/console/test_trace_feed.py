"""`kmcc trace` at a live console: the events of a call, one after the other, until the daemon closes its log."""

import threading
from typing import TYPE_CHECKING

import pytest
from tests.trace.played import good_call, trace_of

from kmcc.cli.exit_codes import BAD_INPUT, OK
from kmcc.cli.main import main
from kmcc.trace.feed import TraceError, follow
from kmcc.trace.text import row_line

if TYPE_CHECKING:
    from tests.console.conftest import Served

Capture = pytest.CaptureFixture[str]


def write_call(served: "Served") -> None:
    played = good_call()  # on a loop of its own, so not on the console's

    def write() -> None:
        for event in played:
            served.house.events.write(event.kind, **dict(event.fields))

    served.on_loop(write)


def test_from_a_number_on_until_the_log_closes(served: "Served") -> None:
    write_call(served)
    closing = threading.Timer(0.5, served.on_loop, [served.house.events.close])
    closing.start()
    events = list(follow(served.url, 0))
    closing.join()
    assert [(event.kind, event.fields) for event in events] == [(event.kind, event.fields) for event in good_call()]


def test_the_command_prints_the_call_as_it_goes(served: "Served", capsys: Capture) -> None:
    def play_and_close() -> None:
        write_call(served)
        served.on_loop(served.house.events.close)

    playing = threading.Timer(0.5, play_and_close)
    playing.start()
    assert main(["trace", served.url]) == OK
    playing.join()
    trace = trace_of(good_call())
    wanted = [without_times(row_line(trace, row)) for row in trace.rows]
    printed = [without_times(line) for line in capsys.readouterr().out.splitlines()]
    assert printed[:-1] == wanted


def without_times(line: str) -> str:
    """The log is written here faster than the call was."""
    return line[line.index(good_call_id()) :].partition("  after")[0]


def good_call_id() -> str:
    return trace_of(good_call()).call


def test_beyond_the_log(served: "Served", capsys: Capture) -> None:
    with pytest.raises(TraceError, match="the log ends at 0"):
        list(follow(served.url, 99))
    assert main(["trace", served.url, "--since", "99"]) == BAD_INPUT
    assert "the log ends at 0, there is nothing after 99 to wait for" in capsys.readouterr().err
