from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from tests.console.conftest import Served


def test_fit(served: "Served") -> None:
    answer = httpx.get(f"{served.url}/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "reasons": [],
        "uptime_s": 61.5,
        "version": "0.1.0",
        "circuits_idle": 27,
        "circuits_busy": 2,
        "circuits_blocked": 1,
        "calls": 2,
        "late_ticks": 0,
        "alarms": [],
    }


def test_unfit(served: "Served") -> None:
    served.house.health_now = replace(
        served.house.health_now, ok=False, reasons=("span 0 of boards[0]: loss of frame",)
    )
    answer = httpx.get(f"{served.url}/healthz")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["span 0 of boards[0]: loss of frame"]
