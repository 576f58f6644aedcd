from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.centre import spoken
from tests.centre.conftest import START, HangUpEverywhere, Play
from tests.centre.scripted_call import Script, ScriptedCall

from kmcc.centre.bills import AfterBill, BillAnswer, tell_bill
from kmcc.store.bills import Bill, Bills
from kmcc.store.customers import Customer, Customers
from kmcc.store.database import Database
from kmcc.store.month import Month
from kmcc.switch.announce import Language, say_month
from kmcc.switch.call import Call
from kmcc.switch.circuit import Cause

MARCH, APRIL = Month(2000, 3), Month(2000, 4)
PAID, DEBTOR = "3190001", "3190003"
ASKED = ("press-1-again", "press-star-continue")


class Story:
    def __init__(self, database: Database, number: str, language: Language = Language.ZH) -> None:
        customer = database.run_now(lambda session: Customers(session).of_number(number))
        assert customer is not None
        self._tell = partial(tell_bill, customer=customer, database=database)
        self._language = language
        self.after: AfterBill | None = None

    async def __call__(self, call: Call) -> None:
        call.language = self._language
        self.after = await self._tell(call)
        await call.release(Cause.NORMAL)


def run(play: Play, database: Database, number: str, *keys: str) -> tuple[ScriptedCall, AfterBill | None]:
    story = Story(database, number)
    return play(story, Script(keys=keys)), story.after


def test_a_paid_bill_word_for_word(play: Play, database: Database) -> None:
    """35.60 yuan of April 2000, paid: nothing is owed."""
    call, _ = run(play, database, PAID)
    assert " ".join(call.heard[0]) == (
        "bill-for digit-2 digit-0 digit-0 digit-0 year month-4 bill-is number-30 digit-5 yuan digit-6 jiao no-bill "
        "press-1-again press-star-continue"
    ).replace("number-30", "digit-3 ten")


def test_an_unpaid_bill_asks_for_payment(play: Play, database: Database) -> None:
    call, _ = run(play, database, DEBTOR)
    assert spoken.bill(call.heard[0]) == [(say_month(2000, 4, Language.ZH), 10800)]
    assert call.heard[0][-3:] == ("reminder-please", *ASKED)


def test_older_debts_are_told_too_oldest_first(play: Play, database: Database) -> None:
    older = [Bill(PAID, Month(2000, 2), 111), Bill(PAID, Month(1999, 12), 222), Bill(PAID, Month(2000, 1), 333, START)]
    for bill in older:
        database.run_now(lambda session, bill=bill: Bills(session).put(bill))  # type: ignore[misc]
    call, _ = run(play, database, PAID)
    assert [(spoken.month_zh(month), fen) for month, fen in spoken.bill(call.heard[0])] == [
        ((2000, 4), 3560),
        ((1999, 12), 222),
        ((2000, 2), 111),
    ]
    assert call.heard[0][-3:] == ("reminder-please", *ASKED)


def test_no_bill_at_all(play: Play, database: Database) -> None:
    database.run_now(lambda session: Customers(session).put(Customer("3199000", "新客户", "KM-2000")))
    call, after = run(play, database, "3199000")
    assert call.heard == [("no-bill", *ASKED)]
    assert after is AfterBill.MENU


@pytest.mark.parametrize(
    ("keys", "plays", "after"),
    [
        ((), 1, AfterBill.MENU),
        (("*",), 1, AfterBill.MENU),
        (("5",), 1, AfterBill.MENU),
        (("0",), 1, AfterBill.HUMAN),
        (("1", "1", "*"), 3, AfterBill.MENU),
        (("1", "0"), 2, AfterBill.HUMAN),
        (("1",) * 20, 9, AfterBill.MENU),
    ],
)
def test_keys(play: Play, database: Database, keys: tuple[str, ...], plays: int, after: AfterBill) -> None:
    call, found = run(play, database, PAID, *keys)
    assert call.heard == [call.heard[0]] * plays
    assert found is after


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
    answer = BillAnswer(latest, tuple(bill for bill in reversed(older) if not bill.is_paid))
    names = answer.names(language)
    told = [latest, *answer.still_owed]
    assert [fen for _, fen in spoken.bill(names)] == [bill.amount_fen for bill in told]
    assert [words for words, _ in spoken.bill(names)] == [
        say_month(bill.month.year, bill.month.month, language) for bill in told
    ]
    owed = sum(fen for fen, is_paid in rows if not is_paid)
    assert names[-1] == ("reminder-please" if owed else "no-bill")


@pytest.mark.parametrize("language", Language)
def test_every_customer_of_the_town_hears_the_amount_of_the_database(
    play: Play, database: Database, language: Language
) -> None:
    for bill in database.run_now(lambda session: Bills(session).unpaid_in(APRIL)):
        call = play(Story(database, bill.number, language), Script())
        assert [fen for _, fen in spoken.bill(call.heard[0])] == [bill.amount_fen]


def test_hanging_up_anywhere(hang_up_everywhere: HangUpEverywhere) -> None:
    assert hang_up_everywhere(lambda database: Story(database, PAID), Script(keys=("1", "1", "0"))) == 4
