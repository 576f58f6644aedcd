"""The tables of docs/ that follow from the code; `python -m tests.docs_tables --write` (`make docs`) writes them anew.

A page marks the place with `<!-- table: name -->` and `<!-- end -->`; what stands between is ours.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from tests.docs_autodial_tables import (
    campaign_file,
    campaign_states,
    contact_stages,
    pacing_modes,
    pacing_proof,
    refusals,
    skip_reasons,
)
from tests.docs_code_tables import (
    cause,
    cdr,
    config,
    deliveries,
    engine_events,
    engine_ops,
    exit_codes,
    metrics,
    stored,
    tone_profiles,
    tones,
)
from tests.docs_proof_tables import queue_ciw, queue_erlang, queue_states
from tests.docs_protocol_tables import (
    backward_signals,
    cycles_in,
    cycles_out,
    fxo_states,
    fxo_times,
    fxs_states,
    fxs_times,
    line_codes,
    line_in,
    line_modes,
    line_out,
    line_rules,
    party,
    prefix_signals,
    register_rows,
    results,
    seat,
    timers,
    treatment,
)
from tests.docs_quality_tables import QUALITY_TABLES
from tests.docs_seat_tables import seat_events, seat_orders
from tests.docs_voice_tables import VOICE_TABLES
from tests.switch.span_faults_counted import table as fault_losses

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = ROOT / "docs"
COMMAND: Final = "python -m tests.docs_tables --write"
PLACE: Final = re.compile(r"(<!-- table: ([\w-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)

Rows = Iterable[tuple[object, ...]]
TABLES: Final[Mapping[str, Callable[[], tuple[tuple[str, ...], Rows]]]] = {
    "backward-signals": backward_signals,
    "campaign-file": campaign_file,
    "campaign-states": campaign_states,
    "cause": cause,
    "cdr": cdr,
    "config": config,
    "deliveries": deliveries,
    "cycles-in": cycles_in,
    "cycles-out": cycles_out,
    "engine-events": engine_events,
    "engine-ops": engine_ops,
    "exit-codes": exit_codes,
    "fault-losses": fault_losses,
    "fxo": fxo_states,
    "fxo-times": fxo_times,
    "fxs": fxs_states,
    "fxs-times": fxs_times,
    "line-codes": line_codes,
    "line-in": line_in,
    "line-modes": line_modes,
    "line-out": line_out,
    "line-rules": line_rules,
    "metrics": metrics,
    "contact-stages": contact_stages,
    "pacing-modes": pacing_modes,
    "pacing-proof": pacing_proof,
    "prefix-signals": prefix_signals,
    "refusals": refusals,
    "skip-reasons": skip_reasons,
    "register-rows": register_rows,
    "party": party,
    "queue-ciw": queue_ciw,
    "queue-erlang": queue_erlang,
    "queue-states": queue_states,
    "results": results,
    "seat": seat,
    "seat-events": seat_events,
    "seat-orders": seat_orders,
    "stored": stored,
    "timers": timers,
    "tone-profiles": tone_profiles,
    "tones": tones,
    "treatment": treatment,
    **QUALITY_TABLES,
    **VOICE_TABLES,
}


def table(name: str) -> str:
    head, rows = TABLES[name]()
    lines = [_row(head), "|" + "---|" * len(head), *(_row(row) for row in rows)]
    return "".join(f"{line}\n" for line in lines)


def _row(cells: tuple[object, ...]) -> str:
    return "| " + " | ".join("" if cell is None else str(cell).replace("|", r"\|") for cell in cells) + " |"


def rewritten(page: str) -> str:
    """The page with every table as the code has it now."""
    return PLACE.sub(lambda place: f"{place[1]}{table(place[2])}{place[4]}", page)


def main(arguments: list[str]) -> int:
    """Without --write: name the pages that are behind; exit code 1 when there is any."""
    behind = [
        page for page in sorted(PAGES.glob("*.md")) if rewritten(page.read_text("utf-8")) != page.read_text("utf-8")
    ]
    for page in behind:
        if "--write" in arguments:
            page.write_text(rewritten(page.read_text("utf-8")), "utf-8")
        print(f"{page.relative_to(ROOT)}: {'written' if '--write' in arguments else f'behind; run: {COMMAND}'}")
    return 0 if "--write" in arguments or not behind else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
