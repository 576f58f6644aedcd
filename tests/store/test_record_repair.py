"""Rows of the CSV file that the database lacks are put into it; those it has are left alone."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from structlog.testing import capture_logs

from kmcc.store.call_records import CallRecords, SqlCdrSink
from kmcc.store.database import Database
from kmcc.store.record_repair import restore_call_records
from kmcc.switch.cdr import Cdr, CsvCdrFile, EndedBy, LegDirection
from kmcc.switch.circuit import Cause

START = datetime(2000, 5, 1, 8, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=8)))  # a calendar has microseconds
FIRST = Cdr(
    id="1-1",
    chain="1",
    leg=1,
    direction=LegDirection.IN,
    circuit="kunming-in/1",
    called="1000",
    offered_at=START,
    answered_at=START + timedelta(seconds=1),
    released_at=START + timedelta(seconds=2),
    cause=Cause.CALLER_HUNG_UP,
    ended_by=EndedBy.CALLER,
    charged=True,
    recording=Path("recordings/1.wav"),
)


def records(count: int) -> list[Cdr]:
    """The second half has the numbers of the first again, as after a restart."""
    later = [timedelta(minutes=n) for n in range(count)]
    return [
        replace(
            FIRST,
            id=f"{n % (count // 2)}-1",
            offered_at=FIRST.offered_at + later[n],
            answered_at=START + timedelta(seconds=1) + later[n],
            released_at=FIRST.released_at + later[n],
        )
        for n in range(count)
    ]


def csv_of(path: Path, cdrs: list[Cdr]) -> Path:
    with CsvCdrFile(path) as file:
        for cdr in cdrs:
            file.write(cdr)
    return path


def stored(database: Database) -> tuple[Cdr, ...]:
    far = timedelta(days=1000)
    return database.run_now(lambda session: CallRecords(session).offered_between(START - far, START + far))


def in_ms(cdr: Cdr) -> Cdr:
    """As a CSV row has it."""
    return Cdr.from_csv_row(cdr.to_csv_row())


def test_what_is_missing_is_added_once(database: Database, tmp_path: Path) -> None:
    cdrs = records(20)
    path = csv_of(tmp_path / "cdr.csv", cdrs)
    sink = SqlCdrSink(database)
    for cdr in cdrs[::3]:
        sink.write(cdr)
    here = set(cdrs[::3])
    assert restore_call_records(database, path) == 20 - len(here)
    assert stored(database) == tuple(cdr if cdr in here else in_ms(cdr) for cdr in cdrs)
    assert restore_call_records(database, path) == 0
    assert len(stored(database)) == 20


def test_only_the_newest_rows_are_looked_at(database: Database, tmp_path: Path) -> None:
    cdrs = records(20)
    assert restore_call_records(database, csv_of(tmp_path / "cdr.csv", cdrs), newest=5) == 5
    assert stored(database) == tuple(map(in_ms, cdrs[-5:]))


def test_a_torn_row_takes_no_other_with_it(database: Database, tmp_path: Path) -> None:
    cdrs = records(4)
    path = csv_of(tmp_path / "cdr.csv", cdrs[:2])
    path.write_bytes(path.read_bytes() + b'"9-1,9,\xff\n' + bytes(200_000) + b"\n\n")
    csv_of(path, cdrs[2:])
    with capture_logs() as logs:
        assert restore_call_records(database, path) == 4
    assert [entry["log_level"] for entry in logs] == ["error", "error", "warning"]
    assert stored(database) == tuple(map(in_ms, cdrs))


def test_a_house_without_a_file_or_with_an_empty_one(database: Database, tmp_path: Path) -> None:
    assert restore_call_records(database, tmp_path / "none.csv") == 0
    assert restore_call_records(database, csv_of(tmp_path / "cdr.csv", [])) == 0
