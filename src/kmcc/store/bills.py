"""Monthly bills of a number, in integer fen (R-168, R-169)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kmcc.store.errors import UnknownBillError
from kmcc.store.month import Month
from kmcc.store.tables import BillRow


@dataclass(frozen=True, slots=True)
class Bill:
    """`paid_at` None = not paid yet."""

    number: str
    month: Month
    amount_fen: int
    paid_at: datetime | None = None

    @property
    def is_paid(self) -> bool:
        """A bill of nothing is not owed."""
        return self.paid_at is not None or self.amount_fen == 0


class Bills:
    def __init__(self, session: Session) -> None:
        self._session = session

    def latest(self, number: str) -> Bill | None:
        row = self._session.scalars(
            select(BillRow).where(BillRow.number == number).order_by(BillRow.year.desc(), BillRow.month.desc()).limit(1)
        ).first()
        return None if row is None else _value(row)

    def of_month(self, number: str, month: Month) -> Bill | None:
        row = self._session.get(BillRow, (number, month.year, month.month))
        return None if row is None else _value(row)

    def all_of(self, number: str) -> tuple[Bill, ...]:
        """Newest first."""
        rows = self._session.scalars(
            select(BillRow).where(BillRow.number == number).order_by(BillRow.year.desc(), BillRow.month.desc())
        )
        return tuple(_value(row) for row in rows)

    def unpaid_in(self, month: Month) -> tuple[Bill, ...]:
        """Who still owes this month (R-177), by number."""
        rows = self._session.scalars(
            select(BillRow)
            .where(BillRow.year == month.year, BillRow.month == month.month)
            .where(BillRow.paid_at.is_(None), BillRow.amount_fen > 0)
            .order_by(BillRow.number)
        )
        return tuple(_value(row) for row in rows)

    def put(self, bill: Bill) -> None:
        """Add the bill, or correct it."""
        self._session.merge(
            BillRow(
                number=bill.number,
                year=bill.month.year,
                month=bill.month.month,
                amount_fen=bill.amount_fen,
                paid_at=bill.paid_at,
            )
        )

    def pay(self, number: str, month: Month, now: datetime) -> Bill:
        """The first payment counts; a second one changes nothing."""
        row = self._session.get(BillRow, (number, month.year, month.month))
        if row is None:
            raise UnknownBillError(number, str(month))
        if row.paid_at is None:
            row.paid_at = now
        return _value(row)


def _value(row: BillRow) -> Bill:
    return Bill(row.number, Month(row.year, row.month), row.amount_fen, row.paid_at)
