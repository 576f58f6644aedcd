"""When calls may be placed: windows by weekday, holidays, first and last day (R-178, parameter `dunning.window`)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from kmcc.switch.autodial.errors import WindowError

EVERY_DAY: Final = frozenset(range(1, 8))
"""ISO 8601: 1 = Monday, 7 = Sunday."""

HORIZON_DAYS: Final = 400
"""Whatever does not open within so many days never opens."""


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end`, local time, on these weekdays. The start belongs to it, the end does not."""

    start: time
    end: time
    days: frozenset[int] = field(default=EVERY_DAY)

    def __post_init__(self) -> None:
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise WindowError("start and end are local times, the zone is the schedule's or the contact's")
        if self.start >= self.end:
            raise WindowError(f"starts at {self.start} and ends at {self.end}, expected start before end")
        if not self.days or not self.days <= EVERY_DAY:
            raise WindowError(f"weekdays {sorted(self.days)}: expected some of 1 (Monday) to 7 (Sunday)")

    def has(self, local: datetime) -> bool:
        return local.isoweekday() in self.days and self.start <= local.time() < self.end


@dataclass(frozen=True, slots=True)
class Schedule:
    """`zone` is that of contacts who have none of their own; holidays, first and last day are days of the contact."""

    windows: tuple[Window, ...]
    zone: tzinfo
    holidays: frozenset[date] = frozenset()
    first_day: date | None = None
    last_day: date | None = None

    def __post_init__(self) -> None:
        if not self.windows:
            raise WindowError("a schedule without a window never opens, expected one or more")
        if self.first_day is not None and self.last_day is not None and self.first_day > self.last_day:
            raise WindowError(f"first day {self.first_day} is after last day {self.last_day}")

    def is_open(self, at: datetime, zone: tzinfo | None = None) -> bool:
        local = self._local(at, zone)
        return self._has_day(local.date()) and any(window.has(local) for window in self.windows)

    def next_open(self, at: datetime, zone: tzinfo | None = None) -> datetime | None:
        """The first moment from `at` on at which a call may be placed, in the contact's zone; None = never."""
        local = self._local(at, zone)
        if self.is_open(at, zone):
            return local
        first = max(local.date(), self.first_day or local.date())
        for day in (first + timedelta(days=n) for n in range(HORIZON_DAYS)):
            if self.last_day is not None and day > self.last_day:
                return None
            openings = [one for one in self._openings(day, zone or self.zone) if one >= at and self.is_open(one, zone)]
            if openings:
                return min(openings)
        return None

    def next_day(self, at: datetime, zone: tzinfo | None = None) -> datetime:
        """The midnight after `at` where the contact lives: his calls of a day are counted anew from there."""
        local = self._local(at, zone)
        return _on_the_clock(local.date() + timedelta(days=1), time(), zone or self.zone, 0)

    def midnight(self, at: datetime, zone: tzinfo | None = None) -> datetime:
        """When the day of `at` began where the contact lives."""
        return _on_the_clock(self._local(at, zone).date(), time(), zone or self.zone, 0)

    def day_of(self, at: datetime, zone: tzinfo | None = None) -> date:
        return self._local(at, zone).date()

    def _local(self, at: datetime, zone: tzinfo | None) -> datetime:
        if at.tzinfo is None:
            raise WindowError("a time without a time zone cannot be placed")
        return at.astimezone(zone or self.zone)

    def _has_day(self, day: date) -> bool:
        begun = self.first_day is None or day >= self.first_day
        return begun and (self.last_day is None or day <= self.last_day) and day not in self.holidays

    def _openings(self, day: date, zone: tzinfo) -> Iterator[datetime]:
        """A start that comes twice when summer time ends opens twice."""
        for window in self.windows:
            yield _on_the_clock(day, window.start, zone, 0)
            yield _on_the_clock(day, window.start, zone, 1)


def _on_the_clock(day: date, at: time, zone: tzinfo, fold: int) -> datetime:
    """By way of UTC: an hour that summer time skips becomes the hour that the clocks show."""
    return datetime.combine(day, at.replace(fold=fold), zone).astimezone(UTC).astimezone(zone)
