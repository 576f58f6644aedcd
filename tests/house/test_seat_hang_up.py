"""Whoever hangs up, at whatever step of a talk with a consultation and a supervisor: nothing of it is left."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tests.conftest import OpenHouse
from tests.house.seat_api import CHIEF_HZ, SEAT_HZ, SECOND_HZ, Bench, bench

from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock

OUTSIDE = Subscriber("3199009", rings_s=0.5, talks_s=600.0, greeting=())
PUT_DOWN_S = 1.0

Step = Callable[[Bench], Awaitable[object]]
STEPS: dict[str, Step] = {
    "rings": lambda _: asyncio.sleep(0),
    "talks": lambda desk: desk.lifts("801", SEAT_HZ),
    "is watched": lambda desk: desk.order("/supervisor/seats/801/listen", supervisor="804"),
    "is listened to": lambda desk: desk.lifts("804", CHIEF_HZ),
    "holds": lambda desk: desk.order("/seats/801/hold"),
    "asks a seat": lambda desk: desk.order("/seats/801/consult", seat="802"),
    "has asked a seat": lambda desk: desk.lifts("802", SECOND_HZ),
    "makes a conference": lambda desk: desk.order("/seats/801/conference"),
    "asks outside": lambda desk: desk.order("/seats/801/consult", number=OUTSIDE.number),
    "has asked outside": lambda _: asyncio.sleep(5.0),
    "passes on": lambda desk: desk.order("/seats/801/complete-transfer"),
}
COMES_AT = {
    "caller": "rings",
    "801": "talks",
    "order": "talks",
    "804": "is listened to",
    "802": "has asked a seat",
    "outside": "asks outside",
}


async def goes(desk: Bench, party: str, caller: Caller) -> None:
    """This one hangs up; the order is the seat's own."""
    match party:
        case "caller":
            caller.hang_up()
        case "outside":
            for circuit in desk.inhabited.town.exchange.circuits[20:30]:
                if circuit.state.value == "busy":
                    circuit.suspend()
        case "order":
            await desk.http.post("/seats/801/hang-up")
        case seat:
            desk.handsets[seat].put_down()
    await asyncio.sleep(PUT_DOWN_S)


@pytest.mark.parametrize("party", COMES_AT)
def test_whoever_hangs_up_at_whatever_step(party: str, house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, OUTSIDE) as desk:
            complaints: list[object] = []
            asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
            await desk.order("/seats/802/sign-in")
            stops = range(list(STEPS).index(COMES_AT[party]), len(STEPS))
            for last in stops:
                await desk.order("/seats/802/pause", reason="the first call is for 801")
                caller = await desk.calls()
                await desk.order("/seats/802/ready")
                for step in list(STEPS.values())[: last + 1]:
                    await step(desk)
                await goes(desk, party, caller)
                caller.hang_up()
                await desk.rest()
                for seat in ("801", "802"):
                    if await desk.state(seat) == "paused":
                        await desk.order(f"/seats/{seat}/ready")
                assert complaints == [], list(STEPS)[last]
            calls = len(desk.events("call.seized"))
            incoming = [event for event in desk.events("cdr.written") if event["leg"] == 1]
            assert len(incoming) == calls == len(stops)
            assert len(desk.events("cdr.written")) == calls + len(desk.events("call.placed"))

    clock(main())
