"""The queue through real telephones: offers, talks, agents and callers who do not keep to the plan."""

import asyncio

import pytest
from tests.house.aftermath import all_idle, assert_no_timer, assert_ports_quiet, until

from kmcc.dsp.engine import EngineEvent, EventKind
from kmcc.firmware_sim.people.agent import Manner
from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.people.ears import Ears
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Plant, Rig
from kmcc.signaling.analogue.wire import ToExchange
from kmcc.switch.call import Call, QueueGaveUp
from kmcc.switch.circuit import Cause, CircuitState
from kmcc.switch.queue.seat import SeatState
from kmcc.switch.queue.settings import QueueSettings

LEASE_S = 10.0
SETTINGS = QueueSettings(lease_ms=10_000, wrap_up_ms=1_000)
REGISTER_S = 1.6
NEVER = Manner(picks_up_after_s=None)
QUICK = Manner(picks_up_after_s=1.0, talks_s=3.0)


def plant(seats: int, settings: QueueSettings = SETTINGS) -> Plant:
    return Plant(seats=seats, queue=settings)


async def desk(call: Call) -> None:
    await call.answer()
    try:
        await call.queue("desk")
    except QueueGaveUp as why:
        call.note("gave up", reason=why.reason)
        await call.play(("queue-full",))


async def rest(rig: Rig) -> None:
    """All telephones down, all seats ready or set aside, nothing of a call left."""
    circuits = [circuit for group in rig.groups.values() for circuit in group.circuits]
    await until(lambda: all(agent.is_at_rest for agent in rig.town.agents), "agents at rest")
    await asyncio.sleep(0.8)
    await until(lambda: all_idle(circuits) and all_idle(rig.phones.values()), "idle circuits and telephones")
    await until(lambda: not {SeatState.TALKING, SeatState.WRAP_UP, SeatState.RINGING} & set(states(rig)), "seats")
    assert rig.seats.waiting == 0
    assert rig.seats.is_at_rest
    assert rig.seats.free_rooms == rig.engine.conferences
    assert_no_timer()
    await assert_ports_quiet(rig.media, rig.town.far)


def states(rig: Rig) -> list[SeatState]:
    return list(rig.seats.states.values())


def off_hook(rig: Rig, line: int) -> None:
    far = rig.town.far.engine
    far.signal(far.line(line), ToExchange.OFF_HOOK)


def on_hook(rig: Rig, line: int) -> None:
    far = rig.town.far.engine
    far.signal(far.line(line), ToExchange.ON_HOOK)


async def asks(rig: Rig, number: str = "3190001") -> Caller:
    caller = rig.caller(number)
    caller.seize("1000")
    await asyncio.sleep(REGISTER_S)
    return caller


def rings(rig: Rig, line: int) -> list[bool]:
    """The ring signal of this telephone, each time it changes."""
    changes: list[bool] = []

    def on_event(event: EngineEvent) -> None:
        if event.kind is EventKind.SIGNAL:
            changes.append(bool(event.code))

    far = rig.town.far
    far.subscribe(far.engine.line(line), on_event)
    return changes


def test_a_seat_answers_talks_and_is_ready_again_after_wrap_up(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": desk}, plant=plant(1), manners={0: QUICK}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.hear("hello")
                assert states(rig) == [SeatState.TALKING]
                assert await caller.released() is Cause.CALLED_HUNG_UP
            await rest(rig)
            assert states(rig) == [SeatState.READY]
            (record,) = rig.records
            assert record.seat == "801"
            assert record.waiting_ms is not None
            assert 1000 <= record.waiting_ms <= 1500
            noted = [entry.fields["new"] for entry in rig.journal.of("seat.state")]
            assert noted == ["ready", "reserved", "ringing", "talking", "wrap-up", "ready"]

    clock(main())


def test_a_seat_that_lets_it_ring_is_set_aside_and_the_caller_keeps_his_place(sim: Sim, clock: Clock) -> None:
    """R-284: after the lease the next seat is rung, and he who came later still waits."""

    async def main() -> None:
        async with sim({"desk": desk}, plant=plant(2), manners={0: NEVER, 1: Manner(2.0, 60.0)}) as rig:
            ringing = rings(rig, 0)
            first, second = await asks(rig, "3190001"), await asks(rig, "3190002")
            await asyncio.sleep(LEASE_S + 4.0)
            offers = [(e.fields["call"], e.fields["seat"]) for e in rig.journal.of("seat.offered")]
            seats_of = dict.fromkeys(call for call, _ in offers)
            assert rig.seats.states["801"] is SeatState.PAUSED
            assert rig.seats.states["802"] is SeatState.TALKING
            assert ringing[-1] is False
            talking = rig.journal.of("seat.connected")
            assert len(talking) == 1
            assert len(seats_of) == 2
            first.hang_up()
            second.hang_up()
            await rest(rig)

    clock(main())


def test_whoever_was_set_aside_comes_back_by_lifting_and_putting_down(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": desk}, plant=plant(1), manners={}) as rig:
            caller = await asks(rig)
            await asyncio.sleep(LEASE_S + 1.0)
            assert states(rig) == [SeatState.PAUSED]
            off_hook(rig, 0)
            await asyncio.sleep(1.0)
            assert states(rig) == [SeatState.PAUSED]
            on_hook(rig, 0)
            await asyncio.sleep(1.0)
            assert states(rig) == [SeatState.RINGING]  # for the caller who still waits
            off_hook(rig, 0)
            await asyncio.sleep(0.5)
            assert states(rig) == [SeatState.TALKING]
            caller.hang_up()
            on_hook(rig, 0)
            await rest(rig)
            assert states(rig) == [SeatState.READY]

    clock(main())


def test_a_caller_who_goes_stops_the_ringing(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": desk}, plant=plant(1), manners={}) as rig:
            ringing = rings(rig, 0)
            caller = await asks(rig)
            await asyncio.sleep(1.0)
            assert ringing[0] is True
            caller.hang_up()
            await asyncio.sleep(0.2)
            before = list(ringing)
            await asyncio.sleep(12.0)
            assert ringing == before
            assert ringing[-1] is False
            await rest(rig)
            assert states(rig) == [SeatState.READY]
            assert len(rig.journal.of("queue.abandoned")) == 1
            (record,) = rig.records
            assert (record.cause, record.service, record.seat) == (Cause.CALLER_HUNG_UP, "desk", None)
            assert record.waiting_ms is not None

    clock(main())


def test_a_seat_off_the_hook_without_a_call_is_passed_over(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": desk}, plant=plant(2), manners={1: QUICK}) as rig:
            off_hook(rig, 0)
            await asyncio.sleep(0.5)
            assert rig.phones["801"].state is CircuitState.BUSY
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.hear("hello")
            assert [e.fields["seat"] for e in rig.journal.of("seat.offered")] == ["802"]
            assert rig.seats.states["801"] is SeatState.PAUSED
            on_hook(rig, 0)
            await rest(rig)
            assert states(rig) == [SeatState.READY] * 2

    clock(main())


def test_the_telephone_sends_busy_tone_until_it_is_put_down_and_only_then_is_the_seat_free(
    sim: Sim, clock: Clock
) -> None:
    async def main() -> None:
        async with sim({"desk": desk}, plant=plant(1), manners={}) as rig:
            far = rig.town.far
            caller = await asks(rig)
            off_hook(rig, 0)
            await asyncio.sleep(0.5)
            caller.hang_up()
            ears = Ears(far, far.engine.line(0))
            assert await ears.tone("busy", 3.0)
            ears.close()
            await asyncio.sleep(30.0)
            assert states(rig) == [SeatState.TALKING]
            on_hook(rig, 0)
            await rest(rig)
            assert states(rig) == [SeatState.READY]

    clock(main())


def test_two_callers_and_one_seat_are_served_in_their_order(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": desk}, plant=plant(1), manners={0: Manner(1.0, 6.0)}) as rig:
            first, second = await asks(rig, "3190001"), await asks(rig, "3190002")
            await second.hear("all-busy")
            await second.hear_tone("ring_back")
            await first.released()
            first.hang_up()
            await second.hear("hello")
            second.hang_up()
            await rest(rig)
            served = [record.calling for record in rig.records]
            assert served == ["3190001", "3190002"]
            assert all(record.seat == "801" for record in rig.records)

    clock(main())


def test_the_second_in_line_hears_how_many_are_before_him(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": desk}, plant=plant(1), manners={0: Manner(1.0, 30.0)}) as rig:
            callers = [await asks(rig, f"319000{n}") for n in range(2)]
            third = await asks(rig, "3190009")
            await third.hear_all(("all-busy", "queue-ahead", "queue-callers"))
            for caller in (*callers, third):
                caller.hang_up()
            await rest(rig)

    clock(main())


def test_without_a_seat_the_caller_is_told_at_once(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": desk}, plant=plant(0)) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.hear("queue-full")
            assert [entry.fields["reason"] for entry in rig.journal.of("gave up")] == ["no seat signed in"]
            assert rig.journal.of("queue.abandoned") == []
            assert rig.records[0].waiting_ms == 0

    clock(main())


def test_whoever_waits_too_long_is_told(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        patient = QueueSettings(lease_ms=60_000, wrap_up_ms=0, max_wait_ms=5_000)
        async with sim({"desk": desk}, plant=plant(1, patient), manners={0: Manner(0.5, 60.0)}) as rig:
            first, second = await asks(rig, "3190001"), await asks(rig, "3190002")
            await second.hear("queue-full", timeout_s=10.0)
            assert [entry.fields["reason"] for entry in rig.journal.of("gave up")] == ["maximum wait"]
            first.hang_up()
            second.hang_up()
            await rest(rig)
            record = next(record for record in rig.records if record.calling == "3190002")
            assert record.waiting_ms is not None
            assert 5000 <= record.waiting_ms < 5100

    clock(main())


def test_a_caller_may_queue_again_when_his_seat_has_hung_up(sim: Sim, clock: Clock) -> None:
    async def twice(call: Call) -> None:
        await call.answer()
        await call.queue("desk")
        await call.queue("desk")

    async def main() -> None:
        async with sim({"desk": twice}, plant=plant(2), manners={0: QUICK, 1: QUICK}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.hear("hello")
                await caller.hear("hello")
                await caller.released()
            await rest(rig)
            assert [record.cause for record in rig.records] == [Cause.NORMAL]
            assert len(rig.journal.of("seat.connected")) == 2

    clock(main())


@pytest.mark.parametrize("ticks", range(-6, 7))
def test_a_phone_is_lifted_in_the_frame_in_which_its_lease_ends(ticks: int, sim: Sim, clock: Clock) -> None:
    """Whichever comes first, the seat is neither lost nor given to two callers."""

    async def main() -> None:
        async with sim({"desk": desk}, plant=plant(1), manners={}) as rig:
            caller = await asks(rig)
            offered_s = rig.journal.of("seat.offered")[0].at_s
            await asyncio.sleep(offered_s + LEASE_S + ticks * 0.008 - asyncio.get_running_loop().time())
            off_hook(rig, 0)
            await asyncio.sleep(1.0)
            assert states(rig) in ([SeatState.TALKING], [SeatState.PAUSED])
            is_talking = states(rig) == [SeatState.TALKING]
            assert len(rig.journal.of("seat.connected")) == is_talking
            caller.hang_up()
            await asyncio.sleep(0.5)
            on_hook(rig, 0)
            await rest(rig)
            assert states(rig) == [SeatState.READY]
            assert len(rig.journal.of("queue.abandoned")) == (not is_talking)

    clock(main())


@pytest.mark.parametrize("ticks", range(-6, 7))
def test_the_caller_goes_in_the_frame_in_which_the_seat_answers(ticks: int, sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": desk}, plant=plant(1), manners={}) as rig:
            caller = await asks(rig)
            await asyncio.sleep(1.0)
            loop = asyncio.get_running_loop()
            loop.call_later(0.1, off_hook, rig, 0)
            loop.call_later(0.1 + ticks * 0.008, caller.hang_up)
            await asyncio.sleep(1.0)
            on_hook(rig, 0)
            await rest(rig)
            assert states(rig) == [SeatState.READY]
            assert len(rig.journal.of("queue.abandoned")) + len(rig.journal.of("seat.parted")) == 1
            assert [record.cause for record in rig.records] == [Cause.CALLER_HUNG_UP]
            async with rig.caller() as next_caller:  # the seat serves the next one
                next_caller.seize("1000")
                await asyncio.sleep(REGISTER_S + 1.0)
                off_hook(rig, 0)
                await asyncio.sleep(0.5)
                assert states(rig) == [SeatState.TALKING]
            on_hook(rig, 0)
            await rest(rig)

    clock(main())


def test_a_seat_that_hangs_up_at_once_frees_itself_and_its_caller(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": desk}, plant=plant(1), manners={0: Manner(0.5, 0.05)}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.released(10.0)
            await rest(rig)
            assert states(rig) == [SeatState.READY]

    clock(main())
