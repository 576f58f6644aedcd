"""Calendar time, derived from the one clock (the running loop's time) and a start that is injected."""

from collections.abc import Callable
from datetime import datetime, timedelta


class Calendar:
    """Says what date and time it is; nobody else reads a clock.

    `start` is the (aware) time that `loop_time()` had when the calendar was made.
    """

    def __init__(self, start: datetime, loop_time: Callable[[], float]) -> None:
        if start.tzinfo is None:
            raise ValueError("a calendar needs a start with a time zone")
        self._start = start
        self._loop_time = loop_time
        self._zero_s = loop_time()

    def elapsed_s(self) -> float:
        """Seconds since the calendar was made, to the microsecond."""
        return round(self._loop_time() - self._zero_s, 6)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.elapsed_s())

    def set(self, now: datetime) -> None:
        """The clock on the wall was put right; elapsed time is not touched."""
        if now.tzinfo is None:
            raise ValueError("a calendar is set to a time with a time zone")
        self._start = now - timedelta(seconds=self.elapsed_s())
