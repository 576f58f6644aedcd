"""Tone senders and receivers of the real libspandsp (Debian libspandsp2, loaded by tests only), a peer of ours."""

import os
from typing import Any, Final

import cffi
import numpy as np
import numpy.typing as npt
import pytest

LIBRARY: Final = "libspandsp.so.2"
R2_CODES: Final = "1234567890BCDEF"  # signal 1 is "1", 10 is "0", 11 is "B"
MOST_DIGITS: Final = 128
ALAW: Final = 0
SECOND: Final = 8000  # samples

CDEF: Final = """
void *g711_init(void *s, int mode);
int   g711_decode(void *s, int16_t amp[], const uint8_t g711_data[], int g711_bytes);
int   g711_free(void *s);
void *dtmf_tx_init(void *s, void *callback, void *user);
int   dtmf_tx_put(void *s, const char *digits, int len);
void  dtmf_tx_set_timing(void *s, int on_ms, int off_ms);
int   dtmf_tx(void *s, int16_t *amp, int max_samples);
int   dtmf_tx_free(void *s);
void *dtmf_rx_init(void *s, void *callback, void *user);
void  dtmf_rx_parms(void *s, int filter_dialtone, float twist, float reverse_twist, float threshold);
int   dtmf_rx(void *s, const int16_t *amp, int samples);
size_t dtmf_rx_get(void *s, char *digits, int max);
int   dtmf_rx_free(void *s);
void *r2_mf_tx_init(void *s, int fwd);
int   r2_mf_tx_put(void *s, char digit);
int   r2_mf_tx(void *s, int16_t *amp, int samples);
int   r2_mf_tx_free(void *s);
void *r2_mf_rx_init(void *s, int fwd, void *callback, void *user);
int   r2_mf_rx(void *s, const int16_t *amp, int samples);
int   r2_mf_rx_get(void *s);
int   r2_mf_rx_free(void *s);
"""

Samples = npt.NDArray[np.int16]
Octets = npt.NDArray[np.uint8]


class Spandsp:
    """The four machines, each used once and freed."""

    def __init__(self, ffi: cffi.FFI, lib: Any) -> None:
        self._ffi = ffi
        self._lib = lib

    def send_dtmf(self, digits: str, samples: int, *, on_ms: int = 50, off_ms: int = 50) -> Samples:
        sender = self._lib.dtmf_tx_init(self._ffi.NULL, self._ffi.NULL, self._ffi.NULL)
        self._lib.dtmf_tx_set_timing(sender, on_ms, off_ms)
        assert self._lib.dtmf_tx_put(sender, digits.encode(), len(digits)) == 0
        pcm = np.zeros(samples, np.int16)
        self._lib.dtmf_tx(sender, self._out(pcm), samples)
        self._lib.dtmf_tx_free(sender)
        return pcm

    def hear_dtmf(self, pcm: Samples, *, dial_filter: bool = False) -> str:
        receiver = self._lib.dtmf_rx_init(self._ffi.NULL, self._ffi.NULL, self._ffi.NULL)
        if dial_filter:
            self._lib.dtmf_rx_parms(receiver, 1, -1.0, -1.0, -99.0)  # the others stay as they are
        self._lib.dtmf_rx(receiver, self._out(pcm), len(pcm))
        digits = self._ffi.new("char[]", MOST_DIGITS + 1)
        count = self._lib.dtmf_rx_get(receiver, digits, MOST_DIGITS)
        self._lib.dtmf_rx_free(receiver)
        return bytes(self._ffi.buffer(digits, count)).decode()

    def hear_dtmf_alaw(self, octets: Octets) -> str:
        """Its A-law decoder before its receiver, a second at a time."""
        decoder = self._lib.g711_init(self._ffi.NULL, ALAW)
        receiver = self._lib.dtmf_rx_init(self._ffi.NULL, self._ffi.NULL, self._ffi.NULL)
        pcm = np.empty(SECOND, np.int16)
        out = self._out(pcm)
        for at in range(0, len(octets), SECOND):
            count = min(SECOND, len(octets) - at)
            self._lib.g711_decode(decoder, out, self._ffi.from_buffer("uint8_t[]", octets[at:].data), count)
            self._lib.dtmf_rx(receiver, out, count)
        digits = self._ffi.new("char[]", MOST_DIGITS + 1)
        count = self._lib.dtmf_rx_get(receiver, digits, MOST_DIGITS)
        self._lib.dtmf_rx_free(receiver)
        self._lib.g711_free(decoder)
        return bytes(self._ffi.buffer(digits, count)).decode()

    def when_dtmf(self, pcm: Samples, step: int = 8) -> int | None:
        """The sample after which the first digit was reported, fed `step` samples at a time."""
        receiver = self._lib.dtmf_rx_init(self._ffi.NULL, self._ffi.NULL, self._ffi.NULL)
        digits = self._ffi.new("char[]", MOST_DIGITS + 1)
        when = None
        for at in range(0, len(pcm), step):
            self._lib.dtmf_rx(receiver, self._out(pcm[at : at + step]), len(pcm[at : at + step]))
            if self._lib.dtmf_rx_get(receiver, digits, MOST_DIGITS):
                when = at + step
                break
        self._lib.dtmf_rx_free(receiver)
        return when

    def send_r2(self, signal: int, samples: int, *, forward: bool) -> Samples:
        sender = self._lib.r2_mf_tx_init(self._ffi.NULL, int(forward))
        self._lib.r2_mf_tx_put(sender, R2_CODES[signal - 1].encode())
        pcm = np.zeros(samples, np.int16)
        self._lib.r2_mf_tx(sender, self._out(pcm), samples)
        self._lib.r2_mf_tx_free(sender)
        return pcm

    def hear_r2(self, pcm: Samples, *, forward: bool) -> int | None:
        """The signal that stands at the end."""
        receiver = self._lib.r2_mf_rx_init(self._ffi.NULL, int(forward), self._ffi.NULL, self._ffi.NULL)
        self._lib.r2_mf_rx(receiver, self._out(pcm), len(pcm))
        code = chr(self._lib.r2_mf_rx_get(receiver))
        self._lib.r2_mf_rx_free(receiver)
        return R2_CODES.index(code) + 1 if code in R2_CODES else None

    def follow_r2(self, pcm: Samples, *, forward: bool, step: int = 8) -> list[tuple[int, int | None]]:
        """The sample after which another signal, or none, stands, fed `step` samples at a time."""
        receiver = R2Receiver(self._ffi, self._lib, forward=forward)
        found: list[tuple[int, int | None]] = []
        stood = None
        for at in range(0, len(pcm) - step + 1, step):
            stands = receiver.hear(pcm[at : at + step])
            if stands != stood:
                found += [(at + step, None)] if stood is not None and stands is not None else []
                found.append((at + step, stands))
            stood = stands
        return found

    def r2_receiver(self, *, forward: bool) -> "R2Receiver":
        return R2Receiver(self._ffi, self._lib, forward=forward)

    def _out(self, pcm: Samples) -> Any:
        return self._ffi.from_buffer("int16_t[]", pcm.data)


class R2Receiver:
    """A receiver that is asked after each piece what stands; freed with its last reference."""

    def __init__(self, ffi: cffi.FFI, lib: Any, *, forward: bool) -> None:
        self._ffi = ffi
        self._lib = lib
        self._state = ffi.gc(lib.r2_mf_rx_init(ffi.NULL, int(forward), ffi.NULL, ffi.NULL), lib.r2_mf_rx_free)

    def hear(self, pcm: Samples) -> int | None:
        self._lib.r2_mf_rx(self._state, self._ffi.from_buffer("int16_t[]", pcm.data), len(pcm))
        code = chr(self._lib.r2_mf_rx_get(self._state))
        return R2_CODES.index(code) + 1 if code in R2_CODES else None


def load_library(cdef: str) -> tuple[cffi.FFI, Any]:
    """The library; without it the test is skipped, but fails where CI is set."""
    ffi = cffi.FFI()
    ffi.cdef(cdef)
    try:
        return ffi, ffi.dlopen(LIBRARY)
    except OSError:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{LIBRARY} is not installed (Debian package libspandsp2)")


def load_spandsp() -> Spandsp:
    return Spandsp(*load_library(CDEF))
