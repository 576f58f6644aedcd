"""Announcements: fixed prompts in order, slots filled, wrong values refused by name."""

from datetime import date, time

import pytest

from kmcc.switch.announce import AnnounceError, Announcement, Language, Slot, SlotKind, SlotValue
from kmcc.switch.announce.template import parse_part

CHANGED = Announcement("number-changed", ("number-changed", Slot("number", SlotKind.DIGITS)))
BILL = Announcement("bill", ("bill-for", Slot("month", SlotKind.MONTH), "bill-is", Slot("amount", SlotKind.AMOUNT)))
WELCOME = Announcement("welcome", ("welcome", "main-menu"))

FILLED: list[tuple[SlotKind, SlotValue, tuple[str, ...]]] = [
    (SlotKind.DIGITS, "10", ("yao", "digit-0")),
    (SlotKind.NUMBER, 2, ("digit-2",)),
    (SlotKind.COUNT, 2, ("liang",)),
    (SlotKind.AMOUNT, 200, ("liang", "yuan")),
    (SlotKind.DATE, date(2000, 1, 2), ("digit-2", "digit-0", "digit-0", "digit-0", "year", "month-1", "day-2")),
    (SlotKind.MONTH, (2000, 1), ("digit-2", "digit-0", "digit-0", "digit-0", "year", "month-1")),
    (SlotKind.TIME, time(3, 0), ("digit-3", "hour", "exactly")),
]


def test_parts_keep_their_order() -> None:
    assert BILL.fill(Language.EN, month=(2000, 12), amount=3560) == (
        *("bill-for", "month-12", "digit-2", "thousand"),
        *("bill-is", "number-30", "digit-5", "yuan", "number-60", "fen"),
    )
    assert WELCOME.fill(Language.ZH) == ("welcome", "main-menu")


@pytest.mark.parametrize(("kind", "value", "names"), FILLED)
def test_each_kind_of_slot(kind: SlotKind, value: SlotValue, names: tuple[str, ...]) -> None:
    assert Announcement("a", (Slot("it", kind),)).fill(Language.ZH, it=value) == names


def test_every_kind_is_in_the_table_above() -> None:
    assert {kind for kind, _, _ in FILLED} == set(SlotKind)


@pytest.mark.parametrize("kind", SlotKind)
def test_a_value_of_the_wrong_kind_is_refused(kind: SlotKind) -> None:
    wrong: SlotValue = "7" if kind is not SlotKind.DIGITS else 7
    with pytest.raises(AnnounceError, match="announcement a, slot it"):
        Announcement("a", (Slot("it", kind),)).fill(Language.EN, it=wrong)


def test_a_truth_value_is_no_number() -> None:
    with pytest.raises(AnnounceError, match="an int"):
        Announcement("a", (Slot("it", SlotKind.NUMBER),)).fill(Language.EN, it=True)


@pytest.mark.parametrize("values", [{}, {"number": "1", "more": "2"}, {"nummer": "1"}])
def test_missing_and_surplus_values_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(AnnounceError, match="number-changed: expected the values number"):
        CHANGED.fill(Language.ZH, **values)


def test_parts_are_read_from_text() -> None:
    assert parse_part("welcome") == "welcome"
    assert parse_part("{amount_due:amount}") == Slot("amount_due", SlotKind.AMOUNT)
    with pytest.raises(ValueError, match="money"):
        parse_part("{amount:money}")
