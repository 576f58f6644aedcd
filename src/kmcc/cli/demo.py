"""`kmcc demo`: a scripted morning in virtual time, shown call by call and kept in a folder."""

import shutil
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from kmcc.errors import KmccError


class FolderInUseError(KmccError):
    """The demo writes into a folder of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: expected an empty or missing folder, or one that an earlier demo made")


MARK: Final = "summary.html"


def demo(
    seed: Annotated[int, typer.Option("--seed", help="The same seed plays the same morning, octet for octet.")] = 1,
    out: Annotated[Path, typer.Option("--out", help="Folder for recordings, event log, CDRs and summary.")] = Path(
        "demo-out"
    ),
) -> None:
    """Play a morning at the 1000 desk against a simulated exchange, many times faster than real."""
    from kmcc.demo.show import run_demo  # noqa: PLC0415  the other commands need neither engine nor simulator

    _make_room(out)
    console = Console()
    outcome = run_demo(out, seed, console)
    console.print(
        f"{outcome.line_time_s / 60:.1f} minutes of line time in {outcome.wall_s:.1f} s; {outcome.calls} call records"
    )
    if outcome.rush_ratio is not None:
        console.print(f"with 30 busy channels: {outcome.rush_ratio:.0f} times faster than real time")
    console.print(f"kept in {out}/: summary.html, events.jsonl, cdr.csv, recordings/")


def _make_room(folder: Path) -> None:
    """Clear away what an earlier demo left; touch no other folder."""
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARK).exists()):
        raise FolderInUseError(folder)
    shutil.rmtree(folder)
