"""Fixtures of all tests: those of the simulator, and the whole house over it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kmcc.config import Config
from kmcc.config.sections import Queue, Reminders, Store
from kmcc.daemon.house import House
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.firmware_sim.clock import VirtualLoop
from kmcc.firmware_sim.people.agent import Manner
from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.firmware_sim.town import Town
from kmcc.store.sample import seed
from kmcc.switch.calendar import Calendar
from kmcc.switch.prompts import PromptSet

pytest_plugins = ["kmcc.firmware_sim.pytest_plugin"]

START = datetime(2000, 5, 22, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Monday, and the first day of the month on which debtors are called."""
PASSWORDS = {"KM-1001": "246810"}
SETTLE_S = 0.2


@dataclass(slots=True)
class Inhabited:
    """The house and the town at the far ends of its lines."""

    house: House
    town: Town
    folder: Path
    is_closed: bool = False

    async def close(self) -> None:
        """Once: then its lines are dead, too."""
        if not self.is_closed:
            self.is_closed = True
            await self.house.close()
            VirtualLoop.running().attach(None)


OpenHouse = Callable[..., AbstractAsyncContextManager[Inhabited]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="long trial counts (make quality); writes docs/quality")


@pytest.fixture
def house(tmp_path: Path, prompt_set: PromptSet) -> OpenHouse:
    """`async with house(subscribers=..., manners=...) as inhabited`, in virtual time, with the sample town's data.

    Further arguments take the place of sections of the configuration.
    """

    @asynccontextmanager
    async def open_house(
        subscribers: Sequence[Subscriber] = (),
        manners: Mapping[int, Manner] = MappingProxyType({}),
        wrap_up_s: int = 1,
        **sections: Any,
    ) -> AsyncIterator[Inhabited]:
        config = Config(
            store=Store(
                url=f"sqlite:///{tmp_path}/kmcc.db",
                recordings=str(tmp_path / "recordings"),
                events=str(tmp_path / "events.jsonl"),
                cdr=str(tmp_path / "cdr.csv"),
            ),
            queue=Queue(wrap_up_s=wrap_up_s),
            reminders=Reminders(retry_minutes=2),
        ).model_copy(update=sections)
        loop = VirtualLoop.running()
        town = Town(prompt_set, subscribers, manners)
        with SimulatedBoard(town.settle) as board:
            built = House(config, board, Calendar(START, loop.time))
            with loop.moved_by(built.frames):
                built.database.run_now(lambda session: seed(session, START, PASSWORDS))
                built.open()
                await asyncio.sleep(SETTLE_S)
                inhabited = Inhabited(built, town, tmp_path)
                try:
                    yield inhabited
                finally:
                    await inhabited.close()
                    await town.leave()

    return open_house
