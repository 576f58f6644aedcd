"""Changed numbers: what a caller of the old number gets, and how long (R-200..R-203, P-32)."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kmcc.store.errors import (
    NewNumberMissingError,
    NoticePeriodWrongError,
    NumberUnchangedError,
    UnknownNoticeError,
)
from kmcc.store.tables import ChangedNumberRow
from kmcc.switch.number_change import Variant

LONGEST: Final = 20


@dataclass(frozen=True, slots=True)
class ChangedNumber:
    """Valid on both days and between them."""

    old_number: str
    new_number: str
    variant: Variant
    valid_from: date
    valid_until: date

    def __post_init__(self) -> None:
        if self.valid_until < self.valid_from:
            raise NoticePeriodWrongError(self.old_number, self.valid_from, self.valid_until)
        if not all(_is_number(number) for number in (self.old_number, self.new_number)):
            raise NewNumberMissingError(self.old_number)
        if self.new_number == self.old_number:
            raise NumberUnchangedError(self.old_number)


class ChangedNumbers:
    def __init__(self, session: Session) -> None:
        self._session = session

    def valid_for(self, old_number: str, today: date) -> ChangedNumber | None:
        row = self._session.scalars(
            select(ChangedNumberRow)
            .where(ChangedNumberRow.old_number == old_number)
            .where(ChangedNumberRow.valid_from <= today, ChangedNumberRow.valid_until >= today)
            .order_by(ChangedNumberRow.valid_from.desc())
            .limit(1)
        ).first()
        return None if row is None else _value(row)

    def all_of(self, old_number: str) -> tuple[ChangedNumber, ...]:
        """Oldest first."""
        rows = self._session.scalars(
            select(ChangedNumberRow)
            .where(ChangedNumberRow.old_number == old_number)
            .order_by(ChangedNumberRow.valid_from)
        )
        return tuple(_value(row) for row in rows)

    def all(self) -> tuple[ChangedNumber, ...]:
        """By old number, oldest first."""
        rows = self._session.scalars(
            select(ChangedNumberRow).order_by(ChangedNumberRow.old_number, ChangedNumberRow.valid_from)
        )
        return tuple(_value(row) for row in rows)

    def remove(self, old_number: str, valid_from: date | None = None) -> tuple[ChangedNumber, ...]:
        """Those of this number, or the one that begins on this day. UnknownNoticeError when there is none."""
        gone = tuple(one for one in self.all_of(old_number) if valid_from in (None, one.valid_from))
        if not gone:
            raise UnknownNoticeError(old_number, valid_from)
        for one in gone:
            self._session.delete(self._session.get_one(ChangedNumberRow, (one.old_number, one.valid_from)))
        return gone

    def put(self, change: ChangedNumber) -> None:
        """Add the notice, or correct the one of the same number and first day."""
        self._session.merge(
            ChangedNumberRow(
                old_number=change.old_number,
                valid_from=change.valid_from,
                valid_until=change.valid_until,
                new_number=change.new_number,
                variant=change.variant.value,
            )
        )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST


def _value(row: ChangedNumberRow) -> ChangedNumber:
    return ChangedNumber(row.old_number, row.new_number, Variant(row.variant), row.valid_from, row.valid_until)
