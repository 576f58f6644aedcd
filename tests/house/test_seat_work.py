"""Seats come, pause, answer and go through the HTTP face: every state of a seat, tokens, and the ordered events."""

import asyncio
import hashlib
import json

import httpx
import pytest
from tests.conftest import OpenHouse
from tests.house.aftermath import until
from tests.house.seat_api import CALLER_HZ, PITCHES, SEAT_HZ, SEATS, SECOND_HZ, Bench, bench

from kmcc.config.sections import Http, Queue, Seat, Token
from kmcc.firmware_sim.pytest_plugin import Clock
from kmcc.switch.queue.seat import SeatState


def test_every_state_of_a_seat_is_reached_by_orders_and_told_by_events(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            assert await desk.state("802") == "signed out"
            for action in ("ready", "sign-out", "hold", "retrieve", "end-consult", "conference", "hang-up", "answer"):
                await desk.order(f"/seats/802/{action}", 409)
            assert (await desk.order("/seats/802/sign-in"))["seat"]["state"] == "ready"
            await desk.order("/seats/802/sign-in", 409)
            await desk.order("/supervisor/seats/801/sign-out")
            answer = await desk.order("/seats/802/pause", reason="lunch")
            assert (answer["seat"]["state"], answer["seat"]["reason"]) == ("paused", "lunch")
            await desk.order("/seats/802/ready")
            caller = await desk.calls()
            assert await desk.state("802") == "ringing"
            seat = await desk.lifts("802")
            assert await desk.state("802") == "talking"
            await desk.order("/seats/802/hold")
            await desk.order("/seats/803/sign-in")
            await desk.order("/seats/802/consult", seat="803")
            assert await desk.state("802") == "consulting"
            await desk.order("/seats/802/end-consult")
            await desk.order("/seats/802/pause", reason="tea")  # after the call
            assert await desk.state("802") == "talking"
            await desk.order("/seats/802/hang-up")
            await caller.released()
            seat.put_down()
            await asyncio.sleep(1.0)
            assert await desk.state("802") == "wrap-up"
            await asyncio.sleep(1.0)
            assert await desk.state("802") == "paused"
            await desk.order("/supervisor/seats/802/force", reason="talk to me")
            assert await desk.state("802") == "forced"
            await desk.order("/seats/802/sign-out")
            assert await desk.state("802") == "signed out"
            seen = {event["new"] for event in desk.events("seat.state") if event["seat"] == "802"}
            assert seen == {state.value for state in SeatState}
            caller.hang_up()
            await desk.rest()

    clock(main())


def test_wrap_up_is_ended_by_order(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, queue=Queue(wrap_up_s=600, ring_s=10)) as desk:
            caller = await desk.calls()
            seat = await desk.lifts("801")
            caller.hang_up()
            seat.put_down()
            await until_state(desk, "801", "wrap-up")
            assert (await desk.order("/seats/801/ready"))["seat"]["state"] == "ready"
            await desk.rest()

    clock(main())


async def until_state(desk: Bench, seat: str, state: str) -> None:
    positions = desk.inhabited.house.seats.positions
    await until(lambda: positions[seat].state.value == state, f"{seat} is {state}")


@pytest.mark.parametrize("answering", ["headset", "auto"])
def test_a_line_that_stays_up(answering: str, house: OpenHouse, clock: Clock) -> None:
    """Lifted once; then offers are told by a tone and answered by order, or by themselves."""
    seats = (Seat(id="801", line=0, skills={"complaint": 1}, answering=answering),)  # type: ignore[arg-type]

    async def main() -> None:
        async with bench(house, seats=seats) as desk:
            first = await desk.calls()
            await desk.order("/seats/801/answer", 409)  # it rings: it is to be lifted
            seat = await desk.lifts("801")
            assert await seat.hears(PITCHES) == {CALLER_HZ}
            first.hang_up()
            await asyncio.sleep(2.0)
            assert await desk.state("801") == "ready"  # and still off the hook
            rings = seat.rings
            desk.voices.pop().close()
            await asyncio.sleep(2.0)
            second = await desk.calls("3190002")
            if answering == "headset":
                assert await desk.state("801") == "reserved"
                assert await seat.hears((450,)) == {450}
                assert (await desk.order("/seats/801/answer"))["seat"]["state"] in ("reserved", "talking")
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.6)
            assert await desk.state("801") == "talking"
            assert await desk.voices[0].hears(PITCHES) == {SEAT_HZ}
            assert await seat.hears(PITCHES) == {CALLER_HZ}
            assert seat.rings == rings
            await desk.order("/seats/801/hang-up")
            await second.released()
            await asyncio.sleep(1.5)
            assert await desk.state("801") == "ready"
            third = await desk.calls("3190003")
            if answering == "headset":
                seat.put_down()  # instead of answering: refused
                await until_state(desk, "801", "paused")
            third.hang_up()
            second.hang_up()
            await desk.order("/seats/801/sign-out")
            await desk.rest()

    clock(main())


def token(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


TOKENS = (
    Token(name="wallboard", role="reader", sha256=token("r")),
    Token(name="Li", role="seat", seat="801", sha256=token("s1")),
    Token(name="Wang", role="seat", seat="802", sha256=token("s2")),
    Token(name="chief", role="supervisor", seat="804", sha256=token("c")),
)


def test_tokens_say_who_may_do_what(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house, http=Http(tokens=TOKENS)) as desk:

            async def status(bearer: str | None, method: str, path: str, body: object = None) -> int:
                headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
                answer = await desk.http.request(method, path, headers=headers, json=body)
                if answer.status_code >= 400:
                    assert answer.headers["content-type"] == "application/problem+json"
                    assert answer.json()["status"] == answer.status_code
                return answer.status_code

            for path in ("/seats", "/seats/801", "/queue", "/events?follow=0"):
                assert [await status(who, "GET", path) for who in (None, "x", "r", "s1", "c")] == [
                    401,
                    401,
                    200,
                    200,
                    200,
                ]
            order = ("POST", "/seats/801/pause", {"reason": "lunch"})
            assert [await status(who, *order) for who in (None, "x", "r", "s2")] == [401, 401, 403, 403]
            assert [await status(who, *order) for who in ("s1", "c")] == [200, 200]
            force = ("POST", "/supervisor/seats/801/force", {"reason": "lunch"})
            assert [await status(who, *force) for who in (None, "r", "s1", "c")] == [401, 403, 403, 200]
            assert await status("c", "POST", "/supervisor/leave", {"supervisor": "803"}) == 403
            assert await status("c", "POST", "/supervisor/leave", {}) == 409  # its own seat, in no talk
            assert await status("s1", "GET", "/events?follow=0&seat=802") == 403
            assert desk.events("supervisor.forced")[0]["by"] == "chief"
            log = (desk.inhabited.folder / "events.jsonl").read_text()
            assert not any(token(text) in log for text in ("r", "s1", "s2", "c"))
            await desk.rest()

    clock(main())


async def stream(desk: Bench, query: str) -> list[dict[str, object]]:
    answer = await desk.http.get(f"/events?follow=0&{query}")
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_snapshot_and_the_events_since_miss_nothing(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            caller = await desk.calls()
            snapshot = await desk.order("/seats", method="GET")
            states = {seat["seat"]: seat["state"] for seat in snapshot["seats"]}
            await desk.lifts("801")
            caller.hang_up()
            desk.handsets["801"].put_down()
            await desk.order("/seats/802/sign-in")
            await asyncio.sleep(3.0)
            events = await stream(desk, f"since={snapshot['seq']}")
            assert [event["seq"] for event in events] == list(
                range(snapshot["seq"] + 1, snapshot["seq"] + 1 + len(events))
            )
            for event in events:
                if event["kind"] == "seat.state":
                    fields = dict(event["fields"])  # type: ignore[call-overload]
                    assert states[fields["seat"]] == fields["old"]
                    states[fields["seat"]] = fields["new"]
            now = await desk.order("/seats", method="GET")
            assert states == {seat["seat"]: seat["state"] for seat in now["seats"]}
            await desk.rest()

    clock(main())


def test_a_seat_hears_of_itself_and_of_the_calls_that_it_has(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            await desk.order("/seats/802/sign-in")
            callers = [await desk.calls("3190001")]
            await desk.lifts("801")
            callers.append(await desk.calls("3190002"))
            await desk.lifts("802", SECOND_HZ)
            for caller in callers:
                caller.hang_up()
            await desk.rest()
            owner = {event["seat"]: event["call"] for event in desk.events("seat.connected")}
            for seat in ("801", "802"):
                events = await stream(desk, f"since=0&seat={seat}")
                fields = [dict(event["fields"]) for event in events]  # type: ignore[call-overload]
                calls = {fields["call"] for fields in fields if fields.get("call") is not None}
                assert calls == {owner[seat]}
                assert {fields.get("seat") for fields in fields} <= {seat, None}
                assert "seat.offered" in {event["kind"] for event in events}

    clock(main())


REFUSED: tuple[tuple[str, object, int, str], ...] = (
    ("/events?since=abc", None, 422, "since: found 'abc', expected a whole number"),
    ("/events?since=-1", None, 422, "since: found '-1', expected greater than or equal to 0"),
    ("/seats/809", None, 404, "seat 809: there is none of this name"),
    ("/nowhere", None, 404, "Not Found"),
    ("/seats/801/pause", {}, 422, "reason: found nothing, expected this field"),
    ("/seats/801/pause", {"reason": "a", "why": "b"}, 422, "why: found 'b', expected no such field"),
    ("/seats/801/consult", {}, 422, "target is nothing, expected one of seat, service and number"),
    ("/seats/801/dial", {"number": "12a"}, 422, "number: found '12a', expected match pattern '^[0-9]{1,24}$'"),
    (
        "/seats/801/transfer",
        {"seat": "802", "number": "1"},
        422,
        "target is seat and number, expected one of seat, service and number",
    ),
    (
        "/seats/801/hold",
        None,
        409,
        "seat 801: cannot hold: no talk of its own, expected a talk",
    ),
)


def test_what_cannot_be_is_one_line(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            before = desk.inhabited.house.events.last_seq
            for path, body, status, detail in REFUSED:
                method = "GET" if body is None and not path.endswith("hold") else "POST"
                answer: httpx.Response = await desk.http.request(method, path, json=body)
                assert answer.headers["content-type"] == "application/problem+json"
                assert (answer.status_code, answer.json()["detail"]) == (status, detail)
            assert desk.inhabited.house.events.last_seq == before

    clock(main())


def test_a_seat_whose_telephone_is_lifted_does_not_come_to_work(house: OpenHouse, clock: Clock) -> None:
    """No offer goes to a telephone that cannot ring."""

    async def main() -> None:
        async with bench(house) as desk:
            phones = [desk.handsets[seat] for seat in ("801", "802")]
            await desk.order("/seats/801/pause", reason="lunch")
            for phone in phones:
                phone.lift()
            await asyncio.sleep(0.5)
            for seat, action, state in (("801", "ready", "paused"), ("802", "sign-in", "signed out")):
                assert (await desk.seat(seat))["is_off_hook"] is True
                refused = await desk.order(f"/seats/{seat}/{action}", 409)
                assert refused["detail"].endswith("its telephone is off the hook, expected one that is put down")
                assert await desk.state(seat) == state
            for phone in phones:
                phone.put_down()
            await asyncio.sleep(1.0)
            for seat, action in (("801", "ready"), ("802", "sign-in")):
                assert (await desk.seat(seat))["is_off_hook"] is False
                assert (await desk.order(f"/seats/{seat}/{action}"))["seat"]["state"] == "ready"
            caller = await desk.calls()
            rung = "801" if await desk.state("801") == "ringing" else "802"
            assert (await desk.seat(rung))["is_off_hook"] is False
            phone = await desk.lifts(rung)
            assert (await desk.seat(rung))["is_off_hook"] is True
            caller.hang_up()
            phone.put_down()
            await until_state(desk, rung, "wrap-up")
            phone.lift()
            await asyncio.sleep(0.5)
            await desk.order(f"/seats/{rung}/ready", 409)
            await desk.rest()

    clock(main())


def test_a_line_that_stays_up_may_pause_and_be_ready(house: OpenHouse, clock: Clock) -> None:
    seats = (Seat(id="801", line=0, skills={"complaint": 1}, answering="headset"),)

    async def main() -> None:
        async with bench(house, seats=seats) as desk:
            caller = await desk.calls()
            await desk.lifts("801")
            caller.hang_up()
            await asyncio.sleep(2.5)
            await desk.order("/seats/801/pause", reason="lunch")
            assert (await desk.seat("801"))["is_off_hook"] is True
            assert (await desk.order("/seats/801/ready"))["seat"]["state"] == "ready"
            await desk.order("/seats/801/sign-out")
            await desk.rest()

    clock(main())


def test_seats_of_the_sample_are_those_of_the_configuration(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with bench(house) as desk:
            seats = (await desk.order("/seats", method="GET"))["seats"]
            assert [seat["seat"] for seat in seats] == [seat.id for seat in SEATS]
            assert {seat["answering"] for seat in seats} == {"lift"}

    clock(main())
