"""Our G.711 A-law beside libspandsp's: nanoseconds a sample, the same second of noise in one call."""

import os
from collections.abc import Callable
from typing import Any, Final

import cffi
import numpy as np
import pytest
from benchmarks.figures import Benchmark, Figure, Note, race, rival_or_reason
from tests.peers.spandsp import LIBRARY

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.cpu import Isa, available, in_use, use
from kmcc.dsp.g711 import encode_alaw

CDEF = """
void *g711_init(void *s, int mode);
int   g711_free(void *s);
int   g711_decode(void *s, int16_t amp[], const uint8_t g711_data[], int g711_bytes);
int   g711_encode(void *s, uint8_t g711_data[], const int16_t amp[], int len);
"""
ALAW = 0
COUNT = 8_000  # a second of one channel: in the cache, as in a tick
CALLS = 200
GOALS = {"decode": 18.0, "encode": 10.0}

PCM = np.random.default_rng(3).normal(0, 3000, COUNT).astype(np.int16)
OCTETS = encode_alaw(PCM)


class Peer:
    """libspandsp's codec on the same arrays."""

    def __init__(self, ffi: cffi.FFI, lib: Any) -> None:
        self._ffi = ffi
        self._lib = lib
        self._pcm, self._octets = np.empty(COUNT, np.int16), np.empty(COUNT, np.uint8)
        self._state = ffi.gc(lib.g711_init(ffi.NULL, ALAW), lib.g711_free)

    def decode(self) -> np.ndarray[Any, Any]:
        pcm = self._pcm
        out = self._ffi.from_buffer("int16_t[]", pcm.data)
        self._lib.g711_decode(self._state, out, self._ffi.from_buffer("uint8_t[]", OCTETS.data), COUNT)
        return pcm

    def encode(self) -> np.ndarray[Any, Any]:
        octets = self._octets
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


DECODERS: Final = {"decode": "g711_alaw_decode", "decode_portable": "g711_alaw_decode_plain"}


def often(work: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        for _ in range(CALLS):
            work()

    return run


def kernel(way: str) -> tuple[Callable[[], object], np.ndarray[Any, Any]]:
    """The C kernel alone, as the engine calls it, and where it leaves its result."""
    heard, said = ffi.from_buffer("uint8_t[]", OCTETS), ffi.from_buffer("int16_t[]", PCM)
    if way in DECODERS:
        decode, pcm = getattr(lib, DECODERS[way]), np.empty(COUNT, np.int16)
        into = ffi.from_buffer("int16_t[]", pcm)
        return lambda: decode(into, heard, COUNT), pcm
    octets = np.empty(COUNT, np.uint8)
    out = ffi.from_buffer("uint8_t[]", octets)
    return lambda: lib.g711_alaw_encode(out, said, COUNT), octets


def test_alaw_decode_in_portable_c(benchmark: Benchmark, note: Note) -> None:
    """No intrinsics: one function that the compiler made for each set of instructions. Encoding is so on every path."""
    peer, reason = rival_or_reason(load)
    ours, result = kernel("decode_portable")
    ours_s, rival_s = race(benchmark, often(ours), None if peer is None else often(peer.decode))
    if peer is not None:
        np.testing.assert_array_equal(result, peer.decode())
    scale = 1e9 / (COUNT * CALLS)
    rival_ns = None if rival_s is None else rival_s * scale
    figure = Figure.cost(ours_s * scale, rival_ns, "ns a sample", goal=GOALS["decode"], reason=reason)
    note("g711_decode_portable", figure)


@pytest.mark.parametrize("isa", available()[1:], ids=lambda isa: isa.name.lower())
@pytest.mark.parametrize("way", ["decode", "encode"])
def test_alaw(benchmark: Benchmark, note: Note, way: str, isa: Isa) -> None:
    """The best path of this machine bears the goal; the poorer ones are there to be seen."""
    peer, reason = rival_or_reason(load)
    ours, result = kernel(way)
    rival = None if peer is None else {"decode": peer.decode, "encode": peer.encode}[way]
    best = in_use()
    use(isa)
    try:
        ours_s, rival_s = race(benchmark, often(ours), None if rival is None else often(rival))
    finally:
        use(best)
    if rival is not None:
        np.testing.assert_array_equal(result, rival())
    scale = 1e9 / (COUNT * CALLS)
    rival_ns = None if rival_s is None else rival_s * scale
    goal, name = (GOALS[way], f"g711_{way}") if isa is best else (None, f"g711_{way}_{isa.name.lower()}")
    note(name, Figure.cost(ours_s * scale, rival_ns, "ns a sample", goal=goal, reason=reason))
