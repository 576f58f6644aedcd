"""The elastic store between two clocks: its settings, and what it has done (csrc/elastic.h)."""

from dataclasses import dataclass
from typing import Any, Final, Protocol

from kmcc.dsp._core import ffi

FRAMES_A_MS: Final = 8


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Of an elastic store. `spare_ms`: how late either side may be at first; `longest_ms`: a longer delay is cut."""

    spare_ms: int = 8
    longest_ms: int = 64
    dead_ms: int = 100


USUAL: Final = StoreSettings()


@dataclass(frozen=True, slots=True)
class StoreCounters:
    """Since the start. Slips are frames of 125 us: `repeated` and `dropped` by drift of the clocks, `discarded` because
    the delay had become too long; `idle` ticks found no frames in time; `fills` times that the line came to life."""

    repeated: int
    dropped: int
    idle: int
    discarded: int
    fills: int
    delay_s: float
    is_alive: bool

    @property
    def slips(self) -> int:
        return self.repeated + self.dropped


class OwnClock(Protocol):
    """A board with a clock of its own; `slot` is its side in C."""

    @property
    def slot(self) -> Any: ...

    def store(self) -> StoreCounters: ...


def elastic_config(settings: StoreSettings, tick_samples: int) -> Any:
    return ffi.new(
        "struct elastic_config *",
        {
            "samples": tick_samples,
            "depth": 2 * tick_samples + settings.spare_ms * FRAMES_A_MS,
            "deepest": max(settings.longest_ms, settings.spare_ms) * FRAMES_A_MS + 2 * tick_samples,
            "dead_ns": settings.dead_ms * 1_000_000,
        },
    )


def store_counters(told: Any) -> StoreCounters:
    return StoreCounters(
        repeated=told.repeated,
        dropped=told.dropped,
        idle=told.idle,
        discarded=told.discarded,
        fills=told.fills,
        delay_s=told.delay_ns / 1e9,
        is_alive=bool(told.is_alive),
    )
