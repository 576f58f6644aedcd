"""The number plan: the local plan of the late 1990s as a story, refused plans as a table, and a brute-force oracle."""

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kmcc.signaling.china1.plan import Verdict
from kmcc.switch.numbering import NumberPlan, NumberPlanError, NumberPlans, NumberRow, Route

MORE, GOOD, COMPLETE, VACANT = Verdict.MORE, Verdict.GOOD, Verdict.COMPLETE, Verdict.VACANT


def row(
    prefix: str, least: int, most: int | None = None, *, route: str = "local", charge_class: str = "unit"
) -> NumberRow:
    return NumberRow(prefix, least, least if most is None else most, route, charge_class)


KUNMING = NumberPlan(
    [
        row("3", 7),
        row("319", 7, route="desk-lines"),
        row("110", 3, route="police", charge_class="free"),
        row("114", 3, route="directory"),
        row("1000", 4, route="desk-1000", charge_class="free"),
        row("0", 3, 13, route="toll", charge_class="toll"),
        row("00", 8, 17, route="international", charge_class="international"),
    ]
)

STORY = [
    ("", MORE, None),
    ("1", MORE, None),
    ("2", VACANT, None),
    ("11", MORE, None),
    ("110", COMPLETE, "police"),
    ("1100", VACANT, None),
    ("114", COMPLETE, "directory"),
    ("115", VACANT, None),
    ("100", MORE, None),
    ("1000", COMPLETE, "desk-1000"),
    ("1001", VACANT, None),
    ("319000", MORE, None),
    ("3190000", COMPLETE, "desk-lines"),
    ("31900000", VACANT, None),
    ("3188888", COMPLETE, "local"),
    ("0", MORE, None),
    ("08713190000", GOOD, "toll"),
    ("0871319000000", COMPLETE, "toll"),
    ("08713190000000", VACANT, None),
    ("0085229", MORE, None),
    ("00852290", GOOD, "international"),
    ("11*", VACANT, None),
    ("3190 00", VACANT, None),
    ("319000*", VACANT, None),
    ("３190000", VACANT, None),
]


@pytest.mark.parametrize(("digits", "verdict", "route"), STORY)
def test_a_local_plan(digits: str, verdict: Verdict, route: str | None) -> None:
    assert KUNMING.analyse(digits) is verdict
    found = KUNMING.route(digits)
    assert (found and found.name) == route


def test_the_route_has_the_charge_class() -> None:
    assert KUNMING.route("1000") == Route("desk-1000", "free")
    assert KUNMING.route("0871319") == Route("toll", "toll")


REFUSED = [
    ([row("", 3)], "prefix='' .*one or more digits 0-9"),
    ([row("1a", 3)], "prefix='1a' .*one or more digits 0-9"),
    ([row("１", 3)], "one or more digits 0-9"),
    ([row("110", 4, 3)], r"min=4 max=3 .*3 \(the prefix\) <= min_digits <= max_digits"),
    ([row("110", 2, 3)], r"min=2 .*3 \(the prefix\) <= min_digits"),
    ([row("110", 3, route="")], "the name of a route"),
    ([row("110", 3, route="a"), row("110", 3, route="b")], "route='b': expected no second row for the prefix of 'a'"),
    # "100" would be complete before "1000" is there
    ([row("10", 3), row("1000", 4)], "prefix='10' .*max_digits >= 4, for the prefix '1000'"),
    ([row("1", 1, 2), row("123", 7)], "prefix='1' .*max_digits >= 3"),
    # all ten continuations have rows of their own
    ([row("5", 2), *(row(f"5{n}", 2) for n in range(10))], "prefix='5' .*numbers of its own"),
    (
        [row("5", 3), *(row(f"5{n}", 3) for n in range(9)), *(row(f"59{n}", 3) for n in range(10))],
        "prefix='5' .*numbers of its own",
    ),
]


@pytest.mark.parametrize(("rows", "message"), REFUSED)
def test_refused_plans(rows: Sequence[NumberRow], message: str) -> None:
    with pytest.raises(NumberPlanError, match=message):
        NumberPlan(rows)


ACCEPTED = [
    [],
    # "100" belongs to the middle row, so the short row does not end on the way to "1000"
    [row("1", 3), row("100", 4), row("1000", 4)],
    [row("1", 4), row("1000", 4)],
    [row("5", 3), *(row(f"5{n}", 3) for n in range(9))],
    # the prefix alone is a number of row "5"
    [row("5", 1, 2), *(row(f"5{n}", 2) for n in range(10))],
]


@pytest.mark.parametrize("rows", ACCEPTED)
def test_accepted_plans(rows: Sequence[NumberRow]) -> None:
    assert NumberPlan(rows).rows == tuple(rows)


# --- properties: plans over the digits 0..2, where 2 stands for all digits without rows -------------------------------

LONGEST = 5
NUMBERS = ["".join(digits) for length in range(LONGEST + 2) for digits in product("012", repeat=length)]

prefixes = st.text("01", min_size=1, max_size=3)


@st.composite
def plan_rows(draw: st.DrawFn) -> list[NumberRow]:
    rows = []
    for prefix in draw(st.lists(prefixes, min_size=1, max_size=6, unique=True)):
        least = draw(st.integers(len(prefix), LONGEST))
        most = draw(st.integers(least, LONGEST))
        rows.append(NumberRow(prefix, least, most, f"to-{prefix}", "unit"))
    return rows


def owner(rows: Sequence[NumberRow], digits: str) -> NumberRow | None:
    return max((r for r in rows if digits.startswith(r.prefix)), key=lambda r: len(r.prefix), default=None)


def good(rows: Sequence[NumberRow]) -> dict[str, str]:
    """Every good number and its route, by trying them all."""
    owners = {digits: owner(rows, digits) for digits in NUMBERS}
    return {
        digits: found.route
        for digits, found in owners.items()
        if found is not None and found.min_digits <= len(digits) <= found.max_digits
    }


def plan_of(rows: Sequence[NumberRow]) -> NumberPlan:
    try:
        return NumberPlan(rows)
    except NumberPlanError:
        assume(False)
        raise


@given(plan_rows())
def test_agrees_with_trying_all_numbers(rows: list[NumberRow]) -> None:
    plan, numbers = plan_of(rows), good(rows)
    beginnings = {digits[:length] for digits in numbers for length in range(len(digits))}
    for digits in NUMBERS:
        if digits in numbers:
            expected = GOOD if digits in beginnings else COMPLETE
        else:
            expected = MORE if digits in beginnings else VACANT
        assert plan.analyse(digits) is expected
        route = plan.route(digits)
        assert (None if route is None else route.name) == numbers.get(digits)


@given(plan_rows())
def test_refused_exactly_when_some_number_is_cut_off(rows: list[NumberRow]) -> None:
    """The oracle's word for ambiguous: a number at its row's max_digits begins a longer prefix."""
    cut = any(
        (short := owner(rows, other.prefix[:length])) is not None and short.max_digits == length
        for other in rows
        for length in range(1, len(other.prefix))
    )
    assert set(good(rows).values()) == {r.route for r in rows}  # a 2 always gets past the longer prefixes
    try:
        NumberPlan(rows)
    except NumberPlanError:
        assert cut
    else:
        assert not cut


@given(plan_rows(), st.text("012", max_size=8), st.text("0123456789*#AB", min_size=1, max_size=4))
def test_vacant_stays_vacant(rows: list[NumberRow], digits: str, further: str) -> None:
    plan = plan_of(rows)
    if plan.analyse(digits) in (VACANT, COMPLETE):
        assert plan.analyse(digits + further) is VACANT


@given(plan_rows(), st.text("012", max_size=8))
def test_never_complete_before_min_digits(rows: list[NumberRow], digits: str) -> None:
    if plan_of(rows).analyse(digits) is COMPLETE:
        found = owner(rows, digits)
        assert found is not None
        assert found.min_digits <= len(digits)


ASKED = NumberPlan(
    [
        NumberRow("1000", 4, 4, "desk", "free"),
        NumberRow("110", 3, 3, "police", "free", ani_after=1),
        NumberRow("114", 3, 3, "directory", "free", ani_after=0),
        NumberRow("3", 7, 7, "local", "unit", ani_after=2),
        NumberRow("319", 7, 7, "desk-lines", "unit", ani_after=2),
    ]
)
ASKED_AFTER = [
    ("3", 2),
    ("31", 2),
    ("3190", 2),
    ("1", 2),
    ("11", 3),
    ("110", 1),
    ("114", 0),
    ("10", None),
    ("1000", None),
]


@pytest.mark.parametrize(("digits", "after"), ASKED_AFTER)
def test_where_to_ask_for_the_calling_number(digits: str, after: int | None) -> None:
    """Rows that disagree put it off until it is clear which one holds."""
    assert ASKED.treat(digits).ani_after == after


def test_a_row_of_a_trunk_group_goes_before_a_general_one() -> None:
    plans = NumberPlans([row("3", 7), row("110", 3), NumberRow("3", 5, 5, "toll", "toll", groups=("a", "b"))])
    for group, length, route in (("a", 5, "toll"), ("b", 5, "toll"), ("c", 7, "local"), ("", 7, "local")):
        plan = plans.of(group)
        assert plan.analyse("3" * length) is COMPLETE
        assert plan.route("3" * length) == Route(route, "toll" if route == "toll" else "unit")
        assert plan.route("110") is not None


def test_two_rows_of_one_prefix_in_a_trunk_group_are_refused() -> None:
    twice = [NumberRow("3", 7, 7, "one", "", groups=("a", "b")), NumberRow("3", 7, 7, "two", "", groups=("b",))]
    with pytest.raises(NumberPlanError, match="no second row for the prefix of 'one'"):
        NumberPlans(twice)
