"""`kmcc dsp`: the signal processing on recordings."""

from functools import partial
from typing import Annotated

import typer

from kmcc.cli.dsp_tones import tones_command
from kmcc.cli.recordings import Channel, Files, decode_files, json_line, plain_line
from kmcc.dsp.decode import decode_all_digits
from kmcc.dsp.decode_mfc import decode_mfc
from kmcc.dsp.mfc import Direction

app = typer.Typer(help="Signal processing on recordings.", no_args_is_help=True)


app.command("tones")(tones_command)


@app.callback()
def dsp() -> None:
    """Signal processing on recordings."""


@app.command("digits")
def digits_command(
    files: Files,
    channel: Channel = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a digit, with times and levels.")] = False,
) -> None:
    """Print the DTMF digits of each recording in one line; behind the file's name when there are several."""
    for name, found in decode_files(files, channel, decode_all_digits):
        if as_json:
            for digit in found:
                print(json_line(digit, name))
        else:
            print(plain_line("".join(digit.digit for digit in found), name))


@app.command("mfc")
def mfc_command(
    files: Files,
    direction: Annotated[str, typer.Option(help="forward or backward: the frequencies to listen to.")],
    channel: Channel = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a signal, with times.")] = False,
) -> None:
    """Print the China No.1 register signals of each recording in one line, 0 for a foreign one; behind the file's name
    when there are several."""
    for name, found in decode_files(files, channel, partial(decode_mfc, direction=Direction.named(direction))):
        if as_json:
            for signal in found:
                print(json_line(signal, name))
        else:
            print(plain_line(" ".join(str(signal.signal) for signal in found), name))
