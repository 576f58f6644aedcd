"""What a run left on the disk: call records, event numbers and recordings, read back and checked against each other."""

import csv
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kmcc.switch.cdr import CSV_COLUMNS, Cdr, LegDirection

SEQ_PREFIX: Final = b'{"seq":'
SEIZED: Final = b'"kind":"call.seized"'
CALL_FIELD: Final = b'"call":"'
WAV_HEAD: Final = 58  # octets up to the length of the data chunk, as kmcc.dsp.wav writes them


@dataclass(frozen=True, slots=True)
class Books:
    """Of one folder. `seized` are the calls that the event log saw begin."""

    cdrs: tuple[Cdr, ...]
    seized: frozenset[str]
    events: int
    faults: tuple[str, ...] = field(default=())
    """What does not fit, one line each; none = the books are right."""

    @property
    def calls(self) -> tuple[Cdr, ...]:
        """The callers' legs."""
        return tuple(cdr for cdr in self.cdrs if cdr.direction is LegDirection.IN)


def read_books(folder: Path) -> Books:
    """Everything that must hold of the files of a house that is down, whatever happened to it while it ran."""
    rows, torn = _rows(folder / "cdr.csv")
    cdrs = tuple(Cdr.from_csv_row(row) for row in rows)
    seized, events, gaps = _events(folder / "events.jsonl")
    faults = (*torn, *gaps, *_record_faults(cdrs, seized), *_recording_faults(cdrs, folder / "recordings"))
    return Books(cdrs, frozenset(seized), events, faults)


def _rows(path: Path) -> tuple[list[list[str]], list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    whole = [row for row in rows if len(row) == len(CSV_COLUMNS)]
    torn = [f"{path.name}: a row of {len(row)} columns" for row in rows if len(row) != len(CSV_COLUMNS)]
    return [row for row in whole if row[0] != CSV_COLUMNS[0]], torn


def _events(path: Path) -> tuple[set[str], int, list[str]]:
    """The calls that began, how many events there are, and where the numbers do not go on by one."""
    seized: set[str] = set()
    gaps: list[str] = []
    last = 0
    with path.open("rb") as lines:
        for line in lines:
            seq = int(line[len(SEQ_PREFIX) : line.index(b",")])
            if seq != last + 1:
                gaps.append(f"{path.name}: {seq} follows {last}")
            last = seq
            if SEIZED in line:
                start = line.index(CALL_FIELD) + len(CALL_FIELD)
                seized.add(line[start : line.index(b'"', start)].decode())
    return seized, last, gaps


def _record_faults(cdrs: tuple[Cdr, ...], seized: set[str]) -> Iterator[str]:
    written = Counter(cdr.id for cdr in cdrs)
    yield from (f"cdr {ident}: written {count} times" for ident, count in written.items() if count > 1)
    recorded = {cdr.chain for cdr in cdrs if cdr.direction is LegDirection.IN}
    yield from (f"call {call}: seized, and has no record" for call in sorted(seized - recorded))
    yield from (f"call {call}: a record, but never seized" for call in sorted(recorded - seized))


def _recording_faults(cdrs: tuple[Cdr, ...], folder: Path) -> Iterator[str]:
    """A recording that its record names is there, and its header says what the file holds."""
    for cdr in cdrs:
        if cdr.recording is not None:
            path = folder / cdr.recording
            if not path.exists():
                yield f"recording {path.name}: is not there"
            elif (found := _wav_fault(path)) is not None:
                yield f"recording {path.name}: {found}"


def _wav_fault(path: Path) -> str | None:
    octets = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(WAV_HEAD)
    at = head.find(b"data")
    if at < 0 or len(head) < at + 8:
        return "no WAV header"
    riff = struct.unpack_from("<I", head, 4)[0]
    data = struct.unpack_from("<I", head, at + 4)[0]
    if riff != octets - 8 or not octets - at - 9 <= data <= octets - at - 8:
        return f"the header says {data} octets of speech, the file holds {octets - at - 8}"
    return None
