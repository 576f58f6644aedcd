"""The console: one FastAPI app over a running house: pages, orders of seats and supervisors, figures, events."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Protocol

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment, StrictUndefined, Template

from kmcc.console.access import Guard
from kmcc.console.events import EventFeed, events_router
from kmcc.console.flows import Flows, flows_router
from kmcc.console.health import Health, health_router
from kmcc.console.metrics import Figures, metrics_router
from kmcc.console.problem import answer_problems
from kmcc.console.queue import queue_router
from kmcc.console.queues import QueueWatch, queues_router
from kmcc.console.recordings import Recorders, recordings_router
from kmcc.console.seats import seats_router
from kmcc.console.supervisor import supervisor_router
from kmcc.console.trunks import Trunks, trunks_router
from kmcc.switch.seats.desk import SeatDesk


class HouseView(Protocol):
    """What the console sees of the house. Everything is asked on the loop's thread and answers at once."""

    @property
    def events(self) -> EventFeed: ...

    @property
    def desk(self) -> SeatDesk: ...

    @property
    def services(self) -> frozenset[str]: ...

    @property
    def queues(self) -> QueueWatch: ...

    def health(self) -> Health: ...

    def figures(self) -> Figures: ...

    @property
    def trunks(self) -> Trunks: ...

    @property
    def recorders(self) -> Recorders: ...

    @property
    def flows(self) -> Flows: ...


def create_app(house: HouseView, guard: Guard | None = None, rooms: Sequence[APIRouter] = ()) -> FastAPI:
    """The house's HTTP face, with further routes of its `rooms`; without a guard everybody may do everything.

    It has no pages of FastAPI's own: those load scripts from elsewhere.
    """
    app = FastAPI(title="KMCC", docs_url=None, redoc_url=None)
    app.include_router(health_router(house.health))
    app.include_router(metrics_router(house.figures, house.queues))
    guard = guard or Guard()
    answer_problems(app)
    app.include_router(events_router(house.events, guard))
    app.include_router(seats_router(house.desk, house.events, guard, house.services))
    app.include_router(queue_router(house.desk, house.events, guard))
    app.include_router(supervisor_router(house.desk, house.events, guard, house.services))
    app.include_router(queues_router(house.queues, guard))
    app.include_router(trunks_router(house.trunks, guard))
    app.include_router(recordings_router(house.recorders, guard))
    app.include_router(flows_router(house.flows, guard))
    for room in rooms:
        app.include_router(room)
    page = _template("index.html")

    @app.get("/", response_class=HTMLResponse)
    async def index() -> str:
        return page.render(health=house.health(), last_seq=house.events.last_seq)

    return app


def _template(name: str) -> Template:
    source = files("kmcc.console").joinpath("templates", name).read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(source)
