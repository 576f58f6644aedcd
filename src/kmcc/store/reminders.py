"""The list of debtors to remind, and what became of each (R-177..R-179, P-14)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kmcc.store.bills import Bill, Bills
from kmcc.store.errors import UnknownDebtorError
from kmcc.store.month import Month
from kmcc.store.tables import ReminderRow
from kmcc.switch.autodial.result import Result

NOTICES_A_MONTH: Final = 2  # who heard it and did not pay is called again, once


@dataclass(frozen=True, slots=True)
class Reminder:
    """`attempts` calls were made, in `notices` of them the whole notice was heard, the last time at `heard_at`."""

    debtor: str
    month: Month
    attempts: int = 0
    result: Result | None = None
    last_at: datetime | None = None
    notices: int = 0
    heard_at: datetime | None = None


class Reminders:
    def __init__(self, session: Session) -> None:
        self._session = session

    def list_debtors(self, month: Month) -> tuple[Reminder, ...]:
        """Put all who owe `month` on the list (R-177); who is on it already stays as he is."""
        for bill in Bills(self._session).unpaid_in(month):
            if self._row(bill.number, month) is None:
                self._session.add(ReminderRow(debtor=bill.number, year=month.year, month=month.month))
        self._session.flush()
        return self.all_of(month)

    def all_of(self, month: Month) -> tuple[Reminder, ...]:
        rows = self._session.scalars(
            select(ReminderRow)
            .where(ReminderRow.year == month.year, ReminderRow.month == month.month)
            .order_by(ReminderRow.debtor)
        )
        return tuple(_value(row) for row in rows)

    def of(self, debtor: str, month: Month) -> Reminder | None:
        row = self._row(debtor, month)
        return None if row is None else _value(row)

    def due(self, month: Month, today: date, zone: tzinfo | None, redial_after_days: int) -> tuple[Bill, ...]:
        """Bills on the list to call for today: still unpaid, and not heard yet or heard too long ago.

        Heard on day D the debtor has the days up to D + `redial_after_days`; from the day after he is due once more.
        """
        owed = {bill.number: bill for bill in Bills(self._session).unpaid_in(month)}
        return tuple(
            owed[reminder.debtor]
            for reminder in self.all_of(month)
            if reminder.debtor in owed and _is_due(reminder, today, zone, redial_after_days)
        )

    def is_due(self, debtor: str, month: Month, today: date, zone: tzinfo | None, redial_after_days: int) -> bool:
        """Whether he is on the list, owes it still, and has not heard the notice lately; at this very moment."""
        bill, reminder = Bills(self._session).of_month(debtor, month), self.of(debtor, month)
        is_owed = bill is not None and not bill.is_paid
        return is_owed and reminder is not None and _is_due(reminder, today, zone, redial_after_days)

    def attempted(self, debtor: str, month: Month, result: Result, now: datetime) -> Reminder:
        """One more attempt, and how it ended; for an answered call, how it would end if the debtor hung up now."""
        row = self._listed(debtor, month)
        row.attempts += 1
        row.result = result.value
        row.last_at = now
        return _value(row)

    def heard(self, debtor: str, month: Month, now: datetime) -> Reminder:
        """The attempt that was begun: the whole notice was played."""
        row = self._listed(debtor, month)
        row.result = Result.ANSWERED.value
        row.notices += 1
        row.heard_at = now
        return _value(row)

    def _listed(self, debtor: str, month: Month) -> ReminderRow:
        row = self._row(debtor, month)
        if row is None:
            raise UnknownDebtorError(debtor, str(month))
        return row

    def _row(self, debtor: str, month: Month) -> ReminderRow | None:
        return self._session.get(ReminderRow, (debtor, month.year, month.month))


def _is_due(reminder: Reminder, today: date, zone: tzinfo | None, redial_after_days: int) -> bool:
    if reminder.heard_at is None:
        return True
    last_day_to_pay = reminder.heard_at.astimezone(zone).date() + timedelta(days=redial_after_days)
    return reminder.notices < NOTICES_A_MONTH and today > last_day_to_pay


def _value(row: ReminderRow) -> Reminder:
    return Reminder(
        debtor=row.debtor,
        month=Month(row.year, row.month),
        attempts=row.attempts,
        result=None if row.result is None else Result(row.result),
        last_at=row.last_at,
        notices=row.notices,
        heard_at=row.heard_at,
    )
