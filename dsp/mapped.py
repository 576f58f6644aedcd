"""One side of a mapping through which two processes exchange frames (csrc/mapped.h), and what its elastic store did."""

import mmap
from dataclasses import dataclass
from typing import Any, Final

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory
from kmcc.dsp.elastic import StoreCounters, StoreSettings, elastic_config, store_counters
from kmcc.dsp.engine_error import MappingError, RackError
from kmcc.dsp.rack import Place, Rack

EXCHANGE: Final = 0
SWITCH: Final = 1
MAGIC: Final = b"KMCC-E1\0"


@dataclass(frozen=True, slots=True)
class Geometry:
    """What a mapping was made for."""

    spans: int
    lines: int
    tick_samples: int

    @property
    def octets(self) -> int:
        return int(lib.mapped_octets(self.spans, self.lines, self.tick_samples))


@dataclass(frozen=True, slots=True)
class MappedCounters:
    """Blocks are ticks of frames; `refused` of ours found no room, for the other side takes none."""

    store: StoreCounters
    received: int
    refused: int
    generations: int


def format_mapping(mapping: mmap.mmap, geometry: Geometry) -> None:
    """Make a new mapping, all zero, one of this geometry."""
    lib.mapped_format(ffi.from_buffer(mapping, require_writable=True), *_numbers(geometry))


def geometry_of(head: bytes) -> Geometry | None:
    """What the first page says; None when it is no mapping of this version."""
    if len(head) < ffi.sizeof("struct mapped_header"):
        return None
    header = ffi.from_buffer("struct mapped_header *", head)
    if ffi.buffer(header.magic)[:] != MAGIC or header.version != lib.MAPPED_VERSION:
        return None
    return Geometry(header.spans, header.lines, header.tick_samples)


def _numbers(geometry: Geometry) -> tuple[int, int, int]:
    return geometry.spans, geometry.lines, geometry.tick_samples


class MappedSide:
    """A side, taken; whoever has opened the mapping sees to it that nobody else takes it."""

    def __init__(self, mapping: mmap.mmap, side: int, settings: StoreSettings) -> None:
        geometry = geometry_of(mapping[: ffi.sizeof("struct mapped_header")])
        if geometry is None or geometry.octets > len(mapping):
            raise MappingError(len(mapping))
        self.geometry: Final = geometry
        octets = ffi.from_buffer(mapping, require_writable=True)
        memory, owner = aligned_memory(lib.mapped_size(geometry.spans, geometry.lines))
        self._kept: Final = (octets, owner)
        config = elastic_config(settings, geometry.tick_samples)
        self.slot: Final[Any] = lib.mapped_init(memory, octets, side, config)

    def plug(self, rack: Rack, place: Place) -> None:
        """RackError when the mapping has not so many spans and lines, or another tick."""
        there = self.geometry
        is_small = place.spans > there.spans or place.lines > there.lines
        if is_small or rack.engine.tick_samples != there.tick_samples:
            raise RackError(place, f"a mapping of {there}, a tick of {rack.engine.tick_samples} samples here")
        rack.plug(self.slot, self, place)

    def store(self) -> StoreCounters:
        return self.counters().store

    def counters(self) -> MappedCounters:
        told = ffi.new("struct mapped_counters *")
        lib.mapped_read(self.slot, told)
        return MappedCounters(store_counters(told.elastic), told.received, told.refused, told.generations)
