"""What seats do in a talk, through the HTTP face: each order, what everybody hears then, and what is left after."""

import asyncio

import pytest
from tests.conftest import OpenHouse
from tests.house.seat_api import CALLER_HZ, OUTSIDE_HZ, PITCHES, SEAT_HZ, SEATS, SECOND_HZ, Bench, bench

from kmcc.config.sections import Seat
from kmcc.firmware_sim.people.handset import Voice
from kmcc.firmware_sim.people.subscriber import Subscriber
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


OUTSIDE = Subscriber("3199009", rings_s=1.0, talks_s=600.0, greeting=())


async def second_in(desk: Bench) -> Voice:
    """802 signs in; its handset."""
    await desk.order("/seats/802/sign-in")
    return desk.handsets["802"]


def test_a_seat_consults_another_and_comes_back(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            caller = await desk.calls()
            seat = await desk.lifts("801")
            await second_in(desk)
            answer = await desk.order("/seats/801/consult", seat="802", data={"form": "7"})
            assert answer["seat"]["talk"]["consults"] == {"name": "seat 802", "is_answered": False}
            assert await heard_by(desk.voices[0], seat) == [set(), set()]
            await desk.order("/seats/801/complete-transfer", 409)  # nobody has answered
            await desk.order("/seats/801/conference", 409)
            second = await desk.lifts("802", SECOND_HZ)
            offer = desk.events("seat.offered")[-1]
            assert (offer["seat"], offer["consulted_by"], offer["data.form"]) == ("802", "801", "7")
            assert await heard_by(desk.voices[0], seat, second) == [set(), {SECOND_HZ}, {SEAT_HZ}]
            assert (await desk.state("801"), await desk.state("802")) == ("consulting", "talking")
            answer = await desk.order("/seats/801/end-consult")
            assert answer["seat"]["state"] == "talking"
            assert await heard_by(desk.voices[0], seat, second) == [{SEAT_HZ}, {CALLER_HZ}, set()]
            second.put_down()
            await asyncio.sleep(2.5)
            assert await desk.state("802") == "ready"
            caller.hang_up()
            await desk.rest()

    clock(main())


def test_an_attended_transfer_by_order_and_by_putting_down(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            await second_in(desk)
            for by_order in (True, False):
                caller = await desk.calls()
                first = "801" if await desk.state("801") == "ringing" else "802"
                other = "802" if first == "801" else "801"
                seat = await desk.lifts(first)
                await desk.order(f"/seats/{first}/consult", seat=other)
                second = await desk.lifts(other, SECOND_HZ)
                if by_order:
                    await desk.order(f"/seats/{first}/complete-transfer")
                else:
                    seat.put_down()
                    await asyncio.sleep(1.0)  # now it is no flash any more
                assert await heard_by(desk.voices[0], second) == [{SECOND_HZ}, {CALLER_HZ}]
                assert (await desk.seat(other))["talk"]["calling"] == "3190001"
                assert (await desk.seat(first))["talk"] is None
                await desk.order(f"/seats/{other}/hold")  # it is its own talk now
                assert await desk.state(other) == "held"
                second.put_down()
                await caller.released()
                caller.hang_up()
                await desk.rest()
            transferred = desk.events("seat.transferred")
            assert [event["attended"] for event in transferred] == [True, True]

    clock(main())


def test_a_blind_transfer_goes_before_all_who_wait_and_takes_the_form_along(house: OpenHouse, clock: Clock) -> None:
    """R-117: the new seat sees the form before it answers."""

    async def main() -> None:
        async with bench(house) as desk:
            first = await desk.calls("3190001")
            seat = await desk.lifts("801")
            await desk.order("/seats/801/transfer", 409, service="complaint")  # nobody else is there for it
            await second_in(desk)
            await desk.order("/seats/802/pause", reason="lunch")
            waiting = [await desk.calls(f"319000{n}") for n in (2, 3)]
            queue = (await desk.order("/queue", method="GET"))["waiting"]
            assert [call["position"] for call in queue] == [1, 2]
            assert [call["service"] for call in queue] == ["complaint"] * 2
            await desk.order("/seats/801/transfer", service="complaint", data={"contract": "KM-1001", "wish": "bill"})
            await asyncio.sleep(0.05)
            queue = (await desk.order("/queue", method="GET"))["waiting"]
            assert [call["calling"] for call in queue] == ["3190001", "3190002", "3190003"]
            assert queue[0]["is_transferred"]
            await desk.order("/seats/802/ready")
            offer = desk.events("seat.offered")[-1]
            assert (offer["calling"], offer["seat"], offer["transferred_by"]) == ("3190001", "802", "801")
            assert (offer["data.contract"], offer["data.wish"]) == ("KM-1001", "bill")
            second = await desk.lifts("802", SECOND_HZ)
            assert await heard_by(desk.voices[0], seat, second) == [{SECOND_HZ}, set(), {CALLER_HZ}]
            assert (await desk.seat("802"))["talk"]["data"] == {"contract": "KM-1001", "wish": "bill"}
            for caller in (first, *waiting):
                caller.hang_up()
            await desk.rest()

    clock(main())


def test_a_conference_of_four_hears_all_and_shrinks_without_a_trace(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, OUTSIDE) as desk:
            caller = await desk.calls()
            seat = await desk.lifts("801")
            await second_in(desk)
            await desk.order("/seats/801/consult", seat="802")
            second = await desk.lifts("802", SECOND_HZ)
            answer = await desk.order("/seats/801/conference")
            assert answer["seat"]["state"] == "talking"
            assert await heard_by(desk.voices[0], seat, second) == [
                {SEAT_HZ, SECOND_HZ},
                {CALLER_HZ, SECOND_HZ},
                {CALLER_HZ, SEAT_HZ},
            ]
            await desk.order("/seats/801/consult", number=OUTSIDE.number)
            await asyncio.sleep(6.0)
            outside = outside_voice(desk)
            assert await heard_by(seat, outside) == [{OUTSIDE_HZ}, {SEAT_HZ}]
            await desk.order("/seats/801/conference")
            everybody = {CALLER_HZ, SEAT_HZ, SECOND_HZ, OUTSIDE_HZ}
            assert await heard_by(desk.voices[0], outside) == [everybody - {CALLER_HZ}, everybody - {OUTSIDE_HZ}]
            assert len((await desk.seat("801"))["talk"]["members"]) == 2
            second.put_down()
            await asyncio.sleep(0.8)
            assert await heard_by(desk.voices[0], outside) == [{SEAT_HZ, OUTSIDE_HZ}, {CALLER_HZ, SEAT_HZ}]
            seat.put_down()  # the others go on
            await asyncio.sleep(0.8)
            assert await heard_by(desk.voices[0], outside) == [{OUTSIDE_HZ}, {CALLER_HZ}]
            assert await desk.state("801") in ("wrap-up", "ready")
            caller.hang_up()
            await desk.rest()
            assert len(desk.events("cdr.written")) == 2

    clock(main())


def outside_voice(desk: Bench) -> Voice:
    """That of whoever was called over the trunk to the exchange; he hums."""
    town = desk.inhabited.town
    busy = [c for c in town.exchange.circuits[20:30] if c.state.value == "busy"]
    voice = Voice(town.far, busy[0].port, desk.inhabited.folder)
    voice.hum(OUTSIDE_HZ)
    desk.voices.append(voice)
    return voice


def test_an_outside_party_takes_the_caller_over(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, OUTSIDE) as desk:
            caller = await desk.calls()
            seat = await desk.lifts("801")
            await desk.order("/seats/801/consult", number=OUTSIDE.number)
            await asyncio.sleep(6.0)
            outside = outside_voice(desk)
            await desk.order("/seats/801/complete-transfer")
            assert await heard_by(desk.voices[0], seat, outside) == [{OUTSIDE_HZ}, set(), {CALLER_HZ}]
            seat.put_down()
            await asyncio.sleep(2.0)
            assert await desk.state("801") == "ready"
            caller.hang_up()
            await desk.rest()
            directions = sorted(str(event["leg"]) for event in desk.events("cdr.written"))
            assert directions == ["1", "2"]

    clock(main())


def test_a_blind_transfer_to_an_outside_number(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, OUTSIDE) as desk:
            caller = await desk.calls()
            await desk.lifts("801")
            await desk.order("/seats/801/transfer", number=OUTSIDE.number)
            await asyncio.sleep(6.0)
            outside = outside_voice(desk)
            assert await heard_by(desk.voices[0], outside) == [{OUTSIDE_HZ}, {CALLER_HZ}]
            caller.hang_up()
            await desk.rest()

    clock(main())


@pytest.mark.parametrize("number", ["3190000", "9999999"])
def test_a_consultation_with_nobody_comes_back_by_itself(number: str, house: OpenHouse, clock: Clock) -> None:
    """A number that does not exist at the far exchange, and one that no route leads to."""

    async def main() -> None:
        async with bench(house) as desk:
            caller = await desk.calls()
            seat = await desk.lifts("801")
            status = 200 if number.startswith("3") else 409
            await desk.order("/seats/801/consult", status, number=number)
            await asyncio.sleep(6.0)
            assert await desk.state("801") == "talking"
            assert await heard_by(desk.voices[0], seat) == [{SEAT_HZ}, {CALLER_HZ}]
            caller.hang_up()
            await desk.rest()

    clock(main())


def test_a_seat_dials_and_talks_and_may_pass_the_customer_on(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, OUTSIDE) as desk:
            await desk.order("/seats/801/dial", number=OUTSIDE.number, data={"about": "line"})
            await until_rings(desk, "801")
            assert await desk.state("801") == "ringing"
            seat = await desk.lifts("801")
            await asyncio.sleep(6.0)
            outside = outside_voice(desk)
            assert await desk.state("801") == "talking"
            assert await heard_by(seat, outside) == [{OUTSIDE_HZ}, {SEAT_HZ}]
            await second_in(desk)
            await desk.order("/seats/801/transfer", seat="802")
            second = await desk.lifts("802", SECOND_HZ)
            assert desk.events("seat.offered")[-1]["data.about"] == "line"
            assert await heard_by(outside, second) == [{SECOND_HZ}, {OUTSIDE_HZ}]
            second.put_down()
            await desk.rest()

    clock(main())


async def until_rings(desk: Bench, seat: str) -> None:
    await asyncio.sleep(0.1)
    assert desk.handsets[seat].is_ringing


def test_a_seat_that_is_paused_may_dial_and_stays_paused(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, OUTSIDE) as desk:
            await desk.order("/seats/801/pause", reason="paper work")
            await desk.order("/seats/801/dial", number=OUTSIDE.number)
            seat = await desk.lifts("801")
            await asyncio.sleep(6.0)
            outside = outside_voice(desk)
            assert await heard_by(seat, outside) == [{OUTSIDE_HZ}, {SEAT_HZ}]
            await desk.order("/seats/801/ready", 409)
            await desk.order("/seats/801/hold")
            assert await heard_by(seat, outside) == [set(), set()]
            await desk.order("/seats/801/hang-up")
            await asyncio.sleep(0.5)
            assert await desk.state("801") == "paused"
            await desk.rest()
            await desk.order("/seats/801/ready")

    clock(main())


def test_a_number_that_is_not_reached_frees_the_seat(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            for number in ("3190000", "9999999"):
                await desk.order("/seats/801/dial", number=number)
                await desk.lifts("801")
                await asyncio.sleep(6.0)
                assert desk.events("seat.dial_failed")[-1]["why"] == "vacant number"
                await desk.rest()
                assert await desk.state("801") == "ready"
                desk.handsets["801"].rings = 0

    clock(main())


def test_a_service_that_nobody_knows(house: OpenHouse, clock: Clock) -> None:
    """Even an integrated seat, which serves all there are, has none of its callers."""
    other = Seat(id="802", line=1, skills={"centre": 1}, kind="integrated")

    async def main() -> None:
        async with bench(house, seats=(SEATS[0], other)) as desk:
            caller = await desk.calls()
            taker = "801" if await desk.state("801") == "ringing" else "802"
            await desk.lifts(taker)
            before = desk.inhabited.house.events.last_seq
            for action, more in (("consult", {}), ("transfer", {}), ("dial", {"number": "3199009"})):
                refused = await desk.order(f"/seats/{taker}/{action}", 404, service="nonesuch", **more)
                assert refused["detail"].startswith("service nonesuch: expected one of ")
            assert desk.inhabited.house.events.last_seq == before
            assert await desk.state(taker) == "talking"
            caller.hang_up()
            await desk.rest()

    clock(main())
