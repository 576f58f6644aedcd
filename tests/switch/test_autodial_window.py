from datetime import UTC, datetime, time, timedelta, timezone, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.switch.autodial.errors import WindowError
from kmcc.switch.autodial.window import Window

CHINA = timezone(timedelta(hours=8))
DAY = Window(time(9), time(20), CHINA)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("moment", "is_open", "next_open"),
    [
        ("2001-05-22 08:59:59", False, "2001-05-22 09:00:00"),
        ("2001-05-22 09:00:00", True, "2001-05-22 09:00:00"),
        ("2001-05-22 19:59:59", True, "2001-05-22 19:59:59"),
        ("2001-05-22 20:00:00", False, "2001-05-23 09:00:00"),
        ("2001-12-31 23:00:00", False, "2002-01-01 09:00:00"),
    ],
)
def test_to_the_second(moment: str, is_open: bool, next_open: str) -> None:
    assert DAY.is_open(at(moment)) is is_open
    assert DAY.next_open(at(moment)) == at(next_open)


def test_the_hours_are_those_of_the_zone_whatever_the_event_says() -> None:
    assert DAY.is_open(datetime(2001, 5, 22, 1, 0, tzinfo=UTC))
    assert not DAY.is_open(datetime(2001, 5, 22, 12, 0, tzinfo=UTC))


class China1986(tzinfo):
    """China put the clocks forward on 4 May 1986 at two in the morning (spring only)."""

    def dst(self, dt: datetime | None) -> timedelta:
        # Of the hour that was skipped PEP 495 wants the offset before it.
        is_summer = dt is not None and dt.replace(tzinfo=None) >= datetime(1986, 5, 4, 3)  # noqa: DTZ001
        return timedelta(hours=1 if is_summer else 0)

    def utcoffset(self, dt: datetime | None) -> timedelta:
        return timedelta(hours=8) + self.dst(dt)

    def fromutc(self, dt: datetime) -> datetime:
        is_summer = dt.replace(tzinfo=None) >= datetime(1986, 5, 3, 18)  # noqa: DTZ001
        return dt + timedelta(hours=9 if is_summer else 8)

    def tzname(self, dt: datetime | None) -> str:
        return "China"


@pytest.mark.parametrize(
    ("start", "opens_utc", "clock"),
    [
        (time(9), datetime(1986, 5, 4, 0, 0, tzinfo=UTC), time(9)),
        (time(2, 30), datetime(1986, 5, 3, 18, 30, tzinfo=UTC), time(3, 30)),  # 2:30 did not come that night
    ],
)
def test_the_night_of_summer_time(start: time, opens_utc: datetime, clock: time) -> None:
    window = Window(start, time(20), China1986())
    opening = window.next_open(datetime(1986, 5, 3, 13, 0, tzinfo=UTC))
    assert opening.astimezone(UTC) == opens_utc
    assert opening.time() == clock
    assert window.is_open(opening)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2010, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_next_opening_is_open_and_the_first(moment: datetime) -> None:
    opening = DAY.next_open(moment)
    assert DAY.is_open(opening)
    assert opening >= moment
    if opening > moment:
        assert not DAY.is_open(moment)
        assert not DAY.is_open(opening - timedelta(microseconds=1))
        assert opening - moment < timedelta(days=1)


def test_windows_and_times_that_cannot_be() -> None:
    with pytest.raises(WindowError, match="expected start before end"):
        Window(time(20), time(9), CHINA)
    with pytest.raises(WindowError, match="local times"):
        Window(time(9, tzinfo=UTC), time(20), CHINA)
    with pytest.raises(WindowError, match="without a time zone"):
        DAY.next_open(at("2001-05-22 09:00:00").replace(tzinfo=None))
