"""The services of a house, from its configuration: limits of their lines, answer limits, and opening hours at work."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, time
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from kmcc.config import Config
from kmcc.config.services_section import Service
from kmcc.store.queue_history import Limits
from kmcc.switch.autodial.schedule import Schedule, Window
from kmcc.switch.calendar import Calendar
from kmcc.switch.queue.settings import ServiceRules

BY_THE_CLOCK: Final = "opening hours"


def service_rules(config: Config) -> dict[str, ServiceRules]:
    """Of services that have limits of their own."""
    queue = config.queue
    return {
        service.name: ServiceRules(
            max_wait_ms=1000 * (queue.max_wait_s if service.max_wait_s is None else service.max_wait_s),
            max_length=queue.max_length if service.max_length is None else service.max_length,
            overflow=service.overflow,
            overflow_ms=1000 * service.overflow_s,
        )
        for service in config.services
    }


def answer_limits(config: Config) -> Limits:
    """Within how long callers are to be answered."""
    own: dict[str, float] = {s.name: float(s.answer_within_s) for s in config.services if s.answer_within_s is not None}
    return Limits(float(config.queue.answer_within_s), own)


def schedules(config: Config) -> dict[str, Schedule]:
    """Of services that are not open all the time."""
    zone = ZoneInfo(config.centre.time_zone)
    return {service.name: _schedule(service, zone) for service in config.services if not _is_always_open(service)}


def _is_always_open(service: Service) -> bool:
    return not service.hours and len(set(service.days)) == 7 and not service.holidays


def _schedule(service: Service, zone: ZoneInfo) -> Schedule:
    days = frozenset(service.days)
    spans = service.hours or ((time.min, time.max),)
    windows = tuple(Window(start, end, days) for start, end in spans)
    return Schedule(windows, zone, holidays=frozenset(service.holidays))


class Doors(Protocol):
    """Who opens and closes services: kmcc.switch.seats.supervision.Supervision."""

    def open_service(self, service: str, by: str) -> None: ...

    def close_service(self, service: str, by: str) -> None: ...


class OpeningHours:
    """Closes and opens services by the calendar. What a chief did meanwhile stands until the next change."""

    def __init__(self, plans: Mapping[str, Schedule], calendar: Calendar, doors: Doors) -> None:
        self._plans = plans
        self._calendar = calendar
        self._doors = doors
        self._is_open = dict.fromkeys(plans, True)
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._look()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        now = self._calendar.now()
        for service, plan in self._plans.items():
            is_open = plan.is_open(now)
            if is_open != self._is_open[service]:
                self._is_open[service] = is_open
                act = self._doors.open_service if is_open else self._doors.close_service
                act(service, BY_THE_CLOCK)
        if self._plans:
            next_s = min(_next_edge(plan, now) - now for plan in self._plans.values()).total_seconds()
            self._timer = asyncio.get_running_loop().call_later(next_s, self._look)


def _next_edge(plan: Schedule, now: datetime) -> datetime:
    """The next moment at which a window may begin or end; midnight is always one."""
    local = now.astimezone(plan.zone)
    edges = {edge for window in plan.windows for edge in (window.start, window.end)} - {time.max}
    midnight = plan.next_day(now)
    today = [local.replace(hour=e.hour, minute=e.minute, second=0, microsecond=0) for e in edges]
    return min([midnight, *(edge for edge in today if edge > local)], key=lambda edge: edge - now)
