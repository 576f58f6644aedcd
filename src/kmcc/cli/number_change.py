"""`kmcc number-change`: the table of changed numbers; what is put in is in force for the next call."""

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.orm import Session

from kmcc.config import Config
from kmcc.config.load import load_config
from kmcc.errors import KmccError
from kmcc.store.changed_numbers import ChangedNumber, ChangedNumbers
from kmcc.store.database import Database
from kmcc.switch.number_change import Variant

COLUMNS: Final = ("old_number", "new_number", "variant", "valid_from", "valid_until")
DAYS: Final = 45  # P-32: at the operator's own doing

app = typer.Typer(help="Changed numbers: announced, put through, or both.", no_args_is_help=True)

ConfigFile = Annotated[Path, typer.Option("--config", help="The house's configuration: which store.")]
Json = Annotated[bool, typer.Option("--json", help="For a script.")]
Old = Annotated[str, typer.Argument(help="The number that callers still dial.")]


class RowError(KmccError):
    """A row of a file, or a value on the line, that is no changed number."""

    def __init__(self, place: str, found: str, expected: str) -> None:
        super().__init__(f"{place}: found {found or 'nothing'}; expected {expected}")


@app.command("list")
def list_command(
    config: ConfigFile = Path("kmcc.toml"),
    number: Annotated[str | None, typer.Option(help="Only of this old number.")] = None,
    on: Annotated[str | None, typer.Option(help="Only what is in force on this day, such as 2000-05-22.")] = None,
    as_json: Json = False,
) -> None:
    """Every notice, by old number."""
    day = None if on is None else _day("--on", on)
    with _store(config) as (database, _):
        changes = database.run_now(lambda session: ChangedNumbers(session).all())
    wanted = [
        one
        for one in changes
        if number in (None, one.old_number) and (day is None or one.valid_from <= day <= one.valid_until)
    ]
    if as_json:
        print(json.dumps([_fields(one) for one in wanted], indent=1))
        return
    for one in wanted:
        print(_words(one))


@app.command("add")
def add_command(
    old: Old,
    new: Annotated[str, typer.Argument(help="The number that he has now.")],
    variant: Annotated[Variant, typer.Option(help="What callers get.")] = Variant.ANNOUNCE,
    start: Annotated[str | None, typer.Option("--from", help="First day; left out: today.")] = None,
    *,
    until: Annotated[str | None, typer.Option(help=f"Last day; left out: {DAYS} days from the first.")] = None,
    config: ConfigFile = Path("kmcc.toml"),
) -> None:
    """Add a notice, or correct the one of the same number and first day."""
    with _store(config) as (database, today):
        first = today if start is None else _day("--from", start)
        last = first + timedelta(days=DAYS - 1) if until is None else _day("--until", until)
        change = ChangedNumber(old, new, variant, first, last)
        database.run_now(lambda session: ChangedNumbers(session).put(change))
    print(_words(change))


@app.command("remove")
def remove_command(
    old: Old,
    start: Annotated[str | None, typer.Option("--from", help="Only the notice that begins on this day.")] = None,
    config: ConfigFile = Path("kmcc.toml"),
) -> None:
    """Take back what stands for a number; calls to it are ordinary ones again."""
    day = None if start is None else _day("--from", start)
    with _store(config) as (database, _):
        gone = database.run_now(lambda session: ChangedNumbers(session).remove(old, day))
    for one in gone:
        print(f"removed: {_words(one)}")


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help=f"CSV with the columns {', '.join(COLUMNS)}.")],
    config: ConfigFile = Path("kmcc.toml"),
) -> None:
    """All rows of a file, or none of them: the first wrong one is told with its line."""
    changes = list(_rows(file))
    with _store(config) as (database, _):
        database.run_now(lambda session: _put_all(session, changes))
    print(f"{file}: {len(changes)} changed numbers")


def _put_all(session: Session, changes: list[ChangedNumber]) -> None:
    for change in changes:
        ChangedNumbers(session).put(change)


def _rows(file: Path) -> Iterator[ChangedNumber]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = csv.DictReader(opened)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise RowError(f"{file}:1", ",".join(rows.fieldnames or ()), ",".join(COLUMNS))
        for row in rows:
            yield _change(f"{file}:{rows.line_num}", row)


def _change(place: str, row: Mapping[str | None, Any]) -> ChangedNumber:
    if None in row or None in row.values():
        raise RowError(place, f"{sum(1 for value in row.values() if value is not None)} fields", str(len(COLUMNS)))
    variants = [variant.value for variant in Variant]
    if row["variant"] not in variants:
        raise RowError(f"{place}: variant", row["variant"], f"one of {', '.join(variants)}")
    first, last = (_day(f"{place}: {name}", row[name]) for name in ("valid_from", "valid_until"))
    try:
        return ChangedNumber(row["old_number"], row["new_number"], Variant(row["variant"]), first, last)
    except KmccError as error:
        raise RowError(place, row["old_number"], str(error)) from None


def _day(place: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RowError(place, text, "a day such as 2000-05-22") from None


@contextmanager
def _store(file: Path) -> Iterator[tuple[Database, date]]:
    """The house's store, and today where the house is."""
    config: Config = load_config(file)
    database = Database(config.store.address())
    try:
        database.migrate()
        yield database, datetime.now(ZoneInfo(config.centre.time_zone)).date()
    finally:
        database.close()


def _fields(one: ChangedNumber) -> dict[str, str]:
    values = (one.old_number, one.new_number, one.variant.value, one.valid_from, one.valid_until)
    return {name: str(value) for name, value in zip(COLUMNS, values, strict=True)}


def _words(one: ChangedNumber) -> str:
    return f"{one.old_number} is now {one.new_number}: {one.variant.value}, {one.valid_from} to {one.valid_until}"
