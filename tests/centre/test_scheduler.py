"""The scheduler on the virtual clock: in time, once, after downtime, and through crashes at any transaction."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from kmcc.centre.scheduler import CatchUp, Kind, Scheduler
from kmcc.errors import KmccError
from kmcc.firmware_sim.clock import run_virtual
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.store.customers import Customer, Customers
from kmcc.store.database import Database
from kmcc.store.errors import UnknownJobError
from kmcc.store.jobs import Job, Jobs, JobState, StoredJob
from kmcc.switch.calendar import Calendar

T = TypeVar("T")
START = datetime(2000, 5, 22, 0, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)


class Killed(BaseException):
    """The process is gone; nobody catches it."""


class MortalDatabase(Database):
    """A real database whose process dies at the n-th transaction, right before or right after its commit."""

    def __init__(self, url: str, deaths: list[tuple[int, bool]]) -> None:
        super().__init__(url)
        self._deaths = deaths  # the caller may call them off
        self._count = 0

    def run_now(self, work: Callable[[Session], T]) -> T:
        self._count += 1
        if not self._deaths or self._count < self._deaths[0][0]:
            return super().run_now(work)
        self._count, (_, is_committed) = 0, self._deaths.pop(0)

        def die(session: Session) -> T:
            work(session)
            raise Killed

        super().run_now(work if is_committed else die)
        raise Killed


@dataclass
class Diary:
    """What was done, outside the database."""

    errands: list[tuple[str, int]] = field(default_factory=list)
    works: list[str] = field(default_factory=list)


def next_day(job: Job, now: datetime) -> Job:
    """The next midnight that is still to come, or today's that has passed."""
    due = max(job.due + DAY, now.replace(hour=0, minute=0, second=0, microsecond=0))
    return Job(job.kind, due.date().isoformat(), due)


def count_work(session: Session, job: StoredJob, _now: datetime) -> None:
    """An effect in the database that would show if it came twice."""
    old = Customers(session).of_number("1")
    count = 0 if old is None else int(old.name)
    Customers(session).put(Customer("1", str(count + 1), "KM-1"))


def kinds(diary: Diary, **more: object) -> list[Kind]:
    async def errand(job: StoredJob) -> None:
        diary.errands.append((job.job.key, job.epoch))
        await asyncio.sleep(60.0)

    return [
        Kind("work", work=count_work, successor=next_day, **more),  # type: ignore[arg-type]
        Kind("errand", errand=errand, successor=next_day, **more),  # type: ignore[arg-type]
    ]


def live(
    database: Database, start: datetime, seconds: float, made: list[Kind], story: Callable[[Scheduler], Awaitable[None]]
) -> MemoryJournal:
    """A process from `start` on; it ends after its time, or by Killed."""

    async def main() -> MemoryJournal:
        journal = MemoryJournal()
        calendar = Calendar(start, asyncio.get_running_loop().time)
        scheduler = Scheduler(database, calendar, journal, made, recheck_s=1800.0)
        await story(scheduler)
        running = asyncio.get_running_loop().create_task(scheduler.run())
        try:
            await asyncio.wait((running,), timeout=seconds)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        return journal

    return run_virtual(main())


async def nothing(_scheduler: Scheduler) -> None:
    pass


async def plan_first_days(scheduler: Scheduler) -> None:
    due = START + timedelta(hours=1)
    await scheduler.plan(Job("work", "2000-05-22", due), Job("errand", "2000-05-22", due))


def opened(folder: Path, deaths: list[tuple[int, bool]] | None = None) -> MortalDatabase:
    database = MortalDatabase(f"sqlite:///{folder}/jobs.db", [] if deaths is None else deaths)
    database.migrate()
    return database


def jobs_of(database: Database) -> dict[tuple[str, str], StoredJob]:
    return {(one.job.kind, one.job.key): one for one in database.run_now(lambda session: Jobs(session).all())}


def worked(database: Database) -> int:
    found = database.run_now(lambda session: Customers(session).of_number("1"))
    return 0 if found is None else int(found.name)


def test_every_day_in_time_and_once(tmp_path: Path) -> None:
    diary, database = Diary(), opened(tmp_path)
    journal = live(database, START, 3.5 * 86_400, kinds(diary), plan_first_days)
    assert worked(database) == 4
    assert diary.errands == [(f"2000-05-{day}", 1) for day in (22, 23, 24, 25)]
    begun = [one.at_s for one in journal.of("job.begun")]
    assert begun == pytest.approx([3600.0 + 86_400.0 * n for n in range(4)], abs=0.01)
    assert [key for (kind, key), one in jobs_of(database).items() if one.state is JobState.PLANNED] == [
        "2000-05-26"
    ] * 2
    database.close()


def test_the_same_job_is_planned_once_whatever_became_of_it(tmp_path: Path) -> None:
    diary, database = Diary(), opened(tmp_path)
    job = Job("errand", "2000-05-22", START)

    async def story(scheduler: Scheduler) -> None:
        assert [await scheduler.plan(job), await scheduler.plan(job)] == [1, 0]

    live(database, START, 600.0, kinds(diary), story)
    live(database, START, 600.0, kinds(diary), story_is_known(job))
    assert diary.errands == [("2000-05-22", 1)]
    database.close()


def story_is_known(job: Job) -> Callable[[Scheduler], Awaitable[None]]:
    async def story(scheduler: Scheduler) -> None:
        assert await scheduler.plan(job) == 0

    return story


@pytest.mark.parametrize(
    ("catch_up", "state", "keys"),
    [(CatchUp.RUN, JobState.DONE, ["2000-05-22", "2000-05-27"]), (CatchUp.SKIP, JobState.MISSED, ["2000-05-27"])],
)
def test_after_five_days_away_it_catches_up_once(
    tmp_path: Path, catch_up: CatchUp, state: JobState, keys: list[str]
) -> None:
    """The successor of the late job is that of today, not of each day that was missed."""
    diary, database = Diary(), opened(tmp_path)

    async def story(scheduler: Scheduler) -> None:
        await scheduler.plan(Job("errand", "2000-05-22", START))

    live(database, START + 5 * DAY, 600.0, kinds(diary, catch_up=catch_up), story)
    assert [key for key, _ in diary.errands] == keys
    assert jobs_of(database)["errand", "2000-05-22"].state is state
    assert {key for _, key in jobs_of(database)} == {"2000-05-22", "2000-05-27", "2000-05-28"}
    database.close()


def test_cancelled_before_and_while_it_runs(tmp_path: Path) -> None:
    diary, database = Diary(), opened(tmp_path)

    async def story(scheduler: Scheduler) -> None:
        await plan_first_days(scheduler)
        assert await scheduler.cancel("work", "2000-05-22")
        assert not await scheduler.cancel("work", "2000-05-22")
        assert not await scheduler.cancel("work", "never")
        loop = asyncio.get_running_loop()
        later = loop.create_task(cancel_at(scheduler, 3630.0))
        later.add_done_callback(lambda done: done.result())

    live(database, START, 2 * 86_400, kinds(diary), story)
    assert worked(database) == 0
    assert diary.errands == [("2000-05-22", 1)]
    assert {one.state for one in jobs_of(database).values()} == {JobState.CANCELLED}
    database.close()


async def cancel_at(scheduler: Scheduler, seconds: float) -> None:
    await asyncio.sleep(seconds)
    assert await scheduler.cancel("errand", "2000-05-22")


def test_an_error_ends_the_job_not_the_chain(tmp_path: Path) -> None:
    database = opened(tmp_path)

    def refuse(session: Session, _job: StoredJob, _now: datetime) -> None:
        Customers(session).put(Customer("2", "half done", "KM-2"))
        raise KmccError("no list today")

    journal = live(database, START, 2 * 86_400, [Kind("work", work=refuse, successor=next_day)], plan_first_days)
    failed = [(one.state, one.note) for one in jobs_of(database).values() if one.state is JobState.FAILED]
    assert failed == [(JobState.FAILED, "no list today")] * 2
    assert database.run_now(lambda session: Customers(session).of_number("2")) is None
    assert len(journal.of("job.failed")) == 2
    database.close()


def test_a_calendar_that_is_put_forward_is_noticed(tmp_path: Path) -> None:
    """The wall clock is set to tomorrow noon while the scheduler sleeps till one in the morning."""
    diary, database = Diary(), opened(tmp_path)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        calendar = Calendar(START, loop.time)
        scheduler = Scheduler(database, calendar, MemoryJournal(), kinds(diary))
        await plan_first_days(scheduler)
        running = loop.create_task(scheduler.run())
        await asyncio.sleep(10.0)
        calendar.set(START + timedelta(hours=36))
        await asyncio.sleep(31.0)
        assert [key for key, _ in diary.errands] == ["2000-05-22"]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    run_virtual(main())
    database.close()


def test_a_database_that_comes_back_is_noticed(tmp_path: Path) -> None:
    diary, database = Diary(), opened(tmp_path)

    async def story(scheduler: Scheduler) -> None:
        await plan_first_days(scheduler)
        database.run_now(lambda session: session.execute(text("ALTER TABLE jobs RENAME TO away")))
        later = asyncio.get_running_loop().create_task(bring_back())
        later.add_done_callback(lambda done: done.result())

    async def bring_back() -> None:
        await asyncio.sleep(7200.0)
        database.run_now(lambda session: session.execute(text("ALTER TABLE away RENAME TO jobs")))

    live(database, START, 8000.0, kinds(diary), story)
    assert diary.errands == [("2000-05-22", 1)]
    assert worked(database) == 1
    database.close()


def test_a_job_that_is_not_there_cannot_end(tmp_path: Path) -> None:
    database = opened(tmp_path)
    with pytest.raises(UnknownJobError, match="there is no job work never"):
        database.run_now(lambda session: Jobs(session).end("work", "never", JobState.DONE, START))
    assert database.run_now(lambda session: Jobs(session).counts()) == dict.fromkeys(JobState, 0)
    database.close()


deaths = st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=6)


@settings(deadline=None, max_examples=25)
@given(deaths, st.integers(0, 40))
def test_through_crashes_at_random_transactions(
    tmp_path_factory: pytest.TempPathFactory, ends: list[tuple[int, bool]], away_h: int
) -> None:
    """Work of the database once, an errand at least once and with its epoch; the chain neither breaks nor forks."""
    ends = list(ends)
    diary, database = Diary(), opened(tmp_path_factory.mktemp("jobs"), ends)
    now, until = START, START + 6 * DAY
    while now < until:
        try:
            live(database, now, (until - now).total_seconds(), kinds(diary), plan_first_days)
            now = until
        except Killed:
            now = min(until, now + timedelta(hours=away_h + 1))
    ends.clear()
    live(database, until, 3600.0, kinds(diary), nothing)
    done = [key for (kind, key), one in jobs_of(database).items() if kind == "work" and one.state is JobState.DONE]
    assert worked(database) == len(done)
    for kind in ("work", "errand"):
        open_jobs = [key for (name, key), one in jobs_of(database).items() if name == kind and is_open(one)]
        assert len(open_jobs) == 1
    by_key = Counter(key for key, _ in diary.errands)
    closed = [key for (kind, key), one in jobs_of(database).items() if kind == "errand" and one.state is JobState.DONE]
    assert all(by_key[key] >= 1 for key in closed)
    for key in by_key:
        epochs = [epoch for name, epoch in diary.errands if name == key]
        assert epochs == sorted(set(epochs)), "an errand that was cut off must say so"
    database.close()


def is_open(one: StoredJob) -> bool:
    return one.state in (JobState.PLANNED, JobState.RUNNING)
