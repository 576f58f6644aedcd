"""A house with a town around it in virtual time, for stories of campaigns."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kmcc.centre.campaigns.contact_list import read_contacts
from kmcc.centre.campaigns.desk import CampaignRecord
from kmcc.config.sections import Reminders
from kmcc.daemon.house import House
from kmcc.demo.show import demo_config
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.firmware_sim.clock import VirtualLoop, run_virtual
from kmcc.firmware_sim.people.agent import Manner
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.town import Town
from kmcc.switch.calendar import Calendar
from kmcc.switch.prompts import PromptSet

ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2000, 5, 22, 9, 0, tzinfo=ZONE)
PROMPTS = PromptSet.load(None)

Story = Callable[[House], Awaitable[None]]

NOTICE = """
name = "notice"
retry_minutes = { busy = 2, no_answer = 2, congestion = 2, failed = 2, lost = 2 }
[talk]
say = ["hello"]
[pacing]
lines = 4
"""
TOWN = [
    Subscriber("3190001", rings_s=1.0, talks_s=60.0),
    Subscriber("3190002", (Habit.BUSY_TONE, Habit.ANSWERS), rings_s=1.0, talks_s=60.0),
    Subscriber("3190003", (Habit.RINGS_OUT,)),
    Subscriber("3190005", rings_s=1.0, talks_s=0.3),
]
LIST = "number\n3190001\n3190002\n3190003\n3190004\n3190005\n"


def play(
    folder: Path, story: Story, people: Sequence[Subscriber] = (), start: datetime = NINE, *, runs: bool = True
) -> None:
    """The story in a house that opens at `start`, over what is in the folder already; with `runs` autodial runs."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        town = Town(PROMPTS, people, {line: Manner() for line in range(4)})
        with SimulatedBoard(town.settle, spans=1, lines=4) as board:
            config = demo_config(folder).model_copy(update={"reminders": Reminders(enabled=False)})
            house = House(config, board, Calendar(start, loop.time))
            loop.attach(house.frames)
            house.open()
            await asyncio.sleep(1.0)
            works = loop.create_task(house.autodial.run() if runs else asyncio.sleep(0))
            await story(house)
            await house.close()
            works.cancel()
            await asyncio.gather(works, return_exceptions=True)
            await town.leave()
            loop.attach(None)

    run_virtual(main())


async def begin(house: House, definition: str, contacts: str) -> str:
    order = house.autodial.read_order(definition, "test")
    await house.autodial.desk.add(definition, order, read_contacts(contacts, "list", said=order.columns()))
    await house.autodial.desk.start(order.name)
    return order.name


async def until_over(house: House, name: str, limit_s: float = 3600.0) -> CampaignRecord:
    for _ in range(int(limit_s)):
        await asyncio.sleep(1.0)
        if name not in house.autodial.desk.runs:
            return await house.autodial.desk.report(name)
    raise AssertionError(f"{name} never ended")


def fates(record: CampaignRecord) -> dict[str, tuple[str, list[str]]]:
    results: dict[str, list[str]] = {}
    for one in record.attempts:
        results.setdefault(one.contact, []).append("open" if one.result is None else one.result.value)
    verdicts = {one.contact: one.verdict for one in record.listed.snapshot.contacts}
    return {key: ("open" if v is None else v.value, results.get(key, [])) for key, v in verdicts.items()}
