"""Watch over the thread's ticks: missed ones become events, and what is wrong within the hour alarms."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from kmcc.dsp.pacer import PacerCounters
from kmcc.switch.journal import Journal

LOOK_S: Final = 1.0
HOUR_S: Final = 3600.0
EVERY_S: Final = 60.0
"""Between two of the counts that are kept to compare with."""

MOST_LATE: Final = 0.001
"""So large a share of late ticks is an alarm; the goal is 99.9 % within 1 ms."""

FEWEST_TICKS: Final = 1000


class TickWatch:
    """`look` compares with what was seen last; `watch` looks every second."""

    def __init__(self, counters: Callable[[], PacerCounters], journal: Journal, *, wants_fifo: bool) -> None:
        self._counters = counters
        self._journal = journal
        self._wants_fifo = wants_fifo
        self._last = counters()
        self._kept: deque[tuple[float, PacerCounters]] = deque()

    def look(self) -> None:
        """Writes one event where ticks were missed since the last look."""
        now_s, now = asyncio.get_running_loop().time(), self._counters()
        before, self._last = self._last, now
        if now.missed > before.missed:
            caught_up, given_up = now.caught_up - before.caught_up, now.given_up - before.given_up
            self._journal.write("media.missed", caught_up=caught_up, given_up=given_up)
        if not self._kept or now_s - self._kept[-1][0] >= EVERY_S:
            self._kept.append((now_s, before))
        while len(self._kept) > 1 and self._kept[1][0] <= now_s - HOUR_S:
            self._kept.popleft()

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_S)

    def alarms(self) -> list[str]:
        """In words; none of them makes the house unfit."""
        now, then = self._last, self._kept[0][1] if self._kept else self._last
        ticks, late, given_up = now.ticks - then.ticks, now.late - then.late, now.given_up - then.given_up
        alarms: list[str] = []
        if self._wants_fifo and now.ticks and not now.is_fifo:
            alarms.append("media: SCHED_FIFO is not allowed (CAP_SYS_NICE or LimitRTPRIO): normal priority")
        if now.ticks and not now.is_locked:
            alarms.append("media: memory cannot be locked (CAP_IPC_LOCK or LimitMEMLOCK)")
        if given_up:
            alarms.append(f"media: {given_up} ticks were given up within the hour")
        if ticks >= FEWEST_TICKS and late > MOST_LATE * ticks:
            alarms.append(f"media: {100 * late / ticks:.2g} % of the ticks of the hour began more than 1 ms late")
        return alarms
