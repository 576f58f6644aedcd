"""Twin of csrc/g711.c: G.711 by its tables of decision values (1a, 1b for A-law; 2a, 2b for mu-law)."""

from typing import Final

import numpy as np
import numpy.typing as npt

Octets = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


def _alaw_decisions() -> npt.NDArray[np.int64]:
    """Lower ends of the 128 intervals, 16-bit scale: steps of 16 up to 512, then twice as wide in every segment."""
    edges = list(range(0, 512, 16))
    for segment in range(1, 7):
        edges += [(256 << segment) + step * (16 << segment) for step in range(16)]
    return np.array(edges)


def _ulaw_decisions() -> npt.NDArray[np.int64]:
    """Likewise; the first interval is half as wide as the next."""
    edges: list[int] = []
    for segment in range(8):
        edges += [((132 << segment) - 132) + step * (8 << segment) - (4 << segment) for step in range(16)]
    edges[0] = 0
    return np.array(edges)


ALAW_DECISIONS: Final = _alaw_decisions()
ALAW_VALUES: Final = (ALAW_DECISIONS + np.append(ALAW_DECISIONS[1:], 32768)) // 2
ULAW_DECISIONS: Final = _ulaw_decisions()
ULAW_VALUES: Final = np.array([((step * 8 + 132) << segment) - 132 for segment in range(8) for step in range(16)])


def decode_alaw(octets: Octets) -> Samples:
    code = octets ^ 0x55
    value = ALAW_VALUES.astype(np.int16)[code & 0x7F]
    signed: Samples = np.where(code & 0x80, value, -value)
    return signed


def encode_alaw(pcm: Samples) -> Octets:
    wide = pcm.astype(np.int64)
    code = np.searchsorted(ALAW_DECISIONS, np.where(wide < 0, -wide - 1, wide), "right") - 1
    return (np.where(wide < 0, code, code | 0x80) ^ 0x55).astype(np.uint8)


def decode_ulaw(octets: Octets) -> Samples:
    code = octets ^ 0xFF
    value = ULAW_VALUES.astype(np.int16)[code & 0x7F]
    signed: Samples = np.where(code & 0x80, -value, value)
    return signed


def encode_ulaw(pcm: Samples) -> Octets:
    wide = pcm.astype(np.int64)
    code = np.searchsorted(ULAW_DECISIONS, np.abs(wide), "right") - 1
    return (np.where(wide < 0, code | 0x80, code) ^ 0xFF).astype(np.uint8)
