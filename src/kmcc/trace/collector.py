"""From the event log to traces: fed with every event in order, it tells each finished row and each finished call."""

import re
from dataclasses import dataclass
from typing import Final

from kmcc.store.event import Event
from kmcc.switch.journal import Field
from kmcc.trace.call_trace import CallTrace, Row
from kmcc.trace.reason import reason_of
from kmcc.trace.story import told

LINE_KINDS: Final = ("line.bits", "register.signal")
GUARD: Final = "backward 1011"  # release guard: the last bits of a call
BEFORE_CALL_S: Final = 0.1  # the seizure stands in the log just before the call that it begins
WAY: Final = re.compile(r"^(forward|backward) ")  # the column says who sends
BRACKETS: Final = str.maketrans("", "", "()")


@dataclass(frozen=True, slots=True)
class RowDone:
    """Nothing is added to this row any more."""

    trace: CallTrace
    row: Row


@dataclass(frozen=True, slots=True)
class CallDone:
    """The call has been released and its own circuit has come to rest."""

    trace: CallTrace


News = RowDone | CallDone


class Collector:
    """Calls overlap: each has its trace, and each circuit the call that it carries."""

    def __init__(self) -> None:
        self._calls: dict[str, CallTrace] = {}
        self._call_on: dict[str, str] = {}  # circuit -> call
        self._before: dict[str, list[Row]] = {}  # circuit -> what was seen on it since its last call

    def take(self, event: Event) -> list[News]:
        fields = dict(event.fields)
        call, circuit = fields.get("call"), str(fields.get("circuit"))
        news: list[News] = []
        if event.kind in ("call.seized", "call.placed"):
            news += self._open(event, str(call), circuit)
        trace = self._calls.get(str(call) if call else self._call_on.get(circuit, ""))
        if event.kind in LINE_KINDS:
            rows = self._before.setdefault(circuit, []) if trace is None else trace.rows
            superseded = _note_line(rows, event, circuit, fields)
            news += [] if trace is None or superseded is None else [RowDone(trace, superseded)]
        elif trace is not None:
            news += _note_ours(trace, event, fields)
        if trace is not None and self._is_over(trace, event, fields):
            news += self._close(trace)
        return news

    def finish(self) -> list[News]:
        """Close what is not quite over."""
        return [one for trace in tuple(self._calls.values()) for one in self._close(trace)]

    def _open(self, event: Event, call: str, circuit: str) -> list[News]:
        self._call_on[circuit] = call
        before = [row for row in self._before.pop(circuit, []) if row.at_s >= event.t - BEFORE_CALL_S]
        trace = self._calls.get(call)
        if trace is None:
            self._calls[call] = CallTrace(call, event.at, event.t, [circuit], before)
            return []
        trace.circuits.append(circuit)
        last = trace.rows[-1:]
        trace.rows.extend(before)
        return [RowDone(trace, row) for row in last if before and not row.ours]

    def _is_over(self, trace: CallTrace, event: Event, fields: dict[str, Field]) -> bool:
        if event.kind == "call.released":
            trace.cause = str(fields.get("cause"))
        is_own = fields.get("circuit") == trace.circuits[0]
        return trace.cause is not None and is_own and str(fields.get("what")).startswith(GUARD)

    def _close(self, trace: CallTrace) -> list[News]:
        del self._calls[trace.call]
        for circuit in trace.circuits:
            self._call_on.pop(circuit, None)
        if trace.cause is not None:
            trace.reason = reason_of(trace.cause, trace.failures, is_answered=trace.is_answered)
        last = [row for row in trace.rows[-1:] if not row.ours]
        return [*(RowDone(trace, row) for row in last), CallDone(trace)]


def _note_ours(trace: CallTrace, event: Event, fields: dict[str, Field]) -> list[News]:
    match event.kind:
        case "circuit.failed":
            trace.failures.append((str(fields.get("circuit")), str(fields.get("reason"))))
        case "call.answered":
            trace.is_answered = True
        case "call.offered":
            trace.called = _text(fields.get("called"))
            trace.calling = _text(fields.get("calling"))
        case "call.placed" if trace.called is None:
            trace.called = _text(fields.get("called"))
    words = told(event)
    if words is None:
        return []
    last = [row for row in trace.rows[-1:] if not row.ours]
    row = Row(event.t, event.kind, ours=words)
    trace.rows.append(row)
    return [*(RowDone(trace, one) for one in last), RowDone(trace, row)]


def _text(value: Field) -> str | None:
    return None if value is None else str(value)


def _note_line(rows: list[Row], event: Event, circuit: str, fields: dict[str, Field]) -> Row | None:
    """One row a compelled cycle: what came and what was answered to it stand side by side.

    Returns the row before, when this signal begins a new one.
    """
    words = WAY.sub("", str(fields.get("what"))).translate(BRACKETS)
    is_ours = fields.get("way") != "in"
    last = rows[-1] if rows else None
    fits = last is not None and (last.kind, last.circuit) == (event.kind, circuit)
    superseded = None
    if last is None or not fits or (last.outgoing if is_ours else last.incoming):
        superseded = None if last is None or last.ours else last
        last = Row(event.t, event.kind, circuit, is_ours_first=is_ours)
        rows.append(last)
    else:
        last.answered_s = event.t
    if is_ours:
        last.outgoing = words
    else:
        last.incoming = words
    return superseded
