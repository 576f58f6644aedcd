from datetime import date, datetime, timedelta, timezone

import pytest
from sqlalchemy.orm import Session

from kmcc.store.bills import Bill, Bills
from kmcc.store.customers import Customer, Customers
from kmcc.store.errors import UnknownDebtorError
from kmcc.store.month import Month
from kmcc.store.reminders import Reminder, Reminders
from kmcc.switch.autodial.result import Result

APRIL = Month(2000, 4)
KUNMING = timezone(timedelta(hours=8))
NOW = datetime(2000, 5, 22, 9, 30, tzinfo=KUNMING)
DAYS = 5  # P-14


@pytest.fixture
def reminders(session: Session) -> Reminders:
    """3190001 and 3190003 owe April, 3190002 has paid."""
    for number, paid_at in (("3190003", None), ("3190001", None), ("3190002", NOW)):
        Customers(session).put(Customer(number, "x", number))
        session.flush()
        Bills(session).put(Bill(number, APRIL, 1000, paid_at))
    return Reminders(session)


def due(reminders: Reminders, day: int) -> list[str]:
    return [bill.number for bill in reminders.due(APRIL, date(2000, 5, day), KUNMING, DAYS)]


def test_the_list_is_exactly_the_unpaid(reminders: Reminders) -> None:
    """R-177."""
    assert reminders.list_debtors(APRIL) == (Reminder("3190001", APRIL), Reminder("3190003", APRIL))
    assert reminders.list_debtors(APRIL) == reminders.all_of(APRIL)
    assert reminders.all_of(Month(2000, 3)) == ()
    assert reminders.of("3190002", APRIL) is None


def test_nobody_is_due_before_the_list_is_made(reminders: Reminders) -> None:
    assert due(reminders, 22) == []
    reminders.list_debtors(APRIL)
    assert due(reminders, 22) == ["3190001", "3190003"]


def test_who_paid_is_not_called(session: Session, reminders: Reminders) -> None:
    reminders.list_debtors(APRIL)
    Bills(session).pay("3190001", APRIL, NOW)
    assert due(reminders, 22) == ["3190003"]


@pytest.mark.parametrize("result", [result for result in Result if result is not Result.ANSWERED])
def test_who_did_not_hear_it_stays_due(reminders: Reminders, result: Result) -> None:
    reminders.list_debtors(APRIL)
    written = reminders.attempted("3190001", APRIL, result, NOW)
    assert written == Reminder("3190001", APRIL, attempts=1, result=result, last_at=NOW)
    assert due(reminders, 22) == ["3190001", "3190003"]


def test_who_heard_it_is_called_again_once_when_his_days_are_over(reminders: Reminders) -> None:
    """R-179: heard on the 22nd, five days to pay, again on the 28th and then no more."""
    reminders.list_debtors(APRIL)
    reminders.attempted("3190001", APRIL, Result.ANSWERED_PART, NOW)
    assert reminders.heard("3190001", APRIL, NOW) == Reminder(
        "3190001", APRIL, attempts=1, result=Result.ANSWERED, last_at=NOW, notices=1, heard_at=NOW
    )
    assert [day for day in range(22, 31) if "3190001" in due(reminders, day)] == [28, 29, 30]
    later = NOW + timedelta(days=6)
    reminders.attempted("3190001", APRIL, Result.BUSY, later)
    assert "3190001" in due(reminders, 28)
    reminders.attempted("3190001", APRIL, Result.ANSWERED_PART, later)
    reminders.heard("3190001", APRIL, later)
    assert [day for day in range(28, 32) if "3190001" in due(reminders, day)] == []


def test_days_are_those_of_the_town_and_not_of_utc(reminders: Reminders) -> None:
    """Half past midnight of the 23rd in Kunming is still the 22nd in UTC."""
    reminders.list_debtors(APRIL)
    at = datetime(2000, 5, 23, 0, 30, tzinfo=KUNMING)
    reminders.attempted("3190001", APRIL, Result.ANSWERED_PART, at)
    reminders.heard("3190001", APRIL, at)
    assert [day for day in range(22, 31) if "3190001" in due(reminders, day)] == [29, 30]


def test_only_debtors_on_the_list_are_written(reminders: Reminders) -> None:
    words = "3190002 is not on the list of debtors of 2000-04"
    with pytest.raises(UnknownDebtorError, match=words):
        reminders.attempted("3190002", APRIL, Result.BUSY, NOW)
    with pytest.raises(UnknownDebtorError, match=words):
        reminders.heard("3190002", APRIL, NOW)
