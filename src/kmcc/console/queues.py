"""GET /queues: who waits now, and this hour's and today's figures of each service and seat, read from the event log."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from kmcc.console.access import Guard, Role
from kmcc.console.events import EventFeed
from kmcc.console.problem import ANSWERS
from kmcc.store.event import Event
from kmcc.store.queue_figures import SeatFigures, ServiceFigures
from kmcc.store.queue_history import Limits, QueueHistory

EVERY_S: Final = 2.0
"""How often the log is read on when nobody asks, so that whoever asks finds little left to read."""


class ServiceNow(BaseModel):
    """One service. `hour` and `today` count callers where they entered; docs/queue-machine.md defines each figure."""

    limit_s: Annotated[float, Field(description="Within how long a caller is to be answered.")]
    waiting: int
    longest_waiting_s: float | None
    expected_wait_s: Annotated[float | None, Field(description="What the newest waiting caller was told.")]
    hour: dict[str, Any]
    today: dict[str, Any]


class SeatNow(BaseModel):
    state: str
    today: dict[str, Any]


class QueuesNow(BaseModel):
    """`seq` is the newest event that is counted: /events?since=seq goes on from here."""

    seq: int
    at: str
    services: dict[str, ServiceNow]
    seats: dict[str, SeatNow]


class QueueWatch:
    """Reads the log along, from the beginning of the day on. `services` are shown though nobody called yet."""

    def __init__(
        self, feed: EventFeed, now: Callable[[], datetime], limits: Limits, services: tuple[str, ...] = ()
    ) -> None:
        self._feed = feed
        self._now = now
        self._services = services
        self._history = QueueHistory(limits)
        self._read: int | None = None
        self._lock = asyncio.Lock()

    async def keep_up(self) -> None:
        """Until it is cancelled."""
        while True:
            await self.catch_up()
            await asyncio.sleep(EVERY_S)

    async def catch_up(self) -> None:
        """Everything that the log has."""
        async with self._lock:
            if self._read is None:
                self._read = await self._last_of_yesterday()
            while page := await self._feed.page(self._read):
                for event in page:
                    self._history.take(event)
                self._read = page[-1].seq
                await asyncio.sleep(0)  # the telephones go first
            self._history.forget_before(_midnight(self._now()))

    async def _last_of_yesterday(self) -> int:
        """The number after which today begins, by bisection."""
        midnight = _midnight(self._now())
        low, high = 0, self._feed.last_seq
        while low < high:
            middle = (low + high) // 2
            found = await self._feed.page(middle, limit=1)
            if found and _at(found[0]) < midnight:
                low = found[0].seq
            else:
                high = middle
        return low

    def state(self) -> QueuesNow:
        """As of what was read."""
        now = self._now()
        self._history.bring_to(max(now, self._history.last or now))
        names = dict.fromkeys([*self._services, *sorted({service for service, _ in self._history.services})])
        return QueuesNow(
            seq=self._read or 0,
            at=now.isoformat(),
            services={name: self._service(name, now) for name in names},
            seats={
                seat: SeatNow(state=state, today=self._seat(seat)) for seat, state in self._history.states().items()
            },
        )

    def _service(self, name: str, now: datetime) -> ServiceNow:
        waiting = [visit for visit in self._history.waiting() if visit.service == name]
        today, hour = ServiceFigures(), ServiceFigures()
        for (service, begin), figures in self._history.services.items():
            if service == name:
                today.add(figures)
                if now - begin < timedelta(hours=1):
                    hour.add(figures)
        expected_ms = waiting[-1].expected_ms if waiting else None
        return ServiceNow(
            limit_s=self._history.limits.of_s(name),
            waiting=len(waiting),
            longest_waiting_s=max(((now - visit.entered).total_seconds() for visit in waiting), default=None),
            expected_wait_s=None if expected_ms is None else expected_ms / 1000,
            hour=hour.as_json(),
            today=today.as_json(),
        )

    def _seat(self, name: str) -> dict[str, Any]:
        today = SeatFigures()
        for (seat, _), figures in self._history.seats.items():
            if seat == name:
                today.add(figures)
        return today.as_json()


def queues_router(watch: QueueWatch, guard: Guard) -> APIRouter:
    router = APIRouter(tags=["queue"], responses=ANSWERS)

    @router.get("/queues", dependencies=[Depends(guard.needs(Role.READER))])
    async def queues() -> QueuesNow:
        """Waiting callers, service level, waits and seats: now, this hour, today."""
        await watch.catch_up()
        return watch.state()

    return router


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _at(event: Event) -> datetime:
    return datetime.fromisoformat(event.at)
