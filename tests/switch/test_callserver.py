"""The call server over a simulated board: whatever a flow does, a call leaves one record and an idle circuit."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.house.aftermath import assert_wav_is_whole
from tests.switch.at_rest import TALKER, Flow, complaints, rest

from kmcc.firmware_sim.people.caller import NotConnectedError
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Plant, Rig
from kmcc.signaling.china1.profile import LOCAL
from kmcc.switch.call import Call, CallEnded
from kmcc.switch.cdr import Cdr, EndedBy, LegDirection
from kmcc.switch.circuit import Cause
from kmcc.switch.errors import SwitchError
from kmcc.switch.numbering import NumberRow

CLEAR_S = 1.5


async def call_once(rig: Rig, called: str = "1000") -> Cdr:
    """A caller who waits until he is released; the record of his leg."""
    async with rig.caller() as caller:
        caller.seize(called)
        await caller.leg.ended if called == "1000" else await asyncio.sleep(10.0)
        await asyncio.sleep(1.0)
    await rest(rig)
    return rig.records[-1]


# --- what a flow may do wrong --------------------------------------------------------------------------------------


async def _bug(call: Call) -> None:
    await call.answer()
    call.path.listen_for_keys()
    call.path.play([bytes([0x55] * 80_000)])
    raise ZeroDivisionError


async def _error_of_ours(call: Call) -> None:
    await call.answer()
    raise SwitchError("no more")


async def _forgets_to_release(call: Call) -> None:
    await call.answer()
    await call.play(("hello",))


async def _never_answers(call: Call) -> None:
    await call.alert()


async def _does_nothing(call: Call) -> None:
    """Not even alerts."""


async def _swallows_the_end(call: Call) -> None:
    await call.answer()
    try:
        await call.release(Cause.NORMAL)
    except CallEnded:
        await asyncio.sleep(3.0)
        with pytest.raises(CallEnded):
            await call.play(("hello",))


async def _leaves_everything_on(call: Call) -> None:
    await call.answer()
    call.path.listen_for_sounds(lambda _: None)
    call.path.play([bytes([0x55] * 800_000)])
    call.path.connect(call.port + 5)
    await call.sleep(1.0)


BAD_FLOWS: dict[Flow, Cause] = {
    _bug: Cause.SYSTEM_FAULT,
    _error_of_ours: Cause.SYSTEM_FAULT,
    _forgets_to_release: Cause.NORMAL,
    _never_answers: Cause.NORMAL,
    _does_nothing: Cause.NORMAL,
    _swallows_the_end: Cause.NORMAL,
    _leaves_everything_on: Cause.NORMAL,
}


@pytest.mark.parametrize("flow", BAD_FLOWS, ids=lambda flow: flow.__name__)
def test_whatever_a_flow_does_its_call_is_closed(flow: Flow, sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        heard = complaints()
        async with sim({"desk": flow}) as rig:
            async with rig.caller() as caller:
                caller.seize("1000")
                await asyncio.sleep(12.0)
            await rest(rig)
            (record,) = rig.records
            assert (record.cause, record.ended_by) == (BAD_FLOWS[flow], EndedBy.CENTRE)
            assert len(rig.journal.of("call.released")) == 1
            assert_wav_is_whole(rig.recordings / str(record.recording))
            bugs = [what["exception"] for what in heard]
            assert [type(bug) for bug in bugs] == ([ZeroDivisionError] if flow is _bug else [])
            async with rig.caller() as caller:  # the same circuit serves the next call
                caller.seize("1000")
                await asyncio.sleep(12.0)
            assert [r.circuit for r in rig.records] == ["in/1", "in/1"]

    clock(main())


@pytest.mark.parametrize("request_name", ["alert", "answer"])
def test_a_flow_that_goes_on_after_the_far_end_failed_gets_call_ended(
    request_name: str, sim: Sim, clock: Clock
) -> None:
    caught: list[BaseException] = []

    async def flow(call: Call) -> None:
        await call.leg.wait_ended(5.0)  # the caller is gone after two seconds, and the flow does not mind
        try:
            await getattr(call, request_name)()
        except SwitchError as error:
            caught.append(error)
            raise

    async def main() -> None:
        async with sim({"desk": flow}) as rig:
            async with rig.caller() as caller:
                caller.seize("1000")
                await asyncio.sleep(2.0)
            await asyncio.sleep(6.0)
            await rest(rig)
            assert [type(error) for error in caught] == [CallEnded]
            assert [record.cause for record in rig.records] == [Cause.CALLER_HUNG_UP]

    clock(main())


def test_alert_and_answer_may_be_asked_for_again(sim: Sim, clock: Clock) -> None:
    async def flow(call: Call) -> None:
        await call.alert()
        await call.alert()
        await call.answer()
        await call.answer()
        await call.alert()

    async def main() -> None:
        async with sim({"desk": flow}) as rig:
            record = await call_once(rig)
            assert record.cause is Cause.NORMAL
            assert len(rig.journal.of("call.answered")) == 1

    clock(main())


# --- recordings ----------------------------------------------------------------------------------------------------


def test_a_call_goes_on_when_its_recording_cannot_be_opened(sim: Sim, clock: Clock, tmp_path: Path) -> None:
    async def main() -> None:
        async with sim({"desk": _forgets_to_release}) as rig:
            nowhere = tmp_path / "no" / "such" / "folder"
            rig.calls.recordings.parts = replace(rig.calls.recordings.parts, folder=nowhere)
            record = await call_once(rig)
            assert (record.cause, record.recording) == (Cause.NORMAL, None)
            assert len(rig.journal.of("alarm.recording")) == 1

    clock(main())


# --- on from here --------------------------------------------------------------------------------------------------


def test_a_number_of_the_far_exchange_is_put_through(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(subscribers=[TALKER]) as rig:
            async with rig.caller() as caller:
                await caller.dial("3192008")
                await caller.answered()
                await caller.hear("hello")
                assert await caller.released() is Cause.CALLED_HUNG_UP
            await rest(rig)
            out, into = rig.records
            assert (out.chain, out.leg, out.direction) == (into.chain, 2, LegDirection.OUT)
            assert (out.cause, out.ended_by) == (into.cause, into.ended_by) == (Cause.CALLED_HUNG_UP, EndedBy.CALLED)
            assert out.answered_at is not None
            assert into.answered_at is not None
            assert out.answered_at <= into.answered_at
            assert (out.calling, into.calling) == ("3190001", "3190001")

    clock(main())


@pytest.mark.parametrize(
    ("habit", "cause"), [(Habit.BUSY_SIGNAL, Cause.BUSY), (None, Cause.VACANT_NUMBER)], ids=["busy", "vacant"]
)
def test_what_the_far_exchange_refuses_is_refused_to_the_caller(
    habit: Habit | None, cause: Cause, sim: Sim, clock: Clock
) -> None:
    async def main() -> None:
        there = () if habit is None else (Subscriber("3192008", (habit,)),)
        async with sim(subscribers=there) as rig:
            async with rig.caller() as caller:
                with pytest.raises(NotConnectedError) as refused:
                    await caller.dial("3192008")
                assert refused.value.cause is cause
            await rest(rig)
            out, into = rig.records
            assert (out.cause, out.ended_by) == (cause, EndedBy.CALLED)
            assert (into.cause, into.ended_by) == (cause, EndedBy.CENTRE)
            assert not into.charged

    clock(main())


def test_all_trunks_busy_is_told_by_kb4(sim: Sim, clock: Clock) -> None:
    """GB 3377-82: KB4 of a local call, which the caller's exchange takes for busy."""

    async def main() -> None:
        plant = Plant(out_channels=range(21, 22))
        async with sim(plant=plant, subscribers=[Subscriber("3192008", rings_s=60.0)]) as rig:
            async with rig.caller("3190001") as first, rig.caller("3190002", channels=range(2, 21)) as second:
                await first.dial("3192008")
                with pytest.raises(NotConnectedError) as refused:
                    await second.dial("3192008")
                assert refused.value.cause is Cause.BUSY
            causes = [(record.calling, record.leg, record.cause) for record in rig.records]
            assert ("3190002", 1, Cause.CONGESTION) in causes
            await asyncio.sleep(CLEAR_S)
            assert rig.groups["out"].idle == 1

    clock(main())


def test_a_number_without_a_route_is_vacant(sim: Sim, clock: Clock) -> None:
    """A service that no flow serves, and that is no trunk group either."""

    async def main() -> None:
        plant = Plant(numbers=(NumberRow("1", 3, 3, "nobody", "free"),))
        async with sim(plant=plant) as rig:
            async with rig.caller() as caller:
                with pytest.raises(NotConnectedError) as refused:
                    await caller.dial("114")
                assert refused.value.cause is Cause.VACANT_NUMBER
            assert [record.cause for record in rig.records] == [Cause.VACANT_NUMBER]

    clock(main())


def test_an_exchange_that_seizes_again_in_our_guard_is_served(sim: Sim, clock: Clock) -> None:
    """Our idle guard is 1 s here, the exchange's 100 ms: its next seizure comes before we thought we were idle."""
    rows = tuple(replace(row, ms=1000) if row.name == "idle_guard" else row for row in LOCAL.timers)

    async def main() -> None:
        plant = Plant(profile=replace(LOCAL, timers=rows))
        async with sim({"desk": _forgets_to_release}, plant=plant) as rig:
            for _ in range(3):
                async with rig.caller(channels=range(1, 2)) as caller:
                    await caller.dial("1000")
                    await caller.hear("hello")
            await asyncio.sleep(3.0)
            assert [record.called for record in rig.records] == ["1000"] * 3
            assert rig.groups["in"].idle == 20

    clock(main())
