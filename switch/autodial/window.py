"""The calling window: the hours of the day in which a call may be placed (R-178, parameter `dunning.window`)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from kmcc.switch.autodial.errors import WindowError


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end`, local time of `zone`, every day. The start belongs to it, the end does not."""

    start: time
    end: time
    zone: tzinfo

    def __post_init__(self) -> None:
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise WindowError("start and end are local times, the zone is a field of its own")
        if self.start >= self.end:
            raise WindowError(f"starts at {self.start} and ends at {self.end}, expected start before end")

    def is_open(self, at: datetime) -> bool:
        return self.start <= at.astimezone(self.zone).time() < self.end

    def next_open(self, at: datetime) -> datetime:
        """The first moment from `at` on at which a call may be placed, in the zone of the window."""
        if at.tzinfo is None:
            raise WindowError("a time without a time zone cannot be placed")
        local = at.astimezone(self.zone)
        if self.is_open(at):
            return local
        day = local.date() if local.time() < self.start else local.date() + timedelta(days=1)
        return self._opening(day)

    def _opening(self, day: date) -> datetime:
        # By way of UTC: a start that summer time skips becomes the hour that the clocks show.
        return datetime.combine(day, self.start, self.zone).astimezone(UTC).astimezone(self.zone)
