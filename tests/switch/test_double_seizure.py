"""A call of ours that meets a double seizure goes on to another circuit of its two-way group, and leaves one record."""

import asyncio
from functools import partial

import pytest
from tests.house.aftermath import all_idle, until

from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Plant, Rig
from kmcc.switch.call import Call
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.outgoing_legs import MOST_CIRCUITS

TALKER = Subscriber("3192008", rings_s=1.0, talks_s=2.0)
CENTRE = CallingParty("1000")
TWO_WAY = Plant(is_two_way=True)


async def until_the_end(call: Call) -> None:
    await call.until(call.leg.answered)
    await call.play(("goodbye",))


def tried(rig: Rig) -> list[int]:
    """The channels that our call has gone on to."""
    return [int(str(e.fields["onward"]).split("/")[1]) for e in rig.journal.of("call.double_seizure")]


def _has_tried(rig: Rig, circuits: int) -> bool:
    return len(tried(rig)) >= circuits


def meet(rig: Rig, times: int) -> asyncio.Task[None]:
    """The far exchange takes each circuit that ours takes, at the same moment, so many times."""

    async def callers() -> None:
        for n in range(times):
            await until(partial(_has_tried, rig, n), "the next circuit")
            rig.caller(channels=[[21, *tried(rig)][n]]).seize("1000")

    return asyncio.create_task(callers())


async def at_rest(rig: Rig) -> None:
    circuits = [circuit for group in rig.groups.values() for circuit in group.circuits]
    await until(lambda: all_idle(circuits) and all_idle(rig.town.exchange.circuits), "idle circuits")
    await until(lambda: rig.groups["out"].idle == 10, "circuits given back")


@pytest.mark.parametrize("met", [1, 2, MOST_CIRCUITS - 1])
def test_it_goes_on_to_another_circuit(met: int, sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=TWO_WAY, subscribers=[TALKER]) as rig:
            others = meet(rig, met)
            call = await rig.calls.dial(TALKER.number, CENTRE, until_the_end)
            assert call.leg.ended.result() in (Cause.NORMAL, Cause.CALLED_HUNG_UP)
            assert len(rig.journal.of("call.double_seizure")) == met
            (record,) = [record for record in rig.records if record.called == TALKER.number]
            assert record.circuit == f"out/{tried(rig)[-1]}"
            assert record.answered_at is not None
            await others
            await at_rest(rig)

    clock(main())


def test_on_every_circuit_that_is_tried_the_call_fails(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=TWO_WAY, subscribers=[TALKER]) as rig:
            others = meet(rig, MOST_CIRCUITS)
            call = await rig.calls.dial(TALKER.number, CENTRE, until_the_end)
            assert call.leg.ended.result() is Cause.DOUBLE_SEIZURE
            (record,) = [record for record in rig.records if record.called == TALKER.number]
            assert record.cause is Cause.DOUBLE_SEIZURE
            await others
            await at_rest(rig)

    clock(main())


@pytest.mark.parametrize("after_s", [0.03, 0.08, 0.15])
def test_the_caller_may_give_up_meanwhile(after_s: float, sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=TWO_WAY, subscribers=[TALKER]) as rig:
            others = meet(rig, 1)
            dialling = asyncio.create_task(rig.calls.dial(TALKER.number, CENTRE, until_the_end))
            await asyncio.sleep(after_s)
            dialling.cancel()
            with pytest.raises(asyncio.CancelledError):
                await dialling
            assert [record.called for record in rig.records] == [TALKER.number]
            await others
            await at_rest(rig)

    clock(main())


def test_while_idle_a_code_is_in_the_journal_once(sim: Sim, clock: Clock) -> None:
    """Both machines of a two-way circuit hear and send it."""

    async def main() -> None:
        async with sim(plant=TWO_WAY) as rig:
            await asyncio.sleep(1.0)
            codes = [(entry.fields["circuit"], entry.fields["way"]) for entry in rig.journal.of("line.bits")]
            assert len(codes) == len(set(codes)) == 60

    clock(main())
