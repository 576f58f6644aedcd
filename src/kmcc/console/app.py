"""The console: one FastAPI app over a running house, and its one page."""

from importlib.resources import files
from typing import Protocol

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment, StrictUndefined, Template

from kmcc.console.events import EventFeed, events_router
from kmcc.console.health import Health, health_router
from kmcc.console.metrics import Figures, metrics_router


class HouseView(Protocol):
    """What the console sees of the house. Everything is asked on the loop's thread and answers at once."""

    @property
    def events(self) -> EventFeed: ...

    def health(self) -> Health: ...

    def figures(self) -> Figures: ...


def create_app(house: HouseView) -> FastAPI:
    """The house's HTTP face. It has no pages of FastAPI's own: those load scripts from elsewhere."""
    app = FastAPI(title="KMCC", docs_url=None, redoc_url=None)
    app.include_router(health_router(house.health))
    app.include_router(metrics_router(house.figures))
    app.include_router(events_router(house.events))
    page = _template("index.html")

    @app.get("/", response_class=HTMLResponse)
    async def index() -> str:
        return page.render(health=house.health(), last_seq=house.events.last_seq)

    return app


def _template(name: str) -> Template:
    source = files("kmcc.console").joinpath("templates", name).read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(source)
