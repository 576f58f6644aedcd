"""`kmcc init`: write the commented example configuration."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from kmcc.errors import KmccError


class FileExistsAlreadyError(KmccError):
    """The file is there and may hold somebody's work."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file}: exists already; --force overwrites it")


def init(
    file: Annotated[Path, typer.Argument(help="The file to write.")] = Path("kmcc.toml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
) -> None:
    """Write a commented example configuration; its defaults run as they are."""
    example = files("kmcc.cli").joinpath("kmcc.toml").read_text(encoding="utf-8")
    try:
        with file.open("w" if force else "x", encoding="utf-8") as out:
            out.write(example)
    except FileExistsError:
        raise FileExistsAlreadyError(file) from None
    print(f"{file}: written; start with: kmcc run --config {file}")
