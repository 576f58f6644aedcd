"""Customers who are called back at their place, and callers who are known again (R-293, R-294, R-295)."""

import asyncio

from tests.conftest import OpenHouse
from tests.house.aftermath import until
from tests.house.seat_api import OUTSIDE_HZ, PITCHES, SEAT_HZ, SECOND_HZ, Bench, bench

from kmcc.centre.callback import promise_call_back
from kmcc.config.sections import Callbacks, Queue
from kmcc.firmware_sim.people.handset import Voice
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock
from kmcc.switch.voice.function import CallBackEnd, Handover

RULES = Callbacks(on_abandon=True, ring_s=30, retry_s=60, attempts=2, expires_s=1800)
AT_HOME = Subscriber("3190002", rings_s=1.0, talks_s=600.0, greeting=())
NOT_AT_HOME = Subscriber("3190002", (Habit.RINGS_OUT,))


def customer(desk: Bench) -> Voice:
    """Whoever is talked with over the trunk to the exchange."""
    town = desk.inhabited.town
    (circuit,) = [c for c in town.exchange.circuits[20:30] if c.state.value == "busy"]
    voice = Voice(town.far, circuit.port, desk.inhabited.folder)
    voice.hum(OUTSIDE_HZ)
    desk.voices.append(voice)
    return voice


def test_who_hangs_up_while_he_waits_is_called_when_his_turn_comes(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, AT_HOME, callbacks=RULES) as desk:
            first = await desk.calls("3190001")
            seat = await desk.lifts("801")
            second = await desk.calls("3190002")
            third = await desk.calls("3190003")
            second.hang_up()
            await asyncio.sleep(1.0)
            queue = (await desk.order("/queue", method="GET"))["waiting"]
            assert [(call["calling"], call["is_callback"]) for call in queue] == [("3190002", True), ("3190003", False)]
            first.hang_up()
            seat.put_down()
            await asyncio.sleep(3.0)
            offer = desk.events("seat.offered")[-1]
            assert (offer["calling"], offer["callback"], offer["seat"]) == ("3190002", True, "801")
            await desk.lifts("801")
            await asyncio.sleep(6.0)
            assert await desk.state("801") == "talking"
            talk = (await desk.seat("801"))["talk"]
            assert talk["called"] == "3190002"
            them = customer(desk)
            assert await them.hears(PITCHES) == {SEAT_HZ}
            assert await seat.hears(PITCHES) == {OUTSIDE_HZ}
            seat.put_down()
            await asyncio.sleep(3.0)
            await desk.lifts("801", SECOND_HZ)  # now the one who came later
            assert (await desk.seat("801"))["talk"]["calling"] == "3190003"
            third.hang_up()
            await desk.rest()
            assert [event["number"] for event in desk.events("callback.promised")] == ["3190002"]
            assert desk.events("callback.off") == []

    clock(main())


def test_a_customer_who_is_not_at_home_is_tried_twice_and_the_seat_is_free(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, NOT_AT_HOME, callbacks=RULES) as desk:
            first = await desk.calls("3190001")
            seat = await desk.lifts("801")
            second = await desk.calls("3190002")
            second.hang_up()
            await asyncio.sleep(1.0)
            first.hang_up()
            seat.put_down()
            for attempt in (1, 2):
                await until(lambda: seat.is_ringing, "801 rings")
                seat.lift()
                await asyncio.sleep(35.0)  # the lease ends, and the seat hears busy tone
                seat.put_down()
                await asyncio.sleep(1.5)
                assert await desk.state("801") == "ready"
                assert len(desk.events("call.placed")) == attempt
                await asyncio.sleep(30.0)
            assert desk.events("callback.off")[-1]["why"] == "not reached"
            await desk.rest()

    clock(main())


def test_a_seat_that_lets_it_ring_is_set_aside_and_the_customer_is_not_bothered(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, AT_HOME, callbacks=RULES) as desk:
            first = await desk.calls("3190001")
            seat = await desk.lifts("801")
            second = await desk.calls("3190002")
            second.hang_up()
            first.hang_up()
            seat.put_down()
            await until(lambda: seat.is_ringing, "801 rings")
            await asyncio.sleep(12.0)
            assert ((await desk.seat("801"))["state"], (await desk.seat("801"))["reason"]) == ("paused", "no answer")
            assert desk.events("call.placed") == []
            (waiting,) = (await desk.order("/queue", method="GET"))["waiting"]
            await desk.order("/seats/802/sign-in")
            await desk.lifts("802")
            desk.handsets["802"].put_down()  # before the customer has answered: it refuses
            await asyncio.sleep(1.5)
            assert await desk.state("802") == "paused"
            await desk.order(f"/queue/{waiting['call']}/callback", 204, method="DELETE")
            await desk.order(f"/queue/{waiting['call']}/callback", 404, method="DELETE")
            assert desk.events("callback.off")[-1]["why"] == "cancelled"
            await desk.rest()

    clock(main())


def test_a_waiting_caller_is_promised_a_call_by_order_and_may_hang_up(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, AT_HOME) as desk:
            first = await desk.calls("3190001")
            await desk.lifts("801")
            second = await desk.calls("3190002")
            (waiting,) = (await desk.order("/queue", method="GET"))["waiting"]
            answer = await desk.order(f"/queue/{waiting['call']}/callback", number="3190002")
            assert [call["is_callback"] for call in answer["waiting"]] == [True]
            await desk.order(f"/queue/{waiting['call']}/callback", 409, number="3190002")
            await second.released()
            first.hang_up()
            desk.handsets["801"].put_down()
            await asyncio.sleep(2.0)
            await desk.lifts("801")
            await asyncio.sleep(6.0)
            assert await customer(desk).hears(PITCHES) == {SEAT_HZ}
            await desk.order("/seats/801/hang-up")
            await desk.rest()

    clock(main())


def test_who_calls_again_has_his_place_and_the_seat_that_knows_him(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            first = await desk.calls("3190001")
            seat = await desk.lifts("801")
            gone = await desk.calls("3190002")
            later = await desk.calls("3190003")
            gone.hang_up()
            await asyncio.sleep(1.0)
            again = await desk.calls("3190002")
            queue = (await desk.order("/queue", method="GET"))["waiting"]
            assert [call["calling"] for call in queue] == ["3190002", "3190003"]
            assert queue[0]["waits_s"] > queue[1]["waits_s"]
            for caller in (first, again, later):
                caller.hang_up()
            seat.put_down()
            await desk.rest()
            await desk.order("/seats/802/sign-in")
            known = await desk.calls("3190001")
            assert desk.events("seat.offered")[-1]["seat"] == "801"
            known.hang_up()
            await desk.rest()

    clock(main())


def test_a_customer_who_calls_himself_is_called_back_no_more(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, AT_HOME, callbacks=RULES) as desk:
            first = await desk.calls("3190001")
            await desk.lifts("801")
            second = await desk.calls("3190002")
            second.hang_up()
            await asyncio.sleep(1.0)
            second = await desk.calls("3190002")
            assert desk.events("callback.off")[-1]["why"] == "called again himself"
            first.hang_up()
            second.hang_up()
            await asyncio.sleep(0.5)
            (waiting,) = (await desk.order("/queue", method="GET"))["waiting"]
            await desk.order(f"/queue/{waiting['call']}/callback", 204, method="DELETE")
            desk.handsets["801"].put_down()
            await desk.rest()
            assert desk.events("call.placed") == []

    clock(main())


def test_a_promise_of_the_voice_menu_is_kept(house: OpenHouse, clock: Clock) -> None:
    """He is called when the seat is ready, though he never waited on the line; his form is there."""

    async def main() -> None:
        async with bench(house, AT_HOME) as desk:
            first = await desk.calls("3190001")
            await desk.lifts("801")
            calls = desk.inhabited.house.calls.calls
            handover = Handover("complaint", {}, ("complaint", "callback"), None)
            ends = [
                await promise_call_back(
                    next(iter(calls.values())), handover, "3190002", desk=desk.inhabited.house.seats
                )
                for _ in range(2)
            ]
            assert ends == [CallBackEnd.DONE, CallBackEnd.REFUSED]
            first.hang_up()
            desk.handsets["801"].put_down()
            await asyncio.sleep(2.5)
            assert desk.events("seat.offered")[-1]["data.path"] == "complaint callback"
            await desk.lifts("801")
            await asyncio.sleep(6.0)
            assert await customer(desk).hears(PITCHES) == {SEAT_HZ}
            await desk.order("/seats/801/hang-up")
            await desk.rest()

    clock(main())


def test_waiting_callers_hear_how_long_it_will_be_and_seats_see_who_calls(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, queue=Queue(wrap_up_s=0, ring_s=10, announce_every_s=30)) as desk:
            for n in range(5):  # calls of a minute: now it can be told
                caller = await desk.calls(f"319100{n}")
                await desk.lifts("801")
                await asyncio.sleep(60.0)
                caller.hang_up()
                await desk.rest()
            first = await desk.calls("3190001")
            offer = desk.events("seat.offered")[-1]
            assert (offer["data.number"], offer["data.verified"]) == ("3190001", "no")
            await desk.lifts("801")
            callers = [await desk.calls(f"319000{n}") for n in (2, 3)]
            await callers[1].hear("queue-expected", timeout_s=20)
            waiting = (await desk.order("/queue", method="GET"))["waiting"]
            expected = [call["expected_s"] for call in waiting]
            assert all(60 <= s <= 75 for s in (expected[0], expected[1] / 2))
            await callers[1].hear("queue-ahead", timeout_s=40)  # again, half a minute later
            for caller in (first, *callers):
                caller.hang_up()
            await desk.rest()

    clock(main())
