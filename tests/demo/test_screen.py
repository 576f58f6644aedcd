import io
import time

import pytest
from rich.console import Console
from tests.demo.test_ladder import GUARD, STORY

from kmcc.demo.screen import Screen
from kmcc.store.event import Event

PACE_S = 0.001


def play(console: Console) -> Screen:
    screen = Screen(console, PACE_S)
    with screen.status(lambda: "12 channels busy"):
        for number, (kind, fields) in enumerate((*STORY, GUARD), start=1):
            screen.take(Event(number, 0.0, "", kind, tuple(fields.items())))
        screen.finish()
    return screen


def test_a_terminal_has_a_line_of_status_and_time_to_look() -> None:
    text = io.StringIO()
    screen = play(Console(file=text, width=100, force_terminal=True))
    assert "12 channels busy" in text.getvalue()
    assert "caller hung up" in text.getvalue()
    assert screen.paused_s == PACE_S  # one call


def test_a_file_has_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: float) -> None:
        raise AssertionError("nobody looks")

    monkeypatch.setattr(time, "sleep", refuse)
    text = io.StringIO()
    screen = play(Console(file=text, width=100))
    assert "channels busy" not in text.getvalue()
    assert "caller hung up" in text.getvalue()
    assert screen.paused_s == 0.0
