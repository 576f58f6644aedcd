"""HDLC sender and receiver of the real libspandsp (Debian libspandsp2, loaded by tests only); its bit order is ours."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import cffi
import numpy as np
import numpy.typing as npt
from tests.peers.spandsp import load_library

CDEF: Final = """
typedef void (*hdlc_frame_handler_t)(void *user, const uint8_t *pkt, int len, int ok);
typedef struct {
    unsigned long bytes, good_frames, crc_errors, length_errors, aborts;
} hdlc_rx_stats_t;
void  *hdlc_rx_init(void *s, int crc32, int report_bad, int framing_ok, hdlc_frame_handler_t handler, void *user);
int    hdlc_rx_free(void *s);
void   hdlc_rx_put(void *s, const uint8_t *buf, int len);
int    hdlc_rx_get_stats(void *s, hdlc_rx_stats_t *stats);
void  *hdlc_tx_init(void *s, int crc32, int flags, int progressive, void *underflow, void *user);
int    hdlc_tx_free(void *s);
int    hdlc_tx_frame(void *s, const uint8_t *frame, size_t len);
int    hdlc_tx_flags(void *s, int len);
int    hdlc_tx_get(void *s, uint8_t *buf, size_t max_len);
"""
LIBC: Final = "int abs(int n);"

Octets = npt.NDArray[np.uint8]


class SpandspHdlc:
    """Their machines with the 16-bit FCS, each used once and freed."""

    def __init__(self, ffi: cffi.FFI, lib: Any) -> None:
        self._ffi = ffi
        self._lib = lib

    def send(self, frames: Sequence[bytes], *, flags: int = 1) -> bytes:
        """The octets of the timeslot, from two flags before to two after."""
        sender = self._lib.hdlc_tx_init(self._ffi.NULL, 0, flags, 0, self._ffi.NULL, self._ffi.NULL)
        self._lib.hdlc_tx_flags(sender, 2)
        line = self._get(sender, 2)
        for octets in frames:
            while self._lib.hdlc_tx_frame(sender, octets, len(octets)) != 0:  # it takes one at a time
                line += self._get(sender, 1)
            line += self._get(sender, len(octets) + 2)
        line += self._get(sender, len(frames[-1]) // 4 + 8)
        self._lib.hdlc_tx_free(sender)
        return line

    def hear(self, line: bytes) -> list[tuple[bool, bytes]]:
        """(good, octets) a frame."""
        heard: list[tuple[bool, bytes]] = []
        ffi = self._ffi

        @ffi.callback("hdlc_frame_handler_t")
        def handler(_user: object, octets: object, length: int, ok: int) -> None:
            if length >= 0:
                heard.append((bool(ok), bytes(ffi.buffer(octets, length))))

        receiver = self._lib.hdlc_rx_init(ffi.NULL, 0, 0, 1, handler, ffi.NULL)
        self._lib.hdlc_rx_put(receiver, line, len(line))
        self._lib.hdlc_rx_free(receiver)
        return heard

    def counter(self, lines: Octets) -> Callable[[], int]:
        """For benchmarks: a run over the rows that counts good frames, with no Python in it but one call a row.

        Its frame handler is a C function that does nothing."""
        libc = cffi.FFI()
        libc.cdef(LIBC)
        c: Any = libc.dlopen(None)
        nothing = self._ffi.cast("hdlc_frame_handler_t", int(libc.cast("uintptr_t", c.abs)))
        rows = [self._ffi.from_buffer("uint8_t[]", row) for row in lines]
        stats: Any = self._ffi.new("hdlc_rx_stats_t *")

        def run() -> int:
            good = 0
            for row in rows:
                receiver = self._lib.hdlc_rx_init(self._ffi.NULL, 0, 0, 1, nothing, self._ffi.NULL)
                self._lib.hdlc_rx_put(receiver, row, len(row))
                self._lib.hdlc_rx_get_stats(receiver, stats)
                good += stats.good_frames
                self._lib.hdlc_rx_free(receiver)
            return good

        return run

    def _get(self, sender: Any, most: int) -> bytes:
        octets = self._ffi.new("uint8_t[]", most)
        return bytes(self._ffi.buffer(octets, self._lib.hdlc_tx_get(sender, octets, most)))


def load_spandsp_hdlc() -> SpandspHdlc:
    return SpandspHdlc(*load_library(CDEF))
