"""The pre-flight report, as text and as JSON: how many are called, how many are skipped because of what, and who."""

from collections.abc import Iterator
from typing import Any

from kmcc.switch.autodial.preflight import Preflight


def preflight_json(name: str, check: Preflight) -> dict[str, Any]:
    return {
        "campaign": name,
        "contacts": len(check.to_call) + len(check.skipped),
        "to_call": len(check.to_call),
        "skipped": {why.value: count for why, count in check.counts().items()},
        "who": [{"contact": one.contact.id, "why": one.why.value} for one in check.skipped],
        "dropped_numbers": [
            {"contact": one.contact, "number": one.number, "why": one.why.value} for one in check.dropped
        ],
    }


def preflight_lines(report: dict[str, Any]) -> Iterator[str]:
    """The same for people."""
    yield f"campaign {report['campaign']}: {report['contacts']} contacts, {report['to_call']} will be called"
    for why, count in report["skipped"].items():
        if count:
            who = [one["contact"] for one in report["who"] if one["why"] == why]
            more = f" and {count - 5} more" if count > 5 else ""
            yield f"{count} will be skipped because: {why} ({', '.join(who[:5])}{more})"
    if report["dropped_numbers"]:
        yield f"{len(report['dropped_numbers'])} numbers will not be called of contacts who have another"
