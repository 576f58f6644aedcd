"""`kmcc`: the commands, and the one place where errors become one line on stderr and an exit code."""

import os
import sys
from io import TextIOWrapper
from typing import Annotated

import typer
from typer.exceptions import TyperException

from kmcc import __version__
from kmcc.cli import (
    campaign,
    cdr,
    demo,
    dsp,
    init,
    menu,
    number_change,
    prompts,
    queue,
    recording_index,
    run,
    sim,
    trace,
    trunk,
)
from kmcc.cli.exit_codes import BAD_INPUT, INTERRUPTED, NO_BOARD, OK
from kmcc.drivers.board import BoardError
from kmcc.dsp.cpu import check_environment
from kmcc.errors import KmccError

app = typer.Typer(
    name="kmcc",
    help="The platform of a telecom operator's customer service centre.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("trace")(trace.trace)
app.add_typer(campaign.app, name="campaign")
app.add_typer(cdr.app, name="cdr")
app.add_typer(dsp.app, name="dsp")
app.add_typer(prompts.app, name="prompts")
app.add_typer(menu.app, name="menu")
app.add_typer(number_change.app, name="number-change")
app.add_typer(queue.app, name="queue")
app.add_typer(recording_index.app, name="recordings")
app.add_typer(sim.app, name="sim")
app.add_typer(trunk.app, name="trunk")


def _print_version(is_asked: bool) -> None:
    if is_asked:
        print(f"kmcc {__version__}")
        raise typer.Exit(OK)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Options of `kmcc` itself."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code. Only a fault of ours passes as an exception."""
    _print_what_can_be_printed()
    try:
        check_environment()
        code = app(args=arguments, prog_name="kmcc", standalone_mode=False)
        sys.stdout.flush()
    except KmccError as error:
        return _complain(str(error), NO_BOARD if isinstance(error, BoardError) else BAD_INPUT)
    except TyperException as error:
        return _complain(error.format_message(), BAD_INPUT)
    except (BrokenPipeError, SystemExit) as error:
        if not isinstance(error.__context__ or error, BrokenPipeError):  # typer, too, leaves with SystemExit then
            raise
        return _reader_left()
    except OSError as error:
        if error.filename is None:
            raise
        return _complain(f"{error.filename}: {error.strerror}", BAD_INPUT)
    except typer.Abort:
        return INTERRUPTED
    return code if isinstance(code, int) else OK


def _print_what_can_be_printed() -> None:
    """A terminal without Chinese gets question marks, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _complain(message: str, code: int) -> int:
    """One line a fault; `kmcc --help` and the like have printed their text already and have none."""
    for line in message.splitlines():
        print(f"kmcc: {line}", file=sys.stderr)
    return code


def _reader_left() -> int:
    """`kmcc ... | head`: what is still buffered goes nowhere, or Python would complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OK


if __name__ == "__main__":
    sys.exit(main())
