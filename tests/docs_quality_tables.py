"""Tables of docs/ that are measurements: docs/quality/<kernel>.json as `make quality` left it, a table a kernel."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from tests.dsp.quality.sheet import PLOTS, RESULTS, Sweep, number

Made = tuple[tuple[str, ...], list[tuple[object, ...]]]


def measured(kernel: str) -> Made:
    """The figures of one kernel, and below them its curves."""
    kept = json.loads((RESULTS / f"{kernel}.json").read_text("utf-8"))
    rows: list[tuple[object, ...]] = [
        (row["measure"], _with_unit(row["ours"], row["unit"]), _with_unit(row["rival"], row["unit"]), row["goal"])
        for row in kept["rows"]
    ]
    curves = [Sweep(**sweep) for sweep in kept["sweeps"]]
    rows += [(f"[{one.measure}]({PLOTS.name}/{one.file_name})", "curve", "", "") for one in curves]
    rows.append((f"measured {kept['date']} on {kept['machine']}", "", "", ""))
    return ("measure", "KMCC", "libspandsp", "goal"), rows


def _with_unit(value: float | None, unit: str) -> str:
    return number(value) if value is None or not unit else f"{number(value)} {unit}"


QUALITY_TABLES: Final[Mapping[str, Callable[[], Made]]] = {
    f"quality-{path.stem}": partial(measured, path.stem) for path in sorted(RESULTS.glob("*.json"))
}
