"""The event log: every journal entry with a number and a time, in a file of JSON lines, replayable (R-332).

One line is one event: {"seq":7,"t":1.25,"at":"2000-05-01T08:00:01.250000+08:00","kind":"call.offered","fields":{...}}.
`seq` goes on after a restart; `t` counts from the start of the calendar, so it begins again with the process.
Everything here happens on the loop's thread but the reading of pages from the file, and no clock is read but the
calendar's.
"""

import asyncio
from collections import deque
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from kmcc.store.event import Event
from kmcc.store.event_file import EventFile
from kmcc.store.subscription import Subscription
from kmcc.switch.calendar import Calendar
from kmcc.switch.journal import Field

KEEP: Final = 10_000
BACKLOG: Final = 1_000
PAGE: Final = 500  # events; their JSON takes a few milliseconds


class EventLog:
    """Implements kmcc.switch.journal.Journal. `keep` events stay in memory, each subscriber may be `backlog` behind."""

    def __init__(self, path: Path, calendar: Calendar, *, keep: int = KEEP, backlog: int = BACKLOG) -> None:
        self._calendar = calendar
        self._backlog = backlog
        self._recent: deque[Event] = deque(maxlen=keep)
        self._subscriptions: list[Subscription] = []
        self._file = EventFile(path)
        self.last_seq = self._file.last_seq
        self.found_at = self._file.last_at  # the newest event of an earlier process; None = there is none
        self.cut_octets = self._file.cut_octets
        if self.cut_octets:
            self.write("log.torn_line_cut", octets=self.cut_octets)

    def write(self, kind: str, /, **fields: Field) -> None:
        event = Event(
            seq=self.last_seq + 1,
            t=self._calendar.elapsed_s(),
            at=self._calendar.now().isoformat(timespec="microseconds"),
            kind=kind,
            fields=tuple(sorted(fields.items())),
        )
        line = event.line()
        self.last_seq = event.seq
        self._recent.append(event)
        self._file.append(line)
        for subscription in self._subscriptions:
            subscription.put(event)

    @property
    def unwritten_octets(self) -> int:
        """What the file did not take (a full disk); it is tried again with every event."""
        return self._file.unwritten_octets

    @property
    def lost_lines(self) -> int:
        """Events that will never be in the file, because it was not writable for too long."""
        return self._file.lost_lines

    def since(self, seq: int) -> list[Event]:
        """All events after number `seq`, in order. It may read the whole file: `page` is for a running house."""
        kept = [event for event in self._recent if event.seq > seq]
        if seq + 1 >= self._first_kept:
            return kept
        return [*self._file.read(after=seq, before=self._first_kept), *kept]

    async def page(self, seq: int, *, limit: int = PAGE) -> list[Event]:
        """The next events after number `seq`, `limit` at most; none = there is none yet. A thread reads the file."""
        while seq + 1 < (first := self._first_kept):
            older = await asyncio.to_thread(self._file.read, after=seq, before=first, limit=limit)
            if older:
                return older
            seq = first - 1  # the disk never took them
        skipped = seq + 1 - first
        return list(islice(self._recent, skipped, skipped + limit))

    def subscribe(self) -> Subscription:
        """Every event from now on. `since` and then `subscribe` without an await between them leave no gap."""
        subscription = Subscription(self._backlog, self.last_seq, self._subscriptions.remove)
        self._subscriptions.append(subscription)
        return subscription

    @property
    def _first_kept(self) -> int:
        """From this number on everything is in memory."""
        return self._recent[0].seq if self._recent else self.last_seq + 1

    def close(self) -> None:
        """Subscribers get what they have not read yet, then their iteration ends."""
        for subscription in tuple(self._subscriptions):
            subscription.finish()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.close()
