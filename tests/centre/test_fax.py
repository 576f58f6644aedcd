"""Faxes that are asked for in the menu: kept for the calling number, or told that it cannot be done (R-248)."""

from functools import partial

from tests.centre.conftest import PASSWORDS, START, Play, desk_on
from tests.centre.scripted_call import Script, ScriptedCall

from kmcc.centre.desk import serve
from kmcc.store.database import Database
from kmcc.store.fax_requests import FaxRequest, FaxRequests
from kmcc.switch.announce import Language
from kmcc.switch.calendar import Calendar

LOGIN = ("3190001#", PASSWORDS["KM-1001"] + "#")


def run(play: Play, database: Database, calendar: Calendar, keys: tuple[str, ...], calling: str | None) -> ScriptedCall:
    flow = partial(serve, entry="centre", desk=desk_on(database, calendar))
    return play(flow, Script(keys=keys, calling=calling))


def waiting(database: Database) -> tuple[FaxRequest, ...]:
    return database.run_now(lambda session: FaxRequests(session).waiting())


def test_a_bill_is_kept_for_the_calling_number_with_the_account_that_was_proved(
    play: Play, database: Database, calendar: Calendar
) -> None:
    call = run(play, database, calendar, ("2", "2", *LOGIN, "9", "0"), "3191005")
    assert ("fax-kept",) in call.heard
    assert waiting(database) == (FaxRequest(call.id, START, "bill", "3191005", "3190001", Language.EN),)
    assert call.noted("fax.asked") == [{"document": "bill", "outcome": "kept"}]


def test_a_public_document_belongs_to_nobody(play: Play, database: Database, calendar: Calendar) -> None:
    run(play, database, calendar, ("1", "1", "9", "0"), "3190003")
    assert [(one.document, one.account) for one in waiting(database)] == [("telecom-services", None)]


def test_without_a_calling_number_it_cannot_be_sent(play: Play, database: Database, calendar: Calendar) -> None:
    call = run(play, database, calendar, ("1", "2", "9", "0"), None)
    assert ("fax-unavailable",) in call.heard
    assert waiting(database) == ()


def test_without_a_store_it_cannot_be_kept(play: Play, database: Database, calendar: Calendar) -> None:
    database.migrate_down("base")
    call = run(play, database, calendar, ("1", "3", "9", "0"), "3190003")
    assert ("fax-unavailable",) in call.heard
    assert {"error": "SchemaMissingError"} in call.noted("alarm.store")
