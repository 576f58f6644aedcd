"""The simulated exchange, its town and its traffic."""

import asyncio
from random import Random

import pytest
from structlog.testing import capture_logs

from kmcc.firmware_sim.people.caller import NotConnectedError
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Rig
from kmcc.firmware_sim.traffic import Traffic
from kmcc.switch.call import Call
from kmcc.switch.circuit import CallingParty, Cause, CircuitState

CENTRE = CallingParty("1000")


async def ringing(call: Call) -> None:
    await call.until(call.leg.alerting)
    await call.until(call.leg.answered)
    await call.sleep(2.0)


@pytest.mark.parametrize(
    ("number", "cause"),
    [("3199999", Cause.VACANT_NUMBER), ("3192007", Cause.BUSY), ("3192008", Cause.NORMAL)],
)
def test_it_answers_for_its_subscribers_and_refuses_all_others(
    number: str, cause: Cause, sim: Sim, clock: Clock
) -> None:
    town = [Subscriber("3192007", (Habit.BUSY_SIGNAL,)), Subscriber("3192008", rings_s=0.5)]

    async def main() -> None:
        async with sim(subscribers=town) as rig:
            call = await rig.calls.dial(number, CENTRE, ringing)
            assert call.leg.ended.result() is cause
            await asyncio.sleep(1.5)
            assert rig.town.exchange.busy == 0

    clock(main())


def test_it_counts_its_busy_circuits(sim: Sim, clock: Clock) -> None:
    async def desk(call: Call) -> None:
        await call.answer()
        await call.sleep(60.0)

    async def main() -> None:
        async with sim({"desk": desk}) as rig:
            async with rig.caller("3190001") as one:
                await one.dial("1000")
                async with rig.caller("3190002") as two:
                    await two.dial("1000")
                    assert rig.town.exchange.busy == 2
                assert rig.town.exchange.busy == 1
            assert rig.town.exchange.busy == 0

    clock(main())


def test_a_caller_takes_the_first_idle_channel_of_those_he_may(sim: Sim, clock: Clock) -> None:
    async def desk(call: Call) -> None:
        await call.answer()
        await call.sleep(60.0)

    async def main() -> None:
        async with sim({"desk": desk}) as rig:
            async with rig.caller("3190001", channels=range(7, 10)) as one:
                one.seize("1000")
                async with rig.caller("3190002", channels=range(7, 10)) as two:
                    two.seize("1000")
                    await asyncio.sleep(2.0)
            assert sorted(record.circuit for record in rig.records) == ["in/7", "in/8"]

    clock(main())


def test_a_script_that_fails_is_told_and_its_circuit_clears(sim: Sim, clock: Clock) -> None:
    """A greeting that is no prompt is a mistake in a test; it must not be silent."""

    async def main() -> None:
        told: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, what: told.append(str(what["message"])))
        town = [Subscriber("3192008", rings_s=0.5, greeting=("no such prompt",))]
        async with sim(subscribers=town) as rig:
            call = await rig.calls.dial("3192008", CENTRE, ringing)
            assert told == ["a called party's script failed"]
            assert call.leg.ended.result() is Cause.NORMAL

    clock(main())


def test_closing_it_ends_its_subscribers_scripts(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(subscribers=[Subscriber("3192008", (Habit.RINGS_OUT,))]) as rig:
            dialling = asyncio.get_running_loop().create_task(rig.calls.dial("3192008", CENTRE, ringing))
            await asyncio.sleep(3.0)
            await rig.town.exchange.close()
            dialling.cancel()
            await asyncio.gather(dialling, return_exceptions=True)
            await asyncio.sleep(2.0)
            assert all(c.state is CircuitState.IDLE for c in rig.town.exchange.circuits)

    clock(main())


# --- traffic -------------------------------------------------------------------------------------------------------


async def _desk(call: Call) -> None:
    await call.answer()
    await call.collect(("welcome", "main-menu"), digits=1, timeout_s=5.0)
    await call.play(("consult",))


async def busy_hour(rig: Rig, seed: int, channels: range = range(1, 21)) -> None:
    traffic = Traffic(rig.town, Random(seed), 360.0, channels)
    task = asyncio.get_running_loop().create_task(traffic.flow())
    await asyncio.sleep(600.0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.sleep(20.0)


def callers_of(seed: int, sim: Sim, clock: Clock) -> list[tuple[str | None, str, Cause, int]]:
    async def main() -> list[tuple[str | None, str, Cause, int]]:
        async with sim({"desk": _desk}) as rig:
            await busy_hour(rig, seed)
            assert rig.town.exchange.busy == 0
            return [(r.calling, r.circuit, r.cause, r.duration_ms) for r in rig.records]

    with capture_logs():
        return clock(main())


def test_traffic_is_the_same_for_the_same_seed_and_comes_at_its_rate(sim: Sim, clock: Clock) -> None:
    first, again, other = (callers_of(seed, sim, clock) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert 40 <= len(first) <= 80  # sixty expected in ten minutes; three standard deviations are 23
    assert {cause for _, _, cause, _ in first} <= {Cause.CALLER_HUNG_UP, Cause.NORMAL}


def test_traffic_goes_on_when_no_channel_is_idle(sim: Sim, clock: Clock) -> None:
    async def main() -> int:
        async with sim({"desk": _desk}) as rig:
            await busy_hour(rig, 1, channels=range(1, 2))
            return len(rig.records)

    with capture_logs() as logs:
        calls = clock(main())
    gave_up = [log for log in logs if "no idle circuit" in str(log.get("why"))]
    assert calls > 10
    assert gave_up


def test_a_refused_caller_is_worth_a_line_and_no_more(sim: Sim, clock: Clock) -> None:
    async def refuses(call: Call) -> None:
        await call.release(Cause.BUSY)

    async def main() -> None:
        async with sim({"desk": refuses}) as rig:
            with pytest.raises(NotConnectedError):
                async with rig.caller() as caller:
                    await caller.dial("1000")
            await busy_hour(rig, 1)
            assert {record.cause for record in rig.records} == {Cause.BUSY}

    with capture_logs() as logs:
        clock(main())
    assert {log["event"] for log in logs} == {"simulated caller gave up"}
