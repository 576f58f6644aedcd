"""A flow ends with its call, also when it waits for something that is no matter of the call."""

import asyncio

from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.switch.call import Call, ConnectFailed
from kmcc.switch.circuit import Cause

SLOW_S = 3.0  # a database that does not answer


def test_a_slow_flow_does_not_spoil_the_next_call_on_its_circuit(sim: Sim, clock: Clock) -> None:
    keys: list[str] = []
    ended_s: list[float] = []

    async def flow(call: Call) -> None:
        await call.answer()
        if call.calling.number == "3190001":
            try:
                await asyncio.sleep(SLOW_S)
            finally:
                ended_s.append(asyncio.get_running_loop().time())
        keys.append(await call.collect(("welcome",), digits=1, timeout_s=5.0))

    async def main() -> None:
        async with sim({"desk": flow}) as rig:
            async with rig.caller("3190001", channels=[1]) as first:
                await first.dial("1000")
                await first.answered()
            gone_s = asyncio.get_running_loop().time()
            async with rig.caller("3190002", channels=[1]) as second:
                await second.dial("1000")
                await second.hear("welcome")
                await asyncio.sleep(SLOW_S)
                await second.press("2")
                await second.released()
            assert ended_s[0] <= gone_s
            assert [record.cause for record in rig.records] == [Cause.CALLER_HUNG_UP, Cause.NORMAL]

    clock(main())
    assert keys == ["2"]


def test_a_flow_may_let_connect_failed_through(sim: Sim, clock: Clock) -> None:
    async def flow(call: Call) -> None:
        raise ConnectFailed("3190009", Cause.BUSY)

    async def main() -> None:
        async with sim({"desk": flow}) as rig:
            async with rig.caller() as caller:
                caller.seize("1000")
                assert await caller.released() is Cause.BUSY
            assert [record.cause for record in rig.records] == [Cause.BUSY]

    clock(main())
