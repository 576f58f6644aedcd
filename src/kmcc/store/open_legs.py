"""Legs that are up, on the disk: of a process that is killed the next start has what it knew, and writes the records.

A file of JSON lines: {"id":...,"leg":{...}} is all that is known of a leg, the last such line counts; {"id":...} says
that its record is written. When no leg is up the file is emptied; in a house that is never idle it is written anew,
with the open legs only, after `REWRITE_LINES`.
"""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import structlog

from kmcc.switch.cdr import Cdr, EndedBy, LegDirection
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.legbook import LegEntry

log = structlog.get_logger()

REWRITE_LINES: Final = 20_000


class OpenLegFile:
    """Implements kmcc.switch.legbook.OpenLegs; `left` are the legs that an earlier process left open.

    What a full disk did not take waits here and goes with the next line that it takes: until then a kill costs what is
    not on the disk, never more, and no call is held up.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.left: Final = _read(path)
        self._open: dict[str, bytes] = {_id(entry): _line(entry) for entry in self.left}
        self._waiting: dict[str, bytes] = {}  # by leg, the last line of each
        self._is_torn = False  # the file ends within a line
        self._file = self._anew()
        self._lines = len(self._open)

    def note(self, entry: LegEntry) -> None:
        line = self._open[_id(entry)] = _line(entry)
        self._append(_id(entry), line)

    def close(self, entry: LegEntry) -> None:
        self._open.pop(_id(entry), None)
        if not self._open:
            self._empty()
        else:
            self._append(_id(entry), json.dumps({"id": _id(entry)}).encode() + b"\n")
        if self._lines >= REWRITE_LINES:
            self._rewrite()

    def shut(self) -> None:
        """The house has ended: a file without a leg goes."""
        os.close(self._file)
        if not self._open:
            self._path.unlink(missing_ok=True)

    def _anew(self) -> int:
        """A file with the open legs only, in one step: a crash leaves the old one or this one."""
        new = self._path.with_name(f"{self._path.name}.new")
        with new.open("wb") as file:
            file.writelines(self._open.values())
        new.replace(self._path)
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)

    def _rewrite(self) -> None:
        """Where the disk has no room for a second file, the first one is kept and grows on."""
        old = self._file
        self._lines = len(self._open)
        try:
            self._file = self._anew()
        except OSError as error:
            self._complain(error)
            return
        os.close(old)
        self._waiting.clear()
        self._is_torn = False

    def _empty(self) -> None:
        try:
            os.ftruncate(self._file, 0)
        except OSError as error:
            self._complain(error)
            return
        self._lines = 0
        self._waiting.clear()
        self._is_torn = False

    def _append(self, leg: str, line: bytes) -> None:
        """This line, behind those that wait."""
        self._lines += 1
        self._waiting[leg] = line
        octets = (b"\n" if self._is_torn else b"") + b"".join(self._waiting.values())
        try:
            written = os.write(self._file, octets)
        except OSError as error:
            self._complain(error)
            return
        self._is_torn = written < len(octets)
        if not self._is_torn:
            self._waiting.clear()

    def _complain(self, error: OSError) -> None:
        log.error("open legs cannot be noted", file=str(self._path), error=str(error))


def records_of(left: tuple[LegEntry, ...], last_sign: datetime, recordings: Path) -> tuple[Cdr, ...]:
    """Records of legs whose process was killed: they ended with its last sign of life, by a fault of the system."""
    records = []
    for entry in left:
        ended_at = max(at for at in (last_sign, entry.offered_at, entry.answered_at) if at is not None)
        if entry.recording is not None and not (recordings / entry.recording.name).exists():
            entry.recording = None
        records.append(entry.record(ended_at, Cause.SYSTEM_FAULT, EndedBy.CENTRE))
    return tuple(records)


def _id(entry: LegEntry) -> str:
    return f"{entry.chain}-{entry.number}"


def _line(entry: LegEntry) -> bytes:
    leg = {
        "chain": entry.chain,
        "number": entry.number,
        "direction": entry.direction.value,
        "circuit": entry.circuit,
        "offered_at": entry.offered_at.isoformat(),
        "called": entry.called,
        "calling": entry.calling.number,
        "category": entry.calling.category,
        "service": entry.service,
        "seat": entry.seat,
        "waiting_ms": entry.waiting_ms,
        "answered_at": None if entry.answered_at is None else entry.answered_at.isoformat(),
        "recording": None if entry.recording is None else entry.recording.name,
        "charge_class": entry.charge_class,
        "units": entry.units,
        "continues": entry.continues,
    }
    return json.dumps({"id": _id(entry), "leg": leg}, ensure_ascii=False).encode() + b"\n"


def _entry(leg: Mapping[str, Any]) -> LegEntry:
    answered_at, recording = leg["answered_at"], leg["recording"]
    return LegEntry(
        chain=leg["chain"],
        number=leg["number"],
        direction=LegDirection(leg["direction"]),
        circuit=leg["circuit"],
        offered_at=datetime.fromisoformat(leg["offered_at"]),
        called=leg["called"],
        calling=CallingParty(leg["calling"], leg["category"]),
        service=leg["service"],
        seat=leg["seat"],
        waiting_ms=leg["waiting_ms"],
        answered_at=None if answered_at is None else datetime.fromisoformat(answered_at),
        recording=None if recording is None else Path(recording),
        charge_class=leg["charge_class"],
        units=leg["units"],
        continues=leg["continues"],
    )


def _read(path: Path) -> tuple[LegEntry, ...]:
    """Legs without an end, in the order of their beginnings; a torn line is as if it had not been written."""
    if not path.exists():
        return ()
    found: dict[str, LegEntry] = {}
    for line in path.read_bytes().split(b"\n"):
        try:
            row = json.loads(line) if line else None
            if row is None:
                continue
            if "leg" in row:
                found[row["id"]] = _entry(row["leg"])
            else:
                found.pop(row["id"], None)
        except (ValueError, KeyError, TypeError) as error:
            log.error("line of open legs not readable", file=str(path), error=str(error))
    return tuple(found.values())
