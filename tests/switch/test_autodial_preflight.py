"""Who is skipped before the first call is made, and why."""

from datetime import UTC, date, datetime, time, timedelta, timezone

from kmcc.switch.autodial.plan import Contact
from kmcc.switch.autodial.preflight import Checks, DroppedNumber, Skipped, SkipReason, preflight
from kmcc.switch.autodial.schedule import Schedule, Window

NOW = datetime(2001, 5, 22, 19, 0, tzinfo=UTC)
TODAY = Schedule((Window(time(9), time(20)),), UTC, last_day=date(2001, 5, 22))
KUNMING = timezone(timedelta(hours=8))


def test_every_reason() -> None:
    good = Contact("good", ("3135678",))
    bad = {
        SkipReason.NOT_A_NUMBER: Contact("wide digits", ("３１３",)),
        SkipReason.NO_ROUTE: Contact("far", ("0013135678",)),
        SkipReason.DO_NOT_CALL: Contact("protected", ("3130000",)),
        SkipReason.SAME_NUMBER: Contact("again", ("3135678",)),
        SkipReason.OVER_BUDGET: Contact("tired", ("3131111",)),
        SkipReason.OUTSIDE: Contact("three in the morning", ("3132222",), KUNMING),
    }
    checks = Checks(
        TODAY, NOW, frozenset({"3130000"}), lambda number: number.startswith("3"), spent={"3131111": 2}, a_day=2
    )
    check = preflight((good, *bad.values()), checks)
    assert check.to_call == (good,)
    assert check.skipped == tuple(Skipped(contact, why) for why, contact in bad.items())
    assert check.counts() == dict.fromkeys(SkipReason, 1)


def test_nobody_without_a_number_and_no_empty_number_is_called() -> None:
    check = preflight((Contact("none", ()), Contact("empty", ("",))), Checks(TODAY, NOW))
    assert [one.why for one in check.skipped] == [SkipReason.NOT_A_NUMBER] * 2


def test_a_contact_is_called_by_the_numbers_that_are_left() -> None:
    contact = Contact("a", ("3130000", "3131111", "home"))
    check = preflight((contact,), Checks(TODAY, NOW, frozenset({"3130000"})))
    assert [one.numbers for one in check.to_call] == [("3131111",)]
    assert check.dropped == (
        DroppedNumber("a", "3130000", SkipReason.DO_NOT_CALL),
        DroppedNumber("a", "home", SkipReason.NOT_A_NUMBER),
    )


def test_a_number_called_enough_today_waits_when_there_is_a_tomorrow() -> None:
    always = Schedule(TODAY.windows, UTC)
    contact = Contact("a", ("3131111",))
    checks = Checks(always, NOW, spent={"3131111": 9}, a_day=2)
    assert preflight((contact,), checks).to_call == (contact,)
