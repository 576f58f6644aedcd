"""What the faces of the detector banks have in common: memory, checks, and detections as a numpy array."""

from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.errors import PortError, SamplesError
from kmcc.dsp.g711 import decode_alaw

CACHE_LINE: Final = 64
FEED_SAMPLES: Final = 80  # DETECT_MAX_SAMPLES of detect.h
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
    """The address of so many octets at a cache line, and what must be kept alive with it."""
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


class DetectorBank:
    """One kernel of detect.h on many ports; all of them listen from the start."""

    KERNEL: ClassVar[str]

    def __init__(self, ports: int, *extra: int) -> None:
        self.ports = check_port_count(ports)
        self._memory, self._owner = aligned_memory(getattr(lib, f"{self.KERNEL}_size")(ports))
        self._state = getattr(lib, f"{self.KERNEL}_init")(self._memory, ports, *extra)
        self._feed_c = getattr(lib, f"{self.KERNEL}_feed")
        self._enable_c = getattr(lib, f"{self.KERNEL}_enable")
        self._out = np.empty(2 * ports, DETECTION_DTYPE)
        self._samples = 0
        for port in range(ports):
            self._enable_c(self._state, port, 1)

    def enable(self, port: int, *, on: bool) -> None:
        """Let a port be heard or not; either forgets what was heard before."""
        self._enable_c(self._state, check_port(port, self.ports), int(on))

    def feed(self, alaw: Octets) -> Events:
        """Hear any number of samples of every port; what was certain within them, in order of time."""
        octets = check_alaw(alaw, self.ports)
        parts = [self._feed(octets[:, at : at + FEED_SAMPLES]) for at in range(0, octets.shape[1], FEED_SAMPLES)]
        return np.concatenate(parts)

    def _feed(self, octets: Octets) -> Events:
        pcm = decode_alaw(np.ascontiguousarray(octets))
        out = ffi.cast("struct detection *", ffi.from_buffer(self._out))
        found = self._feed_c(self._state, ffi.from_buffer("int16_t[]", pcm), octets.shape[1], out, len(self._out))
        events = np.empty(found, EVENT_DTYPE)
        for field in ("port", "kind", "code", "a", "b"):
            events[field] = self._out[field][:found]
        events["sample"] = self._out["offset"][:found].astype(np.uint64) + np.uint64(self._samples)
        self._samples += octets.shape[1]
        return events
