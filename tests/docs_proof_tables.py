"""Tables of docs/ that are proofs by long runs: docs/proofs/*.json as their make targets left them."""

import json
from pathlib import Path
from typing import Any, Final

PROOFS: Final = Path(__file__).parents[1] / "docs" / "proofs"

Made = tuple[tuple[str, ...], list[tuple[object, ...]]]


def _kept(name: str) -> Any:
    return json.loads((PROOFS / f"{name}.json").read_text("utf-8"))


def queue_states() -> Made:
    """`make proofs`."""
    rows: list[tuple[object, ...]] = [
        (
            one["system"],
            one["states"],
            one["steps"],
            one["refused"],
            one["depth"],
            "all" if one["is_whole"] else "the nearest",
            "-" if one["returns"] is None else f"{one['returns']} of {one['states']}",
        )
        for one in _kept("queue-states")["systems"]
    ]
    head = ("small centre", "states", "events tried", "refused", "events deep", "states looked at", "can become empty")
    return head, rows


def queue_ciw() -> Made:
    """`make proofs`."""
    found = _kept("queue-ciw")["rows"]
    rows: list[tuple[object, ...]] = []
    for centre in dict.fromkeys(row["centre"] for row in found):
        mine = [row for row in found if row["centre"] == centre]
        inside = sum(abs(row["ours"] - row["ciw"]) <= row["half"] for row in mine)
        wait = next(row for row in mine if row["load"] == 0.85)
        rows.append(
            (
                centre,
                f"{wait['stream']}: {wait['ours']:.2f}",
                f"{wait['ciw']:.2f} ± {wait['half']:.2f}",
                f"{inside} of {len(mine)}",
            )
        )
    total = sum(abs(row["ours"] - row["ciw"]) <= row["half"] for row in found)
    rows.append(("all", "", "", f"{total} of {len(found)}"))
    return ("centre of ten seats", "mean wait at 85 %, s", "Ciw, 99 %", "figures in Ciw's interval"), rows
