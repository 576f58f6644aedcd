"""What seats do in a talk, through the HTTP face: each order, what everybody hears then, and what is left after."""

import asyncio

from tests.conftest import OpenHouse
from tests.house.seat_api import (
    CALLER_HZ,
    PITCHES,
    SEAT_HZ,
    Bench,
    bench,
)

from kmcc.firmware_sim.people.handset import Voice
from kmcc.firmware_sim.pytest_plugin import Clock


async def heard_by(*voices: Voice) -> list[set[int]]:
    return list(await asyncio.gather(*(voice.hears(PITCHES) for voice in voices)))


async def talking(desk: Bench) -> tuple[Voice, Voice]:
    """A caller and seat 801 talk; their voices."""
    await desk.calls()
    seat = await desk.lifts("801")
    assert await desk.state("801") == "talking"
    return desk.voices[0], seat


def test_caller_and_seat_hear_each_other_and_nobody_else(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            caller = await desk.calls()
            seat = await desk.lifts("801")
            assert await heard_by(desk.voices[0], seat) == [{SEAT_HZ}, {CALLER_HZ}]
            talk = (await desk.seat("801"))["talk"]
            assert (talk["calling"], talk["service"], talk["doing"]) == ("3190001", "complaint", "talking")
            caller.hang_up()
            await desk.rest()
            assert await desk.state("801") == "ready"

    clock(main())


def test_a_held_caller_hears_the_waiting_tone_and_not_the_seat(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            caller = await desk.calls()
            seat = await desk.lifts("801")
            answer = await desk.order("/seats/801/hold")
            assert answer["seat"]["state"] == "held"
            assert await heard_by(desk.voices[0], seat) == [set(), set()]
            await caller.hear_tone("ring_back", timeout_s=20)
            await desk.order("/seats/801/hold", 409)
            answer = await desk.order("/seats/801/retrieve")
            assert answer["seat"]["state"] == "talking"
            assert await heard_by(desk.voices[0], seat) == [{SEAT_HZ}, {CALLER_HZ}]
            await desk.order("/seats/801/retrieve", 409)
            caller.hang_up()
            await desk.rest()

    clock(main())
