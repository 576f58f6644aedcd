"""Calls lost by each fault of the span, of `CALLS * len(SEEDS)` in each stage: the table of docs/china-no1-line.md."""

from collections.abc import Mapping
from typing import Final

from tests.switch.span_faults import CALLS, FAULTS, SEEDS, UNANSWERED, Stage

OF: Final = CALLS * len(SEEDS)
FIVE_S: Final = {**dict.fromkeys(UNANSWERED, OF), Stage.TALKING: OF, Stage.CLEARED_BACK: OF}

LOST: Final[Mapping[str, Mapping[Stage, int]]] = {
    "bit errors 1e-5, 5 s": {},
    "bit errors 1e-4, 5 s": {},
    "bit errors 1e-3, 5 s": {},
    "bit errors 1e-2, 5 s": {},
    "10 slips": {},
    "loss of frame 50 ms": {Stage.REGISTER: OF},
    "loss of frame 1 s": dict.fromkeys(UNANSWERED, OF),
    "loss of frame 5 s": FIVE_S,
    "loss of multiframe 50 ms": {},
    "loss of multiframe 1 s": dict.fromkeys(UNANSWERED, OF),
    "loss of multiframe 5 s": FIVE_S,
}


def table() -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Lost of all, and in brackets how many may be."""
    rows: list[tuple[object, ...]] = []
    for name, (_, may_end) in FAULTS.items():
        counts = [f"{LOST[name].get(stage, 0)} ({OF if stage in may_end else 0})" for stage in Stage]
        rows.append((name, *counts))
    return ("fault, both ways", *(stage.value for stage in Stage)), rows
