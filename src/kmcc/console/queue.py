"""/queue: who waits, in the order of service, and callbacks (R-294, R-295)."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from kmcc.console.access import Guard, Role
from kmcc.console.problem import ANSWERS
from kmcc.console.seats import Asked, Digits, Numbered
from kmcc.switch.seats.desk import SeatDesk
from kmcc.switch.seats.view import WaitingStatus

CallId = Annotated[str, Path(description="id of the call", max_length=100)]


@dataclass(frozen=True, slots=True)
class QueueNow:
    """Who waits, and the number of the newest event then."""

    seq: int
    waiting: tuple[WaitingStatus, ...]


class Callback(Asked):
    """Where to call him; nothing = at the number that he calls from."""

    number: Digits | None = None


def queue_router(desk: SeatDesk, feed: Numbered, guard: Guard) -> APIRouter:
    router = APIRouter(prefix="/queue", tags=["queue"], responses=ANSWERS)
    reader, acting = Depends(guard.needs(Role.READER)), Depends(guard.needs(Role.SUPERVISOR))

    @router.get("", dependencies=[reader])
    async def queue() -> QueueNow:
        """Waiting calls with place, age, service and expected wait; those to be called back among them."""
        return QueueNow(feed.last_seq, desk.queue())

    @router.post("/{call}/callback", dependencies=[acting])
    async def ask(call: CallId, asked: Callback) -> QueueNow:
        """This caller may hang up and keeps his place: he is called when his turn comes."""
        desk.ask_callback(call, asked.number)
        return QueueNow(feed.last_seq, desk.queue())

    @router.delete("/{call}/callback", status_code=HTTPStatus.NO_CONTENT, dependencies=[acting])
    async def cancel(call: CallId) -> None:
        """He is not called back after all."""
        desk.cancel_callback(call)

    return router
