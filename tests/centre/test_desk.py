"""The desk told as stories: what is heard, what is done, in the order of the keys."""

from collections.abc import Coroutine
from functools import partial

import pytest
from tests.centre import spoken
from tests.centre.conftest import BOOK, PASSWORDS, HangUpEverywhere, Play, desk_on
from tests.centre.scripted_call import Script, ScriptedCall

from kmcc.centre.desk import serve
from kmcc.store.bills import Bills
from kmcc.store.customers import Customers
from kmcc.store.database import Database
from kmcc.store.month import Month
from kmcc.switch.announce import Language, packaged_catalogue
from kmcc.switch.calendar import Calendar
from kmcc.switch.circuit import Cause

LOGIN = ("3190001#", PASSWORDS["KM-1001"] + "#")
CATALOGUE = packaged_catalogue()
END = ["play", "sleep 10", "release normal"]


def run(
    play: Play, database: Database, calendar: Calendar, *keys: str, calling: str | None = None, entry: str = "centre"
) -> ScriptedCall:
    flow = partial(serve, entry=entry, desk=desk_on(database, calendar))
    return play(flow, Script(keys=keys, calling=calling))


def firsts(call: ScriptedCall) -> list[str]:
    """The first prompt of each play."""
    return [names[0] for names in call.heard]


def test_answer_welcome_menu_seat_goodbye(play: Play, database: Database, calendar: Calendar) -> None:
    """R-1, R-19, R-235, R-250."""
    call = run(play, database, calendar, "0")
    assert call.steps == ["answer", "collect", "play", "queue None 0", *END]
    assert call.heard == [("welcome", "main-menu"), ("transferring",), ("goodbye",)]


def test_the_bill_then_the_menu_again_without_a_second_welcome_or_login(
    play: Play, database: Database, calendar: Calendar
) -> None:
    """R-246, R-247: the seat gets what is known by then."""
    call = run(play, database, calendar, "2", "2", *LOGIN, "*1", "2", "2", "*0", calling="3190003")
    assert firsts(call) == [
        *("welcome", "query-menu", "enter-number", "enter-password", "bill-for"),
        *("main-menu", "query-menu", "bill-for", "transferring", "goodbye"),
    ]
    (pop,) = call.noted("seat.pop")
    assert (pop["service"], pop["calling"], pop["number"], pop["verified"]) == ("bill", "3190003", "3190001", True)
    assert (pop["path"], pop["data.account"], pop["data.owed"]) == ("root query bill bill-human", "3190001", 0)


def test_nothing_of_a_bill_before_the_password(play: Play, database: Database, calendar: Calendar) -> None:
    """R-239."""
    keys = ("2", "2", "3190001", "000000", "3190001", "111111")
    call = run(play, database, calendar, *keys, calling="3190001")
    assert call.ended is Cause.AUTHENTICATION_FAILED
    assert firsts(call)[-1] == "password-wrong-twice"
    assert spoken.bill([name for names in call.heard for name in names]) == []


def test_the_language_changes_and_stays(play: Play, database: Database, calendar: Calendar) -> None:
    call = run(play, database, calendar, "9", "2", "2", *LOGIN, "0")
    assert call.heard[1] == ("language-changed",)
    assert call.language is Language.EN
    assert call.heard[6][:4] == ("bill-for", "month-4", "digit-2", "thousand")
    (pop,) = call.noted("seat.pop")
    assert pop["language"] == "en"
    back = run(play, database, calendar, "9", "9", "0")
    assert back.language is Language.ZH


def test_the_desk_begins_in_the_language_of_the_lines_owner(play: Play, database: Database, calendar: Calendar) -> None:
    assert run(play, database, calendar, "0", calling="3191005").language is Language.EN
    assert run(play, database, calendar, "0", calling="3190001").language is Language.ZH


def test_a_silent_caller_gets_to_a_person(play: Play, database: Database, calendar: Calendar) -> None:
    """R-236: three times, then the human."""
    call = run(play, database, calendar)
    assert firsts(call) == ["welcome", "no-key", "no-key", "transferring", "goodbye"]
    assert "queue None 0" in call.steps


def test_advice_leads_back_up(play: Play, database: Database, calendar: Calendar) -> None:
    call = run(play, database, calendar, "1", "1", "1", "*", "5", "0")
    assert firsts(call) == [
        *("welcome", "consult-menu", "consult", "consult", "consult-menu", "main-menu", "transferring", "goodbye")
    ]


def test_without_a_database_the_bill_is_refused_with_words_and_the_desk_goes_on(
    play: Play, database: Database, calendar: Calendar
) -> None:
    database.migrate_down("base")
    call = run(play, database, calendar, "2", "2", *LOGIN, "0", calling="3190001")
    assert firsts(call)[-4:] == ["technical-fault", "main-menu", "transferring", "goodbye"]
    assert call.noted("alarm.store") == [{"error": "SchemaMissingError"}]


def test_the_number_of_the_bill_query_begins_with_the_bill(play: Play, database: Database, calendar: Calendar) -> None:
    call = run(play, database, calendar, *LOGIN, "*1", "0", entry="bill")
    assert firsts(call) == ["enter-number", "enter-password", "bill-for", "welcome", "transferring", "goodbye"]
    (_, fen), *_ = spoken.bill(call.heard[2])
    bill = database.run_now(lambda session: Bills(session).of_month("3190001", Month(2000, 4)))
    assert bill is not None
    assert fen == bill.amount_fen


SEATS_BEHIND = {
    "directory": "directory",
    "fault": "fault",
    "complaint": "complaint",
    "acceptance": "acceptance",
    "information": "information",
    "toll": "toll",
}


@pytest.mark.parametrize(("entry", "service"), SEATS_BEHIND.items())
def test_an_old_number_leads_to_its_seats_and_names_the_new_one(
    play: Play, database: Database, calendar: Calendar, entry: str, service: str
) -> None:
    """R-101."""
    call = run(play, database, calendar, entry=entry)
    assert [step for step in call.steps if step.startswith("queue")] == [f"queue {service} 0"]
    assert firsts(call)[0] == "use-1000"
    assert call.steps[-3:] == END


def test_the_old_numbers_are_all_entries_but_those_with_menus() -> None:
    assert {"centre", "bill", *SEATS_BEHIND} == set(BOOK.entries)


STORIES = {
    "seat": ("0",),
    "silence": (),
    "bill and seat": ("2", "2", *LOGIN, "1", "0"),
    "wrong twice": ("2", "2", "3190001", "000000", "3190001", "111111"),
    "wrong once, language, bill, menu": ("9", "2", "2", "3190001", "000000", *LOGIN, "*1", "1", "*", "0"),
    "fax of the bill": ("2", "2", *LOGIN, "9", "0"),
    "password": ("5", "1", "135790", "135790", "0"),
    "changed number": ("2", "1", "1", "3181001#", "1", "*1", "0"),
    "suggestion": ("4", "3", "0"),
}


@pytest.mark.parametrize("keys", STORIES.values(), ids=list(STORIES))
def test_hanging_up_anywhere(hang_up_everywhere: HangUpEverywhere, calendar: Calendar, keys: tuple[str, ...]) -> None:
    def flow_on(database: Database) -> partial[Coroutine[None, None, None]]:
        return partial(serve, entry="centre", desk=desk_on(database, calendar))

    assert hang_up_everywhere(flow_on, Script(keys=keys, calling="3190003")) >= 6


@pytest.mark.parametrize("keys", STORIES.values(), ids=list(STORIES))
def test_every_prompt_is_in_the_catalogue(
    play: Play, database: Database, calendar: Calendar, keys: tuple[str, ...]
) -> None:
    call = run(play, database, calendar, *keys, calling="3190001")
    assert [name for names in call.heard for name in names if name not in CATALOGUE.prompts] == []


def test_the_owner_is_only_known_by_number_until_then(play: Play, database: Database, calendar: Calendar) -> None:
    """R-296."""
    owner = database.run_now(lambda session: Customers(session).of_number("3190004"))
    assert owner is not None
    (pop,) = run(play, database, calendar, "0", calling="3190004").noted("seat.pop")
    assert (pop["name"], pop["verified"]) == (owner.name, False)
