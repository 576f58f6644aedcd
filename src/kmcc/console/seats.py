"""/seats: what seats are doing, and all that a seat orders. Whoever works a seat needs nothing else but /events."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, HTTPException, Path
from pydantic import BaseModel, ConfigDict, Field

from kmcc.console.access import Guard, Role, Who
from kmcc.console.problem import ANSWERS
from kmcc.switch.seats.desk import SeatDesk
from kmcc.switch.seats.order import LONGEST_NAME, LONGEST_VALUE, MOST_FIELDS, Target
from kmcc.switch.seats.view import SeatStatus

SeatId = Annotated[str, Path(description="id of the seat", max_length=200)]
Form = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)],
        Annotated[str, Field(max_length=LONGEST_VALUE)],
    ],
    Field(max_length=MOST_FIELDS, description="a small form that travels with the call; empty = as it is"),
]
Reason = Annotated[str, Field(min_length=1, max_length=200, description="shown to the chief, and in the events")]
Digits = Annotated[str, Field(pattern=r"^[0-9]{1,24}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Asked(BaseModel):
    """A body: nothing unknown in it."""

    model_config = ConfigDict(extra="forbid")


class Pause(Asked):
    reason: Reason


class Aim(Asked):
    """One of `seat`, `service` (one of its seats, by the rules of the queue) and `number` (an outside party)."""

    seat: Name | None = None
    service: Name | None = None
    number: Digits | None = None
    data: Form = {}

    def target(self, services: frozenset[str]) -> Target:
        target = Target(self.seat, self.service, self.number)
        if target.service is not None:
            known_service(services, target.service)
        return target


class Dial(Asked):
    number: Digits
    service: Name | None = None
    data: Form = {}


@dataclass(frozen=True, slots=True)
class SeatsNow:
    """All seats, and the number of the newest event then: `/events?since=` it misses nothing."""

    seq: int
    seats: tuple[SeatStatus, ...]


@dataclass(frozen=True, slots=True)
class SeatNow:
    """One seat, and the number of the newest event then."""

    seq: int
    seat: SeatStatus


class Numbered(Protocol):
    """An event feed, of which only the newest number matters here."""

    @property
    def last_seq(self) -> int: ...


def known_service(services: frozenset[str], service: str) -> str:
    """This service; 404 when the house has none of this name."""
    if service not in services:
        raise HTTPException(404, f"service {service[:60]}: expected one of {', '.join(sorted(services))}")
    return service


def seats_router(desk: SeatDesk, feed: Numbered, guard: Guard, services: frozenset[str]) -> APIRouter:
    router = APIRouter(prefix="/seats", tags=["seats"], responses=ANSWERS)
    reader = Depends(guard.needs(Role.READER))

    @router.get("", dependencies=[reader])
    async def seats() -> SeatsNow:
        """All seats: state, reason, talk with its caller and form, who listens."""
        return SeatsNow(feed.last_seq, desk.statuses())

    @router.get("/{seat}", dependencies=[reader])
    async def seat(seat: SeatId) -> SeatNow:
        """One of them."""
        return SeatNow(feed.last_seq, desk.status(seat))

    _work(router, desk, feed, guard)
    _talk(router, desk, feed, guard, services)
    return router


def _work(router: APIRouter, desk: SeatDesk, feed: Numbered, guard: Guard) -> None:
    """Coming, going, pausing."""
    order = Orders(router, desk, feed, guard)
    order.add("sign-in", desk.sign_in, "The shift begins: ready for calls.")
    order.add("sign-out", desk.sign_out, "The shift ends, now or when the call is over.")
    order.add("ready", desk.ready, "Ready again: after a pause, or before the wrap-up time is over.")
    order.add("answer", desk.answer, "Take the offer on a line that stays up; other telephones are lifted.")
    order.add("hang-up", desk.talks.hang_up, "The seat's part in its talk ends, as if the telephone were put down.")
    order.add("hold", desk.talks.hold, "The caller waits with a tone.")
    order.add("retrieve", desk.talks.retrieve, "Back to the caller who is held.")
    order.add("end-consult", desk.talks.end_consult, "Back to the caller; whom the seat has asked is let go.")
    order.add("conference", desk.talks.conference, "Whom the seat has asked joins the caller and the seat.")
    order.add("complete-transfer", desk.talks.complete_transfer, "The caller goes on with whom the seat has asked.")


def _talk(router: APIRouter, desk: SeatDesk, feed: Numbered, guard: Guard, services: frozenset[str]) -> None:
    """Orders that say more than their name."""
    acting = Depends(guard.needs(Role.SEAT))

    @router.post("/{seat}/pause")
    async def pause(seat: SeatId, asked: Pause, who: Who = acting) -> SeatNow:
        """No calls for a while, now or when the call is over."""
        who.may_act_for(seat)
        desk.pause(seat, asked.reason)
        return SeatNow(feed.last_seq, desk.status(seat))

    @router.post("/{seat}/consult")
    async def consult(seat: SeatId, asked: Aim, who: Who = acting) -> SeatNow:
        """Ask another seat, one of a service's seats, or an outside party, while the caller waits."""
        who.may_act_for(seat)
        desk.talks.consult(seat, asked.target(services), asked.data)
        return SeatNow(feed.last_seq, desk.status(seat))

    @router.post("/{seat}/transfer")
    async def transfer(seat: SeatId, asked: Aim, who: Who = acting) -> SeatNow:
        """Pass the caller on with the form; he comes before all who were not transferred."""
        who.may_act_for(seat)
        desk.talks.transfer(seat, asked.target(services), asked.data)
        return SeatNow(feed.last_seq, desk.status(seat))

    @router.post("/{seat}/dial")
    async def dial(seat: SeatId, asked: Dial, who: Who = acting) -> SeatNow:
        """Ring the seat's own telephone, then the number."""
        who.may_act_for(seat)
        service = None if asked.service is None else known_service(services, asked.service)
        desk.talks.dial(seat, asked.number, service, asked.data)
        return SeatNow(feed.last_seq, desk.status(seat))


class Orders:
    """Adds the orders that need nothing but the seat."""

    def __init__(self, router: APIRouter, desk: SeatDesk, feed: Numbered, guard: Guard) -> None:
        self._router = router
        self._desk = desk
        self._feed = feed
        self._acting = Depends(guard.needs(Role.SEAT))

    def add(self, name: str, order: Callable[[str], None], words: str) -> None:
        async def obey(seat: SeatId, who: Who = self._acting) -> SeatNow:
            who.may_act_for(seat)
            order(seat)
            return SeatNow(self._feed.last_seq, self._desk.status(seat))

        self._router.post(f"/{{seat}}/{name}", name=name.replace("-", "_"), description=words, summary=name)(obey)
