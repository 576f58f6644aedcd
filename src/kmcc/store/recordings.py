"""The index of recordings (R-126): a row a file with its SHA-256, found by call, number, seat, service and time."""

import hashlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kmcc.store.database import Database
from kmcc.store.errors import StoreError
from kmcc.store.tables import RecordingRow
from kmcc.switch.recording_entry import RecordingEntry

log = structlog.get_logger()

AT_ONCE: Final = 500  # names in one question: a database has its limit
BLOCK_OCTETS: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class IndexedRecording:
    """A row; `gap_ms` and `lost_octets` are 0 for a recording that holds all of the talk."""

    file: str
    call: str
    mode: str
    started_at: datetime
    talk_ms: int
    duration_ms: int
    gap_ms: int
    lost_octets: int
    octets: int
    sha256: str
    service: str | None
    seat: str | None
    called: str
    calling: str | None


@dataclass(frozen=True, slots=True)
class Search:
    """None = whatever it is. `number` is the caller's or the called one."""

    call: str | None = None
    number: str | None = None
    seat: str | None = None
    service: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    with_gaps: bool = False


class Recordings:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, entry: RecordingEntry, octets: int, sha256: str) -> None:
        self._session.add(
            RecordingRow(
                file=str(entry.file),
                call=entry.call,
                mode=entry.mode,
                started_at=entry.started_at,
                talk_ms=entry.talk_ms,
                duration_ms=entry.duration_ms,
                gap_ms=entry.gap_ms,
                lost_octets=entry.lost_octets,
                octets=octets,
                sha256=sha256,
                service=entry.service,
                seat=entry.seat,
                called=entry.called,
                calling=entry.calling,
            )
        )

    def known(self, files: Iterable[str]) -> frozenset[str]:
        """Those of these files that have a row."""
        wanted, found = tuple(files), set[str]()
        for at in range(0, len(wanted), AT_ONCE):
            some = wanted[at : at + AT_ONCE]
            found.update(self._session.scalars(select(RecordingRow.file).where(RecordingRow.file.in_(some))))
        return frozenset(found)

    def find(self, search: Search) -> tuple[IndexedRecording, ...]:
        """In the order of their beginnings."""
        row = RecordingRow
        query = select(row).order_by(row.started_at, row.file)
        for column, wanted in ((row.call, search.call), (row.seat, search.seat), (row.service, search.service)):
            if wanted is not None:
                query = query.where(column == wanted)
        if search.number is not None:
            query = query.where((row.called == search.number) | (row.calling == search.number))
        if search.since is not None:
            query = query.where(row.started_at >= search.since)
        if search.until is not None:
            query = query.where(row.started_at < search.until)
        if search.with_gaps:
            query = query.where((row.gap_ms > 0) | (row.lost_octets > 0))
        return tuple(_value(found) for found in self._session.scalars(query))


class SqlRecordingIndex:
    """Implements kmcc.switch.recording_entry.RecordingIndex; the store's thread reads the file and writes the row.

    While the database is away rows wait here.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._waiting: deque[RecordingEntry] = deque()

    def add(self, entry: RecordingEntry) -> None:
        self._waiting.append(entry)
        self._database.submit(self._drain)

    async def close(self) -> None:
        await self._database.finish(self._drain)
        if self._waiting:
            log.error("recordings are not in the index", count=len(self._waiting))

    def _drain(self) -> None:
        while self._waiting:
            entry = self._waiting[0]
            try:
                octets, sha256 = fingerprint(self._folder / entry.file)
                self._database.run_now(partial(_add, entry, octets, sha256))
            except OSError as error:
                log.error("recording cannot be read", file=str(entry.file), error=str(error))
            except StoreError as error:
                log.error("row of a recording waits", waiting=len(self._waiting), error=str(error))
                return
            self._waiting.popleft()


def _add(entry: RecordingEntry, octets: int, sha256: str, session: Session) -> None:
    Recordings(session).add(entry, octets, sha256)


def fingerprint(file: Path) -> tuple[int, str]:
    """Size and SHA-256."""
    digest, octets = hashlib.sha256(), 0
    with file.open("rb") as opened:
        while block := opened.read(BLOCK_OCTETS):
            digest.update(block)
            octets += len(block)
    return octets, digest.hexdigest()


def fault_of(recording: IndexedRecording, folder: Path) -> str | None:
    """What is wrong with the file of this row; None = it is as it was when it was closed."""
    try:
        octets, sha256 = fingerprint(folder / recording.file)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if octets != recording.octets:
        return f"has {octets} octets, expected {recording.octets}"
    return None if sha256 == recording.sha256 else "its content has changed"


def _value(row: RecordingRow) -> IndexedRecording:
    return IndexedRecording(**{name: getattr(row, name) for name in IndexedRecording.__dataclass_fields__})
