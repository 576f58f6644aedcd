from collections.abc import Coroutine
from functools import partial

import pytest
from sqlalchemy import select
from tests.centre.conftest import PASSWORDS, HangUpEverywhere, Play, desk_on
from tests.centre.scripted_call import Script, ScriptedCall

from kmcc.centre.desk import serve
from kmcc.store.database import Database
from kmcc.store.passwords import LockOut
from kmcc.store.tables import LoginAttemptRow
from kmcc.switch.calendar import Calendar
from kmcc.switch.circuit import Cause

NUMBER, PASSWORD, WRONG = "3190001", PASSWORDS["KM-1001"], "482916"
ASKED = [("enter-number",), ("enter-password",)]
AGAIN = [("password-wrong", "enter-number"), ("enter-password",)]
REFUSED = [*ASKED, *AGAIN, ("password-wrong-twice", "goodbye")]

WRONG_TWICE = {
    "wrong password": (NUMBER, WRONG, NUMBER, WRONG),
    "number without a password": ("3190003", PASSWORD, "3190003", PASSWORD),
    "number of nobody": ("3199999", PASSWORD, "3199999", PASSWORD),
    "the other contract's password": (NUMBER, PASSWORDS["KM-1004"], NUMBER, PASSWORDS["KM-1004"]),
    "five digits": (NUMBER, PASSWORD[:5], NUMBER, PASSWORD[:5]),
    "seven digits": (NUMBER, PASSWORD + "1", NUMBER, PASSWORD + "1"),
    "a star in it": (NUMBER, "48*2915", NUMBER, "48*2915"),
    "no password": (NUMBER, "", NUMBER, ""),
    "silence": (),
    "wrong, then silence": (NUMBER, WRONG),
}


def run(
    play: Play, database: Database, calendar: Calendar, keys: tuple[str, ...], lock_out: LockOut | None = None
) -> ScriptedCall:
    """The number of the bill query begins with it."""
    flow = partial(serve, entry="bill", desk=desk_on(database, calendar, lock_out))
    return play(flow, Script(called="170", keys=keys))


def verified(call: ScriptedCall) -> list[object]:
    return [note["number"] for note in call.noted("identity.verified")]


def failures(database: Database) -> dict[str, int]:
    rows = database.run_now(lambda session: session.execute(select(LoginAttemptRow.account, LoginAttemptRow.failures)))
    return {account: count for account, count in rows}  # noqa: C416  rows are not pairs to mypy


@pytest.mark.parametrize("account", ["3190001", "3190002"])
def test_right_at_once(play: Play, database: Database, calendar: Calendar, account: str) -> None:
    call = run(play, database, calendar, (account, PASSWORD))
    assert call.heard[:2] == ASKED
    assert call.heard[2][0] == "bill-for"
    assert call.noted("identity.verified") == [{"number": account, "contract": "KM-1001"}]


def test_right_at_the_second_try(play: Play, database: Database, calendar: Calendar) -> None:
    call = run(play, database, calendar, (NUMBER, WRONG, NUMBER, PASSWORD))
    assert call.heard[:4] == [*ASKED, *AGAIN]
    assert verified(call) == [NUMBER]
    assert failures(database) == {}


@pytest.mark.parametrize("keys", WRONG_TWICE.values(), ids=list(WRONG_TWICE))
def test_twice_wrong_ends_the_service(
    play: Play, database: Database, calendar: Calendar, keys: tuple[str, ...]
) -> None:
    """R-244, and R-239: whatever was wrong, the caller hears the same."""
    call = run(play, database, calendar, keys)
    assert call.heard == REFUSED
    assert call.ended is Cause.AUTHENTICATION_FAILED
    assert call.noted("identity.failed") == [{"check": "identity", "tries": 2}]
    assert verified(call) == []


def test_failures_are_counted_over_calls_and_raise_the_alarm_when_they_lock(
    play: Play, database: Database, calendar: Calendar
) -> None:
    lock_out = LockOut(failures=4, for_s=60)
    first = run(play, database, calendar, WRONG_TWICE["wrong password"], lock_out)
    assert first.noted("alarm.lock_out") == []
    assert failures(database) == {"KM-1001": 2}
    second = run(play, database, calendar, WRONG_TWICE["wrong password"], lock_out)
    assert second.noted("alarm.lock_out") == [{"failures": 4}]
    locked = run(play, database, calendar, (NUMBER, PASSWORD, NUMBER, PASSWORD), lock_out)
    assert verified(locked) == []
    assert locked.heard == REFUSED
    assert [note["verdict"] for note in locked.noted("identity.refused")] == ["locked", "locked"]


def test_an_account_of_nobody_is_counted_too(play: Play, database: Database, calendar: Calendar) -> None:
    run(play, database, calendar, WRONG_TWICE["number of nobody"])
    assert failures(database) == {"3199999": 2}


def test_silence_is_no_failure_of_anybody(play: Play, database: Database, calendar: Calendar) -> None:
    run(play, database, calendar, ())
    assert failures(database) == {}


@pytest.mark.parametrize(
    "keys", [(NUMBER, PASSWORD), (NUMBER, WRONG, NUMBER, PASSWORD), (NUMBER, WRONG, NUMBER, WRONG)]
)
def test_hanging_up_anywhere(hang_up_everywhere: HangUpEverywhere, calendar: Calendar, keys: tuple[str, ...]) -> None:
    def flow_on(database: Database) -> partial[Coroutine[None, None, None]]:
        return partial(serve, entry="bill", desk=desk_on(database, calendar))

    assert hang_up_everywhere(flow_on, Script(keys=keys)) >= 3


def test_a_star_takes_back_what_was_pressed_and_no_menu_hears_what_follows(
    play: Play, database: Database, calendar: Calendar
) -> None:
    call = run(play, database, calendar, (NUMBER, "48*" + PASSWORD))
    assert verified(call) == [NUMBER]
    assert call.noted("ivr.choice") == []
    assert {note["key"] for note in call.noted("key.pressed")} == {"*"}


def test_a_star_and_a_zero_lead_to_a_person_out_of_an_entry(play: Play, database: Database, calendar: Calendar) -> None:
    """R-246: at any point."""
    call = run(play, database, calendar, ("319*0",))
    assert call.noted("ivr.choice") == [{"node": "bill", "key": "*0", "to": "human"}]
    assert "queue None 0" in call.steps
