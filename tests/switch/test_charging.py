"""Charging: examples of the time, and properties against a count of every millisecond-unit by hand."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.switch.test_cdr import CDR, UNANSWERED

from kmcc.switch.charging import (
    EVERY_DAY,
    WORKDAYS,
    Charge,
    ChargedBy,
    ChargeLine,
    Rate,
    Tariff,
    TariffError,
    Tariffs,
    charge,
)

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2000, 5, 22, 9, 0, tzinfo=ZONE)
DAY = Rate(60_000, 10)
LOCAL = Tariff("local", ChargedBy.TIME, rates=(DAY,))
NIGHT = Rate(6_000, 4, start=time(21), end=time(7))
TOLL = Tariff("toll", ChargedBy.TIME, rates=(NIGHT, Rate(6_000, 7)))
FIRST = Tariff("first", ChargedBy.TIME, rates=(Rate(60_000, 11),), first=Rate(180_000, 22))


@pytest.mark.parametrize(
    ("tariff", "at", "ms", "fen"),
    [
        (LOCAL, MONDAY, 61_000, 20),  # P-04: 61 s are two minutes begun
        (LOCAL, MONDAY, 60_000, 10),
        (LOCAL, MONDAY, 60_001, 20),
        (LOCAL, MONDAY, 0, 10),  # answered, and over at once
        (FIRST, MONDAY, 180_000, 22),
        (FIRST, MONDAY, 181_000, 33),
        (TOLL, MONDAY, 60_000, 70),
        (TOLL, MONDAY.replace(hour=22), 60_000, 40),
        (TOLL, MONDAY.replace(hour=20, minute=59, second=30), 60_000, 5 * 7 + 5 * 4),
        (TOLL, MONDAY.replace(hour=20, minute=59, second=57), 12_000, 7 + 4),  # the unit begun keeps its price
        (TOLL, MONDAY.replace(hour=6, minute=59, second=54), 12_000, 4 + 7),
        (Tariff("piece", ChargedBy.CALL, call_fen=50), MONDAY, 3_600_000, 50),
        (replace(LOCAL, free_s=3.0), MONDAY, 3_000, 0),
        (replace(LOCAL, free_s=3.0), MONDAY, 3_001, 10),
        (replace(TOLL, round_fen=10), MONDAY, 7_000, 20),
    ],
)
def test_calls_of_the_time(tariff: Tariff, at: datetime, ms: int, fen: int) -> None:
    assert charge(tariff, at, ms).fen == fen


def test_meter_indications() -> None:
    tariff = Tariff("metered", ChargedBy.METER, meter_fen=18)
    assert charge(tariff, MONDAY, 60_000, units=5) == Charge(90, "meter", (ChargeLine(5, 18),))


def test_a_period_over_midnight_belongs_to_the_day_of_its_beginning() -> None:
    rate = Rate(1000, 1, days=WORKDAYS, start=time(21), end=time(7))
    friday = MONDAY + timedelta(days=4)
    assert rate.holds_at(friday.replace(hour=23))
    assert rate.holds_at((friday + timedelta(days=1)).replace(hour=6))
    assert not rate.holds_at((friday + timedelta(days=1)).replace(hour=23))
    assert not rate.holds_at(MONDAY.replace(hour=6))  # Sunday's night


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Rate(0, 1),
        lambda: Rate(1000, -1),
        lambda: Rate(1000, 1, start=time(7)),
        lambda: Tariff("x", ChargedBy.TIME),
        lambda: Tariff("x", ChargedBy.TIME, rates=(NIGHT,)),
        lambda: Tariff("x", ChargedBy.CALL, call_fen=-1),
        lambda: Tariff("x", ChargedBy.CALL, round_fen=0),
    ],
)
def test_tariffs_that_cannot_be(wrong: object) -> None:
    with pytest.raises(TariffError, match="expected"):
        wrong()  # type: ignore[operator]


# --- records --------------------------------------------------------------------------------------------------------

TARIFFS = Tariffs({"local": LOCAL}, free_services=frozenset({"fault"}), free_numbers=frozenset({"110"}))


def test_what_a_record_costs() -> None:
    assert TARIFFS.rate(CDR).fen == 20
    assert TARIFFS.rate(UNANSWERED) == Charge(0, "not answered")
    assert TARIFFS.rate(replace(CDR, service="fault")) == Charge(0, "free")
    assert TARIFFS.rate(replace(CDR, called="110")) == Charge(0, "free")
    assert TARIFFS.rate(replace(CDR, charge_class=None)) == Charge(0, "no class")
    with pytest.raises(TariffError, match="record 7-1: no tariff for class toll, expected one of local"):
        TARIFFS.rate(replace(CDR, charge_class="toll"))


# --- properties -----------------------------------------------------------------------------------------------------

clock_times = st.times().map(lambda at: at.replace(microsecond=0))
days = st.sets(st.integers(0, 6)).map(frozenset)
always = st.builds(Rate, st.integers(1_000, 600_000), st.integers(0, 500))
sometimes = st.builds(Rate, st.integers(1_000, 600_000), st.integers(0, 500), days, clock_times, clock_times)
tariffs = st.builds(
    lambda some, last, first, rounding: Tariff("x", ChargedBy.TIME, (*some, last), first, round_fen=rounding),
    st.lists(sometimes, max_size=3),
    always,
    st.none() | always,
    st.sampled_from([1, 10]),
)
moments = st.integers(0, 366 * 86_400).map(lambda s: MONDAY + timedelta(seconds=s))
durations = st.integers(0, 7_200_000)


def by_hand(tariff: Tariff, at: datetime, ms: int) -> tuple[int, list[int]]:
    """Second by second of the clock, without the code's own search: the sum, and where each unit began."""
    began: list[int] = []
    total = next_ms = 0
    while next_ms < ms or not began:
        now = at + timedelta(milliseconds=next_ms)
        chosen = tariff.first if not began and tariff.first else None
        for rate in () if chosen else tariff.rates:
            minutes = now.hour * 3600 + now.minute * 60 + now.second + now.microsecond / 1e6
            if rate.start is None or rate.end is None:
                fits, day = True, now.weekday()
            else:
                start, end = (t.hour * 3600 + t.minute * 60 + t.second for t in (rate.start, rate.end))
                is_after_midnight = end <= start and minutes < end
                fits = start <= minutes < end if start < end else minutes >= start or minutes < end
                day = (now - timedelta(days=1)).weekday() if is_after_midnight and minutes < start else now.weekday()
            if fits and day in rate.days:
                chosen = rate
                break
        assert chosen is not None
        began.append(next_ms)
        total += chosen.unit_fen
        next_ms += chosen.unit_ms
    return -(-total // tariff.round_fen) * tariff.round_fen, began


@given(tariffs, moments, durations)
def test_the_sum_is_that_by_hand(tariff: Tariff, at: datetime, ms: int) -> None:
    found = charge(tariff, at, ms)
    assert found.fen == by_hand(tariff, at, ms)[0]
    assert 0 <= found.fen - sum(line.fen for line in found.lines) < tariff.round_fen


@given(tariffs, moments, durations, durations)
def test_longer_is_never_cheaper(tariff: Tariff, at: datetime, one: int, other: int) -> None:
    short, long = sorted((one, other))
    assert 0 <= charge(tariff, at, short).fen <= charge(tariff, at, long).fen


@given(tariffs, moments, st.integers(1, 7_200_000), st.data())
def test_a_call_costs_what_its_parts_cost(tariff: Tariff, at: datetime, ms: int, data: st.DataObject) -> None:
    """Split where a unit begins, as at a change of the rate: the second part goes on where the first one ended."""
    tariff = replace(tariff, first=None, round_fen=1)
    began = by_hand(tariff, at, ms)[1]
    split = data.draw(st.sampled_from(began))
    rest = charge(tariff, at + timedelta(milliseconds=split), ms - split).fen
    assert charge(tariff, at, ms).fen == (charge(tariff, at, split).fen if split else 0) + rest


@given(moments, durations)
def test_where_the_rate_changes_between_units_the_sum_is_that_of_the_periods(at: datetime, ms: int) -> None:
    """Units that end with the hour: each hour costs by its own rate, whatever is on its other side."""
    at = at.replace(minute=0, second=0, microsecond=0)
    night, day = (
        Tariff("x", ChargedBy.TIME, (replace(rate, start=None, end=None, days=EVERY_DAY),)) for rate in TOLL.rates
    )
    parts, done = 0, 0
    while done < ms or not done:
        hour_ms = min(3_600_000, ms - done)
        clock = (at.hour + done // 3_600_000) % 24
        parts += charge(night if clock >= 21 or clock < 7 else day, at, hour_ms).fen
        done += 3_600_000
    assert charge(TOLL, at, ms).fen == parts
