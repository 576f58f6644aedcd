import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from tests.centre.conftest import HangUpEverywhere, Play
from tests.centre.scripted_call import Script, ScriptedCall

from kmcc.centre.human import hand_over, known_caller
from kmcc.store.database import Database
from kmcc.switch.call import Call
from kmcc.switch.circuit import Cause
from kmcc.switch.voice.function import Handover


def story_on(
    database: Database, service: str | None = None, account: str | None = None
) -> Callable[[Call], asyncio.Future[None] | object]:
    handover = Handover(service, {"month": (2000, 4), "owed": 3560}, ("root", "bill"), account)

    async def story(call: Call) -> None:
        end = await hand_over(call, handover, database)
        call.note("end", end=end.value)
        await call.release(Cause.NORMAL)

    return story


def run(play: Play, database: Database, script: Script, **context: object) -> ScriptedCall:
    return play(story_on(database, **context), script)  # type: ignore[arg-type]


def test_the_seat_sees_the_owner_of_the_line_before_it_rings(play: Play, database: Database) -> None:
    """R-124, R-283, R-296: for reference only, until he has said his password."""
    call = run(play, database, Script(calling="3190004"), service="fault")
    assert call.steps == ["queue fault 2", "release normal"]
    assert call.noted("seat.pop") == [
        {
            "service": "fault",
            "calling": "3190004",
            "number_given": True,
            "number": "3190004",
            "name": "翠湖宾馆",
            "contract": "KM-1003",
            "grade": 2,
            "language": "zh",
            "verified": False,
            "path": "root bill",
            "data.month": "2000-04",
            "data.owed": 3560,
        }
    ]


@pytest.mark.parametrize(("calling", "given"), [("3170000", True), (None, False)])
def test_who_is_not_known_gives_an_empty_form(play: Play, database: Database, calling: str | None, given: bool) -> None:
    call = run(play, database, Script(calling=calling))
    assert call.steps[0] == "queue None 0"
    (pop,) = call.noted("seat.pop")
    assert (pop["calling"], pop["number_given"], pop["number"], pop["name"]) == (calling, given, None, None)


def test_who_has_said_his_password_is_shown_instead_of_the_line(play: Play, database: Database) -> None:
    call = run(play, database, Script(calling="3190001"), account="3190004")
    (pop,) = call.noted("seat.pop")
    assert (pop["calling"], pop["number"], pop["verified"]) == ("3190001", "3190004", True)
    assert call.steps[0] == "queue None 2"


@pytest.mark.parametrize("reason", ["maximum wait", "maximum length", "no seat signed in"])
def test_without_a_seat_the_flow_is_told(play: Play, database: Database, reason: str) -> None:
    call = run(play, database, Script(no_seat=reason))
    assert call.noted("end") == [{"end": "full"}]
    assert call.steps == ["queue None 0", "release normal"]


def test_without_a_database_the_caller_still_gets_his_seat(play: Play, tmp_path: Path) -> None:
    call = run(play, Database(f"sqlite:///{tmp_path}/absent/kmcc.db"), Script(calling="3190004"))
    assert call.steps[0] == "queue None 0"
    assert len(call.noted("alarm.customer_look_up")) == 1


def test_a_slow_database_does_not_hold_the_call(tmp_path: Path, database: Database) -> None:
    """R-283: another look takes as long as the test likes; the caller goes on without his data."""
    held = Event()
    call = ScriptedCall(Script(calling="3190004"))

    async def story() -> None:
        other = asyncio.ensure_future(slow.look(lambda _session: held.wait(30)))
        await asyncio.sleep(0)
        assert await known_caller(call, slow, "3190004") is None
        assert not held.is_set()
        held.set()
        await other

    with ThreadPoolExecutor(1) as executor:
        slow = Database(f"sqlite:///{tmp_path}/kmcc.db", executor)
        asyncio.run(story())
        slow.close()
    assert len(call.noted("alarm.customer_look_up")) == 1
    slow.close()


@pytest.mark.parametrize("no_seat", [None, "maximum wait"])
def test_hanging_up_anywhere(hang_up_everywhere: HangUpEverywhere, no_seat: str | None) -> None:
    flow_on = partial(story_on, service="fault")
    script = Script(calling="3190004", no_seat=no_seat)
    assert hang_up_everywhere(flow_on, script) >= 2  # type: ignore[arg-type]
