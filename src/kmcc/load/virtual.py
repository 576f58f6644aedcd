"""A load run in virtual time: house, exchange, callers and agents in one process, as fast as the machine goes."""

import asyncio
import resource
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from kmcc.daemon.house import House
from kmcc.errors import KmccError
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.firmware_sim.clock import VirtualLoop, run_virtual
from kmcc.firmware_sim.crowd.crowd import Crowd
from kmcc.firmware_sim.crowd.scenario import Scenario
from kmcc.firmware_sim.crowd.tally import Tally
from kmcc.firmware_sim.town import Town
from kmcc.load.books import read_books
from kmcc.load.cpu_split import CpuSplit
from kmcc.load.people import agents_of, subscribers_of
from kmcc.load.plant import house_of
from kmcc.load.report import Effort, LoadReport, unbooked
from kmcc.store.sample import seed as seed_town
from kmcc.switch.calendar import Calendar
from kmcc.switch.circuit import CircuitState
from kmcc.switch.prompts import PromptSet

START: Final = datetime(2000, 5, 22, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SETTLE_S: Final = 1.0  # both ends have seen each other idle
CLEAR_S: Final = 2.0  # after the last call: release guards are over
LOOK_S: Final = 5.0


class OneProcessError(KmccError):
    """In virtual time house and town live and die together."""

    def __init__(self, title: str) -> None:
        super().__init__(f"{title}: a fault kills the house; expected --speed real, where it has a process of its own")


OnProgress = Callable[[float, int], None]
"""Share of the run that is over, and the calls that are up."""


def run_in_virtual_time(
    scenario: Scenario,
    folder: Path,
    *,
    seed: int,
    minutes: float,
    on_progress: OnProgress = lambda _share, _calls: None,
) -> tuple[LoadReport, bool]:
    """The report, and whether the run was interrupted: then it is of the time until then. The folder must exist.

    OneProcessError for a scenario that kills the house.
    """
    if any(fault.what == "the house is killed" for fault in scenario.faults):
        raise OneProcessError(scenario.title)
    return run_virtual(_VirtualRun(scenario, folder, seed, minutes, on_progress).play())


class _VirtualRun:
    def __init__(self, scenario: Scenario, folder: Path, seed: int, minutes: float, on_progress: OnProgress) -> None:
        self._scenario = scenario
        self._folder = folder
        self._seed = seed
        self._minutes = minutes
        self._on_progress = on_progress
        self._split = CpuSplit()
        self._faults: list[str] = []

    async def play(self) -> tuple[LoadReport, bool]:
        loop = VirtualLoop.running()
        config = house_of(self._scenario, self._folder)
        manners = agents_of(self._scenario, Random(f"{self._seed}/agents"))
        town = Town(PromptSet.load(None), subscribers_of(self._scenario), manners)
        board = config.boards[0]
        with SimulatedBoard(town.settle, spans=board.spans, lines=board.lines) as simulated:
            house = House(config, simulated, Calendar(START, loop.time))
            house.database.run_now(lambda s: seed_town(s, house.calendar.now(), self._scenario.passwords))
            crowd = Crowd(self._scenario, self._seed, self._minutes, town)
            with loop.moved_by(house.frames):
                house.open()
                await asyncio.sleep(SETTLE_S)
                began_s, cpu_s = time.perf_counter(), time.process_time()
                with self._split.measuring():
                    interrupted = await self._flow(crowd)
                wall_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
                await asyncio.sleep(CLEAR_S)
                self._look_for_busy(house, town)
                await house.close()
                await town.leave()
        return self._report(crowd.tally, wall_s, cpu_s, house.frames.ticks), interrupted

    async def _flow(self, crowd: Crowd) -> bool:
        """Whether it was interrupted."""
        loop = asyncio.get_running_loop()
        flow, shows = loop.create_task(crowd.flow()), loop.create_task(self._show(crowd))
        try:
            await asyncio.wait((flow,))
            flow.result()
            return False
        except asyncio.CancelledError:  # Ctrl-C: asyncio.Runner cancels the main task
            flow.cancel()
            await asyncio.wait((flow,))
            return True
        finally:
            shows.cancel()

    async def _show(self, crowd: Crowd) -> None:
        while True:
            self._on_progress(crowd.done_s / (60 * self._minutes), crowd.calls)
            await asyncio.sleep(LOOK_S)

    def _look_for_busy(self, house: House, town: Town) -> None:
        for group in house.groups.values():
            busy = [circuit.name for circuit in group.circuits if circuit.state is not CircuitState.IDLE]
            self._faults += [f"circuit {name}: not idle after the last call" for name in busy]
        if town.exchange.busy:
            self._faults.append(f"exchange: {town.exchange.busy} circuits busy after the last call")
        if house.calls.calls:
            self._faults.append(f"calls that did not end: {', '.join(house.calls.calls)}")

    def _report(self, tally: Tally, wall_s: float, cpu_s: float, ticks: int) -> LoadReport:
        books = read_books(self._folder)
        memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        effort = Effort(wall_s, cpu_s, self._split.parts, most_memory_mb=memory_mb, ticks=ticks)
        faults = (*self._faults, *books.faults, *unbooked(tally, books))
        return LoadReport(self._scenario, self._seed, "virtual", tally, books, effort, faults)
