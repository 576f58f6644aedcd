"""A voice board in memory, E1 spans and telephone lines, with an engine of its own at the far end of every wire.

The two engines are stepped back to back in C; a frame needs one tick each way.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from kmcc.drivers.board import BoardClosedError, BoardError, BoardInfo
from kmcc.dsp.engine import Engine, run_pair
from kmcc.switch.media import Media

FarEnd = Callable[[Media], None]


class SimulatedBoard:
    """`far_end` is called once, when an engine is bound, to put exchanges and people at the far ends."""

    def __init__(self, far_end: FarEnd, *, spans: int = 1, lines: int = 4, url: str = "sim://") -> None:
        self._info = BoardInfo(url=url, model="simulated E1 and line board", serial="SIM0001", spans=spans, lines=lines)
        self._far_end = far_end
        self._near: Engine | None = None
        self._far: Media | None = None
        self._is_open = False

    def __enter__(self) -> Self:
        self._is_open = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._is_open = False

    def info(self) -> BoardInfo:
        return self._info

    def bind(self, engine: Engine) -> None:
        if engine.spans > self._info.spans or engine.lines > self._info.lines:
            raise BoardError(
                f"{self._info.url}: the engine has {engine.spans} spans and {engine.lines} lines, "
                f"the board {self._info.spans} and {self._info.lines}"
            )
        self._near = engine
        far = Engine(spans=self._info.spans, lines=self._info.lines, tick_samples=engine.tick_samples)
        self._far = Media(far)
        self._far_end(self._far)

    def run(self, ticks: int) -> int:
        if not self._is_open or self._near is None or self._far is None:
            raise BoardClosedError(f"{self._info.url}: open the board and bind an engine first")
        ran = run_pair(self._near, self._far.engine, ticks)
        self._far.deliver()
        return ran
