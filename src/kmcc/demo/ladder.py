"""The ladder of each call, drawn from the event log as it goes: the exchange on the left, the centre on the right."""

import re
from dataclasses import dataclass, field
from typing import Final

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kmcc.demo.story import told
from kmcc.store.event import Event
from kmcc.switch.journal import Field

LINE_KINDS: Final = ("line.bits", "register.signal")
GUARD: Final = "backward 1011"  # release guard: the last bits of a call
BEFORE_CALL_S: Final = 0.1  # the seizure stands in the log just before the call that it begins
COLOURS: Final = {"line.bits": "cyan", "register.signal": "magenta", "key.pressed": "yellow", "prompt.started": "green"}
WAY: Final = re.compile(r"^(forward|backward) ")  # the column says who sends
BRACKETS: Final = str.maketrans("", "", "()")


@dataclass(slots=True)
class _Row:
    at_s: float
    kind: str
    circuit: str = ""
    incoming: str = ""
    outgoing: str = ""
    ours: str = ""


@dataclass(slots=True)
class _Ladder:
    call: str
    since_s: float
    circuits: list[str]
    rows: list[_Row] = field(default_factory=list)
    cause: str | None = None


class LadderView:
    """Fed with every event; prints a call's ladder when its circuit has come to rest, or one line in `brief` times."""

    def __init__(self, console: Console) -> None:
        self.brief = False
        self.printed = 0
        self._console = console
        self._calls: dict[str, _Ladder] = {}
        self._call_on: dict[str, str] = {}  # circuit -> call
        self._before: dict[str, list[_Row]] = {}  # circuit -> what was seen on it since its last call

    def take(self, event: Event) -> None:
        """Note the event on its call's ladder."""
        fields = dict(event.fields)
        call, circuit = fields.get("call"), str(fields.get("circuit"))
        if event.kind in ("call.seized", "call.placed"):
            self._open(event, str(call), circuit)
        ladder = self._calls.get(str(call) if call else self._call_on.get(circuit, ""))
        if event.kind in LINE_KINDS:
            rows = self._before.setdefault(circuit, []) if ladder is None else ladder.rows
            _note_line(rows, event, circuit, fields)
        elif ladder is not None:
            _note_ours(ladder.rows, event)
        if ladder is not None:
            self._maybe_print(ladder, event, fields)

    def finish(self) -> None:
        """Print what is not quite over."""
        for ladder in tuple(self._calls.values()):
            self._print(ladder)

    def _maybe_print(self, ladder: _Ladder, event: Event, fields: dict[str, Field]) -> None:
        """A call is drawn when it has been released and its own circuit has come to rest."""
        if event.kind == "call.released":
            ladder.cause = str(fields["cause"])
        is_own = fields.get("circuit") == ladder.circuits[0]
        if ladder.cause is not None and is_own and str(fields.get("what")).startswith(GUARD):
            self._print(ladder)

    def _open(self, event: Event, call: str, circuit: str) -> None:
        self._call_on[circuit] = call
        before = [row for row in self._before.pop(circuit, []) if row.at_s >= event.t - BEFORE_CALL_S]
        if call in self._calls:
            self._calls[call].circuits.append(circuit)
            self._calls[call].rows.extend(before)
        else:
            self._calls[call] = _Ladder(call, event.t, [circuit], before)

    def _print(self, ladder: _Ladder) -> None:
        del self._calls[ladder.call]
        for circuit in ladder.circuits:
            self._call_on.pop(circuit, None)
        title = f"{ladder.call} on {', '.join(ladder.circuits)}: {ladder.cause}"
        if self.brief:
            self._console.print(f"  {title}", style="dim", highlight=False)
            return
        self._console.print(Panel(_table(ladder), title=title, title_align="left", border_style="blue", expand=False))
        self.printed += 1


def _note_ours(rows: list[_Row], event: Event) -> None:
    words = told(event)
    if words is not None:
        rows.append(_Row(event.t, event.kind, ours=words))


def _note_line(rows: list[_Row], event: Event, circuit: str, fields: dict[str, Field]) -> None:
    """One row a compelled cycle: what came and what was answered to it stand side by side."""
    words = WAY.sub("", str(fields.get("what"))).translate(BRACKETS)
    last = rows[-1] if rows else None
    fits = last is not None and (last.kind, last.circuit) == (event.kind, circuit)
    if last is None or not fits or (last.incoming if fields["way"] == "in" else last.outgoing):
        last = _Row(event.t, event.kind, circuit)
        rows.append(last)
    if fields["way"] == "in":
        last.incoming = words
    else:
        last.outgoing = words


def _table(ladder: _Ladder) -> Table:
    """The leg's number stands beside its signals when there are two."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("s", justify="right", no_wrap=True)
    table.add_column("leg" if len(ladder.circuits) > 1 else "")
    table.add_column("exchange ──▶", no_wrap=True)
    table.add_column("◀── centre", no_wrap=True)
    table.add_column("what happens")
    legs = {circuit: str(n) for n, circuit in enumerate(ladder.circuits, start=1)} if len(ladder.circuits) > 1 else {}
    for row in ladder.rows:
        at = f"{row.at_s - ladder.since_s:.3f}"
        cells = (at, legs.get(row.circuit, ""), row.incoming, row.outgoing, row.ours)
        table.add_row(*(Text(cell, style=COLOURS.get(row.kind, "")) for cell in cells))
    return table
