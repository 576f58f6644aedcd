"""The call server closes: calls end in their order, each with its record, in time whatever the far end does."""

import asyncio

import pytest
from tests.house.aftermath import open_files
from tests.switch.at_rest import TALKER, dial

from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.switch.call import Call, ConnectFailed
from kmcc.switch.circuit import Cause


@pytest.mark.parametrize("far_end_clears", [True, False])
def test_closing_ends_calls_of_our_own_too_and_waits_for_their_records(
    far_end_clears: bool, sim: Sim, clock: Clock
) -> None:
    async def main() -> None:
        async with sim({"desk": _stubborn}, subscribers=[TALKER]) as rig:
            dialling = asyncio.get_running_loop().create_task(dial(rig, _stubborn))
            caller = rig.caller()
            caller.seize("1000")
            await asyncio.sleep(3.0)
            if not far_end_clears:
                rig.town.far.engine.signal(rig.town.far.engine.port(0, 21), 0b0111)
            began_s = asyncio.get_running_loop().time()
            await rig.calls.close()
            assert asyncio.get_running_loop().time() - began_s < 5.0
            assert [record.cause for record in rig.records] == [Cause.SHUTDOWN] * 2
            assert open_files(rig.recordings) == []
            await asyncio.gather(dialling, return_exceptions=True)
            with pytest.raises(ConnectFailed) as failed:
                await dial(rig, _stubborn)
            assert failed.value.cause is Cause.SHUTDOWN

    clock(main())


async def _stubborn(call: Call) -> None:
    """Hangs although the call is over, as a flow that waits for something else might."""
    if call.leg.setup.done():
        await call.answer()
    await asyncio.sleep(3600.0)


def test_a_seizure_while_closing_is_refused_with_a_record(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": _stubborn}) as rig:
            first = rig.caller("3190001")
            first.seize("1000")
            await asyncio.sleep(3.0)
            closing = asyncio.get_running_loop().create_task(rig.calls.close())
            await asyncio.sleep(0.5)
            second = rig.caller("3190002", channels=range(2, 3))
            second.seize("1000")
            await closing
            assert [record.cause for record in rig.records] == [Cause.SHUTDOWN] * 2
            assert len({record.circuit for record in rig.records}) == 2

    clock(main())


def test_closing_twice_and_without_calls_takes_no_time(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim() as rig:
            began_s = asyncio.get_running_loop().time()
            await rig.calls.close()
            await rig.calls.close()
            assert asyncio.get_running_loop().time() == began_s

    clock(main())


def test_calls_end_in_the_order_in_which_they_came(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": _stubborn}) as rig:
            for n in range(12):
                rig.caller(f"31900{n:02d}", channels=range(n + 1, 21)).seize("1000")
                await asyncio.sleep(0.05)
            await asyncio.sleep(3.0)
            await rig.calls.close()
            assert [record.calling for record in rig.records] == [f"31900{n:02d}" for n in range(12)]

    clock(main())


def test_a_seizure_after_the_end_leaves_no_record(sim: Sim, clock: Clock) -> None:
    """The lines are still moved while the rest of the house closes; its log and its records are closed already."""

    async def main() -> None:
        async with sim({"desk": _stubborn}) as rig:
            await rig.calls.close()
            written = len(rig.journal.entries)
            rig.caller("3190001").seize("1000")
            await asyncio.sleep(1.0)
            assert rig.records == []
            assert [entry.kind for entry in rig.journal.entries[written:] if entry.kind.startswith("call.")] == []

    clock(main())
