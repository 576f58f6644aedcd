"""ADPCM files of old voice systems: Dialogic VOX (no header) and the blocks of IMA ADPCM in RIFF WAVE (format 17)."""

from struct import Struct
from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.errors import SamplesError

BLOCK_HEAD: Final = Struct("<hBB")  # of each channel: first sample, row of the table of steps, 0
LAST_STEP: Final = 88
WORD: Final = 4  # octets of one channel before the next channel's

Samples = npt.NDArray[np.int16]


def decode_vox(octets: bytes) -> Samples:
    """Two samples an octet, 16-bit scale."""
    return _decode(lib.ADPCM_VOX, octets, 0, 0)


def encode_vox(pcm: Samples) -> bytes:
    """A last odd sample is said twice."""
    return _encode(lib.ADPCM_VOX, pcm, ffi.new("struct adpcm *"))


def ima_samples(octets: int, channels: int) -> int:
    """Of each channel, in a block of so many octets, whole or the last."""
    body = octets - BLOCK_HEAD.size * channels
    return 0 if body < 0 else 1 + body // (WORD * channels) * WORD * 2


def decode_ima(octets: bytes, block: int, channels: int) -> Samples:
    """(samples, channels) of a run of blocks; a last block may be shorter, what is no whole word there is left out."""
    blocks = [_decode_block(octets[at : at + block], channels) for at in range(0, len(octets), block)]
    return np.concatenate(blocks) if blocks else np.empty((0, channels), np.int16)


def encode_ima(pcm: Samples, block: int) -> bytes:
    """One channel; the last block is filled with the last sample."""
    size = ima_samples(block, 1)
    missing = -len(pcm) % size
    whole = np.concatenate((pcm, np.full(missing, pcm[-1] if len(pcm) else 0, np.int16))).astype(np.int16)
    state = ffi.new("struct adpcm *")
    coded = bytearray()
    for part in whole.reshape(-1, size):
        state.value = int(part[0])
        coded += BLOCK_HEAD.pack(state.value, state.step, 0) + _encode(lib.ADPCM_IMA, part[1:], state)
    return bytes(coded)


def _decode_block(octets: bytes, channels: int) -> Samples:
    samples = ima_samples(len(octets), channels)
    pcm = np.empty((samples, channels), np.int16)
    if samples == 0:
        return pcm
    words = (len(octets) - BLOCK_HEAD.size * channels) // (WORD * channels)
    body = np.frombuffer(octets, np.uint8, words * channels * WORD, BLOCK_HEAD.size * channels)
    by_channel = body.reshape(words, channels, WORD).swapaxes(0, 1)
    for channel in range(channels):
        first, step, _ = BLOCK_HEAD.unpack_from(octets, BLOCK_HEAD.size * channel)
        if step > LAST_STEP:
            raise SamplesError("IMA ADPCM block", f"step {step}", f"0..{LAST_STEP}")
        pcm[0, channel] = first
        pcm[1:, channel] = _decode(lib.ADPCM_IMA, by_channel[channel].tobytes(), first, step)
    return pcm


def _decode(kind: int, octets: bytes, value: int, step: int) -> Samples:
    pcm = np.empty(2 * len(octets), np.int16)
    state = ffi.new("struct adpcm *", (value, step))
    lib.adpcm_decode(
        state, kind, ffi.from_buffer("int16_t[]", pcm.data), ffi.from_buffer("uint8_t[]", octets), len(octets)
    )
    return pcm


def _encode(kind: int, pcm: Samples, state: object) -> bytes:
    even = np.ascontiguousarray(np.concatenate((pcm, pcm[-1:])) if len(pcm) % 2 else pcm, np.int16)
    coded = np.empty(len(even) // 2, np.uint8)
    lib.adpcm_encode(
        state, kind, ffi.from_buffer("uint8_t[]", coded.data), ffi.from_buffer("int16_t[]", even.data), len(coded)
    )
    return coded.tobytes()
