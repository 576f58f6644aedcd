import asyncio
import sqlite3
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.orm import Session

from kmcc.store.bills import Bill, Bills
from kmcc.store.customers import Customer, Customers
from kmcc.store.database import Database
from kmcc.store.errors import (
    DatabaseUnavailableError,
    RuleBrokenError,
    SchemaMissingError,
    SchemaNewerError,
    SchemaOlderError,
    StoreError,
)
from kmcc.store.month import Month
from kmcc.store.tables import Base

LI = Customer("3190001", "李云", "KM-1001")


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def made(path: Path) -> Database:
    database = Database(url_of(path))
    database.migrate()
    return database


def tables_of(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    connection.close()
    return sorted(name for (name,) in rows)


# --- migrations ---------------------------------------------------------------------------------------------------


def test_migrating_an_empty_database_gives_the_tables_of_the_models(tmp_path: Path) -> None:
    made(tmp_path / "db").close()
    engine = create_engine(url_of(tmp_path / "db"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_migrating_gives_the_rules_of_the_models_too(tmp_path: Path) -> None:
    """compare_metadata does not look at CHECK rules, so they are compared with what the models themselves create."""
    made(tmp_path / "migrated").close()
    rules = []
    for name in ("migrated", "created"):
        engine = create_engine(url_of(tmp_path / name))
        if name == "created":
            Base.metadata.create_all(engine)
        found = inspect(engine)
        rules.append({table: found.get_check_constraints(table) for table in Base.metadata.tables})
        engine.dispose()
    assert rules[0] == rules[1]
    assert sum(map(len, rules[0].values())) >= 6


def test_down_leaves_nothing_and_up_again_works(tmp_path: Path) -> None:
    database = made(tmp_path / "db")
    database.migrate_down("base")
    assert tables_of(tmp_path / "db") == ["alembic_version"]
    with pytest.raises(SchemaMissingError):
        database.check()
    database.migrate()
    database.check()
    database.close()


def test_migrating_twice_keeps_what_is_there(tmp_path: Path) -> None:
    database = made(tmp_path / "db")
    database.run_now(lambda session: Customers(session).put(LI))
    database.migrate()
    assert database.run_now(lambda session: Customers(session).of_number("3190001")) == LI
    database.close()


def test_a_failing_migration_changes_nothing(tmp_path: Path) -> None:
    """SQLite takes table changes back like any other work, if BEGIN is said in time."""
    with sqlite3.connect(tmp_path / "db") as connection:
        connection.execute("CREATE TABLE reminders (other INTEGER)")
    connection.close()
    database = Database(url_of(tmp_path / "db"))
    with pytest.raises(StoreError, match="reminders already exists"):
        database.migrate()
    database.close()
    assert tables_of(tmp_path / "db") == ["reminders"]


def test_a_database_without_our_tables_says_so(tmp_path: Path) -> None:
    database = Database(url_of(tmp_path / "db"))
    with pytest.raises(SchemaMissingError, match=rf"sqlite:///{tmp_path}/db has no tables.*migrate it first"):
        database.run_now(lambda session: None)
    database.close()


def test_a_newer_schema_is_refused_by_all(tmp_path: Path) -> None:
    database = made(tmp_path / "db")
    database.run_now(lambda session: session.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    for use in (database.migrate, database.check, lambda: database.migrate_down("base")):
        with pytest.raises(SchemaNewerError, match=r"schema 9999, which this release does not know"):
            use()
    database.close()


def test_an_older_schema_is_told_by_name() -> None:
    """There is one schema so far; the words of the error are all that can be seen."""
    assert str(SchemaOlderError("sqlite:///x", "0001", "0002")) == (
        "database sqlite:///x has schema 0001, expected 0002; back it up, then migrate it"
    )


# --- opening ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////nowhere/at/all/db", "sqlite:////nowhere/at/all/db"),
        ("nosuchsql://desk:topsecret@host/kmcc", r"nosuchsql://desk:\*\*\*@host/kmcc"),
        ("nosuchsql://host/kmcc?password=topsecret&a=b", r"nosuchsql://host/kmcc\?a=b&password=%2A%2A%2A"),
        ("nosuchsql://host/kmcc?PassWord=topsecret", r"nosuchsql://host/kmcc\?PassWord=%2A%2A%2A"),
        ("postgresql://desk:topsecret@host/kmcc", r"postgresql://desk:\*\*\*@host/kmcc"),
        ("topsecret, no URL", r"\(not shown\)"),
        ("postgresql://desk:topsecret@host:port/kmcc", r"postgresql://\.\.\."),
    ],
)
def test_a_database_that_cannot_be_opened(url: str, shown: str) -> None:
    with pytest.raises(DatabaseUnavailableError, match=f"database {shown}: ") as caught:
        Database(url).migrate()
    assert "topsecret" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__cause__ is None


def test_a_url_object_will_do(tmp_path: Path) -> None:
    database = Database(make_url(url_of(tmp_path / "db")))
    database.migrate()
    database.check()
    database.close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "db").write_bytes(b"this is a letter to my aunt" * 100)
    database = Database(url_of(tmp_path / "db"))
    with pytest.raises(DatabaseUnavailableError, match="file is not a database"):
        database.migrate()
    database.close()


def test_files_are_in_wal_mode(tmp_path: Path) -> None:
    database = made(tmp_path / "db")
    assert database.run_now(lambda session: session.scalar(text("PRAGMA journal_mode"))) == "wal"
    assert database.run_now(lambda session: session.scalar(text("PRAGMA foreign_keys"))) == 1
    database.close()


# --- transactions -------------------------------------------------------------------------------------------------


class StopError(Exception):
    pass


def put_and_stop(session: Session) -> None:
    Customers(session).put(LI)
    session.flush()
    raise StopError


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///{path}"])
def test_work_that_fails_leaves_nothing(tmp_path: Path, url: str) -> None:
    database = Database(url.format(path=tmp_path / "db"))
    database.migrate()
    with pytest.raises(StopError):
        asyncio.run(database.run(put_and_stop))
    assert database.run_now(lambda session: Customers(session).of_number("3190001")) is None
    database.close()


def test_a_refused_row_names_the_rule_and_undoes_the_rest(tmp_path: Path) -> None:
    database = made(tmp_path / "db")

    def work(session: Session) -> None:
        Customers(session).put(LI)
        session.flush()
        Bills(session).put(Bill("3190001", Month(2000, 4), amount_fen=-1))

    with pytest.raises(RuleBrokenError, match="ck_bills_amount"):
        database.run_now(work)
    assert database.run_now(lambda session: Customers(session).of_number("3190001")) is None
    database.close()


def test_without_an_executor_work_runs_at_once_on_this_thread(tmp_path: Path) -> None:
    database = made(tmp_path / "db")
    turns: list[str] = []

    async def story() -> None:
        asyncio.get_running_loop().call_soon(turns.append, "another")
        assert await database.run(lambda session: threading.get_ident()) == threading.get_ident()
        assert turns == []

    asyncio.run(story())
    database.close()


def test_with_an_executor_the_loop_goes_on(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as executor:
        database = Database(url_of(tmp_path / "db"), executor)
        database.migrate()
        held = threading.Event()

        async def story() -> None:
            work = asyncio.ensure_future(database.run(lambda session: held.wait(10)))
            await asyncio.sleep(0)
            assert not work.done()
            held.set()
            assert await work

        asyncio.run(story())
        database.close()


def test_a_look_waits_for_no_writer(tmp_path: Path) -> None:
    """It sees what was there before; what is written meanwhile, the next look."""
    with ThreadPoolExecutor(1) as executor:
        database = Database(url_of(tmp_path / "db"), executor)
        database.migrate()
        written, held = threading.Event(), threading.Event()

        def work(session: Session) -> None:
            Customers(session).put(LI)
            session.flush()
            written.set()
            held.wait(10)

        async def look() -> Customer | None:
            return await database.look(lambda session: Customers(session).of_number("3190001"))

        async def story() -> tuple[Customer | None, ...]:
            writing = asyncio.ensure_future(database.run(work))
            await asyncio.to_thread(written.wait, 10)
            during = await look()
            assert not writing.done()
            held.set()
            await writing
            return during, await look()

        assert asyncio.run(story()) == (None, LI)
        database.close()


def test_work_that_has_begun_is_kept_although_nobody_waits_any_more(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as executor:
        database = Database(url_of(tmp_path / "db"), executor)
        database.migrate()
        begun, held = threading.Event(), threading.Event()

        def work(session: Session) -> None:
            begun.set()
            held.wait(10)
            Customers(session).put(LI)

        async def story() -> Customer | None:
            task = asyncio.ensure_future(database.run(work))
            await asyncio.to_thread(begun.wait, 10)
            task.cancel()
            held.set()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await database.run(lambda session: Customers(session).of_number("3190001"))

        assert asyncio.run(story()) == LI
        database.close()


def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Each reads, then writes: without BEGIN IMMEDIATE one of them would fail as busy."""
    one, other = made(tmp_path / "db"), Database(url_of(tmp_path / "db"))
    one.run_now(lambda session: Customers(session).put(LI))

    def promote(session: Session) -> None:
        customer = Customers(session).of_number("3190001")
        assert customer is not None
        raised = replace(customer, name=customer.name + "+")
        Customers(session).put(raised)

    def many(database: Database) -> None:
        for _ in range(20):
            database.run_now(promote)

    with ThreadPoolExecutor(2) as executor:
        for done in [executor.submit(many, one), executor.submit(many, other)]:
            done.result()
    customer = one.run_now(lambda session: Customers(session).of_number("3190001"))
    assert customer is not None
    assert customer.name == "李云" + "+" * 40
    one.close()
    other.close()


def test_a_folder_that_is_not_writable(tmp_path: Path) -> None:
    made(tmp_path / "db").close()
    (tmp_path / "db").chmod(stat.S_IRUSR)
    database = Database(f"sqlite:///file:{tmp_path}/db?mode=ro&uri=true")
    with pytest.raises(DatabaseUnavailableError, match="readonly"):
        database.run_now(lambda session: Customers(session).put(LI))
    database.close()
