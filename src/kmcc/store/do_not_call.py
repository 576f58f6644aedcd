"""The do-not-call list: numbers that no campaign calls, asked before a campaign and again at the moment of dialling."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kmcc.store.tables import DoNotCallRow


@dataclass(frozen=True, slots=True)
class Protected:
    number: str
    since: datetime
    why: str


class DoNotCall:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, number: str, why: str, now: datetime) -> Protected:
        """One that is on the list already keeps its day and reason."""
        row = self._session.get(DoNotCallRow, number)
        if row is None:
            row = DoNotCallRow(number=number, since=now, why=why)
            self._session.add(row)
            self._session.flush()
        return Protected(row.number, row.since, row.why)

    def remove(self, number: str) -> bool:
        """Whether it was on the list."""
        row = self._session.get(DoNotCallRow, number)
        if row is not None:
            self._session.delete(row)
            self._session.flush()
        return row is not None

    def has(self, number: str) -> bool:
        return self._session.get(DoNotCallRow, number) is not None

    def all(self) -> tuple[Protected, ...]:
        rows = self._session.scalars(select(DoNotCallRow).order_by(DoNotCallRow.number))
        return tuple(Protected(row.number, row.since, row.why) for row in rows)

    def numbers(self) -> frozenset[str]:
        return frozenset(self._session.scalars(select(DoNotCallRow.number)))
