"""A rack: an engine and the boards that are plugged into it, ticked together in C (csrc/rack.h)."""

from dataclasses import dataclass
from typing import Any, Final

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory
from kmcc.dsp.elastic import USUAL, StoreCounters, StoreSettings, elastic_config, store_counters
from kmcc.dsp.engine import Engine
from kmcc.dsp.engine_command import check
from kmcc.dsp.engine_error import EnginePairError, RackError

MOST_BOARDS: Final = 64  # RACK_SLOTS
MOST_PPM: Final = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """The spans and lines of an engine that a board serves: `spans` from `span` on, `lines` from `line` on."""

    span: int = 0
    spans: int = 0
    line: int = 0
    lines: int = 0


class ClockedWire:
    """What the elastic store of a board in memory with its own clock has done."""

    def __init__(self, slot: Any, owner: object) -> None:
        self.slot: Final = slot
        self._owner: Final = owner

    def store(self) -> StoreCounters:
        told = ffi.new("struct elastic_counters *")
        lib.clocked_read(self.slot, told)
        return store_counters(told)


class Rack:
    """`run` moves frames in virtual time; a `Pacer` moves them in real time, and `run` is refused meanwhile."""

    def __init__(self, engine: Engine) -> None:
        self.engine: Final = engine
        self.engines: Final = [engine]
        """Ours, and those at the far ends of boards in memory: all that are ticked."""
        memory, self._memory = aligned_memory(lib.rack_size())
        self.state: Final[Any] = lib.rack_init(memory, engine.state)
        self._kept: Final[list[object]] = []

    def wire(self, far: Engine, place: Place) -> None:
        """A board in memory with this engine at the far end of its wires; both are ticked together."""
        self._check(far, place)
        memory, owner = aligned_memory(lib.wire_size())
        self.plug(lib.wire_init(memory, far.state), owner, place)
        self.engines.append(far)

    def wire_by_its_own_clock(
        self, far: Engine, place: Place, off_ppm: int, settings: StoreSettings = USUAL
    ) -> "ClockedWire":
        """Likewise, but the far engine's clock is so many millionths fast, and elastic stores stand between."""
        self._check(far, place)
        check("ppm", off_ppm, -MOST_PPM, MOST_PPM)
        memory, owner = aligned_memory(lib.clocked_size(place.spans, place.lines))
        wanted = ffi.new("struct rack_place *", (place.span, place.spans, place.line, place.lines))
        config = elastic_config(settings, self.engine.tick_samples)
        slot = lib.clocked_init(memory, far.state, wanted, off_ppm, config)
        self.plug(slot, owner, place)
        self.engines.append(far)
        return ClockedWire(slot, owner)

    def _check(self, far: Engine, place: Place) -> None:
        if far in self.engines or far.tick_samples != self.engine.tick_samples:
            raise EnginePairError((self.engine.tick_samples, far.tick_samples))
        if far.spans < place.spans or far.lines < place.lines:
            raise RackError(place, f"{far.spans} spans and {far.lines} lines at the far end")

    def plug(self, slot: Any, owner: object, place: Place) -> None:
        """A board whose side in C is `slot`, in memory of `owner`. RackError when there is no such place."""
        wanted = ffi.new("struct rack_place *", (place.span, place.spans, place.line, place.lines))
        if lib.rack_plug(self.state, slot, wanted) != 0:
            there = (
                f"an engine of {self.engine.spans} spans and {self.engine.lines} lines, {MOST_BOARDS} boards at most"
            )
            raise RackError(place, there)
        self._kept.append(owner)

    def run(self, ticks: int) -> int:
        """Up to so many ticks, ending after the first that left an event, here or at a far end; how many were run."""
        with self.engine.turn:
            return int(lib.rack_run(self.state, check("ticks", ticks, 0, 0xFFFF_FFFF)))
