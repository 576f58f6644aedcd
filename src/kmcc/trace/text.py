"""Traces for people at a terminal: one line a row as it comes, or the ladder of a whole call."""

from datetime import datetime, timedelta
from typing import Final

from rich.table import Table
from rich.text import Text

from kmcc.trace.call_trace import CallTrace, Row

COLOURS: Final = {"line.bits": "cyan", "register.signal": "magenta", "key.pressed": "yellow", "prompt.started": "green"}
IN, OUT = "──▶", "◀──"  # from the exchange, from the centre
DONE: Final = {"en": "over", "zh": "结束"}
WHY: Final = {"en": "failed", "zh": "呼叫失败"}


def row_line(trace: CallTrace, row: Row, lang: str = "en") -> str:
    """Time, seconds since the call began, call, circuit, what came and what was answered in their order.

    How long after the answer came stands behind, unless it came within the same tick.
    """
    incoming, outgoing, ours = row.words(lang)
    parts = [(IN, incoming), (OUT, outgoing)]
    signals = "  ".join(f"{arrow} {words}" for arrow, words in (parts[::-1] if row.is_ours_first else parts) if words)
    took = f"  after {row.took_ms} ms" if row.took_ms else ""
    return f"{_times(trace, row.at_s)}  {trace.call}  {row.circuit or '-'}  {signals or ours}{took}"


def last_line(trace: CallTrace, lang: str = "en") -> str:
    """How the call ended, and in words why it failed."""
    ended_s = trace.rows[-1].at_s if trace.rows else trace.since_s
    line = f"{_times(trace, ended_s)}  {trace.call}  -  {DONE[lang]}: {trace.cause}"
    return line if trace.reason is None else f"{line}\n  {WHY[lang]}: {trace.reason.words(lang)}"


def _times(trace: CallTrace, at_s: float) -> str:
    since_s = at_s - trace.since_s
    at = datetime.fromisoformat(trace.at) + timedelta(seconds=since_s)
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03} {since_s:8.3f}"


def ladder(trace: CallTrace, lang: str = "en") -> Table:
    """The leg's number stands beside its signals when there are two."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("s", justify="right", no_wrap=True)
    table.add_column("leg" if len(trace.circuits) > 1 else "")
    table.add_column("exchange ──▶", no_wrap=True)
    table.add_column("◀── centre", no_wrap=True)
    table.add_column("what happens")
    for row in trace.rows:
        cells = (f"{row.at_s - trace.since_s:.3f}", str(trace.leg(row.circuit) or ""), *row.words(lang))
        table.add_row(*(Text(cell, style=COLOURS.get(row.kind, "")) for cell in cells))
    return table
