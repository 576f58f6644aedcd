"""A clock that is put right while a campaign runs: never a call outside its window, before or behind the jump."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.centre.campaign_house import NINE, NOTICE, TOWN, begin, play

from kmcc.daemon.house import House
from kmcc.daemon.wall_clock import follow_wall, keep_to_wall
from kmcc.firmware_sim.clock import run_virtual
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.switch.calendar import Calendar


def test_the_calendar_follows_and_tells_by_how_much() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        calendar, journal = Calendar(NINE, loop.time), MemoryJournal()
        jump = timedelta()

        def wall() -> datetime:
            return NINE + timedelta(seconds=loop.time()) + jump

        keeping = loop.create_task(keep_to_wall(calendar, wall, journal))
        await asyncio.sleep(11.0)
        assert journal.entries == []
        jump = timedelta(hours=-3)
        await asyncio.sleep(6.0)
        assert [one.fields for one in journal.of("clock.set")] == [{"by_s": -10_800.0}]
        assert calendar.now() == wall()
        assert calendar.elapsed_s() == 17.0
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    run_virtual(main())


def test_a_calendar_is_set_to_an_aware_time_only() -> None:
    with pytest.raises(ValueError, match="with a time zone"):
        Calendar(NINE, lambda: 0.0).set(NINE.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("jump", "may_call"), [(timedelta(hours=12), False), (timedelta(hours=-2), False), (timedelta(hours=2), True)]
)
def test_a_jump_over_an_edge_of_the_window(tmp_path: Path, jump: timedelta, may_call: bool) -> None:
    """One line, two people: the second one is due when the first call is over, and by then it is another hour."""
    people = [TOWN[0], TOWN[1]]

    async def story(house: House) -> None:
        definition = NOTICE.replace("lines = 4", "lines = 1")
        name = await begin(house, definition, "number\n3190001\n3190002\n")
        await asyncio.sleep(2.0)
        follow_wall(house.calendar, lambda: house.calendar.now() + jump, house.journal)
        await asyncio.sleep(120.0)
        status = await house.autodial.desk.status(name)
        assert (status.attempts > 1) is may_call
        if may_call:
            return
        assert status.next_turn is not None
        follow_wall(house.calendar, lambda: NINE.replace(hour=15), house.journal)
        await asyncio.sleep(60.0)  # noticed by itself, long before that turn
        assert (await house.autodial.desk.status(name)).attempts > 1

    play(tmp_path, story, people)
