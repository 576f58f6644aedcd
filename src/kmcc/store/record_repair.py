"""Call records that the CSV file has and the database lacks, put there at start (R-333).

The database may have been away when the house closed, or when its process was killed. Legs that were up then get their
records from the file of open legs.
"""

import csv
from collections import deque
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.orm import Session

from kmcc.dsp.recorder import RecorderError, mend_recording
from kmcc.store.call_records import CallRecords
from kmcc.store.database import Database
from kmcc.store.open_legs import OpenLegFile, records_of
from kmcc.switch.cdr import CSV_COLUMNS, Cdr, CdrError, CdrSink

log = structlog.get_logger()

NEWEST_ROWS: Final = 1_000


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
