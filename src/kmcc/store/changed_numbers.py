"""Changed numbers: what a caller of the old number gets, and how long (R-200..R-203, P-32)."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from kmcc.store.errors import NewNumberMissingError, NoticePeriodWrongError
from kmcc.store.tables import ChangedNumberRow


class Variant(Enum):
    ANNOUNCE = "announce"
    FORWARD = "forward"
    ANNOUNCE_AND_FORWARD = "announce_and_forward"

    @property
    def announces(self) -> bool:
        return self is not Variant.FORWARD

    @property
    def forwards(self) -> bool:
        return self is not Variant.ANNOUNCE


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
        if not (self.new_number.isascii() and self.new_number.isdigit()):
            raise NewNumberMissingError(self.old_number)


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


def _value(row: ChangedNumberRow) -> ChangedNumber:
    return ChangedNumber(row.old_number, row.new_number, Variant(row.variant), row.valid_from, row.valid_until)
