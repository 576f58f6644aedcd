"""Call records that the CSV file has and the database lacks, put there at start (R-333).

The database may have been away when the house closed, or when its process was killed. Legs that were up then get their
records from the file of open legs.
"""

import csv
from collections import deque
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.orm import Session

from kmcc.dsp.errors import WavError
from kmcc.dsp.recorder import RecorderError, mend_recording
from kmcc.dsp.wav import read_wav
from kmcc.store.call_records import CallRecords
from kmcc.store.database import Database
from kmcc.store.open_legs import OpenLegFile, records_of
from kmcc.store.recordings import Recordings
from kmcc.switch.cdr import CSV_COLUMNS, Cdr, CdrError, CdrSink
from kmcc.switch.circuit import Cause
from kmcc.switch.recording_entry import RecordingEntry, RecordingIndex

log = structlog.get_logger()

NEWEST_ROWS: Final = 1_000
RATE_HZ: Final = 8000
MS: Final = timedelta(milliseconds=1)
CUT_SHORT, RESTORED = "cut short", "restored"
"""In place of a recording's mode: a crash has ended it, or only kept its row from being written."""


def restore_call_records(database: Database, csv_file: Path, *, newest: int = NEWEST_ROWS) -> int:
    """How many of the newest rows of the file were missing in the database; they are in it now."""
    cdrs = _newest(csv_file, newest)

    def add_missing(session: Session) -> int:
        records = CallRecords(session)
        missing = records.missing(cdrs)
        for cdr in missing:
            records.add(cdr)
        return len(missing)

    count = database.run_now(add_missing)
    if count:
        log.warning("call records restored from the CSV file", file=str(csv_file), count=count)
    return count


def restore_open_legs(legs: OpenLegFile, sink: CdrSink, csv_file: Path, last_sign: datetime, recordings: Path) -> int:
    """Records of the legs that were up when an earlier process was killed, written to `sink`; how many.

    One whose record had reached the file, but not the file of open legs, keeps the one it has.
    """
    written = {(cdr.id, _ms(cdr.offered_at)) for cdr in _newest(csv_file, NEWEST_ROWS)}
    count = 0
    for entry, cdr in zip(legs.left, records_of(legs.left, last_sign, recordings), strict=True):
        if cdr.recording is not None:
            _mend(recordings / cdr.recording)
        if (cdr.id, _ms(cdr.offered_at)) not in written:
            sink.write(cdr)
            count += 1
        legs.close(entry)
    if count:
        log.warning("call records written of legs that a crash had ended", file=str(csv_file), count=count)
    return count


def _mend(recording: Path) -> None:
    try:
        mend_recording(recording)
    except RecorderError as error:
        log.error("recording cannot be mended", error=str(error))


def restore_recording_rows(database: Database, index: RecordingIndex, csv_file: Path, folder: Path) -> int:
    """Rows of recordings that the newest records name and the index lacks, because the process was killed; how many.

    One that the crash has cut short is marked with what it lacks of the call.
    """
    cdrs = {cdr.recording.name: cdr for cdr in _newest(csv_file, NEWEST_ROWS) if cdr.recording is not None}
    known = database.run_now(lambda session: Recordings(session).known(cdrs))
    count = 0
    for name, cdr in cdrs.items():
        if name not in known and (duration_ms := _duration_ms(folder / name)) is not None:
            index.add(_entry(cdr, Path(name), duration_ms))
            count += 1
    return count


def _duration_ms(file: Path) -> int | None:
    """What the file holds: nothing, when the recorder's ring had not been written yet; None when it is not there."""
    if not file.exists():
        return None
    try:
        return len(read_wav(file).alaw(0)) * 1000 // RATE_HZ
    except WavError:
        return 0


def _entry(cdr: Cdr, file: Path, duration_ms: int) -> RecordingEntry:
    is_cut = cdr.cause is Cause.SYSTEM_FAULT
    return RecordingEntry(
        file=file,
        call=cdr.chain,
        mode=CUT_SHORT if is_cut else RESTORED,
        started_at=cdr.offered_at,
        talk_ms=(cdr.released_at - cdr.offered_at) // MS if is_cut else duration_ms,
        duration_ms=duration_ms,
        lost_octets=0,
        service=cdr.service,
        seat=cdr.seat,
        called=cdr.called,
        calling=cdr.calling,
    )


def _ms(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _newest(csv_file: Path, count: int) -> tuple[Cdr, ...]:
    """Line by line: one that a loss of power tore does not take the next one with it."""
    if not csv_file.exists():
        return ()
    with csv_file.open("rb") as file:
        lines = deque(file, maxlen=count)
    cdrs: dict[tuple[object, ...], Cdr] = {}
    for line in lines:
        cdr = _cdr(line, csv_file)
        if cdr is not None:
            cdrs[cdr.id, cdr.offered_at] = cdr
    return tuple(cdrs.values())


def _cdr(line: bytes, csv_file: Path) -> Cdr | None:
    text = line.decode("utf-8", "replace").rstrip("\r\n")
    if not text or text == ",".join(CSV_COLUMNS):
        return None
    try:
        return Cdr.from_csv_row(next(csv.reader([text])))
    except (CdrError, csv.Error) as error:
        log.error("row of call records not readable", file=str(csv_file), error=str(error))
        return None
