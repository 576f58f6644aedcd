import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.centre.scripted_call import Script, ScriptedCall

from kmcc.centre.desk import Desk
from kmcc.centre.fax import keep_fax
from kmcc.centre.services import flow_world
from kmcc.config.flow_file import load_flows
from kmcc.config.sections import Skill
from kmcc.daemon.flow_shelf import packaged_flows
from kmcc.store.database import Database
from kmcc.store.passwords import Cost, LockOut, Passwords
from kmcc.store.sample import seed
from kmcc.store.tables import Base
from kmcc.switch.announce import packaged_catalogue
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call, CallEnded
from kmcc.switch.voice.function import CallBackEnd, Handover

START = datetime(2000, 5, 22, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
PASSWORDS = {"KM-1001": "482915", "KM-1004": "730264"}

BOOK = load_flows(packaged_flows(), flow_world(packaged_catalogue().prompts.keys(), get_args(Skill)))
"""The flows that come with the program."""

Play = Callable[[Callable[[Call], Awaitable[None]], Script], ScriptedCall]


def _fill(session: Session) -> None:
    seed(session, START, {})
    for contract, password in PASSWORDS.items():
        Passwords(session, cost=Cost(n=4, r=1, p=1)).put(contract, password, START)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The octets of a database with the sample town in it."""
    path = tmp_path_factory.mktemp("town") / "kmcc.db"
    made = Database(f"sqlite:///{path}")
    made.migrate()
    made.run_now(_fill)
    made.close()
    return path.read_bytes()


@pytest.fixture
def database(tmp_path: Path, town: bytes) -> Iterator[Database]:
    (tmp_path / "kmcc.db").write_bytes(town)
    opened = Database(f"sqlite:///{tmp_path}/kmcc.db")
    yield opened
    opened.close()


async def _nobody_calls_back(call: Call, handover: Handover, number: str) -> CallBackEnd:
    return CallBackEnd.REFUSED


def desk_on(database: Database, calendar: Calendar, lock_out: LockOut | None = None) -> Desk:
    """The packaged flows over this database."""
    fax = partial(keep_fax, database=database, calendar=calendar)
    return Desk(database, calendar, lambda: BOOK, fax, _nobody_calls_back, lock_out or LockOut())


@pytest.fixture
def calendar() -> Calendar:
    return Calendar(START, lambda: 0.0)


@pytest.fixture
def play() -> Play:
    """Run a flow to its end. Every flow ends a call, so all of them leave by CallEnded."""

    def run(flow: Callable[[Call], Awaitable[None]], script: Script) -> ScriptedCall:
        async def story() -> ScriptedCall:
            call = ScriptedCall(script)
            with pytest.raises(CallEnded) as caught:
                await flow(call)
            assert caught.value.cause is call.ended
            return call

        return asyncio.run(story())

    return run


def everything(database: Database) -> list[tuple[object, ...]]:
    """All rows of all tables; of salts and hashes, which are never twice the same, that they are there."""

    def rows(session: Session) -> list[tuple[object, ...]]:
        return [_seen(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table))]

    return database.run_now(rows)


def _seen(row: Iterable[object]) -> tuple[object, ...]:
    return tuple(len(value) if isinstance(value, bytes) else value for value in row)


HangUpEverywhere = Callable[[Callable[[Database], Callable[[Call], Awaitable[None]]], Script], int]


@pytest.fixture
def hang_up_everywhere(play: Play, tmp_path: Path, town: bytes) -> HangUpEverywhere:
    """Play the story once whole, then once for every await with the caller hanging up there.

    Whoever hangs up at the n-th await leaves the database as the whole story had it at that moment: what was done is
    kept, and nothing is half written. Returns the number of awaits.
    """

    def run(flow_on: Callable[[Database], Callable[[Call], Awaitable[None]]], script: Script) -> int:
        def once(name: str, hang_up_at: int | None) -> tuple[ScriptedCall, object]:
            (tmp_path / name).write_bytes(town)
            database = Database(f"sqlite:///{tmp_path}/{name}")
            watch = partial(everything, database)
            told = Script(**{**vars(script), "hang_up_at": hang_up_at, "watch": watch})
            call, left = play(flow_on(database), told), everything(database)
            database.close()
            return call, left

        whole, _ = once("whole.db", None)
        for number in range(len(whole.steps)):
            cut, left = once(f"cut{number}.db", number)
            assert cut.steps == whole.steps[: number + 1]
            assert left == whole.seen[number]
        return len(whole.steps)

    return run
