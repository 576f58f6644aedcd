import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.centre import spoken
from tests.centre.conftest import START

from kmcc.centre.bills import PROMPTS, BillAnswer, bill_answer
from kmcc.store.bills import Bill, Bills
from kmcc.store.customers import Customer, Customers
from kmcc.store.database import Database
from kmcc.store.month import Month
from kmcc.switch.announce import Language, say_month
from kmcc.switch.voice.value import say

MARCH, APRIL = Month(2000, 3), Month(2000, 4)
PAID, DEBTOR = "3190001", "3190003"


def answer(database: Database, number: str) -> BillAnswer:
    return database.run_now(lambda session: bill_answer(session, number))


def said(found: BillAnswer, language: Language = Language.ZH) -> tuple[str, ...]:
    return say(found.speech(), None, language)


def test_a_paid_bill_word_for_word(database: Database) -> None:
    """35.60 yuan of April 2000, paid: nothing is owed."""
    assert " ".join(said(answer(database, PAID))) == (
        "bill-for digit-2 digit-0 digit-0 digit-0 year month-4 bill-is digit-3 ten digit-5 yuan digit-6 jiao no-bill"
    )
    assert answer(database, PAID).owed_fen == 0


def test_an_unpaid_bill_asks_for_payment(database: Database) -> None:
    names = said(answer(database, DEBTOR))
    assert spoken.bill(names) == [(say_month(2000, 4, Language.ZH), 10800)]
    assert names[-1] == "reminder-please"
    assert answer(database, DEBTOR).owed_fen == 10800


def test_older_debts_are_told_too_oldest_first(database: Database) -> None:
    older = [Bill(PAID, Month(2000, 2), 111), Bill(PAID, Month(1999, 12), 222), Bill(PAID, Month(2000, 1), 333, START)]
    for bill in older:
        database.run_now(lambda session, bill=bill: Bills(session).put(bill))  # type: ignore[misc]
    names = said(answer(database, PAID))
    assert [(spoken.month_zh(month), fen) for month, fen in spoken.bill(names)] == [
        ((2000, 4), 3560),
        ((1999, 12), 222),
        ((2000, 2), 111),
    ]
    assert names[-1] == "reminder-please"
    assert answer(database, PAID).owed_fen == 333


def test_no_bill_at_all(database: Database) -> None:
    database.run_now(lambda session: Customers(session).put(Customer("3199000", "新客户", "KM-2000")))
    assert said(answer(database, "3199000")) == ("no-bill",)


BILLS = st.lists(
    st.tuples(st.integers(0, 99_999_999_999), st.booleans()),
    min_size=1,
    max_size=4,
)


@given(BILLS, st.sampled_from(Language))
def test_what_is_spoken_is_what_is_owed_to_the_fen(rows: list[tuple[int, bool]], language: Language) -> None:
    month, bills = APRIL, list[Bill]()
    for fen, is_paid in rows:
        bills.append(Bill(PAID, month, fen, START if is_paid else None))
        month = month.before()
    latest, *older = bills
    found = BillAnswer(latest, tuple(bill for bill in reversed(older) if not bill.is_paid))
    names = said(found, language)
    told = [latest, *found.still_owed]
    assert [fen for _, fen in spoken.bill(names)] == [bill.amount_fen for bill in told]
    assert [words for words, _ in spoken.bill(names)] == [
        say_month(bill.month.year, bill.month.month, language) for bill in told
    ]
    owed = [fen for fen, is_paid in rows if not is_paid]
    assert names[-1] == ("reminder-please" if sum(owed) else "no-bill")
    assert found.owed_fen == sum(owed)
    assert {part for part in found.speech() if isinstance(part, str)} <= set(PROMPTS)


@pytest.mark.parametrize("language", Language)
def test_every_customer_of_the_town_hears_the_amount_of_the_database(database: Database, language: Language) -> None:
    for bill in database.run_now(lambda session: Bills(session).unpaid_in(APRIL)):
        names = said(answer(database, bill.number), language)
        assert [fen for _, fen in spoken.bill(names)] == [bill.amount_fen]
