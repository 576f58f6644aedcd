"""What the faces of the detectors have in common: memory, checks, and detections as a numpy array."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp._core import ffi
from kmcc.dsp.cpu import check_environment
from kmcc.dsp.errors import PortError, SamplesError

CACHE_LINE: Final = 64
MOST_PORTS: Final = 65_536

# One detection; `kind` is an engine_event.EventKind, `sample` counts since the bank was made.
EVENT_DTYPE: Final = np.dtype(
    [("port", "u4"), ("kind", "u2"), ("code", "u2"), ("sample", "u8"), ("a", "i4"), ("b", "i4")]
)
DETECTION_DTYPE: Final = np.dtype(
    [("port", "u4"), ("kind", "u2"), ("code", "u2"), ("offset", "u4"), ("a", "i4"), ("b", "i4")]
)

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]
Events = npt.NDArray[np.void]


def aligned_memory(octets: int) -> tuple[Any, Any]:
    """The address of so many octets at a cache line, for a state of the core, and what must be kept alive with it.

    IsaError when the environment asks for instructions that cannot be.
    """
    check_environment()
    owner = ffi.new("char[]", octets + CACHE_LINE)
    address = int(ffi.cast("uintptr_t", owner))
    return ffi.cast("void *", (address + CACHE_LINE - 1) // CACHE_LINE * CACHE_LINE), owner


def check_port_count(ports: int) -> int:
    if not 1 <= ports <= MOST_PORTS:
        raise PortError("number of ports", ports, 1, MOST_PORTS)
    return ports


def check_port(port: int, ports: int) -> int:
    if not 0 <= port < ports:
        raise PortError("port", port, 0, ports - 1)
    return port


def check_alaw(alaw: object, ports: int) -> Octets:
    """An array (ports, samples) of A-law octets, or SamplesError."""
    expected = f"a uint8 array of shape ({ports}, samples), samples >= 1"
    if not isinstance(alaw, np.ndarray):
        raise SamplesError("A-law for the bank", type(alaw).__name__, expected)
    if alaw.dtype != np.uint8 or alaw.ndim != 2 or alaw.shape[0] != ports or alaw.shape[1] == 0:
        raise SamplesError("A-law for the bank", f"{alaw.dtype} of shape {alaw.shape}", expected)
    return alaw
