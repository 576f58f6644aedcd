from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.orm import Session

from kmcc.store.bills import Bill, Bills
from kmcc.store.customers import Customer, Customers
from kmcc.store.errors import UnknownBillError
from kmcc.store.month import Month

NOW = datetime(2000, 5, 1, 8, 0, tzinfo=timezone(timedelta(hours=8)))
DEC, JAN, FEB = Month(1999, 12), Month(2000, 1), Month(2000, 2)


@pytest.fixture
def bills(session: Session) -> Bills:
    for number in ("3190001", "3190002", "3190003"):
        Customers(session).put(Customer(number, "x", number))
    session.flush()
    return Bills(session)


def test_the_latest_is_the_one_of_the_latest_month(bills: Bills) -> None:
    for month in (JAN, FEB, DEC):
        bills.put(Bill("3190001", month, month.month))
    assert bills.latest("3190001") == Bill("3190001", FEB, 2)
    assert [bill.month for bill in bills.all_of("3190001")] == [FEB, JAN, DEC]
    assert bills.latest("3190002") is None
    assert bills.all_of("3190002") == ()


def test_unpaid_are_exactly_those_who_owe_that_month(bills: Bills) -> None:
    """R-177: paid, other months and bills of nothing are left out."""
    bills.put(Bill("3190003", JAN, 500))
    bills.put(Bill("3190001", JAN, 1))
    bills.put(Bill("3190002", JAN, 700, NOW))
    bills.put(Bill("3190002", DEC, 700))
    assert bills.unpaid_in(JAN) == (Bill("3190001", JAN, 1), Bill("3190003", JAN, 500))
    bills.put(Bill("3190001", JAN, 0))
    assert [bill.number for bill in bills.unpaid_in(JAN)] == ["3190003"]


def test_a_payment_counts_once(bills: Bills) -> None:
    bills.put(Bill("3190001", JAN, 500))
    assert bills.pay("3190001", JAN, NOW).paid_at == NOW
    assert bills.pay("3190001", JAN, NOW + timedelta(days=1)).paid_at == NOW
    with pytest.raises(UnknownBillError, match="3190001 has no bill of 2000-02"):
        bills.pay("3190001", FEB, NOW)


def test_the_time_of_payment_keeps_its_moment_in_any_zone(session: Session, bills: Bills) -> None:
    bills.put(Bill("3190001", JAN, 500, NOW))
    session.flush()
    session.expire_all()
    found = bills.of_month("3190001", JAN)
    assert found is not None
    assert found.paid_at == datetime(2000, 5, 1, 0, 0, tzinfo=UTC)


def test_a_time_without_a_zone_is_refused(session: Session, bills: Bills) -> None:
    bills.put(Bill("3190001", JAN, 500, NOW.replace(tzinfo=None)))
    with pytest.raises(Exception, match="needs a time zone"):
        session.flush()
    session.rollback()


@pytest.mark.parametrize("fen", [0, 1, 99, 100, 10**11 + 1, 2**53 + 1])
def test_fen_are_exact(session: Session, bills: Bills, fen: int) -> None:
    bills.put(Bill("3190001", JAN, fen))
    session.flush()
    session.expire_all()
    assert bills.latest("3190001") == Bill("3190001", JAN, fen)


@pytest.mark.parametrize(
    ("bill", "is_paid"), [(Bill("1", JAN, 1), False), (Bill("1", JAN, 0), True), (Bill("1", JAN, 1, NOW), True)]
)
def test_paid(bill: Bill, is_paid: bool) -> None:
    assert bill.is_paid is is_paid
