"""Call detail records in the database, append-only (R-333)."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy import event, select
from sqlalchemy.orm import ORMExecuteState, Session

from kmcc.store.database import Database
from kmcc.store.errors import DuplicateCallRecordError, RecordIsFinalError, StoreError
from kmcc.store.tables import CallRecordRow
from kmcc.switch.cdr import Cdr, EndedBy, LegDirection
from kmcc.switch.circuit import Cause

log = structlog.get_logger()

MS: Final = timedelta(milliseconds=1)
MOST_TOGETHER: Final = 100

SAME: Final = (
    "id",
    "chain",
    "leg",
    "circuit",
    "called",
    "calling",
    "category",
    "dialled_code",
    "service",
    "seat",
    "offered_at",
    "answered_at",
    "released_at",
    "waiting_ms",
    "charged",
    "charge_class",
    "units",
    "continues",
)
"""Fields that the row keeps as the record has them."""


class CallRecords:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, cdr: Cdr) -> None:
        if self._session.get(CallRecordRow, (cdr.id, cdr.offered_at)) is not None:
            raise DuplicateCallRecordError(cdr.id)
        self._session.add(_row(cdr))

    def missing(self, cdrs: Sequence[Cdr]) -> tuple[Cdr, ...]:
        """Those of the records that are not here. Times count to the millisecond, which is all a CSV row has."""
        if not cdrs:
            return ()
        times = [cdr.offered_at for cdr in cdrs]
        rows = self._session.execute(
            select(CallRecordRow.id, CallRecordRow.offered_at).where(
                CallRecordRow.offered_at >= _to_ms(min(times)), CallRecordRow.offered_at < _to_ms(max(times)) + MS
            )
        )
        here = {(id_, _to_ms(offered_at)) for id_, offered_at in rows}
        return tuple(cdr for cdr in cdrs if (cdr.id, _to_ms(cdr.offered_at)) not in here)

    def of_chain(self, chain: str) -> tuple[Cdr, ...]:
        """All legs of a call, in order."""
        rows = self._session.scalars(
            select(CallRecordRow)
            .where(CallRecordRow.chain == chain)
            .order_by(CallRecordRow.offered_at, CallRecordRow.leg)
        )
        return tuple(_value(row) for row in rows)

    def offered_between(self, start: datetime, end: datetime) -> tuple[Cdr, ...]:
        """Legs offered from `start` on and before `end`, in order of time."""
        rows = self._session.scalars(
            select(CallRecordRow)
            .where(CallRecordRow.offered_at >= start, CallRecordRow.offered_at < end)
            .order_by(CallRecordRow.offered_at, CallRecordRow.id)
        )
        return tuple(_value(row) for row in rows)


class SqlCdrSink:
    """Implements kmcc.switch.cdr.CdrSink. While the database is away records wait here and are written in order."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[Cdr] = deque()
        self.refused = 0

    def write(self, cdr: Cdr) -> None:
        self._waiting.append(cdr)
        self._database.submit(self._drain)

    @property
    def unwritten(self) -> int:
        return len(self._waiting)

    async def close(self) -> None:
        """Try once more. What a database that is still away does not get, the next start takes from the CSV file."""
        await self._database.finish(self._drain)
        if self._waiting:
            log.error("call records are not in the database, only in the CSV file", count=len(self._waiting))

    def _drain(self) -> None:
        """What has come together while the worker was busy goes in one transaction: it is the disk that takes long."""
        while self._waiting:
            together = tuple(islice(self._waiting, MOST_TOGETHER))
            if len(together) == 1 or not self._write_together(together):
                return self._drain_singly()
            for _ in together:
                self._waiting.popleft()
        return None

    def _write_together(self, cdrs: Sequence[Cdr]) -> bool:
        """Whether all of them are kept; else none is, and each must be looked at alone."""
        try:
            self._database.run_now(partial(_add, cdrs))
        except StoreError:
            return False
        return True

    def _drain_singly(self) -> None:
        while self._waiting:
            cdr = self._waiting[0]
            try:
                self._database.run_now(partial(_add, (cdr,)))
            except DuplicateCallRecordError as error:
                self.refused += 1
                log.error("call record refused", error=str(error))
            except StoreError as error:
                log.error("call record waits", waiting=len(self._waiting), error=str(error))
                return
            self._waiting.popleft()


def _add(cdrs: Sequence[Cdr], session: Session) -> None:
    records = CallRecords(session)
    for cdr in cdrs:
        records.add(cdr)


def _refuse(_mapper: object, _connection: object, row: CallRecordRow) -> None:
    raise RecordIsFinalError(row.__tablename__)


def _refuse_in_bulk(state: ORMExecuteState) -> None:
    """UPDATE and DELETE statements go past the mapper's events."""
    mapper = state.bind_mapper
    if (state.is_update or state.is_delete) and mapper is not None and mapper.class_ is CallRecordRow:
        raise RecordIsFinalError(CallRecordRow.__tablename__)


event.listen(CallRecordRow, "before_update", _refuse)
event.listen(CallRecordRow, "before_delete", _refuse)
event.listen(Session, "do_orm_execute", _refuse_in_bulk)


def _to_ms(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _row(cdr: Cdr) -> CallRecordRow:
    same: dict[str, Any] = {name: getattr(cdr, name) for name in SAME}
    return CallRecordRow(
        **same,
        direction=cdr.direction.value,
        cause=cdr.cause.name,
        ended_by=cdr.ended_by.value,
        recording=None if cdr.recording is None else str(cdr.recording),
    )


def _value(row: CallRecordRow) -> Cdr:
    same: dict[str, Any] = {name: getattr(row, name) for name in SAME}
    return Cdr(
        **same,
        direction=LegDirection(row.direction),
        cause=Cause[row.cause],
        ended_by=EndedBy(row.ended_by),
        recording=None if row.recording is None else Path(row.recording),
    )
