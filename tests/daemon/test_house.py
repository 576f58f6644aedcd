"""The house in virtual time: reminder calls that are up when it closes, and starts that fail half way."""

import asyncio
from datetime import datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from tests.daemon.left_behind import cdr_rows, check_recordings, check_records, events

from kmcc.daemon.house import House
from kmcc.demo.show import demo_config
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.firmware_sim.clock import VirtualLoop, run_virtual
from kmcc.firmware_sim.morning import SUBSCRIBERS, manners
from kmcc.firmware_sim.town import Town
from kmcc.store.sample import seed
from kmcc.switch.calendar import Calendar
from kmcc.switch.prompts import PromptSet

START = datetime(2000, 5, 22, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_reminder_calls_that_are_up_have_their_records_when_the_house_is_closed(tmp_path: Path) -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        town = Town(PromptSet.load(None), SUBSCRIBERS, manners(Random(1), 4))
        with SimulatedBoard(town.settle, spans=1, lines=4) as board:
            house = House(demo_config(tmp_path), board, Calendar(START, loop.time))
            loop.attach(house.frames)
            house.database.run_now(lambda session: seed(session, START, {}))
            house.open()
            await asyncio.sleep(1.0)
            campaign = loop.create_task(house.autodial.run())
            await asyncio.sleep(9.0)
            assert len(house.calls.calls) == 2  # one debtor listens, another's telephone rings
            await house.close()
            campaign.cancel()
            await asyncio.gather(campaign, return_exceptions=True)
            await town.leave()
            loop.attach(None)

    run_virtual(story())
    check_records(tmp_path)
    check_recordings(tmp_path)
    causes = {row["called"]: row["cause"] for row in cdr_rows(tmp_path)}
    assert causes == {"3190003": "shutdown", "3191005": "busy", "3194011": "shutdown"}
    log = events(tmp_path)
    assert log[-1].kind == "house.closed"
    assert log[-1].fields["calls"] == 3
