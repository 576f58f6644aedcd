"""`kmcc demo`: a scripted morning in virtual time, shown call by call and kept in a folder."""

import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer
from rich.console import Console

from kmcc.cli.log import set_up_log
from kmcc.errors import KmccError

OURS: Final = {"summary.html", "events.jsonl", "cdr.csv", "kmcc.db", "recordings"}
"""What a demo leaves, all of it and nothing else."""
PACE_S: Final = 0.5
PIPE_COLUMNS: Final = 100  # a ladder's width; a file has no edge


class FolderInUseError(KmccError):
    """The demo writes into a folder of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: expected an empty or missing folder, or one that an earlier demo made")


def demo(
    seed: Annotated[int, typer.Option("--seed", help="The same seed plays the same morning, octet for octet.")] = 1,
    out: Annotated[Path, typer.Option("--out", help="Folder for recordings, event log, CDRs and summary.")] = Path(
        "demo-out"
    ),
    pace: Annotated[float, typer.Option("--pace", min=0, help="Seconds to look at each call, on a terminal.")] = PACE_S,
) -> None:
    """Play a morning at the 1000 desk against a simulated exchange, many times faster than real."""
    from kmcc.demo.show import run_demo  # noqa: PLC0415  the other commands need neither engine nor simulator

    if not _may_be_replaced(out):
        raise FolderInUseError(out)
    set_up_log()
    has_width = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console() if has_width else Console(width=PIPE_COLUMNS)
    place = out.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".kmcc-demo-", dir=place.parent) as beside:  # stopped half way, nothing is left
        played = Path(beside) / "played"
        outcome = run_demo(played, seed, console, pace_s=pace)
        if place.exists():
            shutil.rmtree(place)
        played.rename(place)
    minutes = outcome.line_time_s / 60
    console.print(f"{minutes:.1f} minutes of line time in {outcome.wall_s:.1f} s; {outcome.legs} call records")
    if outcome.rush_ratio is not None:
        console.print(f"with 30 busy channels: {outcome.rush_ratio:.0f} times faster than real time")
    console.print(f"kept in {out}/: summary.html, events.jsonl, cdr.csv, recordings/", soft_wrap=True)


def _may_be_replaced(folder: Path) -> bool:
    """A folder that is not there, is empty, or is what an earlier demo left."""
    if not folder.exists():
        return not folder.is_symlink()
    return folder.is_dir() and {entry.name for entry in folder.iterdir()} in (set(), OURS)
