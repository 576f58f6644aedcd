from functools import partial

import pytest
from tests.centre.conftest import HangUpEverywhere, Play
from tests.centre.scripted_call import Script, ScriptedCall

from kmcc.centre.number_change import announce_changed_number
from kmcc.store.database import Database
from kmcc.switch.announce import say_digits
from kmcc.switch.calendar import Calendar
from kmcc.switch.circuit import Cause

ANNOUNCED, FORWARDED, BOTH, EXPIRED = "3181001", "3181002", "3181003", "3181004"
HEARD = {"3190001": "3 yao 9 0 0 0 yao", "3193009": "3 yao 9 3 0 0 9"}  # written out: yao is the one of numbers


def notice(new_number: str) -> tuple[str, ...]:
    words = [word if word == "yao" else f"digit-{word}" for word in HEARD[new_number].split()]
    return ("number-changed", *words)


def run(play: Play, database: Database, calendar: Calendar, script: Script) -> ScriptedCall:
    return play(partial(announce_changed_number, database=database, calendar=calendar), script)


def test_announced_twice_before_answer_then_released(play: Play, database: Database, calendar: Calendar) -> None:
    """R-201, R-204: heard twice, never answered, so not charged."""
    call = run(play, database, calendar, Script(called=ANNOUNCED))
    assert call.steps == ["alert", "play", "release normal"]
    assert call.heard == [notice("3190001")] * 2
    assert not call.answered


def test_forwarded_without_a_word(play: Play, database: Database, calendar: Calendar) -> None:
    """R-202."""
    call = run(play, database, calendar, Script(called=FORWARDED, far_end=Cause.NORMAL))
    assert call.steps == ["connect 3192008", "release normal"]
    assert call.heard == []


def test_announced_then_forwarded(play: Play, database: Database, calendar: Calendar) -> None:
    """R-203."""
    call = run(play, database, calendar, Script(called=BOTH))
    assert call.steps == ["alert", "play", "connect 3193009", "release called hung up"]
    assert call.heard == [notice("3193009")] * 2


@pytest.mark.parametrize("called", [EXPIRED, "3190001", "3170000"])
def test_no_valid_notice_is_an_ordinary_call(play: Play, database: Database, calendar: Calendar, called: str) -> None:
    """R-200, R-205: run out, never changed, or vacant."""
    call = run(play, database, calendar, Script(called=called))
    assert call.steps == ["proceed", "release called hung up"]
    assert call.heard == []


@pytest.mark.parametrize("called", [FORWARDED, BOTH, "3190001"])
@pytest.mark.parametrize("cause", [Cause.BUSY, Cause.NO_ANSWER, Cause.VACANT_NUMBER, Cause.CONGESTION])
def test_who_is_not_reached_ends_the_call_with_that_cause(
    play: Play, database: Database, calendar: Calendar, called: str, cause: Cause
) -> None:
    call = run(play, database, calendar, Script(called=called, unreached=cause))
    assert call.ended is cause
    assert not call.answered


@pytest.mark.parametrize("called", [ANNOUNCED, FORWARDED, BOTH, EXPIRED])
def test_hanging_up_anywhere(hang_up_everywhere: HangUpEverywhere, calendar: Calendar, called: str) -> None:
    flow_on = partial(partial, announce_changed_number, calendar=calendar)
    assert hang_up_everywhere(lambda database: flow_on(database=database), Script(called=called)) >= 2


@pytest.mark.parametrize("called", [ANNOUNCED, FORWARDED, BOTH])
def test_without_a_store_every_call_is_an_ordinary_one(
    play: Play, database: Database, calendar: Calendar, called: str
) -> None:
    database.migrate_down("base")
    call = run(play, database, calendar, Script(called=called))
    assert call.steps == ["proceed", "release called hung up"]
    assert call.noted("alarm.store") == [{"error": "SchemaMissingError"}]


def test_announced_as_often_as_is_set(play: Play, database: Database, calendar: Calendar) -> None:
    flow = partial(announce_changed_number, database=database, calendar=calendar, times=3)
    assert play(flow, Script(called=ANNOUNCED)).heard == [notice("3190001")] * 3


def test_the_journal_tells_what_was_found(play: Play, database: Database, calendar: Calendar) -> None:
    call = run(play, database, calendar, Script(called=BOTH))
    assert call.noted("number_change.found") == [
        {"old": BOTH, "new": "3193009", "variant": "announce_and_forward"},
    ]
    assert say_digits("3193009", call.language) == notice("3193009")[1:]
