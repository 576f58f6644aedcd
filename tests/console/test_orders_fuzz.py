"""Whatever is asked of the console, by its own OpenAPI: an answer that its schema knows, and never a fault of ours."""

import hashlib
from typing import Any

import httpx
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from kmcc.console.access import Guard, Role, Token
from kmcc.console.problem import answer_problems
from kmcc.console.queue import queue_router
from kmcc.console.seats import seats_router
from kmcc.console.supervisor import supervisor_router
from kmcc.dsp.engine import Engine
from kmcc.firmware_sim.clock import run_virtual
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.switch.fxs_circuit import FxsCircuit
from kmcc.switch.media import Media
from kmcc.switch.prompts import PromptSet
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import SeatKind, SeatProfile
from kmcc.switch.seats.desk import SeatDesk, SeatPlace

NOT_ASKED = [ignored_auth, positive_data_acceptance]
"""Tokens have tests of their own; of three fields one is to be given, which the schema does not say."""
SEATS = ("801", "802")
CHIEF = Token("chief", Role.SUPERVISOR, hashlib.sha256(b"c").hexdigest(), "802")
SERVICES = frozenset({"complaint"})
PROMPTS = PromptSet.load(None)


class Feed:
    last_seq = 7


def app_over(desk: SeatDesk) -> FastAPI:
    app, feed, guard = FastAPI(title="KMCC"), Feed(), Guard((CHIEF,))
    answer_problems(app)
    app.include_router(seats_router(desk, feed, guard, SERVICES))
    app.include_router(queue_router(desk, feed, guard))
    app.include_router(supervisor_router(desk, feed, guard, SERVICES))
    return app


def desk_of_two() -> SeatDesk:
    """Two telephones; 801 is at work."""
    journal, media = MemoryJournal(), Media(Engine(lines=len(SEATS)))
    places = [
        SeatPlace(
            SeatProfile(seat, SeatKind.INTEGRATED, {"complaint": 1}, ("zh",)),
            FxsCircuit(f"seat/{seat}", line, media, journal),
        )
        for line, seat in enumerate(SEATS)
    ]
    desk = SeatDesk(QueueMachine(), places, journal, media, PROMPTS)
    desk.start()
    desk.sign_in("801")
    return desk


def openapi() -> dict[str, Any]:
    return app_over(SeatDesk(QueueMachine(), (), MemoryJournal(), Media(Engine(lines=1)), PROMPTS)).openapi()


SCHEMA = schemathesis.openapi.from_dict(openapi())


class Asked:
    """One request; it is shown by what it asks, not with the whole schema."""

    def __init__(self, case: Case[Any]) -> None:
        self.case = case

    def request(self, seat: str | None) -> dict[str, Any]:
        """As httpx takes it; to this seat where it is to one."""
        if seat is not None and "seat" in self.case.path_parameters:
            self.case.path_parameters["seat"] = seat
        given = self.case.as_transport_kwargs()
        names = {"method": "method", "url": "url", "headers": "headers", "params": "params", "json": "json"}
        request = {
            name: given[old] for name, old in (names | {"content": "data"}).items() if given.get(old) is not None
        }
        return request | {"headers": {**(given.get("headers") or {}), "Authorization": "Bearer c"}}

    def __repr__(self) -> str:
        return f"{self.case.method} {self.case.path} {self.case.path_parameters} {self.case.body!r}"[:500]


@settings(
    deadline=None,
    max_examples=4,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(st.tuples(SCHEMA.as_strategy().map(Asked), st.sampled_from((*SEATS, None))), min_size=30, max_size=30))
def test_every_order_has_an_answer_of_its_schema(orders: list[tuple[Asked, str | None]]) -> None:
    """Thirty in a row, on one desk."""

    async def main() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app_over(desk_of_two()))
        async with httpx.AsyncClient(transport=transport, base_url="http://kmcc") as http:
            return [await http.request(**asked.request(seat)) for asked, seat in orders]

    for (asked, _), response in zip(orders, run_virtual(main()), strict=True):
        assert response.status_code < 500
        asked.case.validate_response(schemathesis.Response.from_any(response), excluded_checks=NOT_ASKED)
