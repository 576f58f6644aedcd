"""Calendar time: a start and the loop's clock, nothing else."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kmcc.switch.calendar import Calendar

START = datetime(2000, 5, 22, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


class Hand:
    """A clock that the test turns."""

    def __init__(self, at_s: float) -> None:
        self.at_s = at_s

    def __call__(self) -> float:
        return self.at_s


def test_it_begins_at_its_start_whatever_the_loop_says() -> None:
    hand = Hand(12_345.678)
    calendar = Calendar(START, hand)
    assert calendar.now() == START
    hand.at_s += 3661.5
    assert calendar.now() == START + timedelta(hours=1, minutes=1, seconds=1.5)
    assert calendar.elapsed_s() == 3661.5
    assert calendar.now().tzinfo is START.tzinfo


def test_it_counts_to_the_microsecond_so_that_sums_of_floats_read_the_same() -> None:
    hand = Hand(0.0)
    calendar = Calendar(START, hand)
    hand.at_s = sum([0.1] * 3)
    assert calendar.elapsed_s() == 0.3
    assert calendar.now().microsecond == 300_000


def test_midnight_and_the_end_of_the_month_come_by_themselves() -> None:
    hand = Hand(0.0)
    calendar = Calendar(datetime(2000, 2, 29, 23, 59, 59, tzinfo=UTC), hand)
    hand.at_s = 1.0
    assert calendar.now() == datetime(2000, 3, 1, tzinfo=UTC)


def test_a_start_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Calendar(datetime(2000, 1, 1), Hand(0.0))  # noqa: DTZ001
