"""The one-page summary of a demo: figures, scenes, a picture of the calls in time, and every call with its recording."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined

from kmcc.switch.autodial.events import CampaignReport

if TYPE_CHECKING:
    from kmcc.demo.show import Outcome

WIDTH: Final = 1000.0
ROW: Final = 9.0
COLOURS: Final = {"normal": "#2a7", "caller hung up": "#39c", "called hung up": "#39c"}
OTHER_COLOUR: Final = "#c63"


@dataclass(frozen=True, slots=True)
class SceneTime:
    title: str
    at: datetime
    lasted_s: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One leg in the picture; x and width in units of the view box, `answered` the x of its answer or its end."""

    x: float
    y: float
    width: float
    answered: float
    colour: str
    title: str


@dataclass(frozen=True, slots=True)
class Summary:
    seed: int
    outcome: "Outcome"
    scenes: Sequence[SceneTime]
    campaign: CampaignReport | None
    cdr: Path

    def write(self, page: Path) -> None:
        with self.cdr.open(encoding="utf-8", newline="") as rows:
            legs = list(csv.DictReader(rows))
        source = files("kmcc.demo").joinpath("summary.html").read_text(encoding="utf-8")
        template = Environment(autoescape=True, undefined=StrictUndefined).from_string(source)
        bars = _bars(legs)
        height = ROW * (1 + len({bar.y for bar in bars}))
        text = template.render(summary=self, legs=legs, bars=bars, width=WIDTH, height=height, row=ROW)
        page.write_text(text, encoding="utf-8")


def _bars(legs: Sequence[dict[str, str]]) -> list[Bar]:
    """Time runs to the right; each circuit has its line."""
    if not legs:
        return []
    start = min(datetime.fromisoformat(leg["offered_at"]) for leg in legs)
    end = max(datetime.fromisoformat(leg["released_at"]) for leg in legs)
    scale = WIDTH / max(1.0, (end - start).total_seconds())
    circuits = sorted(
        {leg["circuit"] for leg in legs}, key=lambda name: (name.rpartition("/")[0], int(name.rpartition("/")[2]))
    )
    lines = {circuit: ROW * n for n, circuit in enumerate(circuits)}

    def x(stamp: str) -> float:
        return round((datetime.fromisoformat(stamp) - start).total_seconds() * scale, 2)

    return [
        Bar(
            x=x(leg["offered_at"]),
            y=lines[leg["circuit"]],
            width=round(x(leg["released_at"]) - x(leg["offered_at"]), 2),
            answered=x(leg["answered_at"] or leg["released_at"]),
            colour=COLOURS.get(leg["cause"], OTHER_COLOUR),
            title=f"{leg['circuit']}: {leg['calling']} -> {leg['called']}, {leg['cause']}",
        )
        for leg in legs
    ]
