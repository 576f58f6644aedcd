"""A house that is worked through its HTTP face alone: seats and supervisors as programs, people at the telephones."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from tests.conftest import Inhabited, OpenHouse
from tests.house.aftermath import all_idle, assert_no_timer, assert_ports_quiet, until

from kmcc.config.sections import Queue, Seat
from kmcc.console.app import create_app
from kmcc.daemon.view import View, guard_of
from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.people.handset import Handset, Voice
from kmcc.firmware_sim.people.subscriber import Subscriber

CALLER_HZ, SEAT_HZ, SECOND_HZ, CHIEF_HZ, OUTSIDE_HZ = 600, 800, 1100, 1400, 1700
PITCHES = (CALLER_HZ, SEAT_HZ, SECOND_HZ, CHIEF_HZ, OUTSIDE_HZ)
INCOMING = range(1, 21)
STARTS_S = 0.1  # a hook is known after two ticks and 20 ms
SEATS = (
    Seat(id="801", line=0, skills={"complaint": 1}),
    Seat(id="802", line=1, skills={"complaint": 2}, sign_in="by order"),
    Seat(id="803", line=2, skills={"bill": 2}, kind="professional", sign_in="by order"),
    Seat(id="804", line=3, skills={"centre": 9}, sign_in="by order"),
)
COMPLAINTS = "180"


@dataclass
class Bench:
    """`http` is the console; `handsets` those of 801 to 804."""

    inhabited: Inhabited
    http: httpx.AsyncClient
    handsets: Mapping[str, Handset]
    voices: list[Voice] = field(default_factory=list)

    async def order(self, path: str, status: int = 200, /, *, method: str = "POST", **body: Any) -> Any:
        """Give this order; the answer's body."""
        answer = await self.http.request(method, path, json=body if body or "supervisor" in path else None)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def seat(self, seat: str) -> Any:
        return (await self.order(f"/seats/{seat}", method="GET"))["seat"]

    async def state(self, seat: str) -> str:
        return str((await self.seat(seat))["state"])

    async def calls(self, number: str = "3190001", called: str = COMPLAINTS) -> Caller:
        """Somebody dials and hums; he is in the queue, or with a seat, when this returns."""
        caller = self.inhabited.town.exchange.caller(number, channels=INCOMING)
        caller.seize(called)
        before = len(self.events("queue.entered"))
        await until(lambda: len(self.events("queue.entered")) > before, f"{number} in the queue")
        self.voice(caller).hum(CALLER_HZ)
        await asyncio.sleep(STARTS_S)
        return caller

    def voice(self, caller: Caller) -> Voice:
        voice = Voice(self.inhabited.town.far, caller.leg.port, self.inhabited.folder)
        self.voices.append(voice)
        return voice

    async def lifts(self, seat: str, hz: int = SEAT_HZ) -> Handset:
        handset = self.handsets[seat]
        await until(lambda: handset.is_ringing, f"{seat} rings")
        handset.lift()
        handset.hum(hz)
        await asyncio.sleep(STARTS_S)
        return handset

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [dict(event.fields) for event in self.inhabited.house.events.since(0) if event.kind == kind]

    async def rest(self) -> None:
        """Everybody has hung up: nothing of any call is left."""
        house = self.inhabited.house
        for handset in self.handsets.values():
            handset.put_down()
            handset.hush()
        for voice in self.voices:
            voice.close()
        self.voices.clear()
        circuits = [circuit for group in house.groups.values() for circuit in group.circuits]
        phones = [position.phone for position in house.seats.positions.values()]
        await until(lambda: all_idle(circuits), "idle circuits")
        await until(lambda: all(phone.can_ring for phone in phones), "telephones put down")
        await until(lambda: house.seats.is_at_rest, "seats at rest")
        await asyncio.sleep(1.2)  # wrap-up
        assert house.seats.free_rooms == house.engine.conferences
        assert not house.calls.calls
        for place in house.seats.positions.values():
            assert (place.talk, place.joined, place.monitor, place.offer, place.key) == (None,) * 5
        assert_no_timer()
        await assert_ports_quiet(house.media, self.inhabited.town.far)


@asynccontextmanager
async def bench(
    house: OpenHouse, *subscribers: Subscriber, seats: tuple[Seat, ...] = SEATS, **sections: Any
) -> AsyncIterator[Bench]:
    """In virtual time; 801 signs in at start."""
    sections.setdefault("queue", Queue(wrap_up_s=1, ring_s=10))
    async with house(subscribers, seats=seats, **sections) as inhabited:
        app = create_app(View(inhabited.house), guard_of(inhabited.house.config))
        transport = httpx.ASGITransport(app=app)
        handsets = {
            seat.id: Handset(inhabited.town.far, seat.line, inhabited.folder) for seat in inhabited.house.config.seats
        }
        async with httpx.AsyncClient(transport=transport, base_url="http://kmcc") as http:
            yield Bench(inhabited, http, handsets)
        for handset in handsets.values():
            handset.close()
