"""Clear back and re-answer through the switch: what the called end does reaches the caller, who keeps the control."""

import asyncio
from dataclasses import replace

import pytest
from tests.house.aftermath import all_idle, until

from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Plant, Rig
from kmcc.signaling.china1.codes import Control
from kmcc.signaling.china1.line_rules import LineRules
from kmcc.signaling.china1.profile import LOCAL
from kmcc.switch.call import Call
from kmcc.switch.circuit import CallingParty, Cause, CircuitState
from kmcc.switch.trunks import TrunkGroupError

BY_CALLER = Plant(profile=replace(LOCAL, line=LineRules(control=Control.CALLING)))
AWAY = Subscriber("3192008", rings_s=1.0, talks_s=8.0, away_s=20.0)


async def at_rest(rig: Rig) -> None:
    circuits = [circuit for group in rig.groups.values() for circuit in group.circuits]
    await until(lambda: all_idle(circuits) and all_idle(rig.town.exchange.circuits), "idle circuits")


def test_the_called_party_comes_back_through_the_switch(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=BY_CALLER, subscribers=[AWAY]) as rig:
            heard: list[bool] = []
            async with rig.caller() as li:
                li.leg.on_suspension = heard.append
                await li.dial(AWAY.number)
                await li.answered()
                await asyncio.sleep(10.0)
                assert heard == [True]
                await asyncio.sleep(22.0)
                assert heard == [True, False]
            await at_rest(rig)
            assert len(rig.journal.of("call.suspended")) == len(rig.journal.of("call.resumed")) == 1
            assert {record.cause for record in rig.records} == {Cause.CALLER_HUNG_UP}
            assert len(rig.records) == 2

    clock(main())


def test_a_call_of_our_own_waits_for_nobody(sim: Sim, clock: Clock) -> None:
    """The house is the caller: it hangs up when the called party has."""

    async def listen(call: Call) -> None:
        await call.until(call.leg.answered)
        await call.sleep(60.0)

    async def main() -> None:
        async with sim(plant=BY_CALLER, subscribers=[AWAY]) as rig:
            began = asyncio.get_running_loop().time()
            call = await rig.calls.dial(AWAY.number, CallingParty("1000"), listen)
            assert call.leg.ended.result() is Cause.CALLED_HUNG_UP
            assert asyncio.get_running_loop().time() - began < 15.0
            await at_rest(rig)

    clock(main())


@pytest.mark.parametrize("group", ["in", "out"])
def test_a_group_blocks_its_circuits_by_name(group: str, sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim() as rig:
            trunks = rig.groups[group]
            circuit = trunks.circuits[0]
            idle = trunks.idle
            trunks.block(circuit.name)
            await asyncio.sleep(0.3)
            assert (trunks.idle, trunks.blocked) == (idle - 1, 1)
            far = rig.town.exchange.circuits[circuit.port]
            assert far.state is CircuitState.BLOCKED
            trunks.unblock(circuit.name)
            await asyncio.sleep(0.3)
            assert (trunks.idle, trunks.blocked) == (idle, 0)
            with pytest.raises(TrunkGroupError, match="none of ours"):
                trunks.block("nowhere/1")

    clock(main())
