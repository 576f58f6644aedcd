"""`kmcc dsp`: the signal processing on recordings."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from kmcc.cli.dsp_tones import tones_command
from kmcc.cli.exit_codes import BAD_INPUT
from kmcc.dsp.decode import Digit, decode_digits
from kmcc.dsp.wav import WavError, read_wav

app = typer.Typer(help="Signal processing on recordings.", no_args_is_help=True)


app.command("tones")(tones_command)


@app.callback()
def dsp() -> None:
    """Signal processing on recordings."""


@app.command("digits")
def digits_command(
    files: Annotated[list[Path], typer.Argument(help="WAV, 8 kHz, 16-bit, A-law or mu-law; - is standard input.")],
    channel: Annotated[int, typer.Option(min=0, max=1, help="0 = left or only, 1 = right.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a digit, with times and levels.")] = False,
) -> None:
    """Print the DTMF digits of each recording in one line; behind the file's name when there are several."""
    bad = 0
    for file in files:
        try:
            found = decode_digits(read_wav(file), channel)
        except WavError as error:
            print(f"kmcc: {error}", file=sys.stderr)
            bad += 1
            continue
        name = str(file) if len(files) > 1 else None
        for line in _json_lines(found, name) if as_json else _plain(found, name):
            print(line)
    if bad:
        raise typer.Exit(BAD_INPUT)


def _plain(found: list[Digit], name: str | None) -> list[str]:
    digits = "".join(digit.digit for digit in found)
    return [digits if name is None else f"{name}: {digits}"]


def _json_lines(found: list[Digit], name: str | None) -> list[str]:
    file = {} if name is None else {"file": name}
    return [json.dumps(file | asdict(digit), ensure_ascii=False) for digit in found]
