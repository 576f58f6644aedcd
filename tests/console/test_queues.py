"""GET /queues and its gauges over a real log; and a real house whose callers they count."""

import asyncio
import csv
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.conftest import OpenHouse

from kmcc.console.queues import QueueWatch
from kmcc.daemon.view import View
from kmcc.firmware_sim.people.agent import Manner
from kmcc.firmware_sim.pytest_plugin import Clock
from kmcc.store.event_log import EventLog
from kmcc.store.queue_history import Limits
from kmcc.switch.calendar import Calendar

if TYPE_CHECKING:
    from tests.console.conftest import Served


def queues(served: "Served") -> dict[str, Any]:
    answer = httpx.get(f"{served.url}/queues")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def gauges(served: "Served") -> dict[tuple[str, str], float]:
    text = httpx.get(f"{served.url}/metrics").text
    return {
        (sample.name, sample.labels["service"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if "service" in sample.labels
    }


def test_a_service_is_shown_before_anybody_has_called(served: "Served") -> None:
    bill = queues(served)["services"]["bill"]
    assert (bill["waiting"], bill["longest_waiting_s"], bill["today"]["offered"]) == (0, None, 0)
    assert gauges(served) == {("kmcc_queue_waiting", "bill"): 0}


def test_who_waits_and_who_was_answered(served: "Served") -> None:
    def call(name: str, service: str | None) -> None:
        served.house.events.write("queue.entered", call=name, service=service, grade=0)

    def happen() -> None:
        write = served.house.events.write
        call("a", "bill")
        call("b", "bill")
        call("c", None)
        write("seat.offered", call="a", seat="801")
        write("seat.state", seat="801", old="ready", new="reserved", call="a", reason=None)
        write("seat.state", seat="801", old="reserved", new="talking", call="a", reason=None)
        write("queue.waiting", call="b", position=1, ahead=0, expected_ms=42_000)

    served.on_loop(happen)
    found = queues(served)
    assert found["seq"] == served.house.events.last_seq
    bill = found["services"]["bill"]
    assert (bill["waiting"], bill["expected_wait_s"], bill["limit_s"]) == (1, 42.0, 15.0)
    assert bill["longest_waiting_s"] == pytest.approx(3600, abs=30)  # the console's clock stands an hour later
    assert (bill["today"]["offered"], bill["today"]["service_level"]) == (2, 1.0)
    assert bill["hour"]["offered"] == 0
    assert found["services"]["unknown"]["waiting"] == 1
    assert found["seats"]["801"]["state"] == "talking"
    assert found["seats"]["801"]["today"]["occupancy"] == 1.0
    assert gauges(served)["kmcc_queue_waiting", "unknown"] == 1
    assert gauges(served)["kmcc_queue_expected_wait_seconds", "bill"] == 42.0


def test_today_is_told_after_a_restart_too(tmp_path: Path) -> None:
    """It begins at midnight, whoever wrote the log; what was before is not read."""
    now_s = 0.0
    calendar = Calendar(datetime(2000, 5, 1, 23, 50, tzinfo=UTC), lambda: now_s)

    async def story() -> None:
        nonlocal now_s
        with EventLog(tmp_path / "events.jsonl", calendar, keep=10) as log:
            for n in range(400):
                log.write("queue.entered", call=f"c{n}", service="bill", grade=0)
                log.write("queue.abandoned", call=f"c{n}", waited_ms=0)
                now_s += 3
        with EventLog(tmp_path / "events.jsonl", calendar, keep=10) as log:
            watch = QueueWatch(log, calendar.now, Limits())
            await watch.catch_up()
            assert watch.state().services["bill"].today["offered"] == 200
            now_s += timedelta(days=1).total_seconds()
            await watch.catch_up()
            assert watch.state().services == {}

    asyncio.run(story())


def test_the_figures_of_a_real_house(house: OpenHouse, clock: Clock) -> None:
    """Four callers for three seats, the last one has enough of waiting: the log tells what the call records tell."""

    async def story() -> None:
        manner = Manner(picks_up_after_s=1.0, talks_s=20.0)
        async with house(manners=dict.fromkeys(range(4), manner)) as inhabited:
            async with AsyncExitStack() as lines:
                callers = []
                for n in range(4):
                    lift = inhabited.town.exchange.caller(f"319000{n}", channels=range(1, 21))
                    callers.append(await lines.enter_async_context(lift))
                    callers[-1].seize("114")
                    await asyncio.sleep(2)
                await asyncio.sleep(8)
                callers[-1].hang_up()
                await asyncio.sleep(40)
            watch = View(inhabited.house).queues
            await watch.catch_up()
            today = watch.state().services["directory"].today
            assert (today["offered"], today["answered"], today["abandoned"], today["waiting"]) == (4, 3, 1, 0)
            with (inhabited.folder / "cdr.csv").open(encoding="utf-8") as file:
                waits_ms = [int(row["waiting_ms"]) for row in csv.DictReader(file)]
            assert len(waits_ms) == 4
            assert today["mean_wait_s"] == pytest.approx(sum(waits_ms) / 4000, abs=0.002)

    clock(story())
