"""Ladders on the terminal from events written by hand: how a call is drawn, and when; tests/trace has the rest."""

import io

from rich.console import Console

from kmcc.demo.ladder import LadderView
from kmcc.store.event import Event

Fields = dict[str, str | int | None]
STORY: list[tuple[str, Fields]] = [
    ("line.bits", {"circuit": "in/1", "way": "in", "what": "forward 0011 seizure"}),
    ("call.seized", {"call": "7", "circuit": "in/1"}),
    ("line.bits", {"circuit": "in/1", "way": "out", "what": "backward 1111 seizing acknowledgement"}),
    ("call.offered", {"call": "7", "calling": None, "called": "1000", "service": "centre"}),
    ("call.placed", {"call": "7", "circuit": "out/2", "called": "3192008"}),
    ("line.bits", {"circuit": "out/2", "way": "out", "what": "forward 0011 seizure"}),
    ("line.bits", {"circuit": "in/1", "way": "in", "what": "forward 1011 clear forward"}),
    ("call.released", {"call": "7", "cause": "caller hung up"}),
]
GUARD: tuple[str, Fields] = ("line.bits", {"circuit": "in/1", "way": "out", "what": "backward 1011 release guard"})
OTHER: tuple[str, Fields] = ("line.bits", {"circuit": "out/2", "way": "in", "what": "backward 1011 release guard"})


def shown(*story: tuple[str, Fields], brief: bool = False) -> list[str]:
    text = io.StringIO()
    view = LadderView(Console(file=text, width=120))
    view.brief = brief
    for number, (kind, fields) in enumerate(story, start=1):
        view.take(Event(number, number * 0.01, "", kind, tuple(fields.items())))
    return [" ".join(line.strip("│ ").split()) for line in text.getvalue().splitlines()]


def test_a_signal_and_its_answer_stand_side_by_side() -> None:
    rows = shown(*STORY, GUARD)
    assert "-0.010 1 0011 seizure 1111 seizing acknowledgement" in rows


def test_a_call_is_drawn_when_its_own_circuit_is_at_rest() -> None:
    assert shown(*STORY) == []
    assert shown(*STORY, OTHER) == []
    assert any("7 on in/1, out/2: caller hung up" in row for row in shown(*STORY, OTHER, GUARD))


def test_in_a_crowd_it_is_one_line() -> None:
    assert shown(*STORY, GUARD, brief=True) == ["7 on in/1, out/2: caller hung up"]
