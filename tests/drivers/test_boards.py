"""Several boards as one: where each has its spans and lines, and that they are opened and closed together."""

import pytest

from kmcc.drivers.board import BoardClosedError, BoardError
from kmcc.drivers.boards import Boards
from kmcc.dsp.engine import Engine
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.switch.media import Media


class Broken(SimulatedBoard):
    def __enter__(self) -> "Broken":
        raise BoardError("broken: does not answer")


def two(far: list[Media]) -> Boards:
    return Boards(
        [
            SimulatedBoard(far.append, spans=1, lines=2, url="sim://a"),
            SimulatedBoard(far.append, spans=2, lines=1, url="sim://b"),
        ]
    )


def test_it_is_as_large_as_all_of_them() -> None:
    info = two([]).info()
    assert (info.spans, info.lines, info.url) == (3, 3, "sim://a sim://b")


def test_spans_and_lines_are_numbered_on() -> None:
    far: list[Media] = []
    near = Engine(spans=3, lines=3)
    with two(far) as boards:
        boards.bind(near)
        while boards.run(100) < 100:
            pass
        near.events()
        a, b = (media.engine for media in far)
        for there, port, here in [
            (a, a.port(0, 1), 0),
            (b, b.port(1, 30), 89),
            (a, a.line(1), near.line(1)),
            (b, b.line(0), near.line(2)),
        ]:
            there.signal(port, 1)
            boards.run(100)
            assert [(event.port, event.code) for event in near.events()] == [(here, 1)]


def test_an_engine_that_needs_only_the_first() -> None:
    far: list[Media] = []
    near = Engine(spans=1, lines=1)
    with two(far) as boards:
        boards.bind(near)
        assert boards.run(1) == 1
    assert [media.engine.now for media in far] == [64, 64]


def test_one_that_does_not_open_closes_the_others() -> None:
    first = SimulatedBoard(lambda _: None)
    with pytest.raises(BoardError, match="broken"), Boards([first, Broken(lambda _: None)]):
        pass
    first.bind(Engine(spans=1))
    with pytest.raises(BoardClosedError):
        first.run(1)


def test_they_are_closed_together() -> None:
    near = Engine(spans=3)
    with two([]) as boards:
        boards.bind(near)
    for board in (boards, *boards.boards):
        with pytest.raises(BoardClosedError):
            board.run(1)
