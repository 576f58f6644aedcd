"""`kmcc prompts`: make recordings with a synthetic voice, list the set, check an operator's own recordings."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from kmcc.cli.exit_codes import BAD_INPUT
from kmcc.errors import KmccError
from kmcc.switch.announce import Catalogue, Language
from kmcc.switch.announce.rendering import Outcome, Rendered, RenderJob, check_programs, render
from kmcc.switch.prompts import PromptSet, faults, load_catalogue, own_recordings

SAMPLE_HZ = 8000

app = typer.Typer(help="The spoken prompts: render, list, check.", no_args_is_help=True)


class UnknownPromptError(KmccError):
    """A name that no catalogue has."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: no prompt of the catalogue has this name; see: kmcc prompts list")


@dataclass(frozen=True, slots=True)
class PromptRow:
    """One recording, as `list` prints it."""

    name: str
    language: str
    text: str
    seconds: float
    file: str


Directory = Annotated[Path | None, typer.Option("--directory", help="An operator's directory laid over the set.")]


@app.command("render")
def render_command(
    language: Annotated[Language | None, typer.Option(help="Only this language.")] = None,
    out: Annotated[Path, typer.Option(help="Where the recordings go; its catalogue.toml is used.")] = Path("prompts"),
    only: Annotated[list[str] | None, typer.Option(help="Only this prompt; may be given several times.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Render again what is there already.")] = False,
) -> None:
    """Speak the catalogue with espeak-ng; what is up to date is skipped."""
    jobs = _jobs(load_catalogue(out), language, only)
    check_programs()
    with Progress(console=Console(stderr=True)) as progress:
        done = list(progress.track(render(jobs, out, force=force), total=len(jobs), description="rendering"))
    print(_summary(done))


@app.command("list")
def list_command(
    directory: Directory = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """Every prompt: what it says, how long it is, which file is played."""
    rows = _rows(PromptSet.load(directory))
    if as_json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1))
        return
    table = Table("prompt", "language", "s", "text")
    for row in rows:
        table.add_row(row.name, row.language, f"{row.seconds:.2f}", row.text)
    Console().print(table)


@app.command("check")
def check_command(directory: Annotated[Path, typer.Argument(help="The operator's directory.")]) -> None:
    """One line for each recording that cannot be played; exit code 2 when there is any."""
    found = faults(directory)
    for fault in found:
        print(f"kmcc: {fault}", file=sys.stderr)
    if found:
        raise typer.Exit(BAD_INPUT)
    print(f"{directory}: every prompt can be played, {own_recordings(directory)} of them from here")


def _jobs(catalogue: Catalogue, language: Language | None, only: Iterable[str] | None) -> tuple[RenderJob, ...]:
    names = tuple(only) if only else tuple(catalogue.prompts)
    for name in names:
        if name not in catalogue.prompts:
            raise UnknownPromptError(name)
    languages = tuple(Language) if language is None else (language,)
    return tuple(RenderJob(each, catalogue.prompts[name]) for each in languages for name in names)


def _summary(done: list[Rendered]) -> str:
    counts = {outcome: sum(one.outcome is outcome for one in done) for outcome in Outcome}
    return "; ".join(f"{count} {outcome.value}" for outcome, count in counts.items())


def _rows(prompts: PromptSet) -> list[PromptRow]:
    return [
        PromptRow(
            name=name,
            language=lang.value,
            text=text.said[lang],
            seconds=len(prompts.octets[lang, name]) / SAMPLE_HZ,
            file=str(prompts.paths[lang, name]),
        )
        for name, text in prompts.catalogue.prompts.items()
        for lang in Language
    ]
