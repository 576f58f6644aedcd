"""One database: opened, migrated, and worked on in whole transactions.

Work runs inline when there is no executor, so that a replay in virtual time does everything in the same order; the
daemon gives an executor with one thread. Work that has begun ends as a whole even when the call that asked is over.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool

from kmcc.store.errors import (
    DatabaseUnavailableError,
    RuleBrokenError,
    SchemaMissingError,
    SchemaNewerError,
    SchemaOlderError,
)

T = TypeVar("T")

MIGRATIONS: Final = Path(__file__).parent / "migrations"
SECRET_QUERY_KEYS: Final = ("password", "passwd", "passfile", "sslpassword")
LOOKS_ONLY: Final = "kmcc_looks_only"
"""Execution option of transactions that change nothing: with WAL they wait for no writer."""

VERSION_TABLE: Final = "alembic_version"


class Database:
    """`url` is any SQLAlchemy URL; `sqlite:///kmcc.db` is a file, `sqlite://` lives in memory."""

    def __init__(self, url: str | URL, executor: Executor | None = None) -> None:
        parsed = _parse(url)
        self.url = _without_password(parsed)
        self._executor = executor
        self._engine = _make_engine(parsed, self.url)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)
        looking = self._engine.execution_options(**{LOOKS_ONLY: True})
        self._looks = sessionmaker(looking, expire_on_commit=False)
        has_threads = executor is not None and not isinstance(self._engine.pool, StaticPool)
        self._lookers = ThreadPoolExecutor(1, thread_name_prefix="look-ups") if has_threads else None
        self._is_checked = False

    async def run(self, work: Callable[[Session], T]) -> T:
        """`work` in one transaction: all of it is kept, or on an error nothing."""
        if self._executor is None:
            return self.run_now(work)
        return await asyncio.get_running_loop().run_in_executor(self._executor, self.run_now, work)

    async def look(self, work: Callable[[Session], T]) -> T:
        """`work` that changes nothing, beside what is being written: a caller does not wait for others' passwords."""
        if self._lookers is None:
            return await self.run(work)
        return await asyncio.get_running_loop().run_in_executor(self._lookers, self._look_now, work)

    def _look_now(self, work: Callable[[Session], T]) -> T:
        if not self._is_checked:
            self.check()
        with self._lost_database_is_ours(), self._looks.begin() as session:
            return work(session)

    def run_now(self, work: Callable[[Session], T]) -> T:
        """The same from code that has no loop, such as a command."""
        if not self._is_checked:
            self.check()
        with self._lost_database_is_ours(), self._sessions.begin() as session:
            return work(session)

    def submit(self, errand: Callable[[], None]) -> None:
        """Have this done after all work asked for earlier, without waiting; the errand looks after its own errors."""
        if self._executor is None:
            errand()
        else:
            self._executor.submit(errand)

    async def finish(self, errand: Callable[[], None]) -> None:
        """The same as `submit`, and wait until it is done."""
        if self._executor is None:
            errand()
        else:
            await asyncio.get_running_loop().run_in_executor(self._executor, errand)

    def migrate(self, revision: str = "head") -> None:
        """Bring the tables up to this release's schema; on an error the database is as it was."""
        self._step(command.upgrade, revision)

    def migrate_down(self, revision: str) -> None:
        """Back to an older schema, `base` = no tables. What the older schema cannot hold is lost."""
        self._step(command.downgrade, revision)

    def check(self) -> None:
        """Raise unless the schema is the one of this release."""
        with self._connection() as connection:
            found, wanted = _revision(connection), _head()
        if found is None:
            raise SchemaMissingError(self.url, wanted)
        if found != wanted:
            raise SchemaOlderError(self.url, found, wanted)
        self._is_checked = True

    def close(self) -> None:
        if self._lookers is not None:
            self._lookers.shutdown()
        self._engine.dispose()

    def _step(self, migrate: Callable[[Config, str], None], revision: str) -> None:
        self._is_checked = False
        with self._connection() as connection:
            _revision(connection)
            migrate(_config(connection), revision)

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        with self._lost_database_is_ours(), self._engine.begin() as connection, self._known(connection):
            yield connection

    @contextmanager
    def _known(self, connection: Connection) -> Iterator[None]:
        found = _revision(connection)
        if found is not None and found not in _known_revisions():
            raise SchemaNewerError(self.url, found, _head())
        yield

    @contextmanager
    def _lost_database_is_ours(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise RuleBrokenError(self.url, str(error.orig)) from None
        except DBAPIError as error:
            raise DatabaseUnavailableError(self.url, str(error.orig)) from None


def _parse(url: str | URL) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # their texts show parts of the URL
        scheme, mark, _ = str(url).partition("://")
        shown = f"{scheme}://..." if mark else "(not shown)"
        raise DatabaseUnavailableError(shown, "this is no URL of the form dialect://user@host/name") from None


def _without_password(url: URL) -> str:
    hidden = {key: "***" for key in url.query if key.lower() in SECRET_QUERY_KEYS}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


def _make_engine(url: URL, shown: str) -> Engine:
    in_memory = url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")
    options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
    if in_memory:
        options["connect_args"] = {"check_same_thread": False}
    try:
        engine = create_engine(url, hide_parameters=True, **options)
    except (NoSuchModuleError, ImportError) as error:
        raise DatabaseUnavailableError(shown, f"the driver is not installed ({error})") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    """WAL lets readers go on while one writes; FULL keeps a committed bill through a loss of power."""
    connection.isolation_level = None  # BEGIN is ours: the driver's own would leave table changes outside
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """IMMEDIATE: two writers wait for each other at the start and cannot fail half way with SQLITE_BUSY."""
    looks_only = connection.get_execution_options().get(LOOKS_ONLY, False)
    connection.exec_driver_sql("BEGIN" if looks_only else "BEGIN IMMEDIATE")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _head() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise FileNotFoundError(f"{MIGRATIONS} holds no migration: the installation is incomplete")
    return head


def _known_revisions() -> tuple[str, ...]:
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return MigrationContext.configure(connection).get_current_revision()
