from functools import partial
from pathlib import Path

import pytest
from tests.centre.conftest import BOOK, PASSWORDS, START, Play, desk_on
from tests.centre.scripted_call import Script

from kmcc.centre.desk import Desk
from kmcc.centre.reminders import ReminderRules, list_debtors, remind
from kmcc.centre.services import NUMBER_CHANGE, service_flows
from kmcc.store.bills import Bills
from kmcc.store.database import Database
from kmcc.store.errors import StoreError
from kmcc.store.month import Month
from kmcc.store.passwords import Passwords
from kmcc.switch.calendar import Calendar

SECRETS = (*PASSWORDS.values(), "909171", "616253")
"""The right passwords, and wrong ones that are pressed below: a near miss is as secret as a hit."""
RIGHT = ("3190001", PASSWORDS["KM-1001"])
WRONG = ("3190001", "909171", "3190001", "616253")


@pytest.fixture
def desk(database: Database, calendar: Calendar) -> Desk:
    return desk_on(database, calendar)


def test_the_table_has_every_entry_of_the_flows(desk: Desk) -> None:
    assert sorted(service_flows(desk)) == sorted([*BOOK.entries, NUMBER_CHANGE])


@pytest.mark.parametrize(("service", "first"), [("centre", "welcome"), ("bill", "enter-number"), ("fault", "use-1000")])
def test_a_service_begins_with_its_prompt(play: Play, desk: Desk, service: str, first: str) -> None:
    assert play(service_flows(desk)[service], Script()).heard[0][0] == first


def test_a_changed_number_is_never_answered_by_us(play: Play, desk: Desk) -> None:
    assert not play(service_flows(desk)["number-change"], Script(called="3181001")).answered


SCRIPTS = [
    *(("centre", ("2", "2", *keys)) for keys in ((*RIGHT, "1", "0"), WRONG)),
    ("centre", ("5", "1", RIGHT[1], "909171", "616253", "909171", "909171", "0")),  # a new one, once not the same twice
    *(("bill", keys) for keys in ((*RIGHT, "0"), WRONG, (RIGHT[0], "616*" + RIGHT[1]))),
    *((service, ()) for service in (*sorted(BOOK.entries.keys() - {"centre", "bill"}), NUMBER_CHANGE)),
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
