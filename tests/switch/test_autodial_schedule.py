from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.switch.autodial.errors import WindowError
from kmcc.switch.autodial.schedule import Schedule, Window

CHINA = timezone(timedelta(hours=8))
DAY = Schedule((Window(time(9), time(20)),), CHINA)
KASHGAR = timezone(timedelta(hours=6))


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
    window = Schedule((Window(start, time(20)),), China1986())
    opening = window.next_open(datetime(1986, 5, 3, 13, 0, tzinfo=UTC))
    assert opening is not None
    assert opening.astimezone(UTC) == opens_utc
    assert opening.time() == clock
    assert window.is_open(opening)


days = st.frozensets(st.integers(1, 7), min_size=1)
clocks = st.times(time(0), time(22, 59)).map(lambda at: at.replace(microsecond=0, second=0))
windows = st.builds(lambda start, days: Window(start, start.replace(hour=start.hour + 1), days), clocks, days)
schedules = st.builds(
    Schedule,
    st.lists(windows, min_size=1, max_size=3).map(tuple),
    st.sampled_from([CHINA, UTC, ZoneInfo("Europe/London")]),
    st.frozensets(st.dates(date(2001, 3, 1), date(2001, 4, 30)), max_size=10),
    st.none() | st.dates(date(2001, 3, 1), date(2001, 4, 1)),
    st.none() | st.dates(date(2001, 4, 2), date(2001, 4, 30)),
)


@given(schedules, st.datetimes(datetime(2001, 3, 1), datetime(2001, 5, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_next_opening_is_open_and_nothing_was_open_before(schedule: Schedule, moment: datetime) -> None:
    """A quarter of an hour at a time, over the nights of summer time, too."""
    opening = schedule.next_open(moment)
    until = datetime(2001, 6, 1, tzinfo=UTC) if opening is None else opening
    if opening is not None:
        assert opening >= moment
        assert schedule.is_open(opening)
    step = moment
    while step < until:
        assert not schedule.is_open(step)
        step += timedelta(minutes=15)


def test_weekends_and_holidays_are_closed() -> None:
    work = Schedule(
        (Window(time(9), time(12), frozenset(range(1, 6))), Window(time(14), time(18), frozenset(range(1, 6)))),
        CHINA,
        holidays=frozenset({date(2001, 5, 28)}),
    )
    assert not work.is_open(at("2001-05-25 12:00:00"))
    assert work.next_open(at("2001-05-25 12:00:00")) == at("2001-05-25 14:00:00")
    assert work.next_open(at("2001-05-25 18:00:00")) == at("2001-05-29 09:00:00")  # Friday evening; Monday is a holiday
    assert not work.is_open(at("2001-05-26 10:00:00"))


def test_first_and_last_day() -> None:
    week = Schedule(DAY.windows, CHINA, first_day=date(2001, 5, 22), last_day=date(2001, 5, 23))
    assert week.next_open(at("2001-05-01 10:00:00")) == at("2001-05-22 09:00:00")
    assert week.next_open(at("2001-05-23 20:00:00")) is None
    assert not week.is_open(at("2001-05-24 10:00:00"))


def test_the_hours_are_those_of_the_contact() -> None:
    ten = at("2001-05-22 10:00:00")  # eight in Kashgar
    assert DAY.is_open(ten)
    assert not DAY.is_open(ten, KASHGAR)
    assert DAY.next_open(ten, KASHGAR) == at("2001-05-22 11:00:00")
    assert DAY.day_of(at("2001-05-22 01:00:00"), KASHGAR) == date(2001, 5, 21)
    assert DAY.next_day(ten, KASHGAR) == at("2001-05-23 02:00:00")


def test_schedules_and_times_that_cannot_be() -> None:
    with pytest.raises(WindowError, match="expected start before end"):
        Window(time(20), time(9))
    with pytest.raises(WindowError, match="local times"):
        Window(time(9, tzinfo=UTC), time(20))
    for wrong in (frozenset[int](), frozenset({0}), frozenset({8})):
        with pytest.raises(WindowError, match="expected some of 1"):
            Window(time(9), time(20), wrong)
    with pytest.raises(WindowError, match="expected one or more"):
        Schedule((), CHINA)
    with pytest.raises(WindowError, match="is after last day"):
        Schedule(DAY.windows, CHINA, first_day=date(2001, 5, 2), last_day=date(2001, 5, 1))
    with pytest.raises(WindowError, match="without a time zone"):
        DAY.next_open(at("2001-05-22 09:00:00").replace(tzinfo=None))
