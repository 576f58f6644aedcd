"""`kmcc sim`: load on a house, from simulated callers."""

import json
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import Progress

from kmcc.cli.exit_codes import INTERNAL, INTERRUPTED, OK
from kmcc.cli.log import set_up_log
from kmcc.config.finding import Finding
from kmcc.config.load import load_file
from kmcc.errors import KmccError
from kmcc.firmware_sim.crowd.scenario import Scenario

Speed = Literal["virtual", "real"]

app = typer.Typer(help="Simulated callers.", no_args_is_help=True)


class UnknownScenarioError(KmccError):
    """Neither a file nor one of those that come with the program."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: expected a TOML file or one of {', '.join(packaged_scenarios())}")


@app.callback()
def sim() -> None:
    """Simulated callers."""


def packaged_scenarios() -> tuple[str, ...]:
    """Names of the scenarios that come with the program."""
    folder = files("kmcc.load").joinpath("scenarios")
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


def load_scenario(name: str) -> Scenario:
    """By name, or from a file. UnknownScenarioError; ConfigError with every fault of the file."""
    if name in packaged_scenarios():
        path = Path(str(files("kmcc.load").joinpath("scenarios", f"{name}.toml")))
    elif name.endswith(".toml"):
        path = Path(name)
    else:
        raise UnknownScenarioError(name)
    return load_file(path, Scenario, _misfits)


def _misfits(scenario: Scenario) -> Iterator[Finding]:
    return (Finding(misfit.place, misfit.found, misfit.expected) for misfit in scenario.misfits())


@app.command("run")
def run(
    scenario: Annotated[str, typer.Argument(help="A name (small, kunming, tenfold, televote, killed) or a TOML file.")],
    *,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Instead of the scenario's.")] = None,
    minutes: Annotated[float | None, typer.Option("--minutes", min=0.05, help="Instead of the scenario's.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="A new folder in which everything is kept.")] = None,
    speed: Annotated[
        Speed, typer.Option("--speed", help="Virtual: all in one process, as fast as it goes.")
    ] = "virtual",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Put a house under load and report; Ctrl-C reports what was until then. Exit 1 when a check does not hold."""
    from kmcc.load.real import run_in_real_time  # noqa: PLC0415
    from kmcc.load.text import text_of  # noqa: PLC0415  the other commands need neither engine nor simulator
    from kmcc.load.virtual import run_in_virtual_time  # noqa: PLC0415

    play = run_in_virtual_time if speed == "virtual" else run_in_real_time

    plan = load_scenario(scenario)
    set_up_log()
    seed = plan.seed if seed is None else seed
    length = plan.minutes if minutes is None else minutes
    with TemporaryDirectory(prefix="kmcc-load-") as temporary:
        folder = Path(temporary) if out is None else out
        folder.mkdir(parents=True, exist_ok=out is None)
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task(plan.title, total=1.0)

            def show(share: float, calls: int) -> None:
                bar.update(task, completed=share, description=f"{plan.title}: {calls} calls up")

            report, is_interrupted = play(plan, folder, seed=seed, minutes=length, on_progress=show)
    print(json.dumps(report.as_json(), ensure_ascii=False, indent=1) if as_json else text_of(report))
    if is_interrupted:
        print("kmcc: interrupted; the figures are of the time until then", file=sys.stderr)
    code = INTERNAL if report.faults else INTERRUPTED if is_interrupted else OK
    if code != OK:
        raise typer.Exit(code)


@app.command("house", hidden=True)
def house(order: Annotated[Path, typer.Argument(help="Written by `kmcc sim run --speed real`.")]) -> None:
    """The house of a run in real time."""
    from kmcc.load.house_process import run_house  # noqa: PLC0415
    from kmcc.load.order import Order  # noqa: PLC0415

    set_up_log()
    run_house(Order.read(order))


@app.command("town", hidden=True)
def town(order: Annotated[Path, typer.Argument(help="Written by `kmcc sim run --speed real`.")]) -> None:
    """The exchange, callers and agents of a run in real time."""
    from kmcc.load.order import Order  # noqa: PLC0415
    from kmcc.load.town_process import run_town  # noqa: PLC0415

    set_up_log()
    run_town(Order.read(order))
