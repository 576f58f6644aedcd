"""`kmcc queue report`: what became of callers and how seats spent their time, from an event log."""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from kmcc.config import load_config
from kmcc.daemon.services import answer_limits
from kmcc.errors import KmccError
from kmcc.store.event import Event
from kmcc.store.queue_figures import SeatFigures, ServiceFigures
from kmcc.store.queue_history import Limits, QueueHistory
from kmcc.trace.feed import read_log

SHOWN_EVERY = 10_000
SECONDS = ("mean_wait_s", "longest_wait_s")
SHARES = ("service_level", "net_service_level", "occupancy")
SERVICE_COLUMNS = ("offered", "answered", "abandoned", "promised", "waiting", *SECONDS, *SHARES[:2])
SEAT_COLUMNS = ("offered", "answered", "missed", "occupancy")


class By(Enum):
    SERVICE = "service"
    HOUR = "hour"
    SEAT = "seat"


class ReportTimeError(KmccError):
    """A time that is none."""

    def __init__(self, option: str, text: str) -> None:
        super().__init__(f'{option} "{text}": expected a date or time such as 2000-05-22 or 2000-05-22T09:00')


def report(
    file: Annotated[Path, typer.Argument(help="The event log, such as events.jsonl; the house may be writing it.")],
    *,
    since: Annotated[str | None, typer.Option(help="Callers who came, and time of seats, from then on.")] = None,
    until: Annotated[str | None, typer.Option(help="And before this; without an offset in the log's own zone.")] = None,
    by: Annotated[By, typer.Option(help="A row each.")] = By.SERVICE,
    within: Annotated[
        float | None, typer.Option(min=0, help="Seconds in which callers are to be answered; 15.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="A configuration, for the seconds of each service.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Offered, answered, abandoned, waits and service level of the queue; states, calls and occupancy of seats."""
    limits = _limits(within, config)
    history = _read(file, since, until, limits)
    rows = list(_rows(history, by))
    if as_json:
        answer = {
            "file": str(file),
            "since": since,
            "until": until,
            "within_s": _limits_json(limits),
            "by": by.value,
            "rows": rows,
        }
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        Console().print(_table(rows, by, limits))


def _limits(within: float | None, config: Path | None) -> Limits:
    """--within is for all services and goes before the file."""
    if within is not None or config is None:
        return Limits(15.0 if within is None else within)
    return answer_limits(load_config(config))


def _limits_json(limits: Limits) -> dict[str, float]:
    return {"default": limits.default_s, **limits.services}


def _read(file: Path, since: str | None, until: str | None, limits: Limits) -> QueueHistory:
    _checked("--since", since)
    _checked("--until", until)
    history: QueueHistory | None = None
    with Progress(
        SpinnerColumn(), TextColumn("{task.completed} events"), console=Console(stderr=True), transient=True,
        disable=not sys.stderr.isatty(),
    ) as bar:  # fmt: skip
        task = bar.add_task("reading", total=None)
        for number, event in enumerate(read_log(file), start=1):
            if history is None:
                history = QueueHistory(limits, _time(since, event), _time(until, event))
            history.take(event)
            if number % SHOWN_EVERY == 0:
                bar.update(task, completed=number)
    if history is None:
        return QueueHistory(limits)
    if history.last is not None:
        history.bring_to(history.last)
    return history


def _checked(option: str, text: str | None) -> None:
    try:
        datetime.fromisoformat(text or "2000-01-01")
    except ValueError:
        raise ReportTimeError(option, str(text)) from None


def _time(text: str | None, first: Event) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is not None else at.replace(tzinfo=datetime.fromisoformat(first.at).tzinfo)


def _rows(history: QueueHistory, by: By) -> Iterator[dict[str, Any]]:
    """Sorted by name and hour; of services the sum of all comes last."""
    if by is By.SEAT:
        for seat, one_seat in sorted(_by_seat(history).items()):
            yield {"seat": seat, **one_seat.as_json()}
        return
    total = ServiceFigures()
    for (service, hour), one in sorted(_by_service(history, by).items()):
        total.add(one)
        yield {"service": service, **({"hour": hour} if hour else {}), **one.as_json()}
    yield {"service": "all", **total.as_json()}


def _by_seat(history: QueueHistory) -> dict[str, SeatFigures]:
    found: dict[str, SeatFigures] = {}
    for (seat, _), figures in history.seats.items():
        found.setdefault(seat, SeatFigures()).add(figures)
    return found


def _by_service(history: QueueHistory, by: By) -> dict[tuple[str, str], ServiceFigures]:
    found: dict[tuple[str, str], ServiceFigures] = {}
    for (service, hour), figures in history.services.items():
        key = (service, hour.isoformat() if by is By.HOUR else "")
        found.setdefault(key, ServiceFigures()).add(figures)
    return found


def _table(rows: list[dict[str, Any]], by: By, limits: Limits) -> Table:
    own = "".join(f", {service} {limit_s:g} s" for service, limit_s in limits.services.items())
    table = Table(caption=f"service level: answered within {limits.default_s:g} s{own}; docs/queue-report.md")
    names = {By.SERVICE: ("service",), By.HOUR: ("service", "hour"), By.SEAT: ("seat",)}[by]
    columns = SEAT_COLUMNS if by is By.SEAT else SERVICE_COLUMNS
    for name in names:
        table.add_column(name)
    for name in columns:
        table.add_column(name.replace("_", " "), justify="right")
    for row in rows:
        table.add_row(*(str(row.get(name, "")) for name in names), *(_cell(name, row[name]) for name in columns))
    return table


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if name in SHARES:
        return f"{100 * value:.1f} %"
    return f"{value:.1f}" if name in SECONDS else str(value)
