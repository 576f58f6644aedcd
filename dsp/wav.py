"""Recordings as RIFF WAVE files: 8 kHz 16-bit PCM, A-law (format 6) and mu-law (7) in, A-law out; a small codec."""

import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from struct import Struct
from typing import Final

import numpy as np

from kmcc.dsp.errors import WavError
from kmcc.dsp.g711 import ALAW_SILENCE, decode_ulaw, encode_alaw

__all__ = ["Coding", "Wav", "WavError", "parse_wav", "read_alaw", "read_wav", "wav_header", "write_alaw_wav"]

RATE_HZ: Final = 8000
EXTENSIBLE: Final = 0xFFFE
# Sub-format of WAVE_FORMAT_EXTENSIBLE: the old format code, then this tail.
GUID_TAIL: Final = bytes.fromhex("0000 1000 8000 00aa00389b71")
RIFF: Final = Struct("<4sI4s")
CHUNK: Final = Struct("<4sI")
FORMAT: Final = Struct("<HHIIHH")
FACT: Final = Struct("<I")
EXPECTED: Final = "a RIFF WAVE file, 8000 Hz, 16-bit PCM, A-law or mu-law, one or two channels"
UNKNOWN_SIZES: Final = (0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000, 0xFFFFF000)  # of tools that cannot seek back


class Coding(Enum):
    """Format code and octets a sample."""

    PCM16 = (1, 2)
    ALAW = (6, 1)
    ULAW = (7, 1)

    @property
    def octets(self) -> int:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Wav:
    """What a file holds, as it lies there: samples interleaved by channel."""

    name: str
    coding: Coding
    rate_hz: int
    channels: int
    octets: bytes

    @property
    def samples(self) -> int:
        """Of each channel."""
        return len(self.octets) // (self.coding.octets * self.channels)

    def alaw(self, channel: int = 0) -> bytes:
        """One channel as A-law octets."""
        if not 0 <= channel < self.channels:
            raise WavError(self.name, f"no channel {channel}", f"0..{self.channels - 1}")
        if self.coding is Coding.ALAW:
            return self.octets[channel :: self.channels]
        if self.coding is Coding.ULAW:
            return encode_alaw(decode_ulaw(self.octets[channel :: self.channels])).tobytes()
        pcm = np.frombuffer(self.octets, "<i2")[channel :: self.channels]
        return encode_alaw(pcm.astype(np.int16)).tobytes()


def read_wav(path: str | Path) -> Wav:
    """A file, or standard input for "-"."""
    if str(path) == "-":
        return parse_wav(sys.stdin.buffer.read(), name="standard input")
    try:
        octets = Path(path).read_bytes()
    except OSError as error:
        raise WavError(str(path), error.strerror or "no readable file", EXPECTED) from error
    return parse_wav(octets, name=str(path))


def read_alaw(path: str | Path) -> bytes:
    """The first channel of a file as A-law octets."""
    return read_wav(path).alaw()


def parse_wav(octets: bytes, *, name: str) -> Wav:
    chunks = _chunks(octets, name)
    if "fmt " not in chunks:
        raise WavError(name, "no fmt chunk", EXPECTED)
    if "data" not in chunks:
        raise WavError(name, "no data chunk", EXPECTED)
    coding, channels = _format(chunks["fmt "], name)
    data = chunks["data"]
    frame = coding.octets * channels
    if not data:
        raise WavError(name, "no samples", "at least one sample")
    if len(data) % frame:
        raise WavError(name, f"{len(data)} octets of data", f"a multiple of {frame}: the last sample is cut off")
    return Wav(name, coding, RATE_HZ, channels, data)


def _chunks(octets: bytes, name: str) -> dict[str, bytes]:
    """The first chunk of each name, up to the data."""
    if not octets:
        raise WavError(name, "an empty file", EXPECTED)
    if len(octets) < RIFF.size or octets[:4] != b"RIFF" or octets[8:12] != b"WAVE":
        raise WavError(name, f"a file that begins with {octets[:4]!r}", EXPECTED)
    found: dict[str, bytes] = {}
    at = RIFF.size
    while at + CHUNK.size <= len(octets) and "data" not in found:
        raw, size = CHUNK.unpack_from(octets, at)
        chunk = raw.decode("latin-1")
        at += CHUNK.size
        found.setdefault(chunk, _body(octets[at:], chunk, size, name))
        at += size + size % 2
    return found


def _body(rest: bytes, chunk: str, size: int, name: str) -> bytes:
    if chunk == "data" and size in UNKNOWN_SIZES and len(rest) != size:
        return rest
    if size > len(rest):
        raise WavError(name, f"{len(rest)} octets of the {chunk.strip()} chunk", f"{size}: the file is cut off")
    return rest[:size]


def _format(body: bytes, name: str) -> tuple[Coding, int]:
    if len(body) < FORMAT.size:
        raise WavError(name, f"a fmt chunk of {len(body)} octets", f"{FORMAT.size} or more")
    code, channels, rate_hz, _, _, bits = FORMAT.unpack_from(body)
    if code == EXTENSIBLE and body[26:40] == GUID_TAIL:
        code = int.from_bytes(body[24:26], "little")
    coding = next((known for known in Coding if known.value == (code, bits // 8)), None)
    if coding is None or bits % 8:
        raise WavError(name, f"format {code} with {bits} bits", EXPECTED)
    if rate_hz != RATE_HZ:
        raise WavError(name, f"{rate_hz} Hz", EXPECTED)
    if channels not in {1, 2}:
        raise WavError(name, f"{channels} channels", EXPECTED)
    return coding, channels


def wav_header(channels: int, octets: int) -> bytes:
    """The head of an A-law file whose data are so many octets; data of odd length want one octet of padding."""
    form = FORMAT.pack(Coding.ALAW.value[0], channels, RATE_HZ, RATE_HZ * channels, channels, 8) + b"\0\0"
    fact = FACT.pack(octets // channels)
    body = CHUNK.pack(b"fmt ", len(form)) + form + CHUNK.pack(b"fact", len(fact)) + fact + CHUNK.pack(b"data", octets)
    return RIFF.pack(b"RIFF", 4 + len(body) + octets + octets % 2, b"WAVE") + body


def write_alaw_wav(path: str | Path, octets: bytes, channels: int = 1) -> None:
    if channels not in {1, 2} or len(octets) % channels:
        raise WavError(str(path), f"{len(octets)} octets for {channels} channels", "one or two whole channels")
    padding = bytes([ALAW_SILENCE]) * (len(octets) % 2)
    Path(path).write_bytes(wav_header(channels, len(octets)) + octets + padding)
