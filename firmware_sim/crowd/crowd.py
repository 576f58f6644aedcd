"""A crowd: places the calls of a scenario on a simulated exchange's circuits and counts what becomes of them."""

import asyncio
from collections import deque
from random import Random
from typing import Final

from kmcc.firmware_sim.crowd.arrivals import MINUTE_S, arrivals
from kmcc.firmware_sim.crowd.scenario import Scenario, Stream
from kmcc.firmware_sim.crowd.tally import Outcome, StreamTally, Tally
from kmcc.firmware_sim.crowd.visitor import Plan, Sounds, Visitor
from kmcc.firmware_sim.exchange import SimulatedExchange
from kmcc.firmware_sim.town import Town
from kmcc.switch.circuit import CircuitState

TRIES: Final = 2
TRY_AGAIN_S: Final = 10.0
NUMBERS: Final = 10_000
REST_LIMIT_S: Final = 120.0  # for calls that are still up when the last caller has come


class Crowd:
    """All callers of one run. The same scenario and seed place the same calls at the same times of the loop."""

    def __init__(self, scenario: Scenario, seed: int, minutes: float, town: Town) -> None:
        self._scenario = scenario
        self._seed = seed
        self._until_s = minutes * MINUTE_S
        self._town = town
        self._sounds = Sounds(town.prompts, scenario.streams)
        self._free = {kind: deque(scenario.plant.circuits_for(transferred=kind)) for kind in (False, True)}
        self._visitors: dict[Visitor, None] = {}
        self._calls: dict[asyncio.Task[None], None] = {}  # in their order, so that they end in the same one
        self.tally = Tally({stream.name: StreamTally() for stream in scenario.streams})
        self.done_s = 0.0

    def use(self, circuits: range) -> None:
        """Call on these circuits of the exchange (from 0) instead of all that the scenario's incoming spans have."""
        self._free = {kind: deque(circuits) for kind in (False, True)}

    @property
    def calls(self) -> int:
        """Up now."""
        return len(self._visitors)

    async def flow(self) -> None:
        """All callers come and go; when it returns the last one has hung up. Cancelled, all hang up at once."""
        started_s = asyncio.get_running_loop().time()
        try:
            async with asyncio.TaskGroup() as group:
                for n, stream in enumerate(self._scenario.streams):
                    group.create_task(self._send(stream, Random(f"{self._seed}/{n}"), started_s))
                for at_s in self._scenario.fault_times_s("all callers hang up", self._seed):
                    if at_s < self._until_s:
                        group.create_task(self._break_all(at_s))
            if self._calls:
                await asyncio.wait(tuple(self._calls), timeout=REST_LIMIT_S)
        finally:
            self._note_line_time(started_s)
            await self.break_off()

    def _note_line_time(self, started_s: float) -> None:
        """In which callers came; not the rest in which the last ones finish."""
        self.tally.line_s = min(asyncio.get_running_loop().time() - started_s, self._until_s)

    async def break_off(self) -> None:
        """Everybody hangs up where he is; returns when the circuits are idle."""
        for visitor in tuple(self._visitors):
            visitor.break_off()
        if self._calls:
            await asyncio.wait(tuple(self._calls))

    async def _send(self, stream: Stream, rng: Random, started_s: float) -> None:
        loop = asyncio.get_running_loop()
        curve = None if stream.curve is None else self._scenario.curves[stream.curve]
        for at_s in arrivals(rng, stream.per_second, curve, self._until_s):
            self.done_s = loop.time() - started_s
            await asyncio.sleep(max(0.0, started_s + at_s - loop.time()))
            self._spawn(stream, Random(rng.getrandbits(64)))
        await asyncio.sleep(max(0.0, started_s + self._until_s - loop.time()))
        self.done_s = self._until_s

    def _spawn(self, stream: Stream, rng: Random) -> None:
        task = asyncio.get_running_loop().create_task(self._call(stream, rng))
        self._calls[task] = None
        task.add_done_callback(self._on_done)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        del self._calls[task]
        if not task.cancelled() and task.exception() is not None:
            what = {"message": "a caller of a crowd failed", "exception": task.exception(), "task": task}
            task.get_loop().call_exception_handler(what)

    async def _call(self, stream: Stream, rng: Random) -> None:
        number = f"319{rng.randrange(NUMBERS):04d}"
        for tried in range(1, TRIES + 1):
            outcome = await self._try(stream, number, rng)
            self.tally.streams[stream.name].outcomes[outcome] += 1
            is_over = outcome not in (Outcome.NO_CIRCUIT, Outcome.REFUSED) or not stream.is_persistent
            if is_over or tried == TRIES:
                return
            await asyncio.sleep(TRY_AGAIN_S)

    async def _try(self, stream: Stream, number: str, rng: Random) -> Outcome:
        exchange = self._town.exchange
        free = self._free[stream.is_transferred]
        n = _take_circuit(exchange, free)
        if n is None:
            return Outcome.NO_CIRCUIT
        visitor = Visitor(Plan(stream, number, rng), exchange.lift(n), self._town.far, self._sounds)
        self._visitors[visitor] = None
        self.tally.most = max(self.tally.most, len(self._visitors))
        try:
            return await visitor.call(self.tally.streams[stream.name])
        finally:
            del self._visitors[visitor]
            free.append(n)

    async def _break_all(self, at_s: float) -> None:
        await asyncio.sleep(at_s)
        for visitor in tuple(self._visitors):
            visitor.break_off()


def _take_circuit(exchange: SimulatedExchange, free: deque[int]) -> int | None:
    """The one that has been idle longest; those that are blocked or clear late wait their turn."""
    for _ in range(len(free)):
        n = free.popleft()
        if exchange.circuits[n].state is CircuitState.IDLE:
            return n
        free.append(n)
    return None
