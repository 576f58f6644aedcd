"""GET /healthz: is the house fit to take calls, and if not, why."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from fastapi import APIRouter
from fastapi.responses import JSONResponse

FIT = 200
UNFIT = 503


@dataclass(frozen=True, slots=True)
class Health:
    """`reasons` says what is wrong in words, empty when `ok`; `alarms` what an operator should see to."""

    ok: bool
    reasons: tuple[str, ...]
    uptime_s: float
    version: str
    circuits_idle: int
    circuits_busy: int
    circuits_blocked: int
    calls: int
    late_ticks: int
    alarms: tuple[str, ...] = ()


def health_router(health: Callable[[], Health]) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> JSONResponse:
        now = health()
        return JSONResponse(asdict(now), status_code=FIT if now.ok else UNFIT)

    return router
