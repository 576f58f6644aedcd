"""The house closes with calls in every phase: one record a leg, whole recordings, and in time."""

import asyncio

import pytest
from tests.conftest import Inhabited, OpenHouse
from tests.house.aftermath import assert_wav_is_whole, open_files, records
from tests.house.test_hang_up import STORIES, Story, _play

from kmcc.centre.dunning import call_debtors
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock
from kmcc.switch.callserver import SHUTDOWN_LIMIT_S

INCOMING = range(1, 21)
MOMENTS = {
    "bill": (0.0, 0.05, 0.3, 1.0, 1.4, 1.6, 3.0, 12.0, 20.0, 35.0, 44.0),
    "seat answers and hangs up": (9.0, 12.0, 13.0, 14.5, 17.0),
    "seat lets it ring": (12.0, 40.0),
    "forwarded": (1.6, 2.2, 3.5, 4.5, 6.0),
    "announced": (5.0,),
}
POINTS = [(name, at_s) for name, moments in MOMENTS.items() for at_s in moments]
DEBTORS = [
    Subscriber("3190003", rings_s=4.0, talks_s=60.0),
    Subscriber("3191005", (Habit.RINGS_OUT,)),
    Subscriber("3194011", (Habit.BUSY_TONE,)),
]


async def close_in_time(inhabited: Inhabited) -> None:
    """Whatever the far end does; the database may take a moment more, but it is done in no time here."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    await inhabited.close()
    assert loop.time() - began_s <= SHUTDOWN_LIMIT_S + 0.1
    assert open_files(inhabited.folder / "recordings") == []


@pytest.mark.parametrize("clears", [True, False], ids=["the far end clears", "it never does"])
@pytest.mark.parametrize(("name", "at_s"), POINTS)
def test_closing_in_the_middle_of_a_call(name: str, at_s: float, clears: bool, house: OpenHouse, clock: Clock) -> None:
    story: Story = STORIES[name]

    async def main() -> None:
        async with house(story.subscribers, dict(enumerate(story.manners))) as inhabited:
            caller = inhabited.town.exchange.caller("3190001", channels=INCOMING)
            caller.seize(story.called)
            loop = asyncio.get_running_loop()
            script = loop.create_task(_play(story.script, caller))
            if clears:  # as a subscriber who hears the busy tone hangs up
                caller.leg.ended.add_done_callback(lambda _: caller.hang_up())
                loop.call_later(at_s + 1.0, caller.hang_up)
            await asyncio.sleep(at_s + 0.04)  # the seizure has come
            placed = sum(event.kind == "call.placed" for event in inhabited.house.events.since(0))
            ended = records(inhabited.folder / "cdr.csv")
            await close_in_time(inhabited)
            script.cancel()
            rows = records(inhabited.folder / "cdr.csv")
            assert ended == []
            assert [(row["cause"], row["ended_by"]) for row in rows] == [("shutdown", "centre")] * (1 + placed)
            assert_wav_is_whole(inhabited.folder / "recordings" / rows[-1]["recording"])

    clock(main())


@pytest.mark.parametrize("at_s", [0.05, 1.0, 2.8, 5.0, 9.0, 12.0])
def test_closing_in_the_middle_of_a_campaign(at_s: float, house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with house(DEBTORS) as inhabited:
            running = asyncio.get_running_loop().create_task(call_debtors(inhabited.house.dunning))
            await asyncio.sleep(at_s)
            up = len(inhabited.house.calls.calls)
            before = len(records(inhabited.folder / "cdr.csv"))
            await inhabited.close()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            rows = records(inhabited.folder / "cdr.csv")[before:]
            assert [row["cause"] for row in rows] == ["shutdown"] * up
            assert open_files(inhabited.folder / "recordings") == []

    clock(main())


def test_closing_a_house_full_of_calls(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with house([Subscriber("3192008", rings_s=2.0, talks_s=60.0)]) as inhabited:
            for n in range(20):
                called = "3181002" if n % 2 else "1000"
                caller = inhabited.town.exchange.caller(f"31900{n:02d}", channels=INCOMING)
                caller.seize(called)
                await asyncio.sleep(0.3)
            await close_in_time(inhabited)
            rows = records(inhabited.folder / "cdr.csv")
            placed = sum(event.kind == "call.placed" for event in inhabited.house.events.since(0))
            assert placed > 5
            assert len(rows) == len({row["id"] for row in rows}) == 20 + placed
            assert {row["cause"] for row in rows} == {"shutdown"}

    clock(main())


def test_a_house_without_calls_closes_at_once(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with house() as inhabited:
            began_s = asyncio.get_running_loop().time()
            await inhabited.close()
            assert asyncio.get_running_loop().time() == began_s
            assert records(inhabited.folder / "cdr.csv") == []

    clock(main())
