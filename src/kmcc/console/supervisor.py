"""/supervisor: what a chief orders: be in a talk, take it over, give calls to seats, set seats and services (R-108)."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException
from pydantic import Field

from kmcc.console.access import Guard, Role, Who
from kmcc.console.problem import ANSWERS
from kmcc.console.queue import CallId, QueueNow
from kmcc.console.seats import Asked, Name, Numbered, Reason, SeatId, SeatNow, known_service
from kmcc.switch.queue.parties import Grade, SeatKind
from kmcc.switch.seats.desk import SeatDesk
from kmcc.switch.seats.monitor import Manner


class FromPlace(Asked):
    """Whose telephone rings; nothing = that of the token's own seat."""

    supervisor: Name | None = None

    def place(self, who: Who) -> str:
        own = self.supervisor or who.seat
        if own is None:
            raise HTTPException(422, "supervisor: found nothing, expected the seat whose telephone is to ring")
        if who.seat is not None and own != who.seat:
            raise HTTPException(403, f"{who.name} has the telephone of seat {who.seat}, not of {own}")
        return own


class Force(Asked):
    reason: Reason


class Insert(Asked):
    seat: Name


class Regrade(Asked):
    grade: Literal["ordinary", "important", "vip"]


class Profile(Asked):
    """All of a seat's abilities from now on."""

    kind: Literal["professional", "integrated"]
    skills: dict[Name, Annotated[int, Field(ge=1, le=9)]] = Field(min_length=1, max_length=50)
    languages: tuple[Literal["zh", "en"], ...] = Field(min_length=1, max_length=2)


def supervisor_router(desk: SeatDesk, feed: Numbered, guard: Guard, services: frozenset[str]) -> APIRouter:
    router = APIRouter(prefix="/supervisor", tags=["supervisor"], responses=ANSWERS)
    chief = Depends(guard.needs(Role.SUPERVISOR))
    _seats(router, desk, feed, chief, services)
    _watching(router, desk, feed, chief)
    _calls(router, desk, feed, chief)
    _services(router, desk, services, chief)
    return router


def _watching(router: APIRouter, desk: SeatDesk, feed: Numbered, chief: Any) -> None:
    @router.post("/seats/{seat}/{manner}")
    async def join(seat: SeatId, manner: Manner, asked: FromPlace, who: Who = chief) -> SeatNow:
        """Be in this seat's talk: heard by nobody, by the seat alone, or by all; or take it over.

        The supervisor's telephone rings, unless its line is up. A further order changes the manner at once.
        """
        desk.supervision.join(seat, asked.place(who), manner)
        return SeatNow(feed.last_seq, desk.status(seat))

    @router.post("/leave", status_code=HTTPStatus.NO_CONTENT)
    async def leave(asked: FromPlace, who: Who = chief) -> None:
        """Out of the talk again."""
        desk.supervision.leave(asked.place(who))


def _seats(router: APIRouter, desk: SeatDesk, feed: Numbered, chief: Any, services: frozenset[str]) -> None:
    @router.post("/seats/{seat}/force")
    async def force(seat: SeatId, asked: Force, who: Who = chief) -> SeatNow:
        """Set it aside, now or when its call is over; it cannot undo that itself."""
        desk.supervision.force(seat, asked.reason, who.name)
        return SeatNow(feed.last_seq, desk.status(seat))

    @router.post("/seats/{seat}/free")
    async def free(seat: SeatId, who: Who = chief) -> SeatNow:
        """Undo it."""
        desk.supervision.free(seat, who.name)
        return SeatNow(feed.last_seq, desk.status(seat))

    @router.post("/seats/{seat}/release")
    async def release(seat: SeatId, who: Who = chief) -> SeatNow:
        """Force release: its call ends."""
        desk.supervision.force_release(seat, who.name)
        return SeatNow(feed.last_seq, desk.status(seat))

    @router.post("/seats/{seat}/sign-out")
    async def sign_out(seat: SeatId, who: Who = chief) -> SeatNow:
        """Its shift ends, now or when its call is over."""
        desk.supervision.sign_out(seat, who.name)
        return SeatNow(feed.last_seq, desk.status(seat))

    @router.put("/seats/{seat}/profile")
    async def profile(seat: SeatId, asked: Profile, who: Who = chief) -> SeatNow:
        """Other skills, kind and languages; what the seat is doing goes on."""
        unknown = sorted(asked.skills.keys() - services)
        if unknown:
            raise HTTPException(422, f"skills: found {unknown[0]}, expected of {', '.join(sorted(services))}")
        desk.supervision.reassign(
            seat, who.name, kind=SeatKind(asked.kind), skills=asked.skills, languages=asked.languages
        )
        return SeatNow(feed.last_seq, desk.status(seat))


def _calls(router: APIRouter, desk: SeatDesk, feed: Numbered, chief: Any) -> None:
    @router.post("/calls/{call}/insert")
    async def insert(call: CallId, asked: Insert, who: Who = chief) -> QueueNow:
        """This waiting call is for this seat, whatever its skills."""
        desk.supervision.insert(call, asked.seat, who.name)
        return QueueNow(feed.last_seq, desk.queue())

    @router.post("/calls/{call}/regrade")
    async def regrade(call: CallId, asked: Regrade, who: Who = chief) -> QueueNow:
        """This waiting call is more or less important from now on."""
        desk.supervision.regrade(call, Grade[asked.grade.upper()], who.name)
        return QueueNow(feed.last_seq, desk.queue())


def _services(router: APIRouter, desk: SeatDesk, services: frozenset[str], chief: Any) -> None:
    @router.post("/services/{service}/open", status_code=HTTPStatus.NO_CONTENT)
    async def open_service(service: str, who: Who = chief) -> None:
        """Its calls are taken again."""
        desk.supervision.open_service(known_service(services, service), who.name)

    @router.post("/services/{service}/close", status_code=HTTPStatus.NO_CONTENT)
    async def close_service(service: str, who: Who = chief) -> None:
        """New calls of this service are refused; those that wait are served."""
        desk.supervision.close_service(known_service(services, service), who.name)
