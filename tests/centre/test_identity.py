from functools import partial

import pytest
from sqlalchemy import select
from tests.centre.conftest import PASSWORDS, HangUpEverywhere, Play
from tests.centre.scripted_call import Script, ScriptedCall

from kmcc.centre.identity import IdentityRules, identify
from kmcc.store.customers import Customer
from kmcc.store.database import Database
from kmcc.store.passwords import LockOut
from kmcc.store.tables import LoginAttemptRow
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call
from kmcc.switch.circuit import Cause

NUMBER, PASSWORD, WRONG = "3190001", PASSWORDS["KM-1001"], "482916"
ASKED = [("enter-number",), ("enter-password",)]
REFUSED = [*ASKED, ("password-wrong",), *ASKED, ("password-wrong-twice", "goodbye")]

WRONG_TWICE = {
    "wrong password": (NUMBER, WRONG, NUMBER, WRONG),
    "number without a password": ("3190003", PASSWORD, "3190003", PASSWORD),
    "number of nobody": ("3199999", PASSWORD, "3199999", PASSWORD),
    "the other contract's password": (NUMBER, PASSWORDS["KM-1004"], NUMBER, PASSWORDS["KM-1004"]),
    "five digits": (NUMBER, PASSWORD[:5], NUMBER, PASSWORD[:5]),
    "seven digits": (NUMBER, PASSWORD + "1", NUMBER, PASSWORD + "1"),
    "a star in it": (NUMBER, "*" + PASSWORD, NUMBER, "48*2915"),
    "no password": (NUMBER, "", NUMBER, ""),
    "silence": (),
    "wrong, then silence": (NUMBER, WRONG),
}


class Story:
    """`identify` as a flow; `customer` is whom it let in."""

    def __init__(self, database: Database, calendar: Calendar, rules: IdentityRules) -> None:
        self._identify = partial(identify, database=database, calendar=calendar, rules=rules)
        self.customer: Customer | None = None

    async def __call__(self, call: Call) -> None:
        self.customer = await self._identify(call)
        await call.release(Cause.NORMAL)


def run(
    play: Play, database: Database, calendar: Calendar, keys: tuple[str, ...], lock_out: LockOut | None = None
) -> tuple[ScriptedCall, Customer | None]:
    story = Story(database, calendar, IdentityRules(lock_out=lock_out or LockOut()))
    return play(story, Script(keys=keys)), story.customer


def failures(database: Database) -> dict[str, int]:
    rows = database.run_now(lambda session: session.execute(select(LoginAttemptRow.account, LoginAttemptRow.failures)))
    return {account: count for account, count in rows}  # noqa: C416  rows are not pairs to mypy


@pytest.mark.parametrize("account", ["3190001", "3190002"])
def test_right_at_once(play: Play, database: Database, calendar: Calendar, account: str) -> None:
    call, customer = run(play, database, calendar, (account, PASSWORD))
    assert customer is not None
    assert customer.number == account
    assert call.heard == ASKED
    assert call.noted("identity.verified") == [{"number": account, "contract": "KM-1001"}]


def test_right_at_the_second_try(play: Play, database: Database, calendar: Calendar) -> None:
    call, customer = run(play, database, calendar, (NUMBER, WRONG, NUMBER, PASSWORD))
    assert customer is not None
    assert call.heard == [*ASKED, ("password-wrong",), *ASKED]
    assert failures(database) == {}


@pytest.mark.parametrize("keys", WRONG_TWICE.values(), ids=list(WRONG_TWICE))
def test_twice_wrong_ends_the_service(
    play: Play, database: Database, calendar: Calendar, keys: tuple[str, ...]
) -> None:
    """R-244, and R-239: whatever was wrong, the caller hears the same."""
    call, customer = run(play, database, calendar, keys)
    assert customer is None
    assert call.heard == REFUSED
    assert call.ended is Cause.AUTHENTICATION_FAILED
    assert call.noted("identity.failed") == [{"tries": 2}]
    assert call.noted("identity.verified") == []


def test_failures_are_counted_over_calls_and_raise_the_alarm_when_they_lock(
    play: Play, database: Database, calendar: Calendar
) -> None:
    lock_out = LockOut(failures=4, for_s=60)
    first, _ = run(play, database, calendar, WRONG_TWICE["wrong password"], lock_out)
    assert first.noted("alarm.lock_out") == []
    assert failures(database) == {"KM-1001": 2}
    second, _ = run(play, database, calendar, WRONG_TWICE["wrong password"], lock_out)
    assert second.noted("alarm.lock_out") == [{"failures": 4}]
    locked, customer = run(play, database, calendar, (NUMBER, PASSWORD, NUMBER, PASSWORD), lock_out)
    assert customer is None
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
    awaits = hang_up_everywhere(lambda database: Story(database, calendar, IdentityRules()), Script(keys=keys))
    assert awaits >= 3
