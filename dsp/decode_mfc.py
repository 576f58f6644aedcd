"""The register signals of recordings, with their times: many at once, each on a port of one bank."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from kmcc.dsp.bank import Events, Octets
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.mfc import Direction, MfcBank
from kmcc.dsp.side_by_side import side_by_side
from kmcc.dsp.tone import SAMPLES_PER_MS

CLOSING_MS: Final = 50  # of silence: a signal at the very end of the file ends too


@dataclass(frozen=True, slots=True)
class RegisterSignal:
    """`signal` 1..15 as GB 3377-82 counts them, 0 for a foreign one; report_ms is when it was certain."""

    signal: int
    start_ms: float
    end_ms: float
    report_ms: float


def decode_mfc(heard: Sequence[Octets], direction: Direction) -> list[list[RegisterSignal]]:
    """The signals of each recording, A-law octets."""
    if not heard:
        return []
    events = MfcBank(len(heard), direction).feed(side_by_side(heard, CLOSING_MS))
    return [_signals(events[events["port"] == port], len(octets)) for port, octets in enumerate(heard)]


def _signals(events: Events, length: int) -> list[RegisterSignal]:
    found: list[RegisterSignal] = []
    for event in events:
        at_ms = int(event["sample"]) / SAMPLES_PER_MS
        if event["kind"] == EventKind.MFC_ON:
            found.append(RegisterSignal(int(event["code"]), at_ms, at_ms, at_ms))
        else:
            end_ms = at_ms - int(event["b"]) / SAMPLES_PER_MS
            start_ms = max(end_ms - int(event["a"]) / SAMPLES_PER_MS, 0.0)
            found[-1] = replace(found[-1], start_ms=start_ms, end_ms=min(end_ms, length / SAMPLES_PER_MS))
    return found
