import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.event import listen
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from kmcc.store.call_records import CallRecords, SqlCdrSink, _row, _value
from kmcc.store.database import Database
from kmcc.store.errors import DuplicateCallRecordError, RecordIsFinalError
from kmcc.store.tables import CallRecordRow
from kmcc.switch.cdr import Cdr, EndedBy, LegDirection
from kmcc.switch.circuit import Cause

START = datetime(2000, 5, 1, 8, 0, tzinfo=timezone(timedelta(hours=8)))
CDR = Cdr(
    id="c000001-1",
    chain="c000001",
    leg=1,
    direction=LegDirection.IN,
    circuit="kunming-in/7",
    called="1000",
    calling="3190001",
    category=1,
    dialled_code="1000",
    service="centre",
    seat="5",
    offered_at=START,
    answered_at=START + timedelta(milliseconds=250),
    released_at=START + timedelta(seconds=61),
    waiting_ms=1200,
    cause=Cause.CALLER_HUNG_UP,
    ended_by=EndedBy.CALLER,
    charged=True,
    recording=Path("recordings/c000001.wav"),
)
BARE = Cdr(
    id="c000001-2",
    chain="c000001",
    leg=2,
    direction=LegDirection.OUT,
    circuit="kunming-out/21",
    called="3190002",
    offered_at=START + timedelta(seconds=1),
    released_at=START + timedelta(seconds=2),
    cause=Cause.BUSY,
    ended_by=EndedBy.CALLED,
    charged=False,
)


def of_chain(database: Database) -> tuple[Cdr, ...]:
    return database.run_now(lambda session: CallRecords(session).of_chain("c000001"))


def test_a_record_comes_back_as_it_was_written(database: Database) -> None:
    sink = SqlCdrSink(database)
    sink.write(BARE)
    sink.write(CDR)
    assert of_chain(database) == (CDR, BARE)
    assert (sink.unwritten, sink.refused) == (0, 0)


@settings(deadline=None)
@given(
    cause=st.sampled_from(Cause),
    direction=st.sampled_from(LegDirection),
    ended_by=st.sampled_from(EndedBy),
    waiting_ms=st.none() | st.integers(0, 10**7),
    recording=st.none() | st.just(Path("a/b.wav")),
)
def test_every_field_makes_the_way_there_and_back(
    cause: Cause, direction: LegDirection, ended_by: EndedBy, waiting_ms: int | None, recording: Path | None
) -> None:
    cdr = replace(CDR, cause=cause, direction=direction, ended_by=ended_by, waiting_ms=waiting_ms, recording=recording)
    assert _value(_row(cdr)) == cdr


def test_between_takes_the_start_and_leaves_the_end(database: Database) -> None:
    sink = SqlCdrSink(database)
    sink.write(BARE)
    sink.write(CDR)

    def offered(start_s: float, end_s: float) -> list[int]:
        start, end = START + timedelta(seconds=start_s), START + timedelta(seconds=end_s)
        found = database.run_now(lambda session: CallRecords(session).offered_between(start, end))
        return [cdr.leg for cdr in found]

    assert offered(0, 1) == [1]
    assert offered(0, 1.001) == [1, 2]
    assert offered(0.5, 1) == []


def test_the_same_number_after_a_restart_is_another_record(database: Database) -> None:
    """Calls are numbered from 1 again when the process starts again."""
    later = replace(
        CDR,
        offered_at=START + timedelta(days=1),
        answered_at=None,
        charged=False,
        released_at=START + timedelta(days=1),
    )
    sink = SqlCdrSink(database)
    sink.write(CDR)
    sink.write(later)
    assert of_chain(database) == (CDR, later)


def test_a_record_is_written_once(database: Database) -> None:
    database.run_now(lambda session: CallRecords(session).add(CDR))
    with pytest.raises(DuplicateCallRecordError, match="c000001-1"):
        database.run_now(lambda session: CallRecords(session).add(replace(CDR, charged=False)))
    sink = SqlCdrSink(database)
    sink.write(replace(CDR, charged=False))
    sink.write(BARE)
    assert (sink.refused, sink.unwritten) == (1, 0)
    assert of_chain(database) == (CDR, BARE)


def change(session: Session) -> None:
    row = session.get(CallRecordRow, (CDR.id, CDR.offered_at))
    assert row is not None
    row.charged = False
    session.flush()


def remove(session: Session) -> None:
    session.delete(session.get(CallRecordRow, (CDR.id, CDR.offered_at)))
    session.flush()


def change_in_bulk(session: Session) -> None:
    session.execute(update(CallRecordRow).values(charged=False))


def remove_in_bulk(session: Session) -> None:
    session.execute(delete(CallRecordRow))


@pytest.mark.parametrize("work", [change, remove, change_in_bulk, remove_in_bulk])
def test_our_own_code_cannot_change_a_record(database: Database, work: object) -> None:
    SqlCdrSink(database).write(CDR)
    with pytest.raises(RecordIsFinalError, match="call_records is append-only"):
        database.run_now(work)  # type: ignore[arg-type]
    assert of_chain(database) == (CDR,)


@pytest.mark.parametrize("sql", ["UPDATE call_records SET charged = 0", "DELETE FROM call_records"])
def test_nor_can_somebody_with_a_database_shell(database: Database, tmp_path: Path, sql: str) -> None:
    SqlCdrSink(database).write(CDR)
    connection = sqlite3.connect(tmp_path / "kmcc.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(sql)
    connection.close()
    assert of_chain(database) == (CDR,)


def test_records_wait_for_a_database_that_is_away(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/later/kmcc.db")
    sink = SqlCdrSink(database)
    sink.write(CDR)
    assert sink.unwritten == 1
    (tmp_path / "later").mkdir()
    database.migrate()
    sink.write(BARE)
    assert sink.unwritten == 0
    assert of_chain(database) == (CDR, BARE)
    database.close()


def test_the_writer_does_not_wait_for_the_database(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as executor:
        database = Database(f"sqlite:///{tmp_path}/kmcc.db", executor)
        database.migrate()
        sink = SqlCdrSink(database)
        for leg in range(1, 21):
            sink.write(replace(CDR, id=f"c000001-{leg}", leg=leg))
        executor.submit(lambda: None).result()
        assert [cdr.leg for cdr in of_chain(database)] == list(range(1, 21))
        database.close()


def test_what_waits_for_a_busy_worker_goes_in_one_transaction(tmp_path: Path) -> None:
    """One of them is a double: the others are kept all the same, each once."""
    with ThreadPoolExecutor(1) as executor:
        database = Database(f"sqlite:///{tmp_path}/kmcc.db", executor)
        database.migrate()
        database.check()
        commits: list[object] = []
        listen(database._engine, "commit", commits.append)
        sink, goes_on = SqlCdrSink(database), Event()
        legs = [replace(CDR, id=f"c000001-{leg}", leg=leg) for leg in range(1, 251)]
        for waiting, transactions in ((legs[:200], 2), ([*legs[200:], legs[0]], 50)):
            commits.clear()
            goes_on.clear()
            executor.submit(goes_on.wait)
            for cdr in waiting:
                sink.write(cdr)
            goes_on.set()
            executor.submit(lambda: None).result()
            assert (len(commits), sink.unwritten) == (transactions, 0)
        assert sink.refused == 1
        assert [cdr.leg for cdr in of_chain(database)] == list(range(1, 251))
        database.close()


def test_at_close_what_waits_is_tried_once_more(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/later/kmcc.db")
    sink = SqlCdrSink(database)
    sink.write(CDR)
    (tmp_path / "later").mkdir()
    database.migrate()
    with capture_logs() as logs:
        asyncio.run(sink.close())
    assert (of_chain(database), sink.unwritten, logs) == ((CDR,), 0, [])
    database.close()


def test_at_close_what_the_database_never_got_is_told(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as executor:
        database = Database(f"sqlite:///{tmp_path}/absent/kmcc.db", executor)
        sink = SqlCdrSink(database)
        sink.write(CDR)
        sink.write(BARE)
        with capture_logs() as logs:
            asyncio.run(sink.close())
        assert [(entry["log_level"], entry["count"]) for entry in logs if "count" in entry] == [("error", 2)]
        database.close()
