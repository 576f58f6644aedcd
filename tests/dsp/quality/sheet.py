"""What the quality sweeps measured: rows and curves, kept a kernel a file in docs/quality and drawn in docs/plots."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[3]
RESULTS: Final = ROOT / "docs" / "quality"
PLOTS: Final = ROOT / "docs" / "plots"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; `rival` is libspandsp's in the same run, None where it has no counterpart."""

    kernel: str
    measure: str
    ours: float
    goal: str
    rival: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """One curve over `x`, ours and the rival's."""

    kernel: str
    measure: str
    x_label: str
    x: tuple[float, ...]
    y_label: str
    ours: tuple[float, ...]
    rival: tuple[float, ...] | None
    rival_name: str = "libspandsp 0.0.6"

    @property
    def file_name(self) -> str:
        return f"{self.kernel}-{self.measure.replace(' ', '-')}.svg"


@dataclass(slots=True)
class Sheet:
    """Collects what a run of tests/dsp/quality measured."""

    rows: list[Row] = field(default_factory=list)
    sweeps: list[Sweep] = field(default_factory=list)

    def row(
        self, kernel: str, measure: str, ours: float, goal: str, *, rival: float | None = None, unit: str = ""
    ) -> None:
        """`goal` in words, such as ">= 99.9"; the test itself asserts it."""
        self.rows.append(Row(kernel, measure, float(ours), goal, None if rival is None else float(rival), unit))

    def sweep(
        self,
        kernel: str,
        measure: str,
        *,
        x_label: str,
        x: Sequence[float],
        y_label: str,
        ours: Sequence[float],
        rival: Sequence[float] | None = None,
        rival_name: str = "libspandsp 0.0.6",
    ) -> None:
        """Curves over the same `x`."""
        self.sweeps.append(
            Sweep(
                kernel,
                measure,
                x_label,
                _floats(x),
                y_label,
                _floats(ours),
                None if rival is None else _floats(rival),
                rival_name,
            )
        )

    def as_json(self) -> dict[str, list[dict[str, Any]]]:
        return {"rows": [asdict(row) for row in self.rows], "sweeps": [asdict(sweep) for sweep in self.sweeps]}

    def add_json(self, part: dict[str, list[dict[str, Any]]]) -> None:
        """What another process measured, as `as_json` gave it."""
        self.rows += [Row(**row) for row in part["rows"]]
        self.sweeps += [Sweep(**sweep) for sweep in part["sweeps"]]

    def lines(self) -> list[str]:
        """The rows as a Markdown table, for the end of a run."""
        head = ["| kernel | measure | ours | libspandsp | goal |", "|---|---|--:|--:|---|"]
        return head + [
            f"| {row.kernel} | {row.measure} | {number(row.ours)} {row.unit} | {number(row.rival)} | {row.goal} |"
            for row in self.rows
        ]

    def write(self, machine: str) -> None:
        """One JSON file a kernel of this run, and a picture a sweep."""
        RESULTS.mkdir(exist_ok=True)
        for kernel in sorted({row.kernel for row in self.rows} | {sweep.kernel for sweep in self.sweeps}):
            kept: dict[str, Any] = {
                "date": str(datetime.now(UTC).date()),
                "machine": machine,
                "rows": [asdict(row) for row in self.rows if row.kernel == kernel],
                "sweeps": [asdict(sweep) for sweep in self.sweeps if sweep.kernel == kernel],
            }
            (RESULTS / f"{kernel}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
        draw_all(self.sweeps)


def draw_all(sweeps: Iterable[Sweep]) -> None:
    """SVG files that come out alike for alike curves."""
    import matplotlib as mpl  # noqa: PLC0415 (only `make quality` draws, and this import takes a second)

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "kmcc", "svg.fonttype": "none", "font.size": 9})
    PLOTS.mkdir(exist_ok=True)
    for sweep in sweeps:
        _draw(sweep)


def _draw(sweep: Sweep) -> None:
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(6.4, 3.2), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(sweep.x, sweep.ours, marker=".", label="KMCC")
    if sweep.rival is not None:
        axes.plot(sweep.x, sweep.rival, marker=".", linestyle="--", label=sweep.rival_name)
    axes.set(xlabel=sweep.x_label, ylabel=sweep.y_label, title=f"{sweep.kernel}: {sweep.measure}")
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.savefig(PLOTS / sweep.file_name, metadata={"Date": None})


def number(value: float | None) -> str:
    """Three significant digits, without an exponent where a person would not write one."""
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.4g}"


def _floats(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
