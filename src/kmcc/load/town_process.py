"""The town of a load run in a process of its own: exchange, callers and agents, in real time, at a board's far side.

It outlives the house: when that is killed the town sees dead lines, and calls again when they come back.
"""

import asyncio
import resource
import signal
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final

from kmcc.firmware_sim.crowd.crowd import Crowd
from kmcc.firmware_sim.shared_town import serve_town
from kmcc.firmware_sim.town import Town
from kmcc.load.house_process import write_whole
from kmcc.load.order import Order
from kmcc.load.people import agents_of, subscribers_of
from kmcc.switch.circuit import CircuitState
from kmcc.switch.prompts import PromptSet

TOWN_FILE: Final = "town.json"
PRIORITY: Final = 40  # of SCHED_FIFO where the system allows it, as the house asks for
READY: Final = "town: running"
LOOK_S: Final = 0.2
READY_LIMIT_S: Final = 60.0
LEAVE_LIMIT_S: Final = 120.0
CLEAR_LIMIT_S: Final = 20.0


def run_town(order: Order) -> None:
    """Until SIGTERM: while callers come it ends their calls, afterwards it ends the process."""
    asyncio.run(_live(order))


async def _live(order: Order) -> None:
    scenario = order.scenario
    town = Town(PromptSet.load(None), subscribers_of(scenario), agents_of(scenario, Random(f"{order.seed}/agents")))
    crowd = Crowd(scenario, order.seed, order.minutes, town)
    spans = scenario.plant.spans_in + scenario.plant.spans_out
    async with serve_town(order.url, town.settle, spans=spans, lines=scenario.seats, priority=PRIORITY):
        print(READY, flush=True)
        asked = asyncio.Event()
        try:
            await _until_idle(town, READY_LIMIT_S)
            await _flow(order, crowd, asked)
            await _until_idle(town, CLEAR_LIMIT_S)
            _tell(order, town, crowd)
            with suppress(TimeoutError):  # the lines live on while the house is looked at
                await asyncio.wait_for(asked.wait(), LEAVE_LIMIT_S)
        finally:
            await town.leave()


async def _flow(order: Order, crowd: Crowd, asked: asyncio.Event) -> None:
    """All callers come and go; the first signal ends their calls, one more is to be `asked` to leave."""
    loop = asyncio.get_running_loop()
    flow = loop.create_task(crowd.flow())
    shows = loop.create_task(_show(order.folder, crowd))
    loop.add_signal_handler(signal.SIGTERM, lambda: asked.set() if flow.done() else flow.cancel())
    try:
        await asyncio.wait((flow,))
        if not flow.cancelled():
            flow.result()
    finally:
        shows.cancel()


async def _show(folder: Path, crowd: Crowd) -> None:
    """What the other process shows of us meanwhile."""
    while True:
        write_whole(folder / "progress.json", {"done_s": crowd.done_s, "calls": crowd.calls})
        await asyncio.sleep(LOOK_S)


async def _until_idle(town: Town, limit_s: float) -> None:
    """Returns when every circuit is idle, or the time is over."""
    for _ in range(round(limit_s / LOOK_S)):
        if _idle(town) == len(town.exchange.circuits):
            return
        await asyncio.sleep(LOOK_S)


def _idle(town: Town) -> int:
    return sum(circuit.state is CircuitState.IDLE for circuit in town.exchange.circuits)


def _tell(order: Order, town: Town, crowd: Crowd) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "tally": crowd.tally.as_json(),
        "not_idle": [f"{c.name} {c.state.value}" for c in town.exchange.circuits if c.state is not CircuitState.IDLE],
        "process_s": time.process_time(),
        "most_memory_mb": usage.ru_maxrss / 1024,
    }
    write_whole(order.folder / TOWN_FILE, told)
