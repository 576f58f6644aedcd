"""What every board must do. Another driver's board is added to BOARDS and passes the same tests."""

from collections.abc import Callable

import pytest

from kmcc.drivers.board import Board, BoardClosedError, BoardError
from kmcc.drivers.boards import Boards
from kmcc.dsp.engine import Engine, EventKind
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.switch.media import Media

Far = list[Media]
Make = Callable[[Far], Board]

BOARDS: dict[str, Make] = {
    "simulated": lambda far: SimulatedBoard(far.append, spans=2, lines=4),
    "several": lambda far: Boards([SimulatedBoard(far.append, spans=2, lines=4)]),
}


@pytest.fixture(params=BOARDS)
def board(request: pytest.FixtureRequest, far: Far) -> Board:
    """One span and two lines are used of two and four."""
    return BOARDS[request.param](far)


@pytest.fixture
def far() -> Far:
    """The engine at the far end of the wires, once one is bound."""
    return []


def engine(spans: int = 1, lines: int = 2, tick_samples: int = 64) -> Engine:
    return Engine(spans=spans, lines=lines, tick_samples=tick_samples)


def run_until_quiet(board: Board) -> None:
    while board.run(100) < 100:
        pass


class TestBoard:
    def test_it_tells_what_it_is_open_or_not(self, board: Board) -> None:
        info = board.info()
        assert (info.spans, info.lines) == (2, 4)
        assert info.url
        assert info.model
        assert info.serial
        with board:
            assert board.info() == info

    def test_closed_it_moves_no_frames(self, board: Board) -> None:
        board.bind(engine())
        with pytest.raises(BoardClosedError, match=board.info().url):
            board.run(1)
        with board:
            board.run(1)
        with pytest.raises(BoardClosedError):
            board.run(1)

    def test_without_an_engine_it_moves_no_frames(self, board: Board) -> None:
        with board, pytest.raises(BoardClosedError, match="bind"):
            board.run(1)

    def test_it_is_closed_by_an_error_too(self, board: Board) -> None:
        board.bind(engine())
        with pytest.raises(KeyError), board:
            raise KeyError
        with pytest.raises(BoardClosedError):
            board.run(1)

    def test_it_may_be_opened_again(self, board: Board) -> None:
        board.bind(engine())
        for _ in range(2):
            with board:
                assert board.run(1) == 1

    @pytest.mark.parametrize(("spans", "lines"), [(3, 0), (0, 5), (3, 5)])
    def test_an_engine_that_is_larger_is_refused_with_both_sizes(self, board: Board, spans: int, lines: int) -> None:
        with pytest.raises(BoardError, match=rf"{spans} spans and {lines} lines.* 2 and 4"):
            board.bind(engine(spans, lines))

    @pytest.mark.parametrize("size", [(2, 4), (1, 0), (0, 1)])
    def test_an_engine_that_is_smaller_or_as_large_is_served(self, board: Board, size: tuple[int, int]) -> None:
        near = engine(*size)
        board.bind(near)
        with board:
            run_until_quiet(board)
        assert near.now > 0

    @pytest.mark.parametrize("tick_samples", [16, 64, 80])
    def test_it_is_the_clock_of_its_engine(self, board: Board, tick_samples: int) -> None:
        near = engine(tick_samples=tick_samples)
        board.bind(near)
        with board:
            ran = sum(board.run(7) for _ in range(50))
        assert near.now == ran * tick_samples

    def test_it_ends_early_after_the_first_tick_with_an_event(self, board: Board, far: Far) -> None:
        near = engine()
        board.bind(near)
        with board:
            run_until_quiet(board)
            near.events()
            far[0].engine.signal(5, 0b1010)
            ran = board.run(100)
            assert 0 < ran < 100
            (event,) = near.events()
            assert (event.kind, event.port, event.code) == (EventKind.SIGNAL, 5, 0b1010)
            assert event.at <= near.now

    def test_frames_go_both_ways_on_spans_and_lines(self, board: Board, far: Far) -> None:
        near = engine()
        board.bind(near)
        lines = ((0, 0), (29, 29), (near.line(1), far[0].engine.line(1)))
        with board:
            run_until_quiet(board)
            near.events()
            for here, there in lines:
                bits = 0b1010 if here < 30 else 1
                far[0].engine.signal(there, bits)
                run_until_quiet(board)
                assert [(e.port, e.code) for e in near.events()] == [(here, bits)]
                heard: list[tuple[int, int]] = []
                far[0].subscribe(there, lambda e, heard=heard: heard.append((e.port, e.code)))  # type: ignore[misc]
                near.signal(here, bits)
                run_until_quiet(board)
                assert heard == [(there, bits)]

    def test_no_ticks_are_no_time(self, board: Board) -> None:
        near = engine()
        board.bind(near)
        with board:
            assert board.run(0) == 0
        assert near.now == 0
