"""GET /trunks, POST /trunks/GROUP/block and /unblock: what trunk groups do; circuits out of service and back."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Body, Depends, HTTPException

from kmcc.console.access import Guard, Role
from kmcc.console.problem import ANSWERS
from kmcc.errors import KmccError


class UnknownTrunkError(KmccError):
    """There is no such group, or no such channel in it."""

    def __init__(self, what: str, known: str) -> None:
        super().__init__(f"{what} is unknown; expected one of {known}")


@dataclass(frozen=True, slots=True)
class CircuitLine:
    """`withdrawn`: blocked by us, or about to be when its call is over."""

    channel: str
    state: str
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class GroupLine:
    """`answer_seizure_ratio` is None before the first seizure."""

    group: str
    direction: str
    search: str
    idle: int
    busy: int
    blocked: int
    seized_in: int
    seized_out: int
    answer_seizure_ratio: float | None
    overflowed: int
    usage_s: float
    circuits: tuple[CircuitLine, ...]


class Trunks(Protocol):
    """The trunk groups of a house; asked on the loop's thread."""

    def lines(self) -> tuple[GroupLine, ...]: ...

    def block(self, group: str, channels: tuple[str, ...]) -> GroupLine:
        """Out of service, now or when the call is over; none = all of the group. UnknownTrunkError."""
        ...

    def unblock(self, group: str, channels: tuple[str, ...]) -> GroupLine: ...


Channels = Annotated[tuple[str, ...], Body(embed=True)]


def trunks_router(trunks: Trunks, guard: Guard) -> APIRouter:
    router = APIRouter(prefix="/trunks", tags=["trunks"], responses=ANSWERS)
    reader, chief = Depends(guard.needs(Role.READER)), Depends(guard.needs(Role.SUPERVISOR))

    @router.get("", dependencies=[reader])
    async def lines() -> list[dict[str, Any]]:
        return [asdict(line) for line in trunks.lines()]

    @router.post("/{group}/block", dependencies=[chief])
    async def block(group: str, channels: Channels = ()) -> dict[str, Any]:
        return _answer(lambda: trunks.block(group, channels))

    @router.post("/{group}/unblock", dependencies=[chief])
    async def unblock(group: str, channels: Channels = ()) -> dict[str, Any]:
        return _answer(lambda: trunks.unblock(group, channels))

    return router


def _answer(act: Callable[[], GroupLine]) -> dict[str, Any]:
    try:
        return asdict(act())
    except UnknownTrunkError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from None
