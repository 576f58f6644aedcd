"""A detector as the engine's tick calls it: 64 samples of every port at a time, no Python between.

A kernel of its own takes linear samples, a listener A-law octets.  The banks of kmcc.dsp add checks and numpy to each
call, which is measured on its own.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory
from kmcc.dsp.engine_event import Detect, EventKind

TICK: Final = 64


def kernel_run(name: str, samples: npt.NDArray[np.int16], begins: EventKind, *direction: int) -> Callable[[], int]:
    """A run over all of it from a fresh state; it returns how often `begins` was reported."""
    ports, count = samples.shape
    ticks = np.ascontiguousarray(samples.reshape(ports, count // TICK, TICK).swapaxes(0, 1))
    views = [ffi.from_buffer("int16_t[]", tick) for tick in ticks]
    memory, owner = aligned_memory(getattr(lib, f"{name}_size")(ports))
    out = ffi.new("struct detection[]", 2 * ports)
    init, enable, feed = (getattr(lib, f"{name}_{what}") for what in ("init", "enable", "feed"))

    def run() -> int:
        state: Any = init(memory, ports, *direction)
        for port in range(ports):
            enable(state, port, 1)
        heard = 0
        for view in views:
            found = feed(state, view, TICK, out, 2 * ports)
            heard += sum(out[i].kind == begins for i in range(found))
        return heard if owner else 0

    return run


def listener_run(octets: npt.NDArray[np.uint8], detectors: Detect, begins: EventKind) -> Callable[[], int]:
    """A run over all of it from a fresh state, all detectors on for all ports; how often `begins` was reported."""
    ports, count = octets.shape
    ticks = np.ascontiguousarray(octets.reshape(ports, count // TICK, TICK).swapaxes(0, 1))
    views = [ffi.from_buffer("uint8_t[]", tick) for tick in ticks]
    memory, owner = aligned_memory(lib.listener_size(ports, detectors))
    room = lib.listener_room(lib.listener_init(memory, ports, detectors))
    out, found = ffi.new("struct detection[]", room), ffi.new("size_t *")

    def run() -> int:
        state: Any = lib.listener_init(memory, ports, detectors)
        for detector in detectors:
            for port in range(ports):
                lib.listener_enable(state, detector.bit_length() - 1, port, 1)
        heard = 0
        for view in views:
            lib.listener_feed(state, view, TICK, TICK, out, room, found)
            heard += sum(out[i].kind == begins for i in range(found[0]))
        return heard if owner else 0

    return run
