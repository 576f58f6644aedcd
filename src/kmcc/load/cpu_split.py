"""Where a process's CPU time goes: a sampling profiler of our own floors, with the CPU clock as its timer.

Every `PERIOD_S` of CPU the kernel sends SIGPROF; the handler finds the innermost of our modules on the stack and
books on its part all CPU that the main thread has used since the last sample. C code that runs long is one sample of
its full weight, booked where it was called.
"""

import signal
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Final

PERIOD_S: Final = 0.004
REST: Final = "other"
TOWN: Final = "simulated town"

PARTS: Final = (
    ("kmcc.dsp.engine", "engine"),
    ("kmcc.dsp.recorder", "recording"),
    ("kmcc.dsp", "engine"),
    ("kmcc.drivers", "engine"),
    ("kmcc.firmware_sim.board", "engine"),
    ("kmcc.firmware_sim.clock", "loop"),
    ("kmcc.firmware_sim", TOWN),
    ("kmcc.signaling", "signalling"),
    ("kmcc.switch.china1", "signalling"),
    ("kmcc.switch.fx", "signalling"),
    ("kmcc.switch.line_timers", "signalling"),
    ("kmcc.switch.span_watch", "signalling"),
    ("kmcc.switch.media", "events"),
    ("kmcc.switch.frames", "events"),
    ("kmcc.switch.recording", "recording"),
    ("kmcc.switch.queue", "queue"),
    ("kmcc.switch.seat", "queue"),
    ("kmcc.switch.cdr", "records"),
    ("kmcc.switch.legbook", "records"),
    ("kmcc.switch", "calls"),
    ("kmcc.centre", "flows"),
    ("kmcc.store.event", "journal"),
    ("kmcc.daemon.journal", "journal"),
    ("kmcc.store", "store"),
    ("kmcc.daemon.serve", "loop"),
    ("kmcc.daemon", "daemon"),
    ("kmcc.console", "console"),
    ("uvicorn", "console"),
    ("sqlalchemy", "store"),
    ("asyncio", "loop"),
)
"""The first row whose name begins the module's name; the loop only where none of ours is on the stack."""


class CpuSplit:
    """CPU seconds by part, since the last `reset`. Main thread only; one at a time in a process."""

    def __init__(self) -> None:
        self._spent: defaultdict[str, float] = defaultdict(float)
        self._lines: defaultdict[str, float] = defaultdict(float)
        self._last_s = 0.0

    @contextmanager
    def measuring(self) -> Iterator[None]:
        """Sample while the block runs."""
        before = signal.signal(signal.SIGPROF, self._sample)
        self._last_s = time.thread_time()
        signal.setitimer(signal.ITIMER_PROF, PERIOD_S, PERIOD_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0.0)
            signal.signal(signal.SIGPROF, before)

    @property
    def parts(self) -> dict[str, float]:
        """CPU seconds, the largest first."""
        return dict(_largest_first(self._spent))

    def lines(self, count: int) -> list[tuple[str, float]]:
        """The functions that were on top of the stack most, with their CPU seconds."""
        return _largest_first(self._lines)[:count]

    def _sample(self, _number: int, frame: FrameType | None) -> None:
        now_s = time.thread_time()
        spent_s, self._last_s = now_s - self._last_s, now_s
        self._spent[_part_of(frame)] += spent_s
        if frame is not None:
            code = frame.f_code
            self._lines[f"{code.co_filename}:{code.co_firstlineno} {code.co_name}"] += spent_s


def _largest_first(spent: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(spent.items(), key=lambda one: -one[1])


def _part_of(frame: FrameType | None) -> str:
    """That of the innermost module which has one; all of the town's own doings are the town's."""
    innermost = None
    while frame is not None:
        part = _part(frame.f_globals.get("__name__", ""))
        if part == TOWN:
            return TOWN
        if part is not None and (innermost is None or innermost == "loop"):
            innermost = part
        frame = frame.f_back
    return innermost or REST


def _part(module: str) -> str | None:
    return next((part for prefix, part in PARTS if module.startswith(prefix)), None)
