"""What boards share: open or closed, their inventory, and the rack that moves the frames of all of them."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from kmcc.drivers.board import BoardClosedError, BoardError, BoardInfo
from kmcc.dsp.elastic import OwnClock
from kmcc.dsp.engine import Engine
from kmcc.dsp.rack import Place, Rack


class RackedBoard(ABC):
    """A driver says how its board goes into a rack; `plug` has checked that it is large enough."""

    def __init__(self, info: BoardInfo) -> None:
        self._info = info
        self._rack: Rack | None = None
        self.own_clock: OwnClock | None = None
        """Where the board does not take ours; known once it is plugged."""
        self._is_open = False

    @abstractmethod
    def _plug(self, rack: Rack, place: Place) -> None:
        """Take this place of the rack."""

    @abstractmethod
    def deliver(self) -> None:
        """Hand out what was noticed at the far end, where that is simulated; whoever moves the frames asks for it."""

    def __enter__(self) -> Self:
        self._is_open = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._is_open = False

    def info(self) -> BoardInfo:
        return self._info

    @property
    def rack(self) -> Rack:
        """BoardClosedError while the board is closed, or in none."""
        if not self._is_open or self._rack is None:
            raise BoardClosedError(f"{self._info.url}: open the board and bind an engine first")
        return self._rack

    def bind(self, engine: Engine) -> None:
        self.plug(Rack(engine), Place(spans=engine.spans, lines=engine.lines))

    def plug(self, rack: Rack, place: Place) -> None:
        """Serve these spans and lines of the rack's engine. BoardError when the board has not so many."""
        if place.spans > self._info.spans or place.lines > self._info.lines:
            raise BoardError(
                f"{self._info.url}: the engine has {place.spans} spans and {place.lines} lines, "
                f"the board {self._info.spans} and {self._info.lines}"
            )
        self._plug(rack, place)
        self._rack = rack

    def run(self, ticks: int) -> int:
        ran = self.rack.run(ticks)
        self.deliver()
        return ran
