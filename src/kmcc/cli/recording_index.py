"""`kmcc recordings`: the index of recordings of a house, and whether its files are what they were."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.orm import Session

from kmcc.cli.exit_codes import BAD_INPUT
from kmcc.config import Config, load_config
from kmcc.store.database import Database
from kmcc.store.recordings import IndexedRecording, Recordings, Search, fault_of

T = TypeVar("T")

app = typer.Typer(help="The recordings of a house.", no_args_is_help=True)

File = Annotated[Path, typer.Option("--config", help="The configuration of the house.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a recording.")]
Moment = Annotated[datetime | None, typer.Option(help="Of the beginning, local time.")]


@app.command("list")
def list_(*, config: File = Path("kmcc.toml"), wants_json: Json = False) -> None:
    """All recordings, the oldest first."""
    _print(_found(load_config(config), Search()), wants_json=wants_json)


@app.command()
def find(
    *,
    config: File = Path("kmcc.toml"),
    call: Annotated[str | None, typer.Option(help="Id of the call.")] = None,
    number: Annotated[str | None, typer.Option(help="Of the caller, or called.")] = None,
    seat: Annotated[str | None, typer.Option(help="Who talked last.")] = None,
    service: Annotated[str | None, typer.Option(help="A service of the number plan.")] = None,
    since: Moment = None,
    until: Moment = None,
    gaps: Annotated[bool, typer.Option("--gaps", help="Only those that do not hold all of the talk.")] = False,
    wants_json: Json = False,
) -> None:
    """The recordings that fit all that is asked for."""
    loaded = load_config(config)
    zone = ZoneInfo(loaded.centre.time_zone)
    first, last = (None if at is None else at.replace(tzinfo=zone) for at in (since, until))
    search = Search(call, number, seat, service, first, last, gaps)
    _print(_found(loaded, search), wants_json=wants_json)


@app.command()
def verify(*, config: File = Path("kmcc.toml"), wants_json: Json = False) -> None:
    """Read every file again: is it there, as long, and the same to the bit; and which files no row tells of."""
    loaded = load_config(config)
    folder = Path(loaded.store.recordings)
    found = _found(loaded, Search())
    faults: list[tuple[str, str]] = []
    with typer.progressbar(found, label="recordings", file=sys.stderr, hidden=not sys.stderr.isatty()) as rows:
        faults += [(row.file, fault) for row in rows if (fault := fault_of(row, folder)) is not None]
    known = {row.file for row in found}
    strange = sorted(file.name for file in folder.glob("*.wav") if file.name not in known)
    faults += [(name, "is not in the index: a message, or left by a crash") for name in strange if "-m" not in name]
    for name, fault in faults:
        print(json.dumps({"file": name, "fault": fault}) if wants_json else f"{name}: {fault}")
    if not wants_json:
        print(f"{len(found)} recordings, {len(faults)} faults")
    if faults:
        raise typer.Exit(BAD_INPUT)


def _found(config: Config, search: Search) -> tuple[IndexedRecording, ...]:
    return _asked(config, lambda session: Recordings(session).find(search))


def _asked(config: Config, work: Callable[[Session], T]) -> T:
    database = Database(config.store.address())
    try:
        return database.run_now(work)
    finally:
        database.close()


def _print(recordings: tuple[IndexedRecording, ...], *, wants_json: bool) -> None:
    for row in recordings:
        if wants_json:
            print(json.dumps(asdict(row) | {"started_at": row.started_at.isoformat()}, ensure_ascii=False))
        else:
            gap = f", {row.gap_ms} ms missing" if row.gap_ms or row.lost_octets else ""
            print(
                f"{row.started_at:%Y-%m-%d %H:%M:%S} {row.file} {row.calling or '-'} -> {row.called or '-'}, "
                f"{row.service or '-'}, seat {row.seat or '-'}, {row.duration_ms / 1000:.1f} s, {row.mode}{gap}"
            )
