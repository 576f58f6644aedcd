"""ITU-T G.711 A-law and mu-law on whole arrays; full scale is +3.14 dBm0."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.errors import SamplesError

ALAW_SILENCE: Final = 0xD5

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


def _octets(octets: object) -> Octets:
    if isinstance(octets, bytes | bytearray | memoryview):
        return np.frombuffer(octets, np.uint8)
    if not isinstance(octets, np.ndarray) or octets.dtype != np.uint8:
        found = octets.dtype if isinstance(octets, np.ndarray) else type(octets).__name__
        raise SamplesError("G.711 octets", str(found), "bytes or a uint8 array")
    return np.ascontiguousarray(octets)


def _samples(pcm: object) -> Samples:
    if not isinstance(pcm, np.ndarray) or pcm.dtype != np.int16:
        found = pcm.dtype if isinstance(pcm, np.ndarray) else type(pcm).__name__
        raise SamplesError("linear samples", str(found), "an int16 array")
    return np.ascontiguousarray(pcm)


def _decode(octets: object, kernel: Callable[[Any, Any, int], None]) -> Samples:
    source = _octets(octets)
    pcm = np.empty(source.shape, np.int16)
    kernel(ffi.from_buffer("int16_t[]", pcm), ffi.from_buffer("uint8_t[]", source), source.size)
    return pcm


def _encode(pcm: object, kernel: Callable[[Any, Any, int], None]) -> Octets:
    source = _samples(pcm)
    octets = np.empty(source.shape, np.uint8)
    kernel(ffi.from_buffer("uint8_t[]", octets), ffi.from_buffer("int16_t[]", source), source.size)
    return octets


def decode_alaw(octets: bytes | Octets) -> Samples:
    return _decode(octets, lib.g711_alaw_decode)


def encode_alaw(pcm: Samples) -> Octets:
    return _encode(pcm, lib.g711_alaw_encode)


def decode_ulaw(octets: bytes | Octets) -> Samples:
    return _decode(octets, lib.g711_ulaw_decode)


def encode_ulaw(pcm: Samples) -> Octets:
    return _encode(pcm, lib.g711_ulaw_encode)
