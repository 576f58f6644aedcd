"""Orders and hooks at random, from a seed: no order ever breaks anything, and afterwards no call has left anything."""

import asyncio
import random
from typing import Any, Final

import pytest
from tests.conftest import OpenHouse
from tests.house.seat_api import Bench, bench

from kmcc.config.sections import Callbacks, Media, Queue, Seat
from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock

SEATS: Final = ("801", "802", "803", "804")
PLAIN: Final = (
    *("sign-in", "sign-out", "ready", "answer", "hang-up", "hold", "retrieve"),
    *("end-consult", "conference", "complete-transfer"),
)
OUTSIDE: Final = (
    Subscriber("3199009", rings_s=0.5, talks_s=4.0, greeting=()),
    Subscriber("3190001", rings_s=0.5, talks_s=8.0, greeting=()),
    Subscriber("3199008", (Habit.BUSY_SIGNAL,)),
)
STEPS: Final = 150
FURNISHED: Final = (
    Seat(id="801", line=0, skills={"complaint": 1}),
    Seat(id="802", line=1, skills={"complaint": 2}, answering="auto"),
    Seat(id="803", line=2, skills={"complaint": 1}, kind="professional", answering="headset"),
    Seat(id="804", line=3, skills={"centre": 9}),
)


class Walk:
    """One seed's way through the house."""

    def __init__(self, desk: Bench, seed: int) -> None:
        self._desk = desk
        self._random = random.Random(seed)
        self.callers: list[Caller] = []
        self.answers: list[int] = []

    async def step(self) -> None:
        move = self._random.choice((self._calls, self._hangs_up, self._hook, self._hook, *(self._orders,) * 6))
        await move()
        await asyncio.sleep(self._random.choice((0, 0.008, 0.05, 0.3, 1.0, 3.0)))

    async def _calls(self) -> None:
        if len([caller for caller in self.callers if not caller.leg.ended.done()]) < 4:
            caller = self._desk.inhabited.town.exchange.caller(f"319000{len(self.callers) % 4}", channels=range(1, 21))
            caller.seize("180")
            self.callers.append(caller)

    async def _hangs_up(self) -> None:
        if self.callers:
            self._random.choice(self.callers).hang_up()

    async def _hook(self) -> None:
        """Whoever is rung lifts, mostly."""
        handsets = self._desk.handsets
        ringing = [handset for handset in handsets.values() if handset.is_ringing]
        if ringing and self._random.random() < 0.8:
            self._random.choice(ringing).lift()
        else:
            handset = handsets[self._random.choice(SEATS)]
            self._random.choice((handset.lift, handset.put_down))()

    async def _orders(self) -> None:
        seat, other = await self._likely_seat(), self._random.choice(SEATS)
        target = self._random.choice(
            ({"seat": other}, {"service": "complaint"}, {"number": "3199009"}, {"number": "3199008"}, {"number": "9"})
        )
        orders: tuple[tuple[str, dict[str, Any]], ...] = (
            *((f"/seats/{seat}/{order}", {}) for order in PLAIN),
            *((f"/seats/{seat}/consult", target),) * 3,
            *((f"/seats/{seat}/transfer", target),) * 2,
            (f"/seats/{seat}/pause", {"reason": "tea"}),
            (f"/seats/{seat}/dial", {"number": "3199009"}),
            *((f"/supervisor/seats/{seat}/{how}", {"supervisor": other}) for how in ("listen", "whisper", "barge")),
            (f"/supervisor/seats/{seat}/intercept", {"supervisor": other}),
            ("/supervisor/leave", {"supervisor": other}),
            (f"/supervisor/seats/{seat}/force", {"reason": "talk"}),
            (f"/supervisor/seats/{seat}/free", {}),
            (f"/supervisor/seats/{seat}/release", {}),
        )
        path, body = self._random.choice(orders)
        await self._order(path, body)
        if self._random.random() < 0.2:
            await self._on_the_queue(seat)

    async def _likely_seat(self) -> str:
        """Mostly one that has something to give orders about."""
        seats = (await self._desk.http.get("/seats")).json()["seats"]
        busy = [seat["seat"] for seat in seats if seat["talk"] is not None or seat["state"] != "ready"]
        return str(self._random.choice(busy if busy and self._random.random() < 0.7 else SEATS))

    async def _on_the_queue(self, seat: str) -> None:
        waiting = (await self._desk.http.get("/queue")).json()["waiting"]
        if waiting:
            call = self._random.choice(waiting)["call"]
            path, body = self._random.choice(
                (
                    (f"/supervisor/calls/{call}/insert", {"seat": seat}),
                    (f"/supervisor/calls/{call}/regrade", {"grade": "vip"}),
                    (f"/queue/{call}/callback", {"number": "3190001"}),
                )
            )
            await self._order(path, body)

    async def _order(self, path: str, body: dict[str, Any]) -> None:
        answer = await self._desk.http.post(path, json=body)
        self.answers.append(answer.status_code)
        assert answer.status_code in (200, 204, 404, 409), f"{path} {body}: {answer.status_code} {answer.text}"

    async def end(self) -> None:
        """Everybody goes home."""
        for caller in self.callers:
            caller.hang_up()
        for call in (await self._desk.http.get("/queue")).json()["waiting"]:
            await self._desk.http.delete(f"/queue/{call['call']}/callback")
        await asyncio.sleep(2.0)
        for seat in SEATS:
            await self._desk.http.post(f"/supervisor/seats/{seat}/free")
            await self._desk.http.post(f"/supervisor/seats/{seat}/sign-out")
            self._desk.handsets[seat].put_down()
        await asyncio.sleep(20.0)
        for promise in tuple(self._desk.inhabited.house.seats.promised):
            await self._desk.http.delete(f"/queue/{promise}/callback")


@pytest.mark.parametrize("seed", [2, 17, 42, 103])
def test_a_random_walk_leaves_nothing(seed: int, house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        rules = Callbacks(on_abandon=seed % 2 == 1, ring_s=15, retry_s=20, attempts=2)
        sections = {"callbacks": rules, "queue": Queue(wrap_up_s=1, ring_s=8), "media": Media(conferences=2)}
        async with bench(house, *OUTSIDE, seats=FURNISHED, **sections) as desk:
            complaints: list[dict[str, Any]] = []
            asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
            walk = Walk(desk, seed)
            for _ in range(STEPS):
                await walk.step()
                assert complaints == []
            await walk.end()
            await desk.rest()
            assert complaints == []
            assert walk.answers.count(200) > 5
            seized, placed = len(desk.events("call.seized")), len(desk.events("call.placed"))
            assert len(desk.events("cdr.written")) == seized + placed

    clock(main())
