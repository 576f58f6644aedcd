"""Digits and identity at the border of a trunk group, as functions and over real signalling."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.switch.at_rest import rest

from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Plant
from kmcc.signaling.china1.plan import Treatment, Verdict
from kmcc.switch.call import Call
from kmcc.switch.circuit import CallingParty
from kmcc.switch.digit_rules import BorderRules, DigitRule, DigitRuleError, DigitRules, Show
from kmcc.switch.numbering import NumberPlan, NumberRow

AREA = DigitRules([DigitRule("0871", strip=4), DigitRule("08", add="9")])
LI = CallingParty("3190001", 1)
numbers = st.text("0123456789", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("digits", "made"), [("08713135678", "3135678"), ("0872", "90872"), ("3135678", "3135678"), ("0871", "")]
)
def test_the_longest_prefix_counts(digits: str, made: str) -> None:
    assert AREA.apply(digits) == made


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: DigitRule("08", strip=3),
        lambda: DigitRules([DigitRule("08"), DigitRule("08")]),
        lambda: BorderRules(show=Show.REPLACED),
        lambda: BorderRules(number="1000"),
    ],
)
def test_rules_that_make_no_number(wrong: object) -> None:
    with pytest.raises(DigitRuleError, match="expected"):
        wrong()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("rules", "shown"),
    [
        (BorderRules(), LI),
        (BorderRules(show=Show.WITHHELD), CallingParty(None, 1)),
        (BorderRules(show=Show.REPLACED, number="1000"), CallingParty("1000", 1)),
        (BorderRules(calling_out=DigitRules([DigitRule("3", add="0871")]), category=3), CallingParty("08713190001", 3)),
    ],
)
def test_who_calls_as_the_far_exchange_gets_it(rules: BorderRules, shown: CallingParty) -> None:
    assert rules.outgoing("3192008", LI) == ("3192008", shown)
    assert rules.outgoing("3192008", CallingParty())[1].number == (None if rules.number is None else "1000")


PLAN = NumberPlan([NumberRow("3", 7, 7, "out", "local", ani_after=1), NumberRow("1000", 4, 4, "desk", "free")])
IN = BorderRules(called_in=DigitRules([DigitRule("0871", strip=4)]))


def test_the_plan_waits_while_a_rule_may_come_to_fit() -> None:
    analyse = IN.over(PLAN.analyse)
    verdicts = [analyse("08713135678"[:n]) for n in range(1, 12)]
    assert verdicts == [Verdict.MORE] * 3 + [Verdict.MORE] + [Verdict.MORE] * 6 + [Verdict.COMPLETE]
    assert analyse("0872") is Verdict.VACANT
    assert analyse("1000") is Verdict.COMPLETE


def test_the_calling_number_is_asked_for_by_the_digits_that_come() -> None:
    treat = IN.over_treat(PLAN.treat)
    assert treat("08713") == Treatment(ani_after=5)
    assert treat("3") == Treatment(ani_after=1)


@given(numbers, st.integers(1, 4), st.integers(0, 4), st.text("0123456789", max_size=4))
def test_a_rule_changes_the_beginning_and_nothing_else(number: str, length: int, strip: int, add: str) -> None:
    prefix = number[:length]
    rule = DigitRule(prefix, min(strip, len(prefix)), add)
    made = DigitRules([rule]).apply(number)
    assert made == add + number[rule.strip :]
    other = str((int(number[0]) + 1) % 10) + number[1:]
    assert DigitRules([rule]).apply(other) == other


def test_over_the_line(sim: Sim, clock: Clock) -> None:
    """Stripped on the way in, added on the way out, and another number shown."""
    out = BorderRules(called_out=DigitRules([DigitRule("3", add="17")]), show=Show.REPLACED, number="1000", category=2)
    into = replace(IN, calling_in=DigitRules([DigitRule("319", strip=3, add="0871319")]))

    async def main() -> None:
        far = Subscriber("173192008", rings_s=0.5, talks_s=1.0)
        async with sim(plant=Plant(borders={"in": into, "out": out}), subscribers=[far]) as rig:
            async with rig.caller() as caller:
                await caller.dial("08713192008")
                await caller.answered()
                await caller.released()
            await rest(rig)
            record, onward = sorted(rig.records, key=lambda one: one.leg)
            assert (record.called, record.calling) == ("3192008", "08713190001")
            assert (onward.called, onward.calling) == ("3192008", "08713190001")

    clock(main())


def test_a_service_sees_the_number_as_it_is_inside(sim: Sim, clock: Clock) -> None:
    seen: list[str] = []

    async def desk(call: Call) -> None:
        seen.append(call.called)

    async def main() -> None:
        async with sim({"desk": desk}, plant=Plant(borders={"in": IN})) as rig:
            async with rig.caller() as caller:
                caller.seize("08711000")
                await asyncio.sleep(8.0)
            await rest(rig)
            assert seen == ["1000"]

    clock(main())
