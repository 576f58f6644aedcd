"""A house and its exchange in two processes: a call passes, and the exchange outlives a house that is killed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.daemon.house_process import HouseProcess, refused, running, write_config

from kmcc.cli.exit_codes import NO_BOARD
from kmcc.dsp.engine import EngineEvent, EventKind, SpanAlarm
from kmcc.firmware_sim.errors import ScenarioError
from kmcc.firmware_sim.people.caller import NotConnectedError
from kmcc.firmware_sim.shared_town import SharedTown, serve_town
from kmcc.firmware_sim.town import Town
from kmcc.switch.circuit import CircuitState
from kmcc.switch.prompts import PromptSet

LIMIT_S = 60.0
SETTLE_S = 1.0
SIM = "sim://kunming?seed=1&calls_per_hour=36000"


@asynccontextmanager
async def house_at(config: Path) -> AsyncIterator[HouseProcess]:
    """Started in a thread, for it waits for what the house prints."""
    process = running(config)
    house = await asyncio.to_thread(process.__enter__)
    try:
        yield house
    finally:
        await asyncio.to_thread(process.__exit__, None, None, None)


class Exchange:
    """The far end: its town, and what its span says."""

    def __init__(self, town: Town, served: SharedTown) -> None:
        self.town = town
        self.alive, self.dead = asyncio.Event(), asyncio.Event()
        served.media.watch_spans(self._on_span)

    def _on_span(self, event: EngineEvent) -> None:
        if event.kind is EventKind.SPAN:
            if event.code == 0:
                self.alive.set()
                self.dead.clear()
            elif SpanAlarm.LOS in SpanAlarm(event.code):
                self.dead.set()
                self.alive.clear()

    async def call(self) -> None:
        """One that reaches the house; where the machine stands still the span fails, and the caller tries again."""
        async with asyncio.timeout(LIMIT_S):
            while not await self._reaches():
                pass

    async def _reaches(self) -> bool:
        await self.alive.wait()
        await asyncio.sleep(SETTLE_S)  # good for a while at both ends
        try:
            async with self.town.exchange.caller("3190001", channels=range(1, 21)) as caller:
                await caller.dial("1000")
        except (NotConnectedError, ScenarioError):
            return False
        return True


def test_the_exchange_outlives_a_house_that_is_killed(tmp_path: Path) -> None:
    url = f"shm://test-{os.getpid()}-house?spare_ms=20&dead_ms=1000"
    config = write_config(tmp_path, (SIM, url))
    town = Town(PromptSet.load(None))

    async def story() -> None:
        async with serve_town(url, town.settle, spans=1, lines=4, priority=40) as served:
            exchange = Exchange(town, served)
            async with house_at(config) as house:
                await exchange.call()
                house.send(signal.SIGKILL)
                async with asyncio.timeout(LIMIT_S):
                    await exchange.dead.wait()
                assert town.exchange.circuits[0].state is not CircuitState.IDLE
            async with house_at(config) as house:
                await exchange.call()
                house.send(signal.SIGTERM)
                assert await asyncio.to_thread(house.wait) == (0, "")
            assert served.line.generations == 2
            assert not served.failed.done()
            await town.leave()

    asyncio.run(story())


def test_a_house_without_its_exchange_does_not_start(tmp_path: Path) -> None:
    url = f"shm://test-{os.getpid()}-nobody"
    code, words = refused(write_config(tmp_path, (SIM, url)))
    assert code == NO_BOARD
    assert words.splitlines()[-1].startswith(f"kmcc: {url}: no exchange serves /dev/shm/kmcc-test-")
