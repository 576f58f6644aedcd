"""Automatic gain control of many ports (csrc/agc.h)."""

from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory, check_alaw, check_port_count
from kmcc.dsp.errors import SamplesError
from kmcc.dsp.turn import Turn

BLOCK_SAMPLES: Final = 16  # AGC_BLOCK of agc.h
UNITY: Final = 65536

Octets = npt.NDArray[np.uint8]


class GainControls:
    """One a port, all at work."""

    def __init__(self, ports: int) -> None:
        self.ports: Final = check_port_count(ports)
        self._turn: Final = Turn("gain controls")
        memory, self._owner = aligned_memory(lib.agc_size(ports))
        self._state = lib.agc_init(memory, ports)
        for port in range(ports):
            lib.agc_enable(self._state, port, 1)

    def feed(self, alaw: Octets) -> Octets:
        """What comes out, of (ports, samples); a multiple of 16 samples."""
        octets = check_alaw(alaw, self.ports)
        samples = octets.shape[1]
        if samples % BLOCK_SAMPLES:
            raise SamplesError("A-law for the gain control", f"{samples} samples", f"a multiple of {BLOCK_SAMPLES}")
        out = np.array(octets, order="C")
        with self._turn:
            for port in range(self.ports):
                lib.agc_run(self._state, port, ffi.from_buffer("uint8_t[]", out[port].data), samples)
        return out

    def gains(self) -> npt.NDArray[np.float64]:
        """Of every port now, 1 = as it is."""
        return np.array([lib.agc_gain(self._state, port) for port in range(self.ports)]) / UNITY
