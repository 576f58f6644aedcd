"""A rack: an engine and the boards that are plugged into it, ticked together in C (csrc/rack.h)."""

from dataclasses import dataclass
from typing import Any, Final

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory
from kmcc.dsp.engine import Engine
from kmcc.dsp.engine_command import check
from kmcc.dsp.engine_error import EnginePairError, RackError

MOST_BOARDS: Final = 64  # RACK_SLOTS


@dataclass(frozen=True, slots=True)
class Place:
    """The spans and lines of an engine that a board serves: `spans` from `span` on, `lines` from `line` on."""

    span: int = 0
    spans: int = 0
    line: int = 0
    lines: int = 0


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
        """A board in memory with this engine at the far end of its wires."""
        if far in self.engines or far.tick_samples != self.engine.tick_samples:
            raise EnginePairError((self.engine.tick_samples, far.tick_samples))
        if far.spans < place.spans or far.lines < place.lines:
            raise RackError(place, f"{far.spans} spans and {far.lines} lines at the far end")
        memory, owner = aligned_memory(lib.wire_size())
        self.plug(lib.wire_init(memory, far.state), owner, place)
        self.engines.append(far)

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
