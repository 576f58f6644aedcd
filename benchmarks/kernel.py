"""A detector as the engine's tick calls it: 64 samples of every port at a time, no Python between.

The banks of kmcc.dsp add checks and numpy to each call, which is measured on its own.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import DETECTION_DTYPE, aligned_memory
from kmcc.dsp.engine_event import Detect, EventKind

TICK: Final = 64


def listener_run(octets: npt.NDArray[np.uint8], detectors: Detect, begins: EventKind) -> Callable[[], int]:
    """A run over all of it from a fresh state, all detectors on for all ports; how often `begins` was reported."""
    ports, count = octets.shape
    ticks = np.ascontiguousarray(octets.reshape(ports, count // TICK, TICK).swapaxes(0, 1))
    views = [ffi.from_buffer("uint8_t[]", tick) for tick in ticks]
    memory, owner = aligned_memory(lib.listener_size(ports, detectors))
    told = np.empty(lib.listener_room(lib.listener_init(memory, ports, detectors)), DETECTION_DTYPE)
    out, found = ffi.cast("struct detection *", ffi.from_buffer(told)), ffi.new("size_t *")

    def run() -> int:
        state: Any = lib.listener_init(memory, ports, detectors)
        for detector in detectors:
            for port in range(ports):
                lib.listener_enable(state, detector.bit_length() - 1, port, 1)
        heard = 0
        for view in views:
            lib.listener_feed(state, view, TICK, TICK, out, len(told), found)
            heard += int(np.count_nonzero(told["kind"][: found[0]] == begins))
        return heard if owner else 0

    return run
