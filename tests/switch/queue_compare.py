"""Waits and service levels of our machine beside the 99 % confidence intervals of Ciw; `python -m
tests.switch.queue_compare` (`make proofs`) at several loads, into docs/proofs/queue-ciw.json and docs/plots."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from statistics import mean, stdev
from typing import Any, Final

from tests.switch.queue_centre import Centre, Fate, OurCentre, centres
from tests.switch.queue_ciw import ciw_fates

LIMIT_S: Final = 15.0
WARM_H: Final = 2.0
STUDENT_99: Final = {9: 3.250, 19: 2.861, 29: 2.756}  # two-sided, by degrees of freedom
LOADS: Final = (0.6, 0.75, 0.85, 0.92)
ROOT: Final = Path(__file__).parents[2]
RESULTS: Final = ROOT / "docs" / "proofs" / "queue-ciw.json"
PLOTS: Final = ROOT / "docs" / "plots"
MEASURES: Final = ("mean wait, s", "answered within 15 s")


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of one stream: Ciw's mean and half its interval, and ours of one long run."""

    centre: str
    load: float
    stream: str
    measure: str
    ciw: float
    half: float
    ours: float

    @property
    def is_inside(self) -> bool:
        return abs(self.ours - self.ciw) <= self.half


def measured(fates: Sequence[Fate]) -> dict[tuple[str, str], float]:
    """By stream and measure, of all who entered after the centre had filled."""
    found: dict[tuple[str, str], float] = {}
    settled = [fate for fate in fates if fate.entered_s >= WARM_H * 3600]
    for stream in sorted({fate.stream for fate in settled}):
        mine = [fate for fate in settled if fate.stream == stream]
        found[stream, MEASURES[0]] = mean(fate.wait_s for fate in mine)
        found[stream, MEASURES[1]] = mean(fate.is_answered and fate.wait_s <= LIMIT_S for fate in mine)
    return found


def compare(centre: Centre, load: float, *, runs: int, hours: float, our_hours: float) -> list[Compared]:
    """Seeds are fixed: 1 to `runs` for Ciw, 0 for us."""
    theirs = [measured(ciw_fates(centre, WARM_H + hours, seed)) for seed in range(1, runs + 1)]
    ours = measured(OurCentre(centre, 0).run(WARM_H + our_hours))
    rows = []
    for stream, measure in ours:
        values = [one[stream, measure] for one in theirs]
        half = STUDENT_99[runs - 1] * stdev(values) / sqrt(runs)
        rows.append(Compared(centre.name, load, stream, measure, mean(values), half, ours[stream, measure]))
    return rows


def main() -> None:
    rows: list[Compared] = []
    for load in LOADS:
        for centre in centres(load):
            rows += compare(centre, load, runs=20, hours=25, our_hours=600)
            print(f"{load}: {centre.name}", file=sys.stderr, flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    kept = {"date": datetime.now(UTC).date().isoformat(), "rows": [asdict(row) for row in rows]}
    RESULTS.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for measure in MEASURES:
        draw(rows, measure)


def draw(rows: Sequence[Compared], measure: str) -> None:
    """A panel a centre: Ciw's intervals as bars over the load, ours as points."""
    import matplotlib as mpl  # noqa: PLC0415 (only the long run draws, and this import takes a second)
    from matplotlib.figure import Figure  # noqa: PLC0415

    mpl.rcParams.update({"svg.hashsalt": "kmcc", "svg.fonttype": "none", "font.size": 8})
    names = list(dict.fromkeys(row.centre for row in rows))
    figure = Figure(figsize=(9.6, 6.4), layout="constrained")
    panels: Any = figure.subplots(2, 3).flat
    for name, axes in zip(names, panels, strict=False):
        mine = [row for row in rows if row.centre == name and row.measure == measure]
        for stream in dict.fromkeys(row.stream for row in mine):
            line = [row for row in mine if row.stream == stream]
            loads = [row.load for row in line]
            bars = axes.errorbar(
                loads, [r.ciw for r in line], [r.half for r in line], capsize=4, label=f"{stream}, Ciw"
            )
            colour = bars.lines[0].get_color()
            axes.plot(loads, [r.ours for r in line], "x", color=colour, label=f"{stream}, KMCC")
        axes.set(title=name.replace(":", ":\n", 1), xlabel="load of ten seats", ylabel=measure)
        axes.grid(visible=True, alpha=0.3)
        axes.legend(fontsize=6)
    for axes in panels:
        axes.set_axis_off()
    file = PLOTS / f"queue-ciw-{'wait' if measure == MEASURES[0] else 'service-level'}.svg"
    figure.savefig(file, metadata={"Date": None})


if __name__ == "__main__":
    main()
