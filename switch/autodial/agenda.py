"""Whose turn it is: an attempt that has come due goes before a first attempt, for its interval was promised.

Contacts of one time zone share their windows, so each zone has its own agenda and only open ones are looked at.
"""

import heapq
from collections import deque
from collections.abc import Iterable
from datetime import datetime, tzinfo

from kmcc.switch.autodial.progress import Progress, Stage
from kmcc.switch.autodial.schedule import Schedule


class ZoneAgenda:
    def __init__(self) -> None:
        self._fresh: deque[Progress] = deque()
        self._due: list[tuple[datetime, int, Progress]] = []
        self._count = 0

    def add(self, progress: Progress) -> None:
        if progress.due is None:
            self._fresh.append(progress)
        else:
            self._count += 1  # parts those that are due at the same moment
            heapq.heappush(self._due, (progress.due, self._count, progress))

    def first_due(self, at: datetime) -> datetime | None:
        """Since when the first of those is due who may be called at `at`; None = nobody waits from earlier."""
        self._drop_closed()
        return self._due[0][0] if self._due and self._due[0][0] <= at else None

    def take(self, at: datetime) -> Progress | None:
        if self.first_due(at) is not None:
            return heapq.heappop(self._due)[2]
        return self._fresh.popleft() if self._fresh else None

    def next_turn(self, at: datetime) -> datetime | None:
        """When the next one has his turn, `at` at the earliest; None = nobody is left."""
        self._drop_closed()
        if self._fresh:
            return at
        return max(at, self._due[0][0]) if self._due else None

    def _drop_closed(self) -> None:
        """Whoever was withdrawn meanwhile."""
        while self._fresh and self._fresh[0].verdict is not None:
            self._fresh.popleft()
        while self._due and self._due[0][2].verdict is not None:
            heapq.heappop(self._due)


class Agenda:
    def __init__(self, schedule: Schedule, contacts: Iterable[Progress]) -> None:
        self._schedule = schedule
        self._zones: dict[tzinfo, ZoneAgenda] = {}
        for progress in contacts:
            self.add(progress)

    def add(self, progress: Progress) -> None:
        if progress.verdict is None and progress.stage is Stage.WAITING:
            zone = progress.contact.zone or self._schedule.zone
            self._zones.setdefault(zone, ZoneAgenda()).add(progress)

    def take(self, at: datetime) -> Progress | None:
        """Who may be called now, taken off the agenda: he who is due longest, else the next of the first attempts."""
        is_open = [one for zone, one in self._zones.items() if self._schedule.is_open(at, zone)]
        dues = [(due, n) for n, one in enumerate(is_open) if (due := one.first_due(at)) is not None]
        if dues:
            return is_open[min(dues)[1]].take(at)
        return next((taken for one in is_open if (taken := one.take(at)) is not None), None)

    def next_turn(self, at: datetime) -> datetime | None:
        """When somebody may be called, inside his windows; None = nobody is left, or never again."""
        turns = [(zone, one.next_turn(at)) for zone, one in self._zones.items()]
        opens = [self._schedule.next_open(turn, zone) for zone, turn in turns if turn is not None]
        return min((moment for moment in opens if moment is not None), default=None)
