"""A trace as one JSON object, for scripts: everything in it, signals and reason in English and Chinese."""

from typing import Any

from kmcc.trace.call_trace import CallTrace, Row


def as_json(trace: CallTrace) -> dict[str, Any]:
    """Times of rows are in ms from the beginning of the call."""
    reason = trace.reason
    return {
        "call": trace.call,
        "at": trace.at,
        "called": trace.called,
        "calling": trace.calling,
        "circuits": list(trace.circuits),
        "answered": trace.is_answered,
        "cause": trace.cause,
        "reason": None if reason is None else {"en": reason.english, "zh": reason.chinese},
        "rows": [_row(trace, row) for row in trace.rows],
    }


def _row(trace: CallTrace, row: Row) -> dict[str, Any]:
    at_ms = round((row.at_s - trace.since_s) * 1000)
    if row.ours:
        return {"at_ms": at_ms, "kind": row.kind, "ours": row.ours}
    incoming_zh, outgoing_zh, _ = row.words("zh")
    return {
        "at_ms": at_ms,
        "took_ms": row.took_ms,
        "kind": row.kind,
        "circuit": row.circuit,
        "first": "out" if row.is_ours_first else "in",
        "in": {"en": row.incoming, "zh": incoming_zh} if row.incoming else None,
        "out": {"en": row.outgoing, "zh": outgoing_zh} if row.outgoing else None,
    }
