"""The ladder of each call, drawn from the event log as it goes: the exchange on the left, the centre on the right."""

from dataclasses import dataclass, field
from typing import Final

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kmcc.store.event import Event
from kmcc.switch.journal import Field

LINE_KINDS: Final = ("line.bits", "register.signal")
GUARD: Final = "backward 1011"  # release guard: the last bits of a call
BEFORE_CALL_S: Final = 0.1  # the seizure stands in the log just before the call that it begins
OURS: Final[dict[str, str]] = {
    "call.offered": "call offered: {calling} -> {called}, service {service}",
    "call.alerting": "alerting, speech path open",
    "call.answered": "answered, charging starts",
    "call.placed": "outgoing leg: {called} by {circuit}",
    "call.classified": "classified: {result} (tone: {tone})",
    "call.released": "released: {cause}",
    "prompt.started": "plays [{language}] {prompt}",
    "key.pressed": "key {key}",
    "ivr.choice": "menu choice: {action}",
    "bill.told": "tells the bill of {number}, {month}",
    "identity.verified": "identity verified: {number}",
    "identity.refused": "identity refused: {verdict}",
    "number_change.found": "number change: {old} -> {new} ({variant})",
    "queue.entered": "queue: wants a seat for {service}",
    "queue.waiting": "queue: position {position}, {ahead} ahead",
    "seat.offered": "seat {seat} rings",
    "seat.connected": "seat {seat} talks, waited {waited_ms} ms",
    "seat.parted": "seat {seat} parted",
    "reminder.answered": "reminder: {number} answers",
    "reminder.heard": "reminder: notice heard by {number}",
    "cdr.written": "record leg {leg}: {cause}, {duration_ms} ms",
}
COLOURS: Final = {"line.bits": "cyan", "register.signal": "magenta", "key.pressed": "yellow", "prompt.started": "green"}


@dataclass(slots=True)
class _Row:
    at_s: float
    kind: str
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
    """Fed with every event; prints a call's ladder when its last leg is recorded, or one line in `brief` times."""

    def __init__(self, console: Console) -> None:
        self.brief = False
        self._console = console
        self._calls: dict[str, _Ladder] = {}
        self._call_on: dict[str, str] = {}  # circuit -> call
        self._before: dict[str, list[_Row]] = {}  # circuit -> what was seen on it since its last call

    @property
    def open_calls(self) -> int:
        return len(self._calls)

    def take(self, event: Event) -> None:
        """Note the event on its call's ladder."""
        fields = dict(event.fields)
        call, circuit = fields.get("call"), fields.get("circuit")
        if event.kind in ("call.seized", "call.placed"):
            self._open(event, str(call), str(circuit))
        ladder = self._calls.get(str(call) if call else self._call_on.get(str(circuit), ""))
        if event.kind in LINE_KINDS:
            rows = self._before.setdefault(str(circuit), []) if ladder is None else ladder.rows
            _note_line(rows, event, fields)
        elif ladder is not None and event.kind in OURS:
            ladder.rows.append(_Row(event.t, event.kind, ours=OURS[event.kind].format_map(_Blank(fields))))
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
        if call in self._calls:
            self._calls[call].circuits.append(circuit)
            return
        before = [row for row in self._before.pop(circuit, []) if row.at_s >= event.t - BEFORE_CALL_S]
        self._calls[call] = _Ladder(call, event.t, [circuit], before)

    def _print(self, ladder: _Ladder) -> None:
        del self._calls[ladder.call]
        for circuit in ladder.circuits:
            self._call_on.pop(circuit, None)
        title = f"{ladder.call} on {', '.join(ladder.circuits)}: {ladder.cause}"
        if self.brief:
            self._console.print(f"  {title}", style="dim", highlight=False)
        else:
            self._console.print(Panel(_table(ladder), title=title, title_align="left", border_style="blue"))


class _Blank(dict[str, object]):
    """Fields for `format_map`; one that is missing or None is a dash."""

    def __getitem__(self, key: str) -> object:
        value = self.get(key)
        return "-" if value is None else value


def _note_line(rows: list[_Row], event: Event, fields: dict[str, Field]) -> None:
    """One row a compelled cycle: what came and what was answered to it stand side by side."""
    words, last = str(fields.get("what")), rows[-1] if rows else None
    is_pair = last is not None and last.kind == event.kind
    if fields["way"] == "in":
        if is_pair and last is not None and not last.incoming:
            last.incoming = words
        else:
            rows.append(_Row(event.t, event.kind, incoming=words))
    elif is_pair and last is not None and not last.outgoing:
        last.outgoing = words
    else:
        rows.append(_Row(event.t, event.kind, outgoing=words))


def _table(ladder: _Ladder) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("s", justify="right")
    table.add_column("exchange ──▶")
    table.add_column("◀── centre")
    table.add_column("centre")
    for row in ladder.rows:
        style = COLOURS.get(row.kind, "")
        cells = (f"{row.at_s - ladder.since_s:.3f}", row.incoming, row.outgoing, row.ours)
        table.add_row(*(Text(cell, style=style) for cell in cells))
    return table
