"""Calls of our own over a simulated board: placed, cancelled, ended by the other side, and what they leave."""

import asyncio

import pytest
from tests.house.aftermath import assert_wav_is_whole
from tests.switch.at_rest import CENTRE, TALKER, complaints, dial, rest

from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.switch.call import Call, ConnectFailed
from kmcc.switch.cdr import EndedBy
from kmcc.switch.circuit import CallingParty, Cause


async def _does_nothing(call: Call) -> None:
    """Not even alerts."""


@pytest.mark.parametrize(("number", "cause"), [("9000000", Cause.VACANT_NUMBER), ("1000", Cause.VACANT_NUMBER)])
def test_dialling_a_number_without_a_trunk_group_is_told_before_anything_is_seized(
    number: str, cause: Cause, sim: Sim, clock: Clock
) -> None:
    async def main() -> None:
        async with sim() as rig:
            with pytest.raises(ConnectFailed) as failed:
                await rig.calls.dial(number, CENTRE, _does_nothing)
            assert failed.value.cause is cause
            assert rig.records == []
            assert rig.groups["out"].idle == 10

    clock(main())


def test_digits_that_the_signalling_cannot_carry_leave_a_record_and_an_idle_circuit(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(subscribers=[TALKER]) as rig:
            for _ in range(12):  # more often than there are circuits
                with pytest.raises(ConnectFailed) as failed:
                    await rig.calls.dial("3192008", CallingParty("anonymous"), _does_nothing)
                assert failed.value.cause is Cause.SIGNALLING_FAILURE
            assert [record.cause for record in rig.records] == [Cause.SIGNALLING_FAILURE] * 12
            assert rig.groups["out"].idle == 10
            await rest(rig)
            call = await rig.calls.dial("3192008", CENTRE, _until_answered)
            assert call.answered

    clock(main())


async def _until_answered(call: Call) -> None:
    await call.until(call.leg.answered)


@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.5, 1.0, 2.5, 4.0])
def test_a_cancelled_call_of_our_own_leaves_nothing(after_s: float, sim: Sim, clock: Clock) -> None:
    async def talk(call: Call) -> None:
        await call.until(call.leg.answered)
        await call.play(("welcome",), times=9)

    async def main() -> None:
        async with sim(subscribers=[TALKER]) as rig:
            task = asyncio.get_running_loop().create_task(dial(rig, talk))
            await asyncio.sleep(after_s + 0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert [(record.cause, record.ended_by) for record in rig.records] == [(Cause.NORMAL, EndedBy.CENTRE)]
            await rest(rig)

    clock(main())


def test_a_bug_in_a_flow_of_our_own_call_reaches_whoever_dialled(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        heard = complaints()
        async with sim(subscribers=[TALKER]) as rig:
            with pytest.raises(ZeroDivisionError):
                await dial(rig, _out_bug)
            assert [record.cause for record in rig.records] == [Cause.SYSTEM_FAULT]
            await rest(rig)
        assert heard == []

    clock(main())


async def _out_bug(call: Call) -> None:
    await call.until(call.leg.alerting)
    raise ZeroDivisionError


@pytest.mark.parametrize("talk_ms", [*range(0, 200, 8), 500, 1000, 1500, 2500])
def test_the_called_party_may_hang_up_at_any_moment(talk_ms: int, sim: Sim, clock: Clock) -> None:
    """0.3 s of silence come first in a subscriber's talk."""

    async def talk(call: Call) -> None:
        await call.until(call.leg.answered)
        call.path.listen_for_keys()
        await call.play(("hello",))
        await call.collect(("press-1-again",), digits=1, timeout_s=5.0)

    async def main() -> None:
        talks_s = talk_ms / 1000
        async with sim(subscribers=[Subscriber("3192008", rings_s=0.5, talks_s=talks_s)]) as rig:
            call = await rig.calls.dial("3192008", CENTRE, talk)
            assert call.leg.ended.result() is Cause.CALLED_HUNG_UP
            await rest(rig)
            (record,) = rig.records
            assert (record.cause, record.ended_by) == (Cause.CALLED_HUNG_UP, EndedBy.CALLED)
            assert record.charged
            assert len(rig.journal.of("call.released")) == 1
            assert_wav_is_whole(rig.recordings / str(record.recording))

    clock(main())
