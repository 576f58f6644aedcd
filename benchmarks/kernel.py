"""A detector kernel as the engine's tick calls it: 64 linear samples of every port at a time, no Python between.

The banks of kmcc.dsp add A-law decoding, checks and numpy to each call, which is measured on its own.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory
from kmcc.dsp.engine_event import EventKind

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
