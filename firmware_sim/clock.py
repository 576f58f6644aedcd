"""An asyncio event loop whose time is virtual.

While tasks can run, they run and no time passes. When all wait, time moves: by the frames of an attached frame clock,
in C, until something happens on a line or the next timer is due; without one it jumps to that timer. Nothing reads the
wall clock, so the same program with the same seed does the same things at the same virtual times.
"""

import asyncio
import math
import selectors
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, Protocol, Self, TypeVar

from kmcc.errors import KmccError

T = TypeVar("T")

QUIET_LIMIT_S = 3600.0  # no timer and no event for this long: nothing will ever happen
EPSILON_TICKS = 1e-6  # a timer that is due by less than a rounding error after a tick is due at it


class ClockError(KmccError):
    """Virtual time cannot go on."""


class Frames(Protocol):
    """What makes time pass: kmcc.switch.frames.FrameClock."""

    tick_s: float

    @property
    def now_s(self) -> float: ...

    def advance(self, ticks: int) -> int: ...


class _VirtualSelector(selectors.BaseSelector):
    """Asks the real selector without waiting, and lets virtual time pass instead of waiting."""

    def __init__(self) -> None:
        self._inner = selectors.DefaultSelector()
        self.pass_time: Callable[[float | None], None] = lambda _: None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._inner.select(0)
        if not ready and (timeout is None or timeout > 0):
            self.pass_time(timeout)
        return ready

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._inner.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._inner.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._inner.modify(fileobj, events, data)

    def close(self) -> None:
        self._inner.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._inner.get_map()


class VirtualLoop(asyncio.SelectorEventLoop):
    """Use as `asyncio.Runner(loop_factory=VirtualLoop)`, or `run_virtual`."""

    def __init__(self) -> None:
        selector = _VirtualSelector()
        super().__init__(selector)
        selector.pass_time = self._pass_time
        self._clock_resolution = EPSILON_TICKS
        self._base_s = 0.0
        self._frames: Frames | None = None

    def time(self) -> float:
        return self._base_s if self._frames is None else self._base_s + self._frames.now_s

    def attach(self, frames: Frames | None) -> None:
        """From now on time passes by the ticks of this frame clock (None: by jumps again)."""
        self._base_s = self.time() - (0.0 if frames is None else frames.now_s)
        self._frames = frames

    @classmethod
    def running(cls) -> Self:
        """The loop that runs now; ClockError when its time is real."""
        loop = asyncio.get_running_loop()
        if not isinstance(loop, cls):
            raise ClockError("this runs in virtual time only")
        return loop

    @contextmanager
    def moved_by(self, frames: Frames | None) -> Iterator[None]:
        """Attached to this frame clock meanwhile."""
        self.attach(frames)
        try:
            yield
        finally:
            self.attach(None)

    def run_in_executor(self, _executor: Executor | None, func: Any, *_args: Any) -> Any:  # type: ignore[override]
        raise ClockError(f"{func!r} would run in a thread, which virtual time does not wait for; call it in the loop")

    def _pass_time(self, timeout_s: float | None) -> None:
        if self._frames is not None:
            self._run_frames(self._frames, timeout_s)
        elif timeout_s is not None:
            self._base_s += timeout_s
        else:
            raise ClockError("all tasks wait and no timer is set: nothing is left that could happen")

    def _run_frames(self, frames: Frames, timeout_s: float | None) -> None:
        limit_s = QUIET_LIMIT_S if timeout_s is None else timeout_s
        wanted = max(1, math.ceil(limit_s / frames.tick_s - EPSILON_TICKS))
        ran = frames.advance(wanted)  # ends early at an event, whose handlers may have set an earlier timer
        if timeout_s is None and ran == wanted:
            raise ClockError(f"all tasks wait, no timer is set and the lines were quiet for {QUIET_LIMIT_S:.0f} s")


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
