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


def queue_erlang() -> Made:
    """A row a load point; theory beside the machine's 99 % interval."""
    found = _kept("queue-erlang")["rows"]
    rows: list[tuple[object, ...]] = []
    for key in dict.fromkeys((row["model"], row["load"], row["seats"]) for row in found):
        mine = [row for row in found if (row["model"], row["load"], row["seats"]) == key]
        first = mine[0]
        inside = sum(row["low"] <= row["theory"] <= row["high"] for row in mine)
        measured = f"{first['measure']}: {first['ours']:.3g}, {first['low']:.3g} to {first['high']:.3g}"
        rows.append(
            (
                f"Erlang {key[0]}",
                f"{key[1]:.0%}",
                key[2],
                measured,
                f"{first['theory']:.3g}",
                f"{inside} of {len(mine)}",
            )
        )
    return ("model", "load a seat", "seats", "the machine, 99 %", "Erlang", "figures inside"), rows
