"""The collector works by the house's clock, and calls leave nothing for it."""

import asyncio
import gc
from collections.abc import Iterator

import pytest
from tests.conftest import Inhabited, OpenHouse

from kmcc.daemon import garbage
from kmcc.firmware_sim.people.agent import Manner
from kmcc.firmware_sim.pytest_plugin import Clock

CALLS = 6


@pytest.fixture
def passes() -> Iterator[list[int]]:
    """Which generation is looked at, each time."""
    seen: list[int] = []

    def look(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            seen.append(info["generation"])

    gc.callbacks.append(look)
    yield seen
    gc.callbacks.remove(look)


async def _calls(inhabited: Inhabited, called: str, stays_s: float) -> None:
    for _ in range(CALLS):
        async with inhabited.town.exchange.caller("3190001", channels=range(1, 21)) as caller:
            caller.seize(called)
            await asyncio.sleep(stays_s)
            caller.hang_up()
            await asyncio.wait_for(caller.leg.idle, 30)
    await asyncio.sleep(10)


@pytest.mark.parametrize(
    ("called", "stays_s"),
    [("1000", 10.0), ("114", 4.0), ("114", 25.0), ("9000000", 4.0)],
    ids=["in the menu", "in the queue", "in talk", "vacant number"],
)
def test_calls_leave_no_cycles(house: OpenHouse, clock: Clock, called: str, stays_s: float) -> None:
    async def story() -> None:
        async with house(manners=dict.fromkeys(range(4), Manner(picks_up_after_s=6.0, talks_s=60.0))) as inhabited:
            await _calls(inhabited, called, stays_s)  # what is made once only
            gc.collect()
            gc.disable()
            try:
                await _calls(inhabited, called, stays_s)
                assert gc.collect() < CALLS
            finally:
                gc.enable()

    clock(story())


def test_young_ones_often_and_all_when_no_call_is_up(
    clock: Clock, passes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet_s, latest_s, calls_up = 5.0, 20.0, 1
    monkeypatch.setattr(garbage, "QUIET_S", quiet_s)
    monkeypatch.setattr(garbage, "LATEST_S", latest_s)

    async def story() -> None:
        nonlocal calls_up
        work = asyncio.get_running_loop().create_task(garbage.collect_garbage(lambda: calls_up))
        await asyncio.sleep(quiet_s + 1)
        assert not gc.isenabled()
        assert set(passes[1:]) == {1}
        assert len(passes) == pytest.approx((quiet_s + 1) / garbage.YOUNG_S, abs=2)
        calls_up = 0
        passes.clear()
        await asyncio.sleep(2)
        assert passes.count(2) == 1
        calls_up = 1
        passes.clear()
        await asyncio.sleep(latest_s)
        assert passes.count(2) == 1
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        assert gc.isenabled()

    clock(story())
