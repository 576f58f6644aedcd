"""Recordings that a command was given: files, - for standard input, and folders with every file in them."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import numpy as np
import typer

from kmcc.cli.exit_codes import BAD_INPUT
from kmcc.dsp.bank import Octets
from kmcc.dsp.errors import WavError
from kmcc.dsp.wav import read_wav

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

BATCH: Final = 64  # recordings at once, each on a port

Found = TypeVar("Found")
Files = Annotated[
    list[Path],
    typer.Argument(help="WAV: 16-bit, A-law, mu-law or IMA ADPCM, any usual rate; a folder; - is standard input."),
]
Channel = Annotated[int, typer.Option(min=0, max=1, help="0 = left or only, 1 = right.")]


def decode_files(
    paths: Iterable[Path], channel: int, decode: Callable[[Sequence[Octets]], list[list[Found]]]
) -> Iterator[tuple[str | None, list[Found]]]:
    """What `decode` finds in each, with its name when there are several. One that cannot be read is told on standard
    error; when the others are done the command ends with BAD_INPUT."""
    good, bad = _readable(paths, channel)
    is_one = len(good) + bad == 1
    for at in range(0, len(good), BATCH):
        batch = good[at : at + BATCH]
        for (path, _), found in zip(batch, decode([octets for _, octets in batch]), strict=True):
            yield None if is_one else str(path), found
    if bad:
        raise typer.Exit(BAD_INPUT)


def json_line(of: "DataclassInstance", name: str | None) -> str:
    file: dict[str, Any] = {} if name is None else {"file": name}
    return json.dumps(file | asdict(of), ensure_ascii=False)


def plain_line(text: str, name: str | None) -> str:
    return text if name is None else f"{name}: {text}"


def _files(path: Path) -> list[Path]:
    """The file itself, or a folder's by name. WavError when the folder has none."""
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.iterdir() if file.is_file())
    if not files:
        raise WavError(str(path), "a folder without files", "at least one recording in it")
    return files


def _readable(paths: Iterable[Path], channel: int) -> tuple[list[tuple[Path, Octets]], int]:
    good: list[tuple[Path, Octets]] = []
    bad = 0
    for given in paths:
        try:
            files = _files(given)
        except WavError as error:
            files, bad = [], bad + _told(error)
        for path in files:
            try:
                good.append((path, np.frombuffer(read_wav(path).alaw(channel), np.uint8)))
            except WavError as error:
                bad += _told(error)
    return good, bad


def _told(error: WavError) -> int:
    """One fault, told on standard error."""
    print(f"kmcc: {error}", file=sys.stderr)
    return 1
