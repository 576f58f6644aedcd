"""Several boards as one: spans and lines are numbered on from each board to the next."""

from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Final, Self

from kmcc.drivers.board import BoardInfo
from kmcc.drivers.racked import RackedBoard
from kmcc.dsp.rack import Place, Rack


class Boards(RackedBoard):
    """A board itself. All of them are opened and closed together, and ticked together by one rack."""

    def __init__(self, boards: Sequence[RackedBoard]) -> None:
        self.boards: Final = tuple(boards)
        infos = [board.info() for board in boards]
        super().__init__(
            BoardInfo(
                url=" ".join(info.url for info in infos),
                model=", ".join(info.model for info in infos),
                serial=", ".join(info.serial for info in infos),
                spans=sum(info.spans for info in infos),
                lines=sum(info.lines for info in infos),
            )
        )
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            for board in self.boards:
                opened.enter_context(board)
            self._opened = opened.pop_all()
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        super().__exit__(kind, error, trace)
        self._opened.__exit__(kind, error, trace)

    def deliver(self) -> None:
        for board in self.boards:
            board.deliver()

    def _plug(self, rack: Rack, place: Place) -> None:
        span, line, spans, lines = place.span, place.line, place.spans, place.lines
        for board in self.boards:
            info = board.info()
            taken = Place(span, min(spans, info.spans), line, min(lines, info.lines))
            board.plug(rack, taken)
            span, spans = span + taken.spans, spans - taken.spans
            line, lines = line + taken.lines, lines - taken.lines
