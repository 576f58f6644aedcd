"""The dialled digits of a recording, with their times and levels."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kmcc.dsp.dtmf import DtmfBank
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.g711 import ALAW_SILENCE
from kmcc.dsp.tone import SAMPLES_PER_MS
from kmcc.dsp.wav import Wav

CLOSING_SAMPLES: Final = 400  # 50 ms of silence: a digit at the very end of the file ends too


@dataclass(frozen=True, slots=True)
class Digit:
    """One key; report_ms is when the decoder was sure of it, 15 to 35 ms after its start."""

    digit: str
    start_ms: float
    end_ms: float
    report_ms: float
    low_dbm0: float
    high_dbm0: float


def decode_digits(wav: Wav, channel: int = 0) -> list[Digit]:
    heard = np.frombuffer(wav.alaw(channel), np.uint8)
    closing = np.full(CLOSING_SAMPLES, ALAW_SILENCE, np.uint8)
    found: list[Digit] = []
    for event in DtmfBank(1).feed(np.concatenate((heard, closing))[np.newaxis]):
        at_ms = int(event["sample"]) / SAMPLES_PER_MS
        if event["kind"] == EventKind.DTMF_ON:
            levels = int(event["a"]) / 100, int(event["b"]) / 100
            found.append(Digit(chr(event["code"]), at_ms, at_ms, at_ms, *levels))
        else:
            end_ms = min(at_ms - int(event["b"]) / SAMPLES_PER_MS, wav.samples / SAMPLES_PER_MS)
            start_ms = at_ms - (int(event["a"]) + int(event["b"])) / SAMPLES_PER_MS
            found[-1] = replace(found[-1], start_ms=max(start_ms, 0.0), end_ms=end_ms)
    return found
