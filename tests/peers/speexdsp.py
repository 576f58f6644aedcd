"""The echo canceller of the real libspeexdsp (Debian libspeexdsp1, loaded by tests and benchmarks only)."""

import os
from typing import Any, Final

import cffi
import numpy as np
import numpy.typing as npt
import pytest

LIBRARY: Final = "libspeexdsp.so.1"
SET_SAMPLING_RATE: Final = 24  # SPEEX_ECHO_SET_SAMPLING_RATE
RATE_HZ: Final = 8000

CDEF: Final = """
void *speex_echo_state_init(int frame_size, int filter_length);
void  speex_echo_state_destroy(void *state);
void  speex_echo_cancellation(void *state, const int16_t *heard, const int16_t *sent, int16_t *said);
int   speex_echo_ctl(void *state, int request, void *what);
"""

Samples = npt.NDArray[np.int16]


class Speexdsp:
    """Its multi-delay block filter (MDF), a fresh one for every call."""

    def __init__(self, ffi: cffi.FFI, lib: Any) -> None:
        self._ffi = ffi
        self._lib = lib

    def cancel(self, sent: Samples, heard: Samples, *, taps: int = 256, frame: int = 160) -> Samples:
        """What is left of `heard`, whole frames only; the rest stays zero."""
        state = self._lib.speex_echo_state_init(frame, taps)
        self._lib.speex_echo_ctl(state, SET_SAMPLING_RATE, self._ffi.new("int *", RATE_HZ))
        said = np.zeros_like(heard)
        far, near, out = (self._ffi.from_buffer("int16_t[]", one.data) for one in (sent, heard, said))
        for at in range(0, len(heard) // frame * frame, frame):
            self._lib.speex_echo_cancellation(state, near + at, far + at, out + at)
        self._lib.speex_echo_state_destroy(state)
        return said


def load_speexdsp() -> Speexdsp:
    """The peer; skips where it is not installed, but not in CI."""
    ffi = cffi.FFI()
    ffi.cdef(CDEF)
    try:
        return Speexdsp(ffi, ffi.dlopen(LIBRARY))
    except OSError:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{LIBRARY} is not installed: apt-get install libspeexdsp1")
