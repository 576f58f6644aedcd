from functools import partial
from pathlib import Path

import pytest
from tests.centre.conftest import PASSWORDS, START, Play
from tests.centre.scripted_call import Script

from kmcc.centre.desk import Desk, packaged_menu
from kmcc.centre.reminders import ReminderRules, list_debtors, remind
from kmcc.centre.services import STAFFED, service_flows
from kmcc.store.bills import Bills
from kmcc.store.database import Database
from kmcc.store.errors import StoreError
from kmcc.store.month import Month
from kmcc.store.passwords import Passwords
from kmcc.switch.announce import packaged_catalogue
from kmcc.switch.calendar import Calendar

SECRETS = (*PASSWORDS.values(), "909171", "616253")
"""The right passwords, and wrong ones that are pressed below: a near miss is as secret as a hit."""
RIGHT = ("3190001", PASSWORDS["KM-1001"])
WRONG = ("3190001", "909171", "3190001", "616253")


@pytest.fixture
def desk(database: Database, calendar: Calendar) -> Desk:
    return Desk(database, calendar, packaged_menu(packaged_catalogue()))


def test_the_table_has_every_service_of_the_number_plan(desk: Desk) -> None:
    assert sorted(service_flows(desk)) == sorted([*STAFFED, "centre", "desk", "bill", "seat", "number-change"])


@pytest.mark.parametrize("service", [*STAFFED, "seat"])
def test_a_staffed_service_waits_for_a_seat_with_its_skill(play: Play, desk: Desk, service: str) -> None:
    call = play(service_flows(desk)[service], Script())
    assert f"queue {None if service == 'seat' else service} 0" in call.steps


@pytest.mark.parametrize(("service", "first"), [("centre", "welcome"), ("desk", "welcome"), ("bill", "enter-number")])
def test_an_automatic_service_begins_with_its_prompt(play: Play, desk: Desk, service: str, first: str) -> None:
    assert play(service_flows(desk)[service], Script()).heard[0][0] == first


def test_a_changed_number_is_never_answered_by_us(play: Play, desk: Desk) -> None:
    assert not play(service_flows(desk)["number-change"], Script(called="3181001")).answered


SCRIPTS = [
    *((service, ("2", *keys)) for service in ("centre", "desk") for keys in ((*RIGHT, "1", "0"), WRONG)),
    *(("bill", keys) for keys in ((*RIGHT, "0"), WRONG)),
    *((service, ()) for service in (*STAFFED, "seat", "number-change")),
]


@pytest.mark.parametrize(("service", "keys"), SCRIPTS)
def test_no_password_comes_out_of_any_flow(
    play: Play, desk: Desk, tmp_path: Path, service: str, keys: tuple[str, ...]
) -> None:
    """R-335: not in an event, a prompt, a repr, nor in the files of the database."""
    call = play(service_flows(desk)[service], Script(called="3181003", calling="3190001", keys=keys))
    pressed = "".join(str(note["key"]) for note in call.noted("key.pressed"))  # one event a key: read them in a row
    for text in (pressed, repr(call.journal), repr(call.heard), repr(call.steps), repr(desk), repr(desk.database)):
        assert [secret for secret in SECRETS if secret in text] == []
    for file in sorted(tmp_path.iterdir()):
        assert [secret for secret in SECRETS if secret.encode() in file.read_bytes()] == []


def test_the_scripts_run_every_service(desk: Desk) -> None:
    assert sorted({service for service, _ in SCRIPTS}) == sorted(service_flows(desk))


def test_no_password_comes_out_of_an_error(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A database that breaks in the middle of a check tells what broke, and nothing of what it was given."""
    desk.database.migrate_down("base")
    for account, password in (RIGHT, WRONG[:2]):
        with pytest.raises(StoreError) as caught:
            desk.database.run_now(lambda s, a=account, p=password: Passwords(s).check(a, p, START))  # type: ignore[misc]
        chain = repr(caught.value) + str(caught.value) + repr(caught.value.__cause__)
        assert [secret for secret in SECRETS if secret in chain] == []
    assert capsys.readouterr() == ("", "")


def test_the_reminder_reveals_nothing_either(play: Play, desk: Desk) -> None:
    with pytest.raises(StopIteration):
        list_debtors(desk.database, desk.calendar, ReminderRules()).send(None)
    bill = desk.database.run_now(lambda session: Bills(session).of_month("3191005", Month(2000, 4)))
    assert bill is not None
    call = play(partial(remind, bill=bill, database=desk.database, calendar=desk.calendar), Script(keys=("1",)))
    assert [secret for secret in SECRETS if secret in repr(call.journal)] == []
