"""Jobs of the scheduler: what is to be done when, and what became of it. `kind` and `key` name a job for ever."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kmcc.store.errors import UnknownJobError
from kmcc.store.tables import JobRow


class JobState(Enum):
    PLANNED = "planned"
    RUNNING = "running"  # or cut off while it ran
    DONE = "done"
    MISSED = "missed"  # its time had gone by too far
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.PLANNED.value, JobState.RUNNING.value)


@dataclass(frozen=True, slots=True)
class Job:
    """What is planned. The same `kind` and `key` again is the same job."""

    kind: str
    key: str
    due: datetime


@dataclass(frozen=True, slots=True)
class StoredJob:
    """`epoch` counts how often it was begun: above 1 it was cut off before."""

    job: Job
    state: JobState
    epoch: int
    ended_at: datetime | None
    note: str | None


class Jobs:
    def __init__(self, session: Session) -> None:
        self._session = session

    def plan(self, job: Job) -> bool:
        """Put it down; False when it is known already, whatever became of it: nothing is done twice."""
        if self._session.get(JobRow, (job.kind, job.key)) is not None:
            return False
        state = JobState.PLANNED.value
        self._session.add(JobRow(kind=job.kind, key=job.key, due=job.due, state=state, epoch=0))
        self._session.flush()
        return True

    def plan_first(self, job: Job) -> bool:
        """The beginning of a chain: only when no job of its kind is open."""
        is_open = select(JobRow.key).where(JobRow.kind == job.kind, JobRow.state.in_(OPEN)).limit(1)
        return self._session.scalars(is_open).first() is None and self.plan(job)

    def cancel(self, kind: str, key: str, now: datetime) -> bool:
        """Whether there was one that had not begun."""
        row = self._session.get(JobRow, (kind, key))
        if row is None or row.state != JobState.PLANNED.value:
            return False
        row.state, row.ended_at = JobState.CANCELLED.value, now
        return True

    def due(self, now: datetime) -> tuple[StoredJob, ...]:
        """Those whose time has come, and those that were cut off; in the order of their times."""
        query = select(JobRow).where(JobRow.state.in_(OPEN), JobRow.due <= now)
        return tuple(_value(row) for row in self._session.scalars(query.order_by(JobRow.due, JobRow.kind, JobRow.key)))

    def next_due_after(self, now: datetime) -> datetime | None:
        """The earliest time, later than `now`, of a planned job."""
        query = select(JobRow.due).where(JobRow.state == JobState.PLANNED.value, JobRow.due > now)
        return self._session.scalars(query.order_by(JobRow.due).limit(1)).first()

    def begin(self, kind: str, key: str) -> StoredJob | None:
        """Take it up; None when it is open no longer."""
        row = self._session.get(JobRow, (kind, key))
        if row is None or row.state not in OPEN:
            return None
        row.state, row.epoch = JobState.RUNNING.value, row.epoch + 1
        return _value(row)

    def end(self, kind: str, key: str, state: JobState, now: datetime, note: str | None = None) -> None:
        row = self._session.get(JobRow, (kind, key))
        if row is None:
            raise UnknownJobError(kind, key)
        row.state, row.ended_at, row.note = state.value, now, note

    def of(self, kind: str, key: str) -> StoredJob | None:
        row = self._session.get(JobRow, (kind, key))
        return None if row is None else _value(row)

    def all(self, kind: str | None = None) -> tuple[StoredJob, ...]:
        query = select(JobRow) if kind is None else select(JobRow).where(JobRow.kind == kind)
        return tuple(_value(row) for row in self._session.scalars(query.order_by(JobRow.due, JobRow.kind, JobRow.key)))

    def counts(self) -> dict[JobState, int]:
        rows = self._session.execute(select(JobRow.state, func.count()).group_by(JobRow.state))
        found = {row[0]: row[1] for row in rows}
        return {state: found.get(state.value, 0) for state in JobState}


def _value(row: JobRow) -> StoredJob:
    return StoredJob(Job(row.kind, row.key, row.due), JobState(row.state), row.epoch, row.ended_at, row.note)
