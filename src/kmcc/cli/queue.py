"""`kmcc queue`: the queue machine as a staffing tool, and the report of what it did."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from kmcc.cli import queue_report
from kmcc.cli.exit_codes import INTERRUPTED, OK
from kmcc.config.finding import Finding
from kmcc.config.load import load_file
from kmcc.firmware_sim.staffing.estimate import Estimate
from kmcc.firmware_sim.staffing.floor import Floor
from kmcc.firmware_sim.staffing.plan import StaffingPlan
from kmcc.firmware_sim.staffing.report import ServiceReport, StaffingReport, report

app = typer.Typer(help="The queue machine.", no_args_is_help=True)


@app.callback()
def queue() -> None:
    """The queue machine."""


app.command("report")(queue_report.report)


@app.command("simulate")
def simulate(
    file: Annotated[Path, typer.Argument(help="TOML: hours, tables arrivals and seats; see docs/queue-machine.md.")],
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Instead of the file's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Run the very machine of the switch on random callers; Ctrl-C shows what was seen so far."""
    plan = load_file(file, StaffingPlan, _misfits)
    if seed is not None:
        plan = plan.model_copy(update={"seed": seed})
    floor = Floor(plan)
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("simulating", total=1.0)
        try:
            floor.run(lambda share: bar.update(task, completed=share))
            code = OK
        except KeyboardInterrupt:
            code = INTERRUPTED
    made = report(plan, floor.tally)
    if as_json:
        print(json.dumps(made.as_json(), ensure_ascii=False, indent=1))
    else:
        Console().print(_table(made))
    if code == INTERRUPTED:
        print("kmcc: interrupted; the figures are of the time until then", file=sys.stderr)
        raise typer.Exit(code)


def _misfits(plan: StaffingPlan) -> Iterator[Finding]:
    return (Finding(misfit.place, misfit.found, misfit.expected) for misfit in plan.misfits())


def _table(made: StaffingReport) -> Table:
    plan = made.plan
    caption = f"95 % confidence in brackets; seats {_share(made.occupancy)} busy; seed {plan.seed}"
    table = Table(title=f"{plan.hours:g} hours", caption=caption)
    for head in ("service", "offered", "mean wait s", f"within {plan.answer_limit_s:g} s %", "given up %", "by"):
        table.add_column(head, justify="left" if head in {"service", "by"} else "right")
    for name, service in made.services.items():
        figures = (_seconds(service.mean_wait_s), _share(service.within_limit), _share(service.abandon_rate))
        table.add_row(name, str(service.offered), *figures, "simulation")
        table.add_row("", "", *_theory(service))
    return table


def _theory(service: ServiceReport) -> tuple[str, str, str, str]:
    one = service.erlang
    if one is None:
        return "-", "-", "-", f"no Erlang: {service.no_erlang}"
    return f"{one.mean_wait_s:.1f}", f"{100 * one.within_limit:.1f}", f"{100 * one.abandon_rate:.1f}", one.model


def _seconds(one: Estimate | None) -> str:
    return "-" if one is None else f"{one.value:.1f} ({one.low:.1f}..{one.high:.1f})"


def _share(one: Estimate | None) -> str:
    return "-" if one is None else f"{100 * one.value:.1f} ({100 * one.low:.1f}..{100 * one.high:.1f})"
