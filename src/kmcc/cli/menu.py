"""`kmcc menu`: check a file of flows, draw it, walk through it at the terminal."""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, get_args
from zoneinfo import ZoneInfo

import typer

from kmcc.centre.services import flow_world
from kmcc.cli.exit_codes import BAD_INPUT
from kmcc.config import Config
from kmcc.config.errors import ConfigError
from kmcc.config.flow_file import load_flows
from kmcc.config.sections import Skill
from kmcc.daemon.flow_shelf import packaged_flows
from kmcc.errors import KmccError
from kmcc.switch.announce import Catalogue, Language
from kmcc.switch.prompts import faults, load_catalogue
from kmcc.switch.voice.picture import picture
from kmcc.switch.voice.step import FlowBook
from kmcc.switch.voice.tree import as_data, trees
from kmcc.switch.voice.walk import Walk

END_OF_INPUT: Final = "(end of input: the caller hangs up)"

app = typer.Typer(help="The flows of the voice menu: check, draw, walk.", no_args_is_help=True)

File = Annotated[Path | None, typer.Argument(help="The file of flows; left out: the flows that came with kmcc.")]
Prompts = Annotated[Path | None, typer.Option("--prompts", help="An operator's own recordings, with their catalogue.")]
AsJson = Annotated[bool, typer.Option("--json", help="For a script.")]


class NoEntryError(KmccError):
    def __init__(self, entry: str, book: FlowBook) -> None:
        super().__init__(f"--entry: found {entry}; expected one of {', '.join(book.entries)}")


@app.command("check")
def check_command(file: File = None, prompts: Prompts = None, as_json: AsJson = False) -> None:
    """One line for each fault; exit code 2 when there is any."""
    path = file or packaged_flows()
    try:
        book, _ = _load(path, prompts)
        _check_recordings(prompts)
    except ConfigError as error:
        if not as_json:
            raise
        faults = [{"line": fault.line, "key": fault.key, "words": fault.words(path)} for fault in error.faults]
        print(json.dumps({"file": str(path), "faults": faults}, ensure_ascii=False, indent=1))
        raise typer.Exit(BAD_INPUT) from None
    if as_json:
        found = {"file": str(path), "faults": [], "nodes": len(book.nodes), "entries": list(book.entries)}
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        print(f"{path}: {len(book.nodes)} nodes, every way of every caller ends")


@app.command("draw")
def draw_command(
    file: File = None,
    out: Annotated[Path, typer.Option("-o", "--out", help="Where the picture goes (SVG).")] = Path("menu.svg"),
    prompts: Prompts = None,
    as_json: Annotated[bool, typer.Option("--json", help="The tree as JSON on stdout, and no picture.")] = False,
) -> None:
    """The picture of the tree: keys, titles in both languages, what each node does."""
    book, _ = _load(file or packaged_flows(), prompts)
    if as_json:
        print(json.dumps(as_data(trees(book)), ensure_ascii=False, indent=1))
        return
    out.write_text(picture(book), encoding="utf-8")
    print(f"{out}: {len(book.nodes)} nodes")


@app.command("walk")
def walk_command(
    file: File = None,
    entry: Annotated[str, typer.Option(help="Which number is called.")] = "centre",
    language: Annotated[Language, typer.Option(help="The caller's.")] = Language.ZH,
    calling: Annotated[str, typer.Option(help='The calling number; "" = not given.')] = "3190001",
    prompts: Prompts = None,
) -> None:
    """Be a caller: what is said stands there as text; type keys, an empty line for silence, or an outcome."""
    book, catalogue = _load(file or packaged_flows(), prompts)
    if entry not in book.entries:
        raise NoEntryError(entry, book)
    now = datetime.now(ZoneInfo(Config().centre.time_zone))
    walk = Walk(book, catalogue, entry, language, calling or None, now)
    for line in walk.take(_typed()):
        print(line, flush=True)


def _check_recordings(prompts: Path | None) -> None:
    """A prompt that is in the catalogue and that nobody has recorded, in each language."""
    for fault in () if prompts is None else faults(prompts):
        raise fault


def _typed() -> Iterator[str]:
    """What is typed, line by line."""
    for line in sys.stdin:
        yield line.rstrip("\n")
    print(END_OF_INPUT)


def _load(file: Path, prompts: Path | None) -> tuple[FlowBook, Catalogue]:
    catalogue = load_catalogue(prompts)
    return load_flows(file, flow_world(catalogue.prompts.keys(), get_args(Skill))), catalogue
