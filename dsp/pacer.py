"""The real-time thread that ticks a rack, seen from Python: start, stop, and what it has counted (csrc/pacer.h)."""

import os
import weakref
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory
from kmcc.dsp.elastic import OwnClock
from kmcc.dsp.engine_command import check
from kmcc.dsp.engine_error import PacerError
from kmcc.dsp.rack import MOST_PPM, Rack

NS_A_SAMPLE: Final = 125_000
MOST_BEHIND_MS: Final = 200
"""Overdue ticks of so long are caught up with; what is older is given up."""

LATE_MS: Final = lib.PACER_LATE_NS / 1e6
"""A tick that begins so long after its time is a late one."""

CLASS_ENDS_S: Final = tuple(int(lib.pacer_class_end_ns(n)) / 1e9 for n in range(lib.PACER_LATENESS))


@dataclass(frozen=True, slots=True)
class PacerCounters:
    """What the thread has counted since its start; times in seconds. A `missed` tick was begun after the next was due,
    or given up."""

    ticks: int
    late: int
    caught_up: int
    given_up: int
    wakes: int
    busy_s: float
    longest_s: float
    most_late_s: float
    is_fifo: bool
    is_locked: bool
    lateness: tuple[int, ...]

    @property
    def missed(self) -> int:
        return self.caught_up + self.given_up

    def lateness_s(self, share: float) -> float:
        """So large a share of the ticks began no later than this; an eighth too much at most, 0 without ticks."""
        wanted, counted = share * sum(self.lateness), 0
        for count, end_s in zip(self.lateness, CLASS_ENDS_S, strict=True):
            counted += count
            if count and counted >= wanted:
                return min(end_s, self.most_late_s)
        return 0.0


def _stop(state: Any, _points_to: object) -> None:
    lib.pacer_stop(state)


class Pacer:
    """`with Pacer(rack) as pacer:` the rack is ticked in real time by a thread of its own, which needs no interpreter.

    `wake` is an eventfd that becomes readable when an engine of the rack has an event to tell. `priority` is that of
    SCHED_FIFO, 0 for none. `reference` is the board whose clock the ticks follow; without it, that of the host.
    `off_ppm` makes this clock run fast or slow, as that of another exchange would.
    """

    def __init__(
        self,
        rack: Rack,
        *,
        priority: int = 0,
        off_ppm: int = 0,
        reference: OwnClock | None = None,
        most_behind_ms: int = MOST_BEHIND_MS,
    ) -> None:
        self.rack: Final = rack
        samples = rack.engine.tick_samples
        where, octets = rack.engine.memory()
        config = ffi.new(
            "struct pacer_config *",
            {
                "period_ns": samples * NS_A_SAMPLE,
                "most_behind": max(1, check("ms behind", most_behind_ms, 1, 60_000) * 8 // samples),
                "priority": check("priority", priority, 0, 99),
                "off_ppm": check("ppm", off_ppm, -MOST_PPM, MOST_PPM),
                "reference": ffi.NULL if reference is None else reference.slot,
                "lock": where,
                "lock_octets": octets,
            },
        )
        memory, self._memory = aligned_memory(lib.pacer_size())
        self._state: Any = lib.pacer_init(memory, rack.state, config)
        self._turns = ExitStack()
        weakref.finalize(
            self, _stop, self._state, (self._memory, rack, reference)
        )  # C must not outlive what it points to
        self.wake: Final = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        weakref.finalize(self, os.close, self.wake)

    def start(self) -> None:
        """BusyError when something else ticks an engine of the rack, PacerError when the system has no thread."""
        with ExitStack() as turns:
            for engine in self.rack.engines:
                turns.enter_context(engine.turn)
            if failed := int(lib.pacer_start(self._state, self.wake)):
                raise PacerError(os.strerror(failed))
            self._turns = turns.pop_all()

    def stop(self) -> None:
        """Returns when the thread has ended; more than once does nothing."""
        lib.pacer_stop(self._state)
        self._turns.close()

    def counters(self) -> PacerCounters:
        told = ffi.new("struct pacer_counters *")
        lib.pacer_read(self._state, told)
        return PacerCounters(
            ticks=told.ticks,
            late=told.late,
            caught_up=told.caught_up,
            given_up=told.given_up,
            wakes=told.wakes,
            busy_s=told.busy_ns / 1e9,
            longest_s=told.longest_ns / 1e9,
            most_late_s=told.most_late_ns / 1e9,
            is_fifo=bool(told.is_fifo),
            is_locked=bool(told.is_locked),
            lateness=tuple(told.lateness),
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
