"""A password by telephone: on one's own line, six digits, the same twice, the old one first (R-65..R-68, R-273)."""

from functools import partial

import pytest
from tests.centre.conftest import PASSWORDS, START, Play, desk_on
from tests.centre.scripted_call import Script, ScriptedCall

from kmcc.centre.desk import serve
from kmcc.store.database import Database
from kmcc.store.passwords import Passwords, Verdict
from kmcc.switch.calendar import Calendar
from kmcc.switch.circuit import Cause

OWN, OLD, NEW = "3190001", PASSWORDS["KM-1001"], "135790"
UNSET = "3190003"
WAY = ("5", "1")


def run(play: Play, database: Database, calendar: Calendar, *keys: str, calling: str | None) -> ScriptedCall:
    flow = partial(serve, entry="centre", desk=desk_on(database, calendar))
    return play(flow, Script(keys=(*WAY, *keys), calling=calling))


def opens(database: Database, account: str, password: str) -> bool:
    check = database.run_now(lambda session: Passwords(session).check(account, password, START))
    return check.verdict is Verdict.RIGHT


def firsts(call: ScriptedCall) -> list[str]:
    return [names[0] for names in call.heard]


def test_the_first_one(play: Play, database: Database, calendar: Calendar) -> None:
    call = run(play, database, calendar, NEW, NEW, "0", calling=UNSET)
    assert firsts(call)[2:5] == ["enter-new-password", "enter-password-again", "password-kept"]
    assert opens(database, UNSET, NEW)
    assert call.noted("password.set") == [{"number": UNSET}]


def test_another_one_needs_the_old_one_and_holds_for_all_lines_of_the_contract(
    play: Play, database: Database, calendar: Calendar
) -> None:
    call = run(play, database, calendar, OLD, NEW, NEW, "0", calling=OWN)
    assert firsts(call)[2] == "enter-old-password"
    assert opens(database, OWN, NEW)
    assert opens(database, "3190002", NEW)
    assert opens(database, "KM-1001", NEW)
    assert not opens(database, OWN, OLD)


def test_whoever_does_not_know_the_old_one(play: Play, database: Database, calendar: Calendar) -> None:
    call = run(play, database, calendar, "000000", "111111", calling=OWN)
    assert call.ended is Cause.AUTHENTICATION_FAILED
    assert opens(database, OWN, OLD)


@pytest.mark.parametrize("calling", [None, "3170000"])
def test_on_a_line_that_is_nobodys(play: Play, database: Database, calendar: Calendar, calling: str | None) -> None:
    """R-65: refused, and logged."""
    call = run(play, database, calendar, "0", calling=calling)
    assert firsts(call)[2:4] == ["password-not-own", "password-menu"]
    assert call.noted("password.refused") == [{"calling": calling, "why": "not a customer's own line"}]


@pytest.mark.parametrize("malformed", ["12345", "1234567", "", "12345A"])
def test_six_digits_or_none(play: Play, database: Database, calendar: Calendar, malformed: str) -> None:
    call = run(play, database, calendar, malformed, NEW, NEW, "0", calling=UNSET)
    assert firsts(call)[3] == ("password-malformed" if malformed else "no-key")
    assert opens(database, UNSET, NEW)


def test_not_the_same_twice(play: Play, database: Database, calendar: Calendar) -> None:
    call = run(play, database, calendar, NEW, "135791", NEW, NEW, "0", calling=UNSET)
    assert "passwords-differ" in firsts(call)
    assert opens(database, UNSET, NEW)
    assert len(call.noted("password.set")) == 1
