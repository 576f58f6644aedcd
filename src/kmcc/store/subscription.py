"""One reader of the event log: it may be slow, the writer never waits for it."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from kmcc.store.event import Event


@dataclass(frozen=True, slots=True)
class Lagged:
    """Events `after` + 1 to `until` were not kept for this reader: `since(after)` has them. The later ones follow."""

    after: int
    until: int


class Subscription:
    """`async for item in subscription`: events, and a Lagged wherever more than `backlog` had to wait."""

    def __init__(self, backlog: int, last_seq: int, forget: "Callable[[Subscription], None]") -> None:
        self._waiting: deque[Event] = deque()
        self._backlog = backlog
        self._read = last_seq  # the last number handed out
        self._lost_until: int | None = None
        self._forget = forget
        self._is_finished = False
        self._news = asyncio.Event()

    def put(self, event: Event) -> None:
        if self._lost_until is not None or len(self._waiting) >= self._backlog:
            self._waiting.clear()
            self._lost_until = event.seq
        else:
            self._waiting.append(event)
        self._news.set()

    def finish(self) -> None:
        """Nothing more comes; what waits can still be read."""
        if not self._is_finished:
            self._is_finished = True
            self._forget(self)
            self._news.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event | Lagged:
        while True:
            item = self._take()
            if item is not None:
                return item
            if self._is_finished:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()

    def _take(self) -> Event | Lagged | None:
        if self._lost_until is not None:
            gap = Lagged(self._read, self._lost_until)
            self._read, self._lost_until = self._lost_until, None
            return gap
        if not self._waiting:
            return None
        event = self._waiting.popleft()
        self._read = event.seq
        return event

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.finish()
