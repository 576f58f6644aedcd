from datetime import datetime, timedelta, timezone

from sqlalchemy.orm import Session

from kmcc.store.bills import Bills
from kmcc.store.changed_numbers import ChangedNumbers
from kmcc.store.customers import Customers
from kmcc.store.month import Month
from kmcc.store.passwords import Passwords, Verdict
from kmcc.store.sample import CHANGED, CUSTOMERS, DEBTORS, seed
from kmcc.switch.number_change import Variant

NOW = datetime(2000, 1, 1, 0, 0, tzinfo=timezone(timedelta(hours=8)))  # the earliest moment of a month and a year


def test_the_town(session: Session) -> None:
    seed(session, NOW, {"KM-1001": "482915"})
    december = Month(1999, 12)
    assert [Customers(session).of_number(customer.number) for customer in CUSTOMERS] == list(CUSTOMERS)
    assert len(CUSTOMERS) == 12
    assert all(len(customer.number) == 7 and customer.number.startswith("319") for customer in CUSTOMERS)
    assert [bill.number for bill in Bills(session).unpaid_in(december)] == sorted(DEBTORS)
    assert len(DEBTORS) == 3
    assert Bills(session).unpaid_in(december.before()) == ()
    for customer in CUSTOMERS:
        bills = Bills(session).all_of(customer.number)
        assert [bill.month for bill in bills] == [december, december.before()]
        assert all(bill.paid_at is None or bill.paid_at <= NOW for bill in bills)


def test_changed_numbers_of_each_kind_and_one_that_has_run_out(session: Session) -> None:
    seed(session, NOW, {})
    found = [ChangedNumbers(session).valid_for(old_number, NOW.date()) for old_number, *_ in CHANGED]
    assert [change and change.variant for change in found] == [*Variant, None]
    assert all(change is None or Customers(session).of_number(change.new_number) for change in found)


def test_passwords_are_the_given_ones_and_no_others(session: Session) -> None:
    seed(session, NOW, {"KM-1001": "482915"})
    passwords = Passwords(session)
    assert passwords.check("3190002", "482915", NOW).verdict is Verdict.RIGHT
    assert [customer.number for customer in CUSTOMERS if passwords.has(customer.number)] == ["3190001", "3190002"]


def test_twice_is_as_good_as_once(session: Session) -> None:
    seed(session, NOW, {})
    seed(session, NOW, {})
    assert len(Bills(session).all_of("3190001")) == 2
