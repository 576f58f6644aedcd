"""GET /flows: which flows are in force. POST /flows/reload: read their file anew, for the calls that follow."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from kmcc.console.access import Guard, Role
from kmcc.console.problem import ANSWERS, problem

REFUSED: Final = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True)
class FlowsInForce:
    """`faults` are those for which the file was refused the last time: what was in force before still is."""

    file: str
    entries: tuple[str, ...]
    nodes: int
    faults: tuple[str, ...]


class Flows(Protocol):
    """What the console needs of the shelf of flows."""

    def in_force(self) -> FlowsInForce: ...

    async def reload(self) -> tuple[str, ...]: ...


def flows_router(flows: Flows, guard: Guard) -> APIRouter:
    router = APIRouter(prefix="/flows", tags=["flows"], responses={code: ANSWERS[code] for code in (401, 403, 422)})

    @router.get("", dependencies=[Depends(guard.needs(Role.READER))])
    async def in_force() -> FlowsInForce:
        return flows.in_force()

    @router.post("/reload", dependencies=[Depends(guard.needs(Role.SUPERVISOR))], response_model=FlowsInForce)
    async def reload() -> FlowsInForce | JSONResponse:
        faults = await flows.reload()
        if faults:
            detail = f"the file has {len(faults)} faults, the old flows stay in force: {faults[0]}"
            return problem(REFUSED, detail, faults=list(faults))
        return flows.in_force()

    return router
