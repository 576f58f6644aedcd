"""The call server over a simulated board: whatever a flow does, a call leaves one record and an idle circuit."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.house.aftermath import all_idle, assert_no_timer, assert_ports_quiet, assert_wav_is_whole, open_files, until

from kmcc.firmware_sim.people.caller import NotConnectedError
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Plant, Rig
from kmcc.signaling.china1.profile import LOCAL
from kmcc.switch.call import Call, CallEnded, ConnectFailed
from kmcc.switch.cdr import Cdr, EndedBy, LegDirection
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.errors import SwitchError
from kmcc.switch.numbering import NumberRow

CENTRE = CallingParty("1000")
CLEAR_S = 1.5
TALKER = Subscriber("3192008", rings_s=1.0, talks_s=2.0)
Flow = Callable[[Call], Awaitable[None]]


async def rest(rig: Rig) -> None:
    """Nothing of any call is left."""
    circuits = [circuit for group in rig.groups.values() for circuit in group.circuits]
    await until(lambda: all_idle(circuits) and all_idle(rig.town.exchange.circuits), "idle circuits")
    await until(lambda: [group.idle for group in rig.groups.values()] == [20, 10], "circuits given back")
    assert not rig.calls.calls
    assert open_files(rig.recordings) == []
    assert_no_timer()
    await assert_ports_quiet(rig.media, rig.town.far)


def complaints() -> list[dict[str, Any]]:
    """What asyncio complains of from now on."""
    heard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: heard.append(what))
    return heard


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
        await asyncio.sleep(5.0)  # blind to the caller, who is gone after two seconds
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
            rig.calls._recordings = tmp_path / "no" / "such" / "folder"
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


# --- calls of our own ----------------------------------------------------------------------------------------------


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
            task = asyncio.get_running_loop().create_task(_dial(rig, talk))
            await asyncio.sleep(after_s + 0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert [(record.cause, record.ended_by) for record in rig.records] == [(Cause.NORMAL, EndedBy.CENTRE)]
            await rest(rig)

    clock(main())


async def _dial(rig: Rig, flow: Flow) -> None:
    await rig.calls.dial("3192008", CENTRE, flow)


def test_a_bug_in_a_flow_of_our_own_call_reaches_whoever_dialled(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        heard = complaints()
        async with sim(subscribers=[TALKER]) as rig:
            with pytest.raises(ZeroDivisionError):
                await _dial(rig, _out_bug)
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
        await call.prompt(("press-1-again",), digits=1, timeout_s=5.0)

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


# --- the end -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("far_end_clears", [True, False])
def test_closing_ends_calls_of_our_own_too_and_waits_for_their_records(
    far_end_clears: bool, sim: Sim, clock: Clock
) -> None:
    async def main() -> None:
        async with sim({"desk": _stubborn}, subscribers=[TALKER]) as rig:
            dialling = asyncio.get_running_loop().create_task(_dial(rig, _stubborn))
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
                await _dial(rig, _stubborn)
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
