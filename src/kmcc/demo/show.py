"""Runs the morning: builds the house over a simulated town, plays the scenes, shows and keeps what happened."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.rule import Rule

from kmcc.centre.dunning import call_debtors
from kmcc.config import Config
from kmcc.config.sections import Queue, Reminders, Store
from kmcc.daemon.house import House
from kmcc.demo.ladder import LadderView
from kmcc.demo.speed import Speedometer
from kmcc.demo.summary import SceneTime, Summary
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.firmware_sim.clock import VirtualLoop, run_virtual
from kmcc.firmware_sim.morning import RUSH_CHANNELS, SUBSCRIBERS, Morning, Scene, manners
from kmcc.firmware_sim.town import Town
from kmcc.store.sample import seed
from kmcc.store.subscription import Lagged
from kmcc.switch.autodial.events import CampaignReport
from kmcc.switch.calendar import Calendar
from kmcc.switch.prompts import PromptSet

START: Final = datetime(2000, 5, 22, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Monday, and the first day of the month on which debtors are called."""
PAUSE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the morning amounted to."""

    line_time_s: float
    wall_s: float
    rush_ratio: float | None
    calls: int
    folder: Path


def demo_config(folder: Path) -> Config:
    """The default house, with its files in this folder and short waits between reminder calls."""
    return Config(
        store=Store(
            url=f"sqlite:///{folder / 'kmcc.db'}",
            recordings=str(folder / "recordings"),
            events=str(folder / "events.jsonl"),
            cdr=str(folder / "cdr.csv"),
        ),
        queue=Queue(wrap_up_s=3),
        reminders=Reminders(retry_minutes=2),
    )


def run_demo(folder: Path, seed_number: int, console: Console) -> Outcome:
    """Play the whole morning into this folder, which must be empty or not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    return run_virtual(_Demo(folder, seed_number, console).play())


class _Demo:
    def __init__(self, folder: Path, seed_number: int, console: Console) -> None:
        self._folder = folder
        self._seed = seed_number
        self._rng = Random(seed_number)
        self._console = console
        self._ladders = LadderView(console)
        self._report: CampaignReport | None = None
        self._times: list[SceneTime] = []

    async def play(self) -> Outcome:
        began_s = time.perf_counter()
        loop = asyncio.get_running_loop()
        if not isinstance(loop, VirtualLoop):
            raise TypeError("the demo runs in virtual time only")
        config = demo_config(self._folder)
        prompts = PromptSet.load(None)
        town = Town(prompts, SUBSCRIBERS, manners(self._rng, config.boards[0].lines))
        calendar = Calendar(START, loop.time)
        with SimulatedBoard(town.settle, spans=config.boards[0].spans, lines=config.boards[0].lines) as board:
            house = House(config, board, calendar)
            speed = Speedometer(town.exchange, RUSH_CHANNELS, loop.time)
            loop.attach(house.frames)
            await self._live(house, town, speed)
            loop.attach(None)
        outcome = Outcome(
            calendar.elapsed_s(), time.perf_counter() - began_s, speed.ratio, house.records.count, self._folder
        )
        self._summarise(house, config, outcome)
        return outcome

    async def _live(self, house: House, town: Town, speed: Speedometer) -> None:
        loop = asyncio.get_running_loop()
        passwords = {"KM-1001": f"{self._rng.randrange(1_000_000):06d}"}
        house.database.run_now(lambda session: seed(session, house.calendar.now(), passwords))
        watcher = loop.create_task(self._watch(house))
        house.open()
        morning = Morning(town, self._rng, passwords, lambda: self._call_debtors(house))
        for number, scene in enumerate(morning.scenes(), start=1):
            await self._play_scene(house, number, scene, speed)
        await house.close()
        await town.leave()
        await watcher
        self._ladders.finish()

    async def _play_scene(self, house: House, number: int, scene: Scene, speed: Speedometer) -> None:
        await asyncio.sleep(PAUSE_S)
        at = house.calendar.now()
        self._console.print(Rule(f"{at:%H:%M:%S}  {number}. {scene.title}", align="left"))
        self._ladders.brief = scene.is_crowded
        began_s = house.calendar.elapsed_s()
        with speed.measuring(scene.is_crowded):
            await scene.play()
        await asyncio.sleep(PAUSE_S)
        self._times.append(SceneTime(scene.title, at, house.calendar.elapsed_s() - began_s))

    async def _watch(self, house: House) -> None:
        seen = 0
        async for event in house.events.subscribe():
            for one in house.events.since(seen) if isinstance(event, Lagged) else (event,):
                self._ladders.take(one)
                seen = one.seq

    async def _call_debtors(self, house: House) -> None:
        self._report = await call_debtors(house.dunning)

    def _summarise(self, house: House, config: Config, outcome: Outcome) -> None:
        summary = Summary(self._seed, outcome, self._times, self._report, Path(config.store.cdr))
        summary.write(self._folder / "summary.html")
