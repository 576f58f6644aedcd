"""The queue machine beside Erlang B, C and A at twelve load points; `python -m tests.firmware_sim.erlang_points`
(`make proofs`) writes docs/proofs/queue-erlang.json and its plot."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kmcc.firmware_sim.staffing.erlang import erlang_b
from kmcc.firmware_sim.staffing.estimate import STUDENT_95, Estimate
from kmcc.firmware_sim.staffing.floor import Floor
from kmcc.firmware_sim.staffing.plan import StaffingPlan
from kmcc.firmware_sim.staffing.report import StaffingReport, report

STUDENT_99: Final = 3.250  # two-sided 99 %, 9 degrees of freedom
ROOT: Final = Path(__file__).parents[2]
RESULTS: Final = ROOT / "docs" / "proofs" / "queue-erlang.json"
PLOT: Final = ROOT / "docs" / "plots" / "queue-erlang.svg"


@dataclass(frozen=True, slots=True)
class Point:
    """Calls an hour of `talk_s` for so many seats, looked at for so many hours."""

    model: str
    calls: float
    talk_s: float
    seats: int
    hours: float
    patience_s: float | None = None

    @property
    def load(self) -> float:
        """Offered, a seat."""
        return self.calls * self.talk_s / 3600 / self.seats

    @property
    def name(self) -> str:
        return f"{self.load:.0%}"

    def run(self) -> StaffingReport:
        arrivals: dict[str, Any] = {"service": "general", "per_hour": self.calls, "handling_s": self.talk_s}
        if self.patience_s is not None:
            arrivals["patience_s"] = self.patience_s
        limit = {"max_length": 0} if self.model == "B" else {}
        plan = StaffingPlan.model_validate(
            {
                "hours": self.hours,
                "seed": SEEDS[self.model],
                "arrivals": (arrivals,),
                "seats": ({"count": self.seats, "skills": {"general": 1}},),
                **limit,
            }
        )
        return report(plan, Floor(plan).run())


SEEDS: Final = {"C": 2, "A": 3, "B": 4}
POINTS: Final = (
    Point("B", 30.0, 240.0, 3, 400.0),
    Point("B", 200.0, 180.0, 12, 100.0),
    Point("B", 600.0, 110.0, 18, 60.0),
    Point("B", 1000.0, 120.0, 30, 40.0),
    Point("C", 30.0, 240.0, 4, 400.0),
    Point("C", 200.0, 180.0, 14, 100.0),
    Point("C", 600.0, 110.0, 22, 60.0),
    Point("C", 1000.0, 120.0, 38, 60.0),
    Point("A", 30.0, 240.0, 3, 400.0, 60.0),
    Point("A", 200.0, 180.0, 10, 100.0, 120.0),
    Point("A", 600.0, 110.0, 20, 60.0, 60.0),
    Point("A", 1200.0, 120.0, 35, 40.0, 90.0),
)


@dataclass(frozen=True, slots=True)
class Beside:
    """One measure at one point: theory, and the machine's 99 % interval."""

    model: str
    load: float
    seats: int
    measure: str
    theory: float
    ours: float
    low: float
    high: float

    @property
    def is_inside(self) -> bool:
        return self.low <= self.theory <= self.high


def at_99(one: Estimate | None) -> Estimate:
    assert one is not None
    wider = STUDENT_99 / STUDENT_95
    return Estimate(one.value, one.value - wider * (one.value - one.low), one.value + wider * (one.high - one.value))


def beside(point: Point, made: StaffingReport) -> list[Beside]:
    """Whatever theory has a figure for."""
    one, carried = made.services["general"], point.load
    measures: list[tuple[str, Estimate | None, float]]
    if point.model == "B":
        measures = [("lost", one.abandon_rate, erlang_b(point.seats, point.load * point.seats))]
    else:
        theory = one.erlang
        assert theory is not None
        measures = [
            ("mean wait, s", one.mean_wait_s, theory.mean_wait_s),
            ("within 15 s", one.within_limit, theory.within_limit),
            ("abandoned", one.abandon_rate, theory.abandon_rate),
            ("occupancy", made.occupancy, theory.occupancy if point.model == "A" else carried),
        ]
    rows = []
    for measure, estimate, figure in measures:
        wide = at_99(estimate)
        rows.append(Beside(point.model, point.load, point.seats, measure, figure, wide.value, wide.low, wide.high))
    return rows


def main() -> None:
    rows = [row for point in POINTS for row in beside(point, point.run())]
    RESULTS.parent.mkdir(exist_ok=True)
    kept = {"date": datetime.now(UTC).date().isoformat(), "rows": [asdict(row) for row in rows]}
    RESULTS.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    draw(rows)


def draw(rows: list[Beside]) -> None:
    """A panel a measure: theory as a line, the machine's intervals as bars, over the load of a seat."""
    import matplotlib as mpl  # noqa: PLC0415 (only the long run draws, and this import takes a second)
    from matplotlib.figure import Figure  # noqa: PLC0415

    mpl.rcParams.update({"svg.hashsalt": "kmcc", "svg.fonttype": "none", "font.size": 8})
    figure = Figure(figsize=(9.6, 3.2), layout="constrained")
    panels: Any = figure.subplots(1, 3)
    shown = (("B", "lost"), ("C", "mean wait, s"), ("A", "abandoned"))
    for (model, measure), axes in zip(shown, panels, strict=True):
        mine = [row for row in rows if (row.model, row.measure) == (model, measure)]
        loads = [row.load for row in mine]
        half = [row.high - row.ours for row in mine]
        axes.plot(loads, [row.theory for row in mine], "o", label=f"Erlang {model}", markersize=4)
        axes.errorbar(loads, [row.ours for row in mine], half, fmt="x", capsize=4, label="KMCC, 99 %")
        for row in mine:
            axes.annotate(f"{row.seats} seats", (row.load, row.theory), xytext=(4, 6), textcoords="offset points")
        axes.set(title=f"Erlang {model}", xlabel="offered load a seat", ylabel=measure)
        axes.grid(visible=True, alpha=0.3)
        axes.legend()
    figure.savefig(PLOT, metadata={"Date": None})


if __name__ == "__main__":
    main()
