"""The fixtures do what they say, also together and more than once in one test."""

import asyncio
from collections.abc import Callable

import pytest

from kmcc.firmware_sim.clock import ClockError, VirtualLoop
from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair, Sim
from kmcc.switch.call import Call
from kmcc.switch.circuit import Cause


async def _desk(call: Call) -> None:
    await call.answer()
    await call.play(("welcome",))


def test_a_caller_calls_the_switch_of_sim(sim: Sim, caller: Callable[..., Caller], clock: Clock) -> None:
    async def story() -> Cause:
        async with sim({"desk": _desk}) as rig, caller("3188888") as li:
            await li.dial("1000")
            await li.hear("welcome")
            cause = await li.released()
            assert rig.records[0].calling == "3188888"
            return cause

    for _ in range(2):
        assert clock(story()) is Cause.CALLED_HUNG_UP


def test_two_switches_may_stand_side_by_side_in_time(sim: Sim, clock: Clock) -> None:
    async def story() -> None:
        for _ in range(2):
            async with sim({"desk": _desk}) as rig, rig.caller() as li:
                await li.dial("1000")
                await li.released()

    clock(story())


def test_sim_needs_virtual_time(sim: Sim) -> None:
    async def story() -> None:
        async with sim():
            pass

    with pytest.raises(ClockError, match="virtual time only"):
        asyncio.run(story())


def test_an_error_in_the_story_closes_the_switch_and_comes_out(sim: Sim, clock: Clock) -> None:
    async def story() -> None:
        async with sim({"desk": _desk}) as rig:
            rig.caller().seize("1000")
            await asyncio.sleep(2.0)
            raise KeyError("story")

    with pytest.raises(KeyError):
        clock(story())


def test_the_clock_gives_the_result_and_uses_the_frames(e1_pair: E1Pair, clock: Clock) -> None:
    async def story() -> float:
        await asyncio.sleep(0.001)
        return VirtualLoop.running().time()

    assert clock(story()) == 0.001
    assert clock(story(), e1_pair.frames) == 0.008
    assert e1_pair.near.engine.now == e1_pair.far.engine.now == 64
