"""Runs the morning: builds the house over a simulated town, plays the scenes, shows and keeps what happened."""

import asyncio
import time
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console

from kmcc.centre.dunning import call_debtors
from kmcc.config import Config
from kmcc.config.sections import Queue, Reminders, Store
from kmcc.daemon.house import House
from kmcc.demo.outcome import Outcome, SceneTime
from kmcc.demo.screen import Screen
from kmcc.demo.speed import Speedometer
from kmcc.demo.summary import write_summary
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
CONTRACT: Final = "KM-1001"
"""Whose password the callers know."""


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


def run_demo(folder: Path, seed_number: int, console: Console, *, pace_s: float = 0.0) -> Outcome:
    """Play the whole morning into this folder, which must be empty or not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    config = demo_config(folder)
    outcome = run_virtual(_Demo(config, seed_number, Screen(console, pace_s)).play())
    write_summary(outcome, Path(config.store.cdr), folder / "summary.html")
    return outcome


class _Demo:
    def __init__(self, config: Config, seed_number: int, screen: Screen) -> None:
        self._config = config
        self._seed = seed_number
        self._rng = Random(seed_number)
        self._screen = screen
        self._report: CampaignReport | None = None
        self._times: list[SceneTime] = []

    async def play(self) -> Outcome:
        began_s = time.perf_counter()
        loop = asyncio.get_running_loop()
        if not isinstance(loop, VirtualLoop):
            raise TypeError("the demo runs in virtual time only")
        section = self._config.boards[0]
        town = Town(PromptSet.load(None), SUBSCRIBERS, manners(self._rng, section.lines))
        calendar = Calendar(START, loop.time)
        with SimulatedBoard(town.settle, spans=section.spans, lines=section.lines) as board:
            house = House(self._config, board, calendar)
            speed = Speedometer(town.exchange, RUSH_CHANNELS, loop.time)
            loop.attach(house.frames)
            with self._screen.status(lambda: _status(house, town)):
                await self._live(house, town, speed)
            loop.attach(None)
        wall_s = time.perf_counter() - began_s - self._screen.paused_s
        return self._outcome(house, speed, calendar.elapsed_s(), wall_s)

    async def _live(self, house: House, town: Town, speed: Speedometer) -> None:
        passwords = {CONTRACT: f"{self._rng.randrange(1_000_000):06d}"}
        house.database.run_now(lambda session: seed(session, house.calendar.now(), passwords))
        watcher = asyncio.get_running_loop().create_task(self._watch(house))
        house.open()
        morning = Morning(town, self._rng, passwords, lambda: self._call_debtors(house))
        for number, scene in enumerate(morning.scenes(), start=1):
            await self._play_scene(house, number, scene, speed)
        await house.close()
        await town.leave()
        await watcher
        self._screen.finish()

    async def _play_scene(self, house: House, number: int, scene: Scene, speed: Speedometer) -> None:
        await asyncio.sleep(PAUSE_S)
        at, began_s = house.calendar.now(), house.calendar.elapsed_s()
        self._screen.scene(number, scene, at)
        with speed.measuring() if scene.is_crowded else nullcontext():
            await scene.play()
        await asyncio.sleep(PAUSE_S)
        self._times.append(SceneTime(scene.title, at, house.calendar.elapsed_s() - began_s))

    async def _watch(self, house: House) -> None:
        seen = 0
        async for event in house.events.subscribe():
            for one in house.events.since(seen) if isinstance(event, Lagged) else (event,):
                self._screen.take(one)
                seen = one.seq

    async def _call_debtors(self, house: House) -> None:
        self._report = await call_debtors(house.dunning)

    def _outcome(self, house: House, speed: Speedometer, line_time_s: float, wall_s: float) -> Outcome:
        return Outcome(
            seed=self._seed,
            line_time_s=line_time_s,
            wall_s=wall_s,
            rush_s=speed.line_s,
            rush_ratio=speed.ratio,
            legs=house.records.count,
            scenes=tuple(self._times),
            campaign=self._report,
        )


def _status(house: House, town: Town) -> str:
    return (
        f" {house.calendar.now():%H:%M:%S}   {town.exchange.busy:2} channels busy   {len(house.calls.calls):2} calls up"
        f"   {house.seats.waiting:2} waiting   {house.records.count:3} records "
    )
