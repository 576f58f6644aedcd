"""Random callers for a house in real time: arrivals at a given rate, each doing one ordinary thing at the 1000 desk."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Final

import structlog

from kmcc.firmware_sim.errors import ScenarioError
from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.town import Town

log = structlog.get_logger()

SECONDS_AN_HOUR: Final = 3600.0
PATIENCE_S: Final = 120.0


class Traffic:
    """Poisson arrivals from this seed on these channels, until cancelled."""

    def __init__(self, town: Town, rng: Random, calls_per_hour: float, channels: range) -> None:
        self._town = town
        self._rng = rng
        self._rate_s = calls_per_hour / SECONDS_AN_HOUR
        self._channels = channels
        self._calls: dict[asyncio.Task[None], None] = {}  # in their order, so that they end in the same one

    async def flow(self) -> None:
        try:
            while True:
                await asyncio.sleep(self._rng.expovariate(self._rate_s))
                self._place_call()
        finally:
            for call in tuple(self._calls):
                call.cancel()
            await asyncio.gather(*self._calls, return_exceptions=True)

    def _place_call(self) -> None:
        story = self._rng.choice((self._listens, self._wants_a_person, self._hangs_up_early))
        number = f"319{self._rng.randrange(10_000):04d}"
        task = asyncio.get_running_loop().create_task(self._tell(story, number))
        self._calls[task] = None
        task.add_done_callback(self._calls.pop)

    async def _tell(self, story: Callable[[Caller], Awaitable[None]], number: str) -> None:
        """A caller who is disappointed hangs up, as people do; it is worth a line in the log."""
        try:
            async with self._town.exchange.caller(number, channels=self._channels) as caller:
                await story(caller)
        except ScenarioError as disappointed:
            log.info("simulated caller gave up", why=str(disappointed))

    async def _listens(self, caller: Caller) -> None:
        await caller.dial("1000")
        await caller.hear("main-menu")
        await caller.press("1")
        await caller.hear("consult-menu")
        await asyncio.sleep(self._rng.uniform(2.0, 6.0))

    async def _wants_a_person(self, caller: Caller) -> None:
        await caller.dial("1000")
        await caller.hear("welcome")
        await caller.press("0")
        await caller.leg.wait_ended(PATIENCE_S)

    async def _hangs_up_early(self, caller: Caller) -> None:
        await caller.dial("1000")
        await caller.leg.wait_ended(self._rng.uniform(0.5, 4.0))
