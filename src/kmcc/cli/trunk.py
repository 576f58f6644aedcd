"""`kmcc trunk`: the trunk groups of a running house; circuits out of service and back."""

import json
from typing import Annotated, Any
from urllib.parse import quote

import typer

from kmcc.cli.console_client import DEFAULT_URL, Address, ConsoleError, ask
from kmcc.config.channels import parse_channels

app = typer.Typer(help="The trunk groups of a running house.", no_args_is_help=True)

Group = Annotated[str, typer.Argument(help="Its name in kmcc.toml.")]
Channels = Annotated[str | None, typer.Argument(help='Such as "1-15,17"; none = the whole group.')]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command("list")
def list_(*, url: Address = DEFAULT_URL, wants_json: Json = False) -> None:
    """Every group: circuits by state, seizures, answers, overflow."""
    groups = ask(url, "/trunks")
    if wants_json:
        print(json.dumps(groups, ensure_ascii=False, indent=1))
        return
    for group in groups:
        print(_line(group))


@app.command()
def block(group: Group, channels: Channels = None, *, url: Address = DEFAULT_URL, wants_json: Json = False) -> None:
    """Take circuits out of service, at once or when their calls are over; the far end is told."""
    _order("block", group, channels, url, wants_json=wants_json)


@app.command()
def unblock(group: Group, channels: Channels = None, *, url: Address = DEFAULT_URL, wants_json: Json = False) -> None:
    """Give circuits back to service."""
    _order("unblock", group, channels, url, wants_json=wants_json)


def _order(what: str, group: str, channels: str | None, url: str, *, wants_json: bool) -> None:
    wanted = [] if channels is None else _numbers(channels)
    line = ask(url, f"/trunks/{quote(group, safe='')}/{what}", {"channels": wanted})
    print(json.dumps(line, ensure_ascii=False, indent=1) if wants_json else _line(line))


def _numbers(channels: str) -> list[str]:
    try:
        return [str(channel) for channel in parse_channels(channels)]
    except ValueError as error:
        raise ConsoleError(f"channels {channels}: expected {error}") from None


def _line(group: dict[str, Any]) -> str:
    ratio = group["answer_seizure_ratio"]
    withdrawn = sum(circuit["withdrawn"] for circuit in group["circuits"])
    return (
        f"{group['group']}: {group['direction']}, {group['idle']} idle, {group['busy']} busy,"
        f" {group['blocked']} blocked ({withdrawn} by us), {group['seized_in']} in, {group['seized_out']} out"
        f"{'' if ratio is None else f', answered {ratio:.0%}'}, {group['overflowed']} overflowed"
    )
