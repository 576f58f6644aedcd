"""Recordings as RIFF WAVE files: 16-bit PCM, A-law, mu-law and IMA ADPCM of any usual rate in, A-law out."""

import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from struct import Struct
from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp.adpcm import decode_ima, ima_samples
from kmcc.dsp.errors import SamplesError, WavError
from kmcc.dsp.g711 import ALAW_SILENCE, decode_alaw, decode_ulaw, encode_alaw
from kmcc.dsp.resample import RATE_HZ, RATES_HZ, to_8_khz

__all__ = ["Coding", "Wav", "WavError", "parse_wav", "read_alaw", "read_wav", "wav_header", "write_alaw_wav"]

EXTENSIBLE: Final = 0xFFFE
# Sub-format of WAVE_FORMAT_EXTENSIBLE: the old format code, then this tail.
GUID_TAIL: Final = bytes.fromhex("0000 1000 8000 00aa00389b71")
RIFF: Final = Struct("<4sI4s")
CHUNK: Final = Struct("<4sI")
FORMAT: Final = Struct("<HHIIHH")
FACT: Final = Struct("<I")
EXPECTED: Final = (
    "a RIFF WAVE file, 16-bit PCM, A-law, mu-law or IMA ADPCM, one or two channels, a sampling rate of "
    f"{', '.join(map(str, RATES_HZ))} Hz"
)
UNKNOWN_SIZES: Final = (0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000, 0xFFFFF000)  # of tools that cannot seek back


class Coding(Enum):
    """Format code and bits a sample."""

    PCM16 = (1, 16)
    ALAW = (6, 8)
    ULAW = (7, 8)
    IMA = (17, 4)

    @property
    def octets(self) -> int:
        """A sample, or as good as one where a sample is half an octet."""
        return max(1, self.value[1] // 8)


@dataclass(frozen=True, slots=True)
class Wav:
    """What a file holds, as it lies there: samples interleaved by channel, or blocks of ADPCM."""

    name: str
    coding: Coding
    rate_hz: int
    channels: int
    octets: bytes
    block: int = 0  # octets of an ADPCM block

    @property
    def samples(self) -> int:
        """Of each channel, at the file's own rate."""
        if self.coding is Coding.IMA:
            whole, rest = divmod(len(self.octets), self.block)
            return whole * ima_samples(self.block, self.channels) + ima_samples(rest, self.channels)
        return len(self.octets) // (self.coding.octets * self.channels)

    def alaw(self, channel: int = 0) -> bytes:
        """One channel as A-law octets of 8 kHz."""
        self._check_channel(channel)
        if self.coding is Coding.ALAW and self.rate_hz == RATE_HZ:
            return self.octets[channel :: self.channels]
        return encode_alaw(self.linear(channel)).tobytes()

    def linear(self, channel: int = 0) -> npt.NDArray[np.int16]:
        """One channel as 16-bit samples of 8 kHz."""
        self._check_channel(channel)
        return to_8_khz(self._pcm(channel), self.rate_hz)

    def _check_channel(self, channel: int) -> None:
        if not 0 <= channel < self.channels:
            raise WavError(self.name, f"no channel {channel}", f"0..{self.channels - 1}")

    def _pcm(self, channel: int) -> npt.NDArray[np.int16]:
        if self.coding is Coding.PCM16:
            return np.frombuffer(self.octets, "<i2")[channel :: self.channels].astype(np.int16)
        if self.coding is Coding.IMA:
            return self._ima()[:, channel]
        decode = decode_alaw if self.coding is Coding.ALAW else decode_ulaw
        return decode(self.octets[channel :: self.channels])

    def _ima(self) -> npt.NDArray[np.int16]:
        try:
            return decode_ima(self.octets, self.block, self.channels)
        except SamplesError as error:
            raise WavError(self.name, str(error), EXPECTED) from None


def read_wav(path: str | Path) -> Wav:
    """A file, or standard input for "-"."""
    if str(path) == "-":
        return parse_wav(sys.stdin.buffer.read(), name="standard input")
    try:
        octets = Path(path).read_bytes()
    except OSError as error:
        raise WavError(str(path), error.strerror or "no readable file", "a file that can be read") from error
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
    coding, channels, rate_hz, block = _format(chunks["fmt "], name)
    data = chunks["data"]
    frame = coding.octets * channels
    if coding is not Coding.IMA and len(data) % frame:
        raise WavError(name, f"{len(data)} octets of data", f"a multiple of {frame}: the last sample is cut off")
    wav = Wav(name, coding, rate_hz, channels, data, block)
    if wav.samples == 0:
        raise WavError(name, "no samples", "at least one sample")
    return wav


def _chunks(octets: bytes, name: str) -> dict[str, bytes]:
    """The first chunk of each name, up to the data."""
    if not octets:
        raise WavError(name, "an empty file", "a RIFF WAVE file")
    if len(octets) < RIFF.size or octets[:4] != b"RIFF" or octets[8:12] != b"WAVE":
        raise WavError(name, f"a file that begins with {octets[:4]!r}", "a RIFF WAVE file")
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


def _format(body: bytes, name: str) -> tuple[Coding, int, int, int]:
    """Coding, channels, rate and block."""
    if len(body) < FORMAT.size:
        raise WavError(name, f"a fmt chunk of {len(body)} octets", f"{FORMAT.size} or more")
    code, channels, rate_hz, _, block, bits = FORMAT.unpack_from(body)
    if code == EXTENSIBLE and body[26:40] == GUID_TAIL:
        code = int.from_bytes(body[24:26], "little")
    coding = next((known for known in Coding if known.value == (code, bits)), None)
    if coding is None:
        raise WavError(name, f"format {code} with {bits} bits", EXPECTED)
    if rate_hz not in RATES_HZ:
        raise WavError(name, f"{rate_hz} Hz", EXPECTED)
    if channels not in {1, 2}:
        raise WavError(name, f"{channels} channels", EXPECTED)
    if coding is Coding.IMA and ima_samples(block, channels) < 2:
        raise WavError(name, f"ADPCM blocks of {block} octets", "blocks of at least eight octets a channel")
    return coding, channels, rate_hz, block


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
