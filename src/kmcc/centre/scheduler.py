"""The one durable scheduler: jobs in the store, done when their time has come by the calendar, across every restart.

Work of the database is done exactly once: it shares its transaction with the job's end. An errand that reaches out of
the database is done at least once: cut off, it is begun anew, and its `epoch` says so. Whatever becomes of a job, its
successor is planned in the same transaction, so a daily chain never breaks and never forks.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import Final

import structlog
from sqlalchemy.orm import Session

from kmcc.errors import KmccError
from kmcc.store.database import Database
from kmcc.store.errors import StoreError
from kmcc.store.jobs import Job, Jobs, JobState, StoredJob
from kmcc.switch.calendar import Calendar
from kmcc.switch.journal import Journal

log = structlog.get_logger()

RECHECK_S: Final = 30.0
"""A calendar that is put forward is noticed within this; so is a database that is back."""

Work = Callable[[Session, StoredJob, datetime], None]
Errand = Callable[[StoredJob], Awaitable[None]]
Successor = Callable[[Job, datetime], Job | None]
"""Of the job that ends, its time in the calendar's zone, and of now: the next one of the chain."""


class CatchUp(Enum):
    """What becomes of a job whose time passed while nobody was there to do it."""

    RUN = "run late"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Kind:
    """How jobs of one kind are done: by `work` or by `errand`.

    `successor` makes the next one of a chain. `first` begins the chain, at a start at which it has no open job.

    With SKIP a job that is `late` is MISSED. A chain catches up once, not once for each day that was missed.
    """

    name: str
    work: Work | None = None
    errand: Errand | None = None
    successor: Successor | None = None
    first: Callable[[datetime], Job] | None = None
    catch_up: CatchUp = CatchUp.RUN
    late: timedelta = timedelta(hours=1)

    def is_missed(self, job: StoredJob, now: datetime) -> bool:
        return self.catch_up is CatchUp.SKIP and job.state is JobState.PLANNED and now - job.job.due > self.late


class Scheduler:
    def __init__(
        self,
        database: Database,
        calendar: Calendar,
        journal: Journal,
        kinds: Iterable[Kind] = (),
        *,
        recheck_s: float = RECHECK_S,
    ) -> None:
        self._database = database
        self._calendar = calendar
        self._journal = journal
        self._kinds: dict[str, Kind] = {}
        self._to_begin: list[Kind] = []
        for kind in kinds:
            self.register(kind)
        self._errands: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._recheck_s = recheck_s
        self._is_changed = asyncio.Event()
        self._is_closed = False

    def register(self, kind: Kind) -> None:
        self._kinds[kind.name] = kind
        self._to_begin.append(kind)

    async def plan(self, *jobs: Job) -> int:
        """How many of them were new."""
        added = await self._database.run(lambda session: sum(Jobs(session).plan(job) for job in jobs))
        self._is_changed.set()
        return added

    async def cancel(self, kind: str, key: str) -> bool:
        """Whether there was such a job. One that runs is cut off, and does not begin again; a chain ends with it."""
        now, errand = self._calendar.now(), self._errands.get((kind, key))
        if errand is None:
            return await self._database.run(lambda session: Jobs(session).cancel(kind, key, now))
        await self._database.run(lambda session: Jobs(session).end(kind, key, JobState.CANCELLED, now))
        errand.cancel()
        await asyncio.wait((errand,))
        return True

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                self._is_changed.clear()
                await self._wait(await self._run_due())
        finally:
            await self.close()

    async def close(self) -> None:
        """Cut off the errands that run, and begin none any more: they go on at the next start."""
        self._is_closed = True
        errands = tuple(self._errands.values())
        for errand in errands:
            errand.cancel()
        await asyncio.gather(*errands, return_exceptions=True)

    async def _wait(self, due: datetime | None) -> None:
        left_s = self._recheck_s if due is None else (due - self._calendar.now()).total_seconds()
        try:
            async with asyncio.timeout(min(max(left_s, 0.0), self._recheck_s)):
                await self._is_changed.wait()
        except TimeoutError:
            pass

    async def _run_due(self) -> datetime | None:
        """Begin all whose time has come; when the next one is due."""
        if self._is_closed:
            return None
        try:
            now = self._calendar.now()
            await self._begin_chains(now)
            for job in await self._database.run(lambda session: Jobs(session).due(now)):
                await self._begin(job)
            return await self._database.run(lambda session: Jobs(session).next_due_after(now))
        except StoreError as error:  # the telephones go on; it is tried again
            log.error("jobs cannot be read", error=str(error))
            return None

    async def _begin_chains(self, now: datetime) -> None:
        """Once a start; should the database be away then, as soon as it is back."""
        for kind in tuple(self._to_begin):
            if kind.first is not None:
                await self._database.run(partial(_plan_first, kind.first(now)))
            self._to_begin.remove(kind)

    async def _begin(self, stored: StoredJob) -> None:
        kind, job = self._kinds.get(stored.job.kind), stored.job
        if kind is None or (job.kind, job.key) in self._errands:  # of a version to come, or at work
            return
        now = self._calendar.now()
        if kind.is_missed(stored, now):
            await self._database.run(lambda session: self._end(session, kind, job, JobState.MISSED))
            self._journal.write("job.missed", kind=job.kind, key=job.key, due=job.due.isoformat())
            self._is_changed.set()  # its successor may be due already
        elif kind.work is not None:
            await self._do_work(kind, job)
            self._is_changed.set()
        else:
            await self._start_errand(kind, job)

    async def _do_work(self, kind: Kind, job: Job) -> None:
        def work(session: Session) -> None:
            begun = Jobs(session).begin(job.kind, job.key)
            if begun is not None and kind.work is not None:
                kind.work(session, begun, self._calendar.now())
                self._end(session, kind, job, JobState.DONE)

        try:
            await self._database.run(work)
        except KmccError as error:
            await self._fail(kind, job, error)
        else:
            self._journal.write("job.done", kind=job.kind, key=job.key)

    async def _start_errand(self, kind: Kind, job: Job) -> None:
        begun = await self._database.run(lambda session: Jobs(session).begin(job.kind, job.key))
        if begun is None or kind.errand is None:
            return
        self._journal.write("job.begun", kind=job.kind, key=job.key, epoch=begun.epoch)
        errand = asyncio.get_running_loop().create_task(self._run_errand(kind, begun, kind.errand))
        self._errands[job.kind, job.key] = errand
        errand.add_done_callback(lambda task: self._errand_over(job, task))

    async def _run_errand(self, kind: Kind, stored: StoredJob, errand: Errand) -> None:
        job = stored.job
        try:
            await errand(stored)
            await self._database.run(lambda session: self._end(session, kind, job, JobState.DONE))
        except KmccError as error:
            await self._fail(kind, job, error)
        else:
            self._journal.write("job.done", kind=job.kind, key=job.key)

    def _errand_over(self, job: Job, task: "asyncio.Task[None]") -> None:
        del self._errands[job.kind, job.key]
        self._is_changed.set()
        bug = None if task.cancelled() else task.exception()
        if bug is not None:
            what = {"message": f"job {job.kind} {job.key} failed", "exception": bug, "task": task}
            task.get_loop().call_exception_handler(what)

    async def _fail(self, kind: Kind, job: Job, error: KmccError) -> None:
        """An error of ours ends the job, not the chain."""
        log.error("job failed", kind=job.kind, key=job.key, error=str(error))
        self._journal.write("job.failed", kind=job.kind, key=job.key, what=type(error).__name__)
        note = str(error)[:200]
        try:
            await self._database.run(lambda session: self._end(session, kind, job, JobState.FAILED, note))
        except StoreError as lost:  # it stays open, and is begun again
            log.error("job not closed", kind=job.kind, key=job.key, error=str(lost))

    def _end(self, session: Session, kind: Kind, job: Job, state: JobState, note: str | None = None) -> None:
        now = self._calendar.now()
        Jobs(session).end(job.kind, job.key, state, now, note)
        local = Job(job.kind, job.key, job.due.astimezone(now.tzinfo))
        successor = None if kind.successor is None else kind.successor(local, now)
        if successor is not None and not Jobs(session).plan(successor):
            log.warning("job is planned already", kind=successor.kind, key=successor.key)


def _plan_first(job: Job, session: Session) -> None:
    Jobs(session).plan_first(job)
