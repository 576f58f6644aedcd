"""What every voice board offers, and what it can raise.

A board carries frames between its spans and lines and an engine. `bind` gives it the engine; from then on `run`
moves frames. One tick of frames is one tick of the engine's time. Boards that go into a rack, several beside each
other and in real time, are `drivers.racked.RackedBoard`.
"""

from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from kmcc.dsp.engine import Engine
from kmcc.errors import KmccError


class BoardError(KmccError):
    """Base of all that a board can raise."""


class BoardNotFoundError(BoardError):
    """No driver, or no board, answers to this URL."""


class BoardClosedError(BoardError):
    """The board was used before open or after close."""


class BoardBusyError(BoardError):
    """Somebody else has the board."""


@dataclass(frozen=True, slots=True)
class BoardInfo:
    """Inventory, as `kmcc board info` shows it."""

    url: str
    model: str
    serial: str
    spans: int
    lines: int


class Board(Protocol):
    """Five methods; all else is built on them. A board is a context manager: open on enter, closed on exit."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def info(self) -> BoardInfo: ...

    def bind(self, engine: Engine) -> None:
        """Serve this engine's first spans and lines. BoardError when the engine has more than the board."""
        ...

    def run(self, ticks: int) -> int:
        """Carry up to `ticks` frames each way; ends early after the first tick with an event. How many were run."""
        ...
