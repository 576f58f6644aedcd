"""POST and DELETE /calls/CALL/recording: recording on demand (R-112); what is compulsory stays on (R-126)."""

from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, HTTPException, Path

from kmcc.console.access import Guard, Role, Who
from kmcc.console.problem import ANSWERS
from kmcc.switch.recording_rules import RecordingRefusedError

CallId = Annotated[str, Path(description="id of the call", max_length=100)]


class Recorders(Protocol):
    """What is recorded in a house; asked on the loop's thread."""

    def seat_of(self, call: str) -> str | None:
        """Who talks in it; RecordingRefusedError when it is not up."""
        ...

    def start(self, call: str) -> None: ...

    def stop(self, call: str) -> None: ...


def recordings_router(recorders: Recorders, guard: Guard) -> APIRouter:
    router = APIRouter(prefix="/calls", tags=["recordings"], responses=ANSWERS)
    acting = Depends(guard.needs(Role.SEAT))

    @router.post("/{call}/recording", status_code=HTTPStatus.NO_CONTENT)
    async def start(call: CallId, who: Annotated[Who, acting]) -> None:
        """Record from now on; a seat only the call it talks in."""
        _act(recorders, call, who, is_start=True)

    @router.delete("/{call}/recording", status_code=HTTPStatus.NO_CONTENT)
    async def stop(call: CallId, who: Annotated[Who, acting]) -> None:
        """Record no longer."""
        _act(recorders, call, who, is_start=False)

    return router


def _act(recorders: Recorders, call: str, who: Who, *, is_start: bool) -> None:
    try:
        who.may_act_for(recorders.seat_of(call) or "")
        (recorders.start if is_start else recorders.stop)(call)
    except RecordingRefusedError as error:
        raise HTTPException(HTTPStatus.CONFLICT, str(error)) from None
