"""The dialled digits of recordings, with their times and levels: many at once, each on a port of one bank."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kmcc.dsp.bank import Events, Octets
from kmcc.dsp.dtmf import DtmfBank
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.side_by_side import side_by_side
from kmcc.dsp.tone import SAMPLES_PER_MS
from kmcc.dsp.wav import Wav

CLOSING_MS: Final = 50  # of silence: a digit at the very end of the file ends too


@dataclass(frozen=True, slots=True)
class Digit:
    """One key; report_ms is when the decoder was sure of it, 25 to 28 ms after the start of a clean one."""

    digit: str
    start_ms: float
    end_ms: float
    report_ms: float
    low_dbm0: float
    high_dbm0: float


def decode_digits(wav: Wav, channel: int = 0) -> list[Digit]:
    return decode_all_digits([np.frombuffer(wav.alaw(channel), np.uint8)])[0]


def decode_all_digits(heard: Sequence[Octets]) -> list[list[Digit]]:
    """The digits of each recording, A-law octets."""
    if not heard:
        return []
    events = DtmfBank(len(heard)).feed(side_by_side(heard, CLOSING_MS))
    return [_digits(events[events["port"] == port], len(octets)) for port, octets in enumerate(heard)]


def _digits(events: Events, length: int) -> list[Digit]:
    found: list[Digit] = []
    for event in events:
        at_ms = int(event["sample"]) / SAMPLES_PER_MS
        if event["kind"] == EventKind.DTMF_ON:
            levels = int(event["a"]) / 100, int(event["b"]) / 100
            found.append(Digit(chr(event["code"]), at_ms, at_ms, at_ms, *levels))
        else:
            end_ms = min(at_ms - int(event["b"]) / SAMPLES_PER_MS, length / SAMPLES_PER_MS)
            start_ms = at_ms - (int(event["a"]) + int(event["b"])) / SAMPLES_PER_MS
            found[-1] = replace(found[-1], start_ms=max(start_ms, 0.0), end_ms=end_ms)
    return found
