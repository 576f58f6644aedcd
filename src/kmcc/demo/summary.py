"""The one-page summary of a demo: figures, scenes, a picture of the calls in time, each call with its recording."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined

from kmcc.demo.outcome import Outcome

Leg = dict[str, str]
"""A row of the CDR file."""

WIDTH: Final = 1000.0
LABELS: Final = 110.0
"""Left of it the circuits' names."""
ROW: Final = 12.0
COLOURS: Final = {"normal": "#2a7", "caller hung up": "#39c", "called hung up": "#39c"}
OTHER_COLOUR: Final = "#c63"


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
class Picture:
    """Time runs to the right; each circuit has its line, each whole minute a mark."""

    height: float
    circuits: tuple[tuple[str, float], ...]
    minutes: tuple[tuple[str, float], ...]
    bars: tuple[Bar, ...]


def write_summary(outcome: Outcome, cdr: Path, page: Path) -> None:
    with cdr.open(encoding="utf-8", newline="") as rows:
        legs = sorted(csv.DictReader(rows), key=lambda leg: (leg["offered_at"], leg["id"]))
    source = files("kmcc.demo").joinpath("summary.html").read_text(encoding="utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(source)
    text = template.render(outcome=outcome, legs=legs, picture=_picture(legs), width=WIDTH, row=ROW, labels=LABELS)
    page.write_text(text, encoding="utf-8")


def _picture(legs: Sequence[Leg]) -> Picture:
    if not legs:
        return Picture(ROW, (), (), ())
    times = [datetime.fromisoformat(leg[key]) for leg in legs for key in ("offered_at", "released_at")]
    start, end = min(times), max(times)
    scale = (WIDTH - LABELS) / max(1.0, (end - start).total_seconds())
    circuits = sorted({leg["circuit"] for leg in legs}, key=_in_order)
    lines = {circuit: ROW * n for n, circuit in enumerate(circuits)}

    def x(at: datetime) -> float:
        return round(LABELS + (at - start).total_seconds() * scale, 2)

    bars = tuple(_bar(leg, lines[leg["circuit"]], x) for leg in legs)
    minutes = tuple((f"{at:%H:%M}", x(at)) for at in _whole_minutes(start, end))
    return Picture(ROW * (len(lines) + 1), tuple(lines.items()), minutes, bars)


def _in_order(circuit: str) -> tuple[str, int]:
    group, _, channel = circuit.rpartition("/")
    return group, int(channel)


def _whole_minutes(start: datetime, end: datetime) -> list[datetime]:
    first = start.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return [first + timedelta(minutes=n) for n in range(int((end - first).total_seconds() // 60) + 1)]


def _bar(leg: Leg, y: float, x: Callable[[datetime], float]) -> Bar:
    offered, released = (datetime.fromisoformat(leg[key]) for key in ("offered_at", "released_at"))
    answered = datetime.fromisoformat(leg["answered_at"]) if leg["answered_at"] else released
    return Bar(
        x=x(offered),
        y=y,
        width=round(x(released) - x(offered), 2),
        answered=x(answered),
        colour=COLOURS.get(leg["cause"], OTHER_COLOUR),
        title=f"{leg['circuit']}: {leg['calling']} -> {leg['called']}, {leg['cause']}",
    )
