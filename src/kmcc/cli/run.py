"""`kmcc run`: the house in real time, until SIGINT or SIGTERM."""

from pathlib import Path
from typing import Annotated

import typer

from kmcc.cli.log import set_up_log
from kmcc.config import load_config


def run(
    config: Annotated[Path, typer.Option("--config", help="The configuration; `kmcc init` writes an example.")],
) -> None:
    """Run the switch, its seats and the HTTP console. Ends calls and keeps every record when stopped."""
    settings = load_config(config)
    set_up_log()
    from kmcc.daemon import serve  # noqa: PLC0415  the other commands need neither engine nor web server

    serve(settings)
