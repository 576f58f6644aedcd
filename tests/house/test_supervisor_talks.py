"""What a supervisor does, through the HTTP face: who hears whom then, and that nobody notices (R-107, R-108, R-112)."""

import asyncio

import numpy as np
import pytest
from tests.conftest import OpenHouse
from tests.house.seat_api import CALLER_HZ, CHIEF_HZ, PITCHES, SEAT_HZ, SECOND_HZ, Bench, bench

from kmcc.config.sections import Media, Seat
from kmcc.firmware_sim.people.handset import Handset, Voice
from kmcc.firmware_sim.pytest_plugin import Clock

JOIN_LIMIT_S = 0.3
CHIEF = {"supervisor": "804"}


async def heard_by(*voices: Voice) -> list[set[int]]:
    return list(await asyncio.gather(*(voice.hears(PITCHES) for voice in voices)))


async def watched(desk: Bench, manner: str = "listen") -> Handset:
    """The supervisor at 804 is in the talk of 801."""
    await desk.order(f"/supervisor/seats/801/{manner}", **CHIEF)
    return await desk.lifts("804", CHIEF_HZ)


@pytest.mark.parametrize(
    ("manner", "caller_hears", "seat_hears"),
    [
        ("listen", {SEAT_HZ}, {CALLER_HZ}),
        ("whisper", {SEAT_HZ}, {CALLER_HZ, CHIEF_HZ}),
        ("barge", {SEAT_HZ, CHIEF_HZ}, {CALLER_HZ, CHIEF_HZ}),
    ],
)
def test_who_hears_a_supervisor(
    manner: str, caller_hears: set[int], seat_hears: set[int], house: OpenHouse, clock: Clock
) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            caller = await desk.calls()
            seat = await desk.lifts("801")
            chief = await watched(desk, manner)
            assert await heard_by(desk.voices[0], seat, chief) == [caller_hears, seat_hears, {CALLER_HZ, SEAT_HZ}]
            (watcher,) = (await desk.seat("801"))["talk"]["watchers"]
            assert watcher == {"supervisor": "804", "manner": manner, "is_there": True}
            chief.put_down()
            await asyncio.sleep(1.0)
            assert await heard_by(desk.voices[0], seat) == [{SEAT_HZ}, {CALLER_HZ}]
            caller.hang_up()
            await desk.rest()

    clock(main())


def test_the_manner_changes_at_once_and_while_the_caller_is_held(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            caller = await desk.calls()
            seat = await desk.lifts("801")
            chief = await watched(desk)
            await desk.order("/supervisor/seats/801/whisper", **CHIEF)
            assert await heard_by(desk.voices[0], seat) == [{SEAT_HZ}, {CALLER_HZ, CHIEF_HZ}]
            await desk.order("/seats/801/hold")
            assert await heard_by(desk.voices[0], seat, chief) == [set(), {CHIEF_HZ}, {SEAT_HZ}]
            await desk.order("/supervisor/seats/801/listen", **CHIEF)
            await desk.order("/seats/801/retrieve")
            assert await heard_by(desk.voices[0], seat, chief) == [{SEAT_HZ}, {CALLER_HZ}, {CALLER_HZ, SEAT_HZ}]
            await desk.order("/supervisor/leave", 204, **CHIEF)
            await desk.order("/supervisor/leave", 409, **CHIEF)
            assert await heard_by(desk.voices[0], seat, chief) == [{SEAT_HZ}, {CALLER_HZ}, set()]
            caller.hang_up()
            await desk.rest()

    clock(main())


def test_a_listener_who_comes_and_goes_changes_not_one_octet_of_what_the_caller_hears(
    house: OpenHouse, clock: Clock
) -> None:
    """R-107 allows a change of level below 0.1 dB; there is none."""

    async def main() -> None:
        async with bench(house) as desk:
            caller = await desk.calls()
            seat = await desk.lifts("801")
            desk.voices[0].start_tape()
            seat.start_tape()
            await asyncio.sleep(0.2)
            chief = await watched(desk)
            await asyncio.sleep(0.2)
            chief.put_down()
            await asyncio.sleep(1.2)
            (heard, _), (_, said) = desk.voices[0].stop_tape(), seat.stop_tape()
            late = next(n for n in range(800) if np.array_equal(heard[n : n + 800], said[:800]))
            length = len(heard) - late
            assert length > 8000
            assert np.array_equal(heard[late:], said[:length])
            caller.hang_up()
            await desk.rest()

    clock(main())


def test_a_supervisor_whose_line_is_up_is_there_within_300_ms(house: OpenHouse, clock: Clock) -> None:
    seats = (
        Seat(id="801", line=0, skills={"complaint": 1}),
        Seat(id="804", line=3, skills={"centre": 9}, sign_in="by order", answering="headset"),
    )

    async def main() -> None:
        async with bench(house, seats=seats) as desk:
            caller = await desk.calls()
            await desk.lifts("801")
            chief = await watched(desk)  # the first time it rings; from now on the line is up
            await desk.order("/supervisor/leave", 204, **CHIEF)
            assert await heard_by(chief) == [set()]
            chief.start_tape()
            await desk.order("/supervisor/seats/801/listen", **CHIEF)
            await asyncio.sleep(JOIN_LIMIT_S)
            heard, _ = chief.stop_tape()
            first = int(np.flatnonzero(np.abs(heard) > 500)[0])
            assert first / 8000 < JOIN_LIMIT_S
            assert first / 8000 < 0.05
            chief.put_down()
            await asyncio.sleep(1.0)
            assert (await desk.seat("801"))["talk"]["watchers"] == []
            caller.hang_up()
            await desk.rest()

    clock(main())


def test_intercept_takes_the_call_over(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            caller = await desk.calls()
            seat = await desk.lifts("801")
            chief = await watched(desk, "intercept")
            assert await heard_by(desk.voices[0], seat, chief) == [{CHIEF_HZ}, set(), {CALLER_HZ}]
            seat.put_down()
            await asyncio.sleep(2.0)
            assert await desk.state("801") == "ready"
            assert (await desk.seat("804"))["talk"]["calling"] == "3190001"
            await desk.order("/seats/804/transfer", seat="801")  # and passes it on again
            await asyncio.sleep(0.1)
            seat = await desk.lifts("801")
            assert await heard_by(desk.voices[0], seat) == [{SEAT_HZ}, {CALLER_HZ}]
            caller.hang_up()
            await desk.rest()

    clock(main())


def test_a_supervisor_goes_with_the_call_from_seat_to_seat(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            caller = await desk.calls()
            await desk.lifts("801")
            await desk.order("/seats/802/sign-in")
            chief = await watched(desk, "whisper")
            await desk.order("/seats/801/consult", seat="802")
            second = await desk.lifts("802", SECOND_HZ)
            assert await heard_by(second, chief) == [{SEAT_HZ}, {SEAT_HZ, SECOND_HZ}]
            await desk.order("/seats/801/complete-transfer")
            assert await heard_by(desk.voices[0], second, chief) == [
                {SECOND_HZ},
                {CALLER_HZ, CHIEF_HZ},
                {CALLER_HZ, SECOND_HZ},
            ]
            caller.hang_up()
            await desk.rest()

    clock(main())


def test_waiting_calls_are_given_to_seats_and_regraded(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            first = await desk.calls("3190001")
            await desk.lifts("801")
            waiting = [await desk.calls(f"319000{n}") for n in (2, 3)]
            queue = (await desk.order("/queue", method="GET"))["waiting"]
            ids = {call["calling"]: call["call"] for call in queue}
            answer = await desk.order(f"/supervisor/calls/{ids['3190003']}/regrade", grade="vip")
            assert [call["calling"] for call in answer["waiting"]] == ["3190003", "3190002"]
            await desk.order("/seats/803/sign-in")  # its skill is another
            assert await desk.state("803") == "ready"
            await desk.order(f"/supervisor/calls/{ids['3190002']}/insert", seat="803")
            await desk.lifts("803", SECOND_HZ)
            assert (await desk.seat("803"))["talk"]["calling"] == "3190002"
            await desk.order("/supervisor/calls/none/insert", 404, seat="803")
            await desk.order(f"/supervisor/calls/{ids['3190002']}/regrade", 404, grade="vip")
            for caller in (first, *waiting):
                caller.hang_up()
            await desk.rest()

    clock(main())


def test_a_waiting_call_is_not_given_to_a_seat_that_is_signed_out(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            first = await desk.calls("3190001")
            await desk.lifts("801")
            second = await desk.calls("3190002")
            (waiting,) = (await desk.order("/queue", method="GET"))["waiting"]
            await desk.order(f"/supervisor/calls/{waiting['call']}/insert", 409, seat="803")
            await asyncio.sleep(1.0)
            (still,) = (await desk.order("/queue", method="GET"))["waiting"]
            assert (still["call"], still["only"]) == (waiting["call"], None)
            assert not desk.events("queue.gave_up")
            assert not desk.events("supervisor.inserted")
            await desk.order("/seats/803/sign-in")
            await desk.order(f"/supervisor/calls/{waiting['call']}/insert", seat="803")
            assert [event["seat"] for event in desk.events("supervisor.inserted")] == ["803"]
            await desk.lifts("803", SECOND_HZ)
            for caller in (first, second):
                caller.hang_up()
            await desk.rest()

    clock(main())


def test_seats_are_forced_freed_released_reassigned_and_signed_out(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            caller = await desk.calls()
            seat = await desk.lifts("801")
            await desk.order("/supervisor/seats/801/force", reason="training")
            assert await desk.state("801") == "talking"  # never cut
            await desk.order("/supervisor/seats/801/release")
            await caller.released()
            seat.put_down()
            await asyncio.sleep(2.5)
            assert ((await desk.seat("801"))["state"], (await desk.seat("801"))["reason"]) == ("forced", "training")
            await desk.order("/seats/801/ready", 409)
            await desk.order("/supervisor/seats/801/free")
            assert await desk.state("801") == "ready"
            profile = {"kind": "professional", "skills": {"bill": 3}, "languages": ["zh", "en"]}
            answer = await desk.order("/supervisor/seats/801/profile", method="PUT", **profile)
            assert {name: answer["seat"][name] for name in profile} == profile
            misspelt = profile | {"skills": {"bil": 3}}
            await desk.order("/supervisor/seats/801/profile", 422, method="PUT", **misspelt)
            assert (await desk.seat("801"))["skills"] == {"bill": 3}
            await desk.order("/supervisor/seats/801/sign-out")
            assert await desk.state("801") == "signed out"
            await desk.order("/supervisor/seats/802/free", 409)  # never signed in
            by = {
                event["by"] for kind in ("forced", "freed", "released") for event in desk.events(f"supervisor.{kind}")
            }
            assert by == {"local"}
            caller.hang_up()
            await desk.rest()

    clock(main())


def test_a_closed_service_refuses_callers(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            await desk.order("/supervisor/services/complaint/close", 204)
            await desk.order("/supervisor/services/astrology/close", 404)
            async with desk.inhabited.town.exchange.caller("3190001", channels=range(1, 21)) as caller:
                await caller.dial("180")
                await caller.hear("queue-full")
            assert desk.events("queue.gave_up")[-1]["why"] == "closed"
            await desk.order("/supervisor/services/complaint/open", 204)
            caller = await desk.calls()
            await desk.lifts("801")
            caller.hang_up()
            await desk.rest()

    clock(main())


def test_a_supervisor_who_cannot_come(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, media=Media(conferences=0)) as desk:
            await desk.order("/supervisor/seats/801/listen", 409, **CHIEF)  # no talk
            await desk.order("/supervisor/seats/809/listen", 404, **CHIEF)
            await desk.order("/supervisor/seats/801/listen", 422)  # whose telephone?
            caller = await desk.calls()
            await desk.lifts("801")
            await desk.order("/supervisor/seats/801/listen", 409, **CHIEF)  # no room
            await desk.order("/supervisor/seats/801/listen", 409, supervisor="801")  # its own talk
            await desk.order("/supervisor/seats/801/listen", 404, supervisor="809")
            await desk.order("/seats/802/sign-in")
            await desk.order("/supervisor/seats/801/listen", 409, supervisor="802")  # is ready for callers
            await desk.order("/supervisor/seats/801/tickle", 422, **CHIEF)
            caller.hang_up()
            await desk.rest()

    clock(main())


def test_a_supervisor_who_lets_it_ring_is_not_waited_for(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            caller = await desk.calls()
            await desk.lifts("801")
            await desk.order("/supervisor/seats/801/listen", **CHIEF)
            await asyncio.sleep(11.0)
            assert not desk.handsets["804"].is_ringing
            assert (await desk.seat("804"))["monitors"] is None
            await desk.order("/supervisor/seats/801/listen", **CHIEF)
            await asyncio.sleep(0.5)
            assert desk.handsets["804"].is_ringing
            caller.hang_up()  # and the ringing stops
            await asyncio.sleep(0.5)
            assert not desk.handsets["804"].is_ringing
            await desk.rest()

    clock(main())
