"""The clock on the wall beside the calendar: when somebody puts it right, the calendar follows, and all is told.

The calendar counts on by the loop's clock, which never jumps; a machine that slept, or a clock that was set, would
leave it behind, and calling windows with it.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from kmcc.switch.calendar import Calendar
from kmcc.switch.journal import Journal

LOOK_S: Final = 5.0
TOLERANCE: Final = timedelta(seconds=1)


def follow_wall(calendar: Calendar, wall: Callable[[], datetime], journal: Journal) -> None:
    """One look: set the calendar when it is off by more than a second."""
    now = wall()
    off = now - calendar.now()
    if abs(off) > TOLERANCE:
        calendar.set(now)
        journal.write("clock.set", by_s=round(off.total_seconds(), 3))


async def keep_to_wall(calendar: Calendar, wall: Callable[[], datetime], journal: Journal) -> None:
    """Until cancelled. Campaigns and the scheduler look at the calendar every half minute by themselves."""
    while True:
        await asyncio.sleep(LOOK_S)
        follow_wall(calendar, wall, journal)
