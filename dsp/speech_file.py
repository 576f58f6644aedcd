"""Speech files of any kind we know, as A-law of 8 kHz and back: WAV by its head, VOX by its name."""

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from struct import Struct
from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp.adpcm import decode_vox, encode_ima, encode_vox, ima_samples
from kmcc.dsp.errors import WavError
from kmcc.dsp.g711 import decode_alaw, encode_alaw
from kmcc.dsp.resample import RATE_HZ, to_8_khz
from kmcc.dsp.wav import read_wav, wav_header

VOX: Final = ".vox"
VOX_RATES_HZ: Final = (6000, 8000)
IMA_BLOCK: Final = 256  # octets; 505 samples
PCM_HEAD: Final = Struct("<4sI4s4sIHHIIHH4sI")
IMA_HEAD: Final = Struct("<4sI4s4sIHHIIHHHH4sII4sI")

Samples = npt.NDArray[np.int16]


class SpeechCoding(Enum):
    """What `write_speech` makes."""

    ALAW = "A-law in WAV"
    PCM16 = "16-bit linear in WAV"
    IMA = "IMA ADPCM in WAV"
    VOX = "Dialogic VOX, no header"


def read_speech(path: Path | str, *, vox_rate_hz: int = RATE_HZ) -> bytes:
    """The first channel as A-law octets of 8 kHz; a VOX file does not tell its rate. WavError for what is no speech."""
    file = Path(path)
    if file.suffix.lower() != VOX:
        return read_wav(path).alaw()
    if vox_rate_hz not in VOX_RATES_HZ:
        raise WavError(str(path), f"{vox_rate_hz} Hz", "a VOX file of 6000 or 8000 Hz")
    try:
        octets = file.read_bytes()
    except OSError as error:
        raise WavError(str(path), error.strerror or "no readable file", "a VOX file") from error
    if not octets:
        raise WavError(str(path), "an empty file", "a VOX file")
    if octets[:4] == b"RIFF":
        raise WavError(str(path), "a RIFF file", "a VOX file, which has no header")
    return encode_alaw(to_8_khz(decode_vox(octets), vox_rate_hz)).tobytes()


def write_speech(path: Path | str, alaw: bytes, coding: SpeechCoding = SpeechCoding.ALAW) -> None:
    """One channel of 8 kHz. WavError when it cannot be written, or a VOX file has another name than *.vox."""
    file = Path(path)
    if (coding is SpeechCoding.VOX) != (file.suffix.lower() == VOX):
        raise WavError(str(path), f"{coding.value} in a {file.suffix} file", "*.vox for VOX alone: it has no header")
    octets = _WRITERS[coding](alaw)
    try:
        file.write_bytes(octets)
    except OSError as error:
        raise WavError(str(path), error.strerror or "an error", "a place to write a recording to") from error


def _alaw_wav(alaw: bytes) -> bytes:
    return wav_header(1, len(alaw)) + alaw + b"\xd5" * (len(alaw) % 2)


def _pcm_wav(alaw: bytes) -> bytes:
    data = decode_alaw(alaw).astype("<i2").tobytes()
    head = PCM_HEAD.pack(
        *(b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, RATE_HZ, 2 * RATE_HZ, 2, 16, b"data", len(data))
    )
    return head + data


def _ima_wav(alaw: bytes) -> bytes:
    data = encode_ima(decode_alaw(alaw), IMA_BLOCK)
    samples = ima_samples(IMA_BLOCK, 1)
    rate = RATE_HZ * IMA_BLOCK // samples
    head = IMA_HEAD.pack(
        *(b"RIFF", 52 + len(data), b"WAVE", b"fmt ", 20, 17, 1, RATE_HZ, rate, IMA_BLOCK, 4, 2, samples),
        *(b"fact", 4, len(alaw), b"data", len(data)),
    )
    return head + data


def _vox(alaw: bytes) -> bytes:
    return encode_vox(decode_alaw(alaw))


_WRITERS: Final[dict[SpeechCoding, Callable[[bytes], bytes]]] = {
    SpeechCoding.ALAW: _alaw_wav,
    SpeechCoding.PCM16: _pcm_wav,
    SpeechCoding.IMA: _ima_wav,
    SpeechCoding.VOX: _vox,
}
