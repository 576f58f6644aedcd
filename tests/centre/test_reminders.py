from collections.abc import Coroutine
from datetime import datetime, timedelta
from functools import partial

import pytest
from tests.centre import spoken
from tests.centre.conftest import START, HangUpEverywhere, Play
from tests.centre.scripted_call import Script, ScriptedCall

from kmcc.centre.reminders import ReminderRules, contacts, debtors_to_call, list_debtors, remind, write_unanswered
from kmcc.store.bills import Bill, Bills
from kmcc.store.database import Database
from kmcc.store.month import Month
from kmcc.store.reminders import Reminder, Reminders
from kmcc.store.sample import DEBTORS
from kmcc.switch.autodial.plan import Contact
from kmcc.switch.autodial.result import Result
from kmcc.switch.calendar import Calendar

APRIL = Month(2000, 4)
RULES = ReminderRules()
WANG, BAKER = "3190003", "3191005"


def at(day: int, hour: int = 9) -> Calendar:
    return Calendar(datetime(2000, 5, day, hour, tzinfo=START.tzinfo), lambda: 0.0)


def now_s(coroutine: object) -> object:
    """Run what needs no loop: the database works inline."""
    try:
        coroutine.send(None)  # type: ignore[attr-defined]
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited for something")


def make_list(database: Database, calendar: Calendar) -> list[str]:
    found = now_s(list_debtors(database, calendar, RULES))
    assert isinstance(found, tuple)
    return [reminder.debtor for reminder in found]


def due(database: Database, day: int) -> list[str]:
    found = now_s(debtors_to_call(database, at(day), RULES))
    assert isinstance(found, tuple)
    return [bill.number for bill in found]


def reminder(database: Database, number: str) -> Reminder | None:
    return database.run_now(lambda session: Reminders(session).of(number, APRIL))


def bill_of(database: Database, number: str) -> Bill:
    bill = database.run_now(lambda session: Bills(session).of_month(number, APRIL))
    assert bill is not None
    return bill


def run(play: Play, database: Database, number: str, *keys: str) -> ScriptedCall:
    make_list(database, at(22))
    flow = partial(remind, bill=bill_of(database, number), database=database, calendar=at(22))
    return play(flow, Script(called=number, keys=keys))


# --- the list -----------------------------------------------------------------------------------------------------


def test_the_list_is_made_from_the_21st_on(database: Database) -> None:
    """R-177, P-11."""
    assert make_list(database, at(20, 23)) == []
    assert make_list(database, at(21, 0)) == sorted(DEBTORS)
    assert make_list(database, at(22)) == sorted(DEBTORS)


def test_calls_begin_on_the_22nd(database: Database) -> None:
    """P-12."""
    make_list(database, at(21))
    assert due(database, 21) == []
    assert due(database, 22) == sorted(DEBTORS)


def test_who_heard_it_is_due_again_after_five_days_unless_he_paid(play: Play, database: Database) -> None:
    """R-179, P-14."""
    run(play, database, WANG)
    run(play, database, BAKER)
    assert due(database, 27) == ["3194011"]
    database.run_now(lambda session: Bills(session).pay(BAKER, APRIL, START))
    assert due(database, 28) == [WANG, "3194011"]


def test_an_attempt_that_nobody_answered_is_written(database: Database) -> None:
    make_list(database, at(22))
    bill = bill_of(database, WANG)
    now_s(write_unanswered(bill, Result.BUSY, database, at(22)))
    now_s(write_unanswered(bill, Result.NO_ANSWER, database, at(22)))
    found = reminder(database, WANG)
    assert found == Reminder(WANG, APRIL, attempts=2, result=Result.NO_ANSWER, last_at=at(22).now())
    assert WANG in due(database, 22)


def test_contacts_are_numbers(database: Database) -> None:
    assert contacts((bill_of(database, WANG),)) == (Contact(WANG, (WANG,), data={"month": "2000-04"}),)


# --- the call -----------------------------------------------------------------------------------------------------


def test_the_notice_word_for_word(play: Play, database: Database) -> None:
    """108 yuan of 3190003."""
    call = run(play, database, WANG)
    assert " ".join(call.heard[0]) == (
        "reminder-for digit-3 yao digit-9 digit-0 digit-0 digit-0 digit-3 "
        "reminder-owes digit-1 hundred digit-0 digit-8 yuan reminder-please"
    )
    assert call.heard[1:] == [("press-1-again",), ("goodbye",)]
    assert call.steps[-2:] == ["sleep 10", "release normal"]
    assert reminder(database, WANG) == Reminder(
        WANG, APRIL, attempts=1, result=Result.ANSWERED, last_at=at(22).now(), notices=1, heard_at=at(22).now()
    )


@pytest.mark.parametrize("number", DEBTORS)
def test_the_amount_is_that_of_the_database_in_the_debtors_language(
    play: Play, database: Database, number: str
) -> None:
    call = run(play, database, number)
    words = call.heard[0]
    said = words[words.index("reminder-owes") + 1 : -1]
    assert spoken.fen(said) == bill_of(database, number).amount_fen
    assert call.language.value == ("en" if number == BAKER else "zh")


@pytest.mark.parametrize(("keys", "plays"), [((), 1), (("5",), 1), (("1",), 2), (("1", "1", "*"), 3), (("1",) * 20, 5)])
def test_hearing_it_again_counts_once(play: Play, database: Database, keys: tuple[str, ...], plays: int) -> None:
    call = run(play, database, WANG, *keys)
    assert sum(names[0] == "reminder-for" for names in call.heard) == plays
    found = reminder(database, WANG)
    assert found is not None
    assert (found.attempts, found.notices) == (1, 1)


def test_who_paid_meanwhile_is_not_reminded(play: Play, database: Database) -> None:
    make_list(database, at(22))
    listed = bill_of(database, WANG)
    database.run_now(lambda session: Bills(session).pay(WANG, APRIL, START + timedelta(minutes=1)))
    call = play(partial(remind, bill=listed, database=database, calendar=at(22)), Script())
    assert call.heard == [("no-bill",), ("goodbye",)]
    found = reminder(database, WANG)
    assert found is not None
    assert (found.result, found.notices) == (Result.ANSWERED, 0)


def test_hanging_up_anywhere(hang_up_everywhere: HangUpEverywhere) -> None:
    def flow_on(database: Database) -> partial[Coroutine[None, None, None]]:
        make_list(database, at(22))
        return partial(remind, bill=bill_of(database, WANG), database=database, calendar=at(22))

    assert hang_up_everywhere(flow_on, Script(keys=("1",))) == 7


def test_who_hangs_up_in_the_notice_has_not_heard_it(play: Play, database: Database) -> None:
    make_list(database, at(22))
    flow = partial(remind, bill=bill_of(database, WANG), database=database, calendar=at(22))
    play(flow, Script(hang_up_at=0))
    found = reminder(database, WANG)
    assert found is not None
    assert (found.result, found.attempts, found.notices) == (Result.ANSWERED_PART, 1, 0)
    assert WANG in due(database, 22)
