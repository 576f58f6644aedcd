from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from kmcc.store.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/kmcc.db")
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One transaction over the whole test."""
    with database._sessions.begin() as session:
        yield session
