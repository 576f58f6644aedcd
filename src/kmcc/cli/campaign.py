"""`kmcc campaign`: check a campaign before its first call, start it in a running house, watch, stop, resume, report."""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import URL

from kmcc.centre.campaigns.contact_list import read_contacts
from kmcc.centre.campaigns.errors import ContactListError, PromptUnknownError
from kmcc.centre.campaigns.order import CampaignOrder
from kmcc.centre.campaigns.preflight_report import preflight_json, preflight_lines
from kmcc.cli.console_client import DEFAULT_URL, Address, ask
from kmcc.cli.exit_codes import INTERRUPTED
from kmcc.config.campaign_file import CampaignFile, misfits
from kmcc.config.load import load_config, load_file
from kmcc.config.plan import onward_plans
from kmcc.store.database import Database
from kmcc.store.do_not_call import DoNotCall
from kmcc.switch.autodial.plan import Contact
from kmcc.switch.autodial.preflight import Checks, preflight
from kmcc.switch.call import OWN
from kmcc.switch.prompts import load_catalogue

POLL_S: Final = 1.0

app = typer.Typer(help="Automatic calls to a list of contacts.", no_args_is_help=True)

CampaignPath = Annotated[Path, typer.Argument(metavar="FILE", help="TOML: who calls whom, when and what; see docs.")]
ListPath = Annotated[Path, typer.Argument(metavar="LIST", help="CSV with a header: number, perhaps id, number2, zone.")]
Name = Annotated[str, typer.Argument(help="Of the campaign.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@app.command()
def check(
    file: CampaignPath,
    contacts: ListPath,
    *,
    config: Annotated[
        Path | None, typer.Option("--config", help="The house: its number plan and its do-not-call list.")
    ] = None,
    do_not_call: Annotated[Path | None, typer.Option("--do-not-call", help="Numbers, one a line.")] = None,
    at: Annotated[datetime | None, typer.Option("--at", help="As if it were started then (UTC); else now.")] = None,
    wants_json: Json = False,
) -> None:
    """Say who will be skipped and why, before a call is made. Nothing is dialled and nothing is kept."""
    order, listed = _read(file, contacts)
    now = datetime.now(UTC) if at is None else at.replace(tzinfo=UTC)
    plans = None if config is None else onward_plans(load_config(config)).of(OWN)
    checks = Checks(
        order.schedule,
        now,
        _protected(config, do_not_call),
        None if plans is None else lambda number: plans.route(number) is not None,
    )
    report = preflight_json(order.name, preflight(listed, checks))
    if wants_json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
        return
    for line in preflight_lines(report):
        print(line)


@app.command()
def start(
    file: CampaignPath,
    contacts: ListPath,
    *,
    url: Address = DEFAULT_URL,
    wait: Annotated[bool, typer.Option("--wait", help="Until it is over; Ctrl-C leaves it running.")] = False,
    wants_json: Json = False,
) -> None:
    """Give it to the running house and start it there; the pre-flight report is printed first."""
    order, _ = _read(file, contacts)
    body = {"definition": file.read_text("utf-8-sig"), "contacts": contacts.read_text("utf-8-sig")}
    report = ask(url, "/campaigns", body)
    if not wants_json:
        for line in preflight_lines(report):
            print(line, flush=True)
    status = ask(url, _path(order.name, "start"), {})
    if wait:
        status = _watch(url, order.name)
    _show(status, wants_json=wants_json)


@app.command()
def status(
    name: Annotated[str | None, typer.Argument(help="Of the campaign; none = all.")] = None,
    *,
    url: Address = DEFAULT_URL,
    wait: Annotated[bool, typer.Option("--wait", help="Until it is over; Ctrl-C leaves it running.")] = False,
    wants_json: Json = False,
) -> None:
    """How campaigns go."""
    if name is None:
        found = ask(url, "/campaigns")
        if wants_json:
            print(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            Console().print(_table(found))
        return
    _show(_watch(url, name) if wait else ask(url, _path(name)), wants_json=wants_json)


@app.command()
def stop(name: Name, *, url: Address = DEFAULT_URL, wants_json: Json = False) -> None:
    """No new call from now on, until it is resumed; calls that are up run to their end."""
    _show(ask(url, _path(name, "stop"), {}), wants_json=wants_json)


@app.command()
def resume(name: Name, *, url: Address = DEFAULT_URL, wants_json: Json = False) -> None:
    """Go on with a stopped campaign."""
    _show(ask(url, _path(name, "resume"), {}), wants_json=wants_json)


@app.command()
def report(name: Name, *, url: Address = DEFAULT_URL, wants_json: Json = False) -> None:
    """What became of each contact, and the tally of what was keyed."""
    record = ask(url, _path(name, "report"))
    if wants_json:
        print(json.dumps(record, ensure_ascii=False, indent=1))
        return
    for one in record["contacts"]:
        results = ", ".join(str(attempt["result"] or "up") for attempt in one["attempts"]) or "not called"
        keyed = "".join(f", {question}={key}" for question, key in one["answers"].items())
        print(f"{one['contact']}: {one['verdict'] or 'open'} ({results}){keyed}")
    for one in record["skipped"]:
        print(f"{one['contact']}: skipped ({one['why']})")
    for question, counts in record["tally"].items():
        print(f"{question}: " + ", ".join(f"{key} {count} times" for key, count in counts.items()))
    _show(record["status"], wants_json=False)


def _path(name: str, order: str = "") -> str:
    return f"/campaigns/{quote(name, safe='')}" + (f"/{order}" if order else "")


def _read(file: Path, contacts: Path) -> tuple[CampaignOrder, tuple[Contact, ...]]:
    order = load_file(file, CampaignFile, misfits).order()
    unknown = sorted(order.prompts() - set(load_catalogue(None).prompts))
    if unknown:
        raise PromptUnknownError(order.name, unknown[0])
    return order, read_contacts(_text(contacts), str(contacts), said=order.columns())


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ContactListError(str(path), "octets that are no UTF-8", "CSV in UTF-8") from None


def _protected(config: Path | None, do_not_call: Path | None) -> frozenset[str]:
    numbers = set() if do_not_call is None else {line.strip() for line in _text(do_not_call).splitlines()}
    stored = frozenset() if config is None else _stored(load_config(config).store.address())
    return stored | (numbers - {""})


def _stored(url: URL) -> frozenset[str]:
    """The house's own list; empty before the house has ever run."""
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        return frozenset()
    database = Database(url)
    try:
        return database.run_now(lambda session: DoNotCall(session).numbers())
    finally:
        database.close()


def _watch(url: str, name: str) -> dict[str, Any]:
    """Look every second until it is over."""
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(name, total=None)
        try:
            while True:
                now: dict[str, Any] = ask(url, _path(name))
                bar.update(task, total=now["contacts"], completed=now["done"])
                if now["state"] == "finished":
                    return now
                time.sleep(POLL_S)
        except KeyboardInterrupt:
            print(f"kmcc: campaign {name} goes on; kmcc campaign stop {name} stops it", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None


def _show(one: dict[str, Any], *, wants_json: bool) -> None:
    if wants_json:
        print(json.dumps(one, ensure_ascii=False, indent=1))
        return
    skipped = sum(one["skipped"].values())
    print(f"campaign {one['name']}: {one['state']}, {one['done']} of {one['contacts']} done, {one['calls_up']} up")
    counts = [f"{count} {verdict}" for verdict, count in one["verdicts"].items() if count]
    print(f"  {', '.join(counts) or 'nobody done with yet'}; {skipped} skipped; {one['attempts']} calls")
    if one["results"]:
        print("  calls: " + ", ".join(f"{count} {result}" for result, count in one["results"].items()))
    if one["next_turn"]:
        print(f"  the next call is due at {one['next_turn']}")
    if one["abandon_rate"]:
        print(f"  abandoned: {100 * one['abandon_rate']:.1f} % of those who answered")


def _table(found: list[dict[str, Any]]) -> Table:
    table = Table()
    for head in ("campaign", "state", "contacts", "done", "up", "calls", "abandoned %"):
        table.add_column(head, justify="left" if head in {"campaign", "state"} else "right")
    for one in found:
        figures = (one["contacts"], one["done"], one["calls_up"], one["attempts"], f"{100 * one['abandon_rate']:.1f}")
        table.add_row(one["name"], one["state"], *map(str, figures))
    return table
