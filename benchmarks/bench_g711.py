"""Our G.711 A-law beside libspandsp's: nanoseconds a sample, the same 80 000 samples of noise in one call."""

import os
from collections.abc import Callable
from typing import Any

import cffi
import numpy as np
import pytest
from benchmarks.figures import Benchmark, Figure, Note, race, rival_or_reason
from tests.peers.spandsp import LIBRARY

from kmcc.dsp.g711 import decode_alaw, encode_alaw

CDEF = """
void *g711_init(void *s, int mode);
int   g711_free(void *s);
int   g711_decode(void *s, int16_t amp[], const uint8_t g711_data[], int g711_bytes);
int   g711_encode(void *s, uint8_t g711_data[], const int16_t amp[], int len);
"""
ALAW = 0
COUNT = 80_000
CALLS = 50

PCM = np.random.default_rng(3).normal(0, 3000, COUNT).astype(np.int16)
OCTETS = encode_alaw(PCM)


class Peer:
    """libspandsp's codec on the same arrays."""

    def __init__(self, ffi: cffi.FFI, lib: Any) -> None:
        self._ffi = ffi
        self._lib = lib
        self._state = ffi.gc(lib.g711_init(ffi.NULL, ALAW), lib.g711_free)

    def decode(self) -> np.ndarray[Any, Any]:
        pcm = np.empty(COUNT, np.int16)
        out = self._ffi.from_buffer("int16_t[]", pcm.data)
        self._lib.g711_decode(self._state, out, self._ffi.from_buffer("uint8_t[]", OCTETS.data), COUNT)
        return pcm

    def encode(self) -> np.ndarray[Any, Any]:
        octets = np.empty(COUNT, np.uint8)
        out = self._ffi.from_buffer("uint8_t[]", octets.data)
        self._lib.g711_encode(self._state, out, self._ffi.from_buffer("int16_t[]", PCM.data), COUNT)
        return octets


def load() -> Peer:
    ffi = cffi.FFI()
    ffi.cdef(CDEF)
    try:
        return Peer(ffi, ffi.dlopen(LIBRARY))
    except OSError:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{LIBRARY} is not installed (Debian package libspandsp2)")


def often(work: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        for _ in range(CALLS):
            work()

    return run


@pytest.mark.parametrize("way", ["decode", "encode"])
def test_alaw(benchmark: Benchmark, note: Note, way: str) -> None:
    peer, reason = rival_or_reason(load)
    ours: Callable[[], object] = {"decode": lambda: decode_alaw(OCTETS), "encode": lambda: encode_alaw(PCM)}[way]
    rival = None if peer is None else {"decode": peer.decode, "encode": peer.encode}[way]
    if rival is not None:
        np.testing.assert_array_equal(ours(), rival())
    ours_s, rival_s = race(benchmark, often(ours), None if rival is None else often(rival))
    scale = 1e9 / (COUNT * CALLS)
    figure = Figure.cost(ours_s * scale, None if rival_s is None else rival_s * scale, "ns a sample", reason=reason)
    note(f"g711_alaw_{way}", figure)
