"""The queue as the event log tells it: who came, what became of him, what each seat did; by the hour.

A query: it reads events in their order and knows nothing else. It understands `queue.entered`, `queue.waiting`,
`queue.abandoned`, `queue.gave_up`, `callback.promised`, `callback.off`, `seat.offered`, `seat.state`, `house.closed`.
A clock that begins again (`t`) tells that the house was started anew, after a crash, too.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from kmcc.store.event import Event
from kmcc.store.queue_figures import US, SeatFigures, ServiceFigures
from kmcc.switch.queue.events import NO_ANSWER, REFUSED
from kmcc.switch.queue.seat import OFFERED, SeatState

UNKNOWN: Final = "unknown"
"""The name of the service of callers whose need is not known."""

_OFFERED: Final = frozenset(state.value for state in OFFERED)
_MISSED: Final = frozenset({NO_ANSWER, REFUSED})
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """Within how many seconds a caller is to be answered, by service."""

    default_s: float = 15.0
    services: Mapping[str, float] = field(default_factory=dict)

    def of_s(self, service: str) -> float:
        return self.services.get(service, self.default_s)

    def of_us(self, service: str) -> int:
        return round(self.of_s(service) * US)


@dataclass(slots=True)
class Visit:
    """A caller in the queue. `expected_ms` is the wait that he was told last."""

    call: str
    service: str
    entered: datetime
    expected_ms: int | None = None
    is_promised: bool = False


@dataclass(slots=True)
class _SeatNow:
    state: str
    since: datetime


class QueueHistory:
    """Take events one by one, then ask. `since` and `until` bound what is counted, not what is read: callers who
    entered in between, and the time of seats in between."""

    def __init__(self, limits: Limits, since: datetime | None = None, until: datetime | None = None) -> None:
        self.limits = limits
        self.services: dict[tuple[str, datetime], ServiceFigures] = {}
        self.seats: dict[tuple[str, datetime], SeatFigures] = {}
        self._since = since
        self._until = until
        self._visits: dict[str, Visit] = {}
        self._seats_now: dict[str, _SeatNow] = {}
        self._before: Event | None = None
        self._hung_up: Visit | None = None  # the last one: whether he is called back follows at once
        self._take: Mapping[str, Callable[[Event, datetime], None]] = {
            "queue.entered": self._entered,
            "queue.waiting": self._told,
            "queue.abandoned": self._abandoned,
            "queue.gave_up": self._gave_up,
            "callback.promised": self._promised,
            "callback.off": self._called_off,
            "seat.offered": self._offered,
            "seat.state": self._seat_state,
            "house.closed": self._closed,
        }

    def take(self, event: Event) -> None:
        """The next event of the log."""
        before, self._before = self._before, event
        if before is not None and event.t < before.t:
            self._stop(datetime.fromisoformat(before.at))
        take = self._take.get(event.kind)
        if take is not None:
            take(event, datetime.fromisoformat(event.at))

    @property
    def last(self) -> datetime | None:
        """The time of the newest event."""
        return None if self._before is None else datetime.fromisoformat(self._before.at)

    def waiting(self) -> tuple[Visit, ...]:
        """Who waits on the line, as they entered."""
        return tuple(visit for visit in self._visits.values() if not visit.is_promised)

    def states(self) -> Mapping[str, str]:
        """The state of every seat that is signed in."""
        return {seat: now.state for seat, now in self._seats_now.items()}

    def bring_to(self, at: datetime) -> None:
        """Seats have been in their states until now; later than every event that was taken."""
        for seat, now in self._seats_now.items():
            self._spend(seat, now, at)
            now.since = at

    def forget_before(self, at: datetime) -> None:
        """Hours that nobody asks for any more."""
        self.services = {key: one for key, one in self.services.items() if key[1] >= at}
        self.seats = {key: one for key, one in self.seats.items() if key[1] >= at}

    # --- callers --------------------------------------------------------------------------------------------------

    def _entered(self, event: Event, at: datetime) -> None:
        visit = Visit(_text(event, "call"), _text(event, "service") or UNKNOWN, at)
        self._visits[visit.call] = visit
        self._count(visit, lambda one: setattr(one, "offered", one.offered + 1))

    def _told(self, event: Event, _at: datetime) -> None:
        visit, expected_ms = self._visits.get(_text(event, "call")), event.get("expected_ms")
        if visit is not None:
            visit.expected_ms = expected_ms if isinstance(expected_ms, int) else None

    def _abandoned(self, event: Event, at: datetime) -> None:
        def count(one: ServiceFigures, *, in_time: bool) -> None:
            one.abandoned += 1
            one.abandoned_within += in_time

        self._hung_up = self._decide(_text(event, "call"), at, count)

    def _gave_up(self, event: Event, at: datetime) -> None:
        why = _text(event, "why")
        self._decide(_text(event, "call"), at, lambda one, **_: one.gave_up.update([why]))

    def _promised(self, event: Event, at: datetime) -> None:
        def count(one: ServiceFigures, **_: bool) -> None:
            one.asked += 1

        call = _text(event, "call")
        visit = self._decide(call, at, count)
        if visit is None and self._hung_up is not None and self._hung_up.call == call:
            visit = self._hung_up
        if visit is not None:
            visit.is_promised = True
            self._visits[call] = visit
            self._count(visit, lambda one: setattr(one, "promised", one.promised + 1))

    def _called_off(self, event: Event, _at: datetime) -> None:
        visit = self._visits.get(_text(event, "call"))
        if visit is not None and visit.is_promised:
            del self._visits[visit.call]

    def _answered(self, call: str, at: datetime) -> None:
        visit = self._visits.get(call)
        if visit is None:
            return
        if visit.is_promised:
            del self._visits[call]
            self._count(visit, lambda one: setattr(one, "called_back", one.called_back + 1))
            return

        def count(one: ServiceFigures, *, in_time: bool) -> None:
            one.answered += 1
            one.within += in_time
            one.answered_wait_us += _us(at - visit.entered)

        self._decide(call, at, count)

    def _decide(self, call: str, at: datetime, count: Callable[..., None]) -> Visit | None:
        """His wait on the line is over, so or so; None for somebody who does not wait."""
        visit = self._visits.get(call)
        if visit is None or visit.is_promised:
            return None
        del self._visits[call]
        wait_us = _us(at - visit.entered)

        def all_of_it(one: ServiceFigures) -> None:
            one.wait_us += wait_us
            one.longest_us = max(one.longest_us, wait_us)
            count(one, in_time=wait_us <= self.limits.of_us(visit.service))

        self._count(visit, all_of_it)
        return visit

    def _count(self, visit: Visit, count: Callable[[ServiceFigures], None]) -> None:
        if self._is_asked(visit.entered):
            count(self.services.setdefault((visit.service, _hour_of(visit.entered)), ServiceFigures()))

    def _is_asked(self, at: datetime) -> bool:
        return (self._since is None or at >= self._since) and (self._until is None or at < self._until)

    # --- seats ----------------------------------------------------------------------------------------------------

    def _seat(self, seat: str, at: datetime) -> SeatFigures:
        """Its figures of this hour; some that nobody sees when the time is not asked for."""
        if not self._is_asked(at):
            return SeatFigures()
        return self.seats.setdefault((seat, _hour_of(at)), SeatFigures())

    def _offered(self, event: Event, at: datetime) -> None:
        self._seat(_text(event, "seat"), at).offered += 1

    def _seat_state(self, event: Event, at: datetime) -> None:
        seat, old, new = (_text(event, name) for name in ("seat", "old", "new"))
        now = self._seats_now.pop(seat, None)
        if now is not None:
            self._spend(seat, now, at)
        if new != SeatState.SIGNED_OUT.value:
            self._seats_now[seat] = _SeatNow(new, at)
        if old in _OFFERED and new == SeatState.TALKING.value:
            self._seat(seat, at).answered += 1
            self._answered(_text(event, "call"), at)
        elif old in _OFFERED and event.get("reason") in _MISSED:
            self._seat(seat, at).missed += 1

    def _spend(self, seat: str, now: _SeatNow, until: datetime) -> None:
        since = now.since if self._since is None else max(now.since, self._since)
        until = until if self._until is None else min(until, self._until)
        for begin, end in _hours_between(since, until):
            self._seat(seat, begin).times_us[now.state] += _us(end - begin)

    def _closed(self, _event: Event, at: datetime) -> None:
        self._stop(at)

    def _stop(self, at: datetime) -> None:
        """The house went down: whoever waited is lost, and nobody sits there any more."""

        def count(one: ServiceFigures, **_: bool) -> None:
            one.lost += 1

        for call in list(self._visits):
            self._decide(call, at, count)
        self._visits.clear()
        self.bring_to(at)
        self._seats_now.clear()


def _text(event: Event, name: str) -> str:
    value = event.get(name)
    return "" if value is None else str(value)


def _hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _hours_between(begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while begin < end:
        edge = min(end, _hour_of(begin) + _HOUR)
        yield begin, edge
        begin = edge


def _us(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
