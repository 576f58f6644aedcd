"""End-to-end transit through the switch on the simulated E1: A2, both circuits joined, the answer, what goes wrong."""

import asyncio
from dataclasses import replace

import pytest

from kmcc.firmware_sim.people.caller import NotConnectedError
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Plant, Rig
from kmcc.signaling.china1.codes import Leading, Prefix
from kmcc.signaling.china1.profile import LOCAL
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.numbering import NumberRow

NUMBER = "08713190000"
PLANT = Plant(numbers=(NumberRow("0871", 11, 11, "out", "toll", is_end_to_end=True),))
FAR = Subscriber(NUMBER)


def signals_on(rig: Rig, circuit: str) -> list[str]:
    return [str(entry.fields["what"]) for entry in rig.journal.of("register.signal", circuit=circuit)]


def test_the_next_exchange_takes_the_number_from_its_first_digit(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=PLANT, subscribers=(FAR,)) as rig:
            async with rig.caller("3188888") as caller:
                caller.seize(NUMBER)
                await caller.answered()
                await caller.hear("hello")  # speech passes
            (entry,) = rig.journal.of("call.sent_on")
            assert entry.fields["called"] == "0871"
            ours = signals_on(rig, "in/1")
            assert [words for words in ours if "(digit)" in words] == [f"forward {digit} (digit)" for digit in "0871"]
            assert ours[-1] == "backward A2 send from the first digit"
            assert signals_on(rig, "out/21") == []  # what passes is not ours to read
        first, second = sorted(rig.records, key=lambda record: record.leg)
        assert (first.called, first.calling, second.called) == ("0871", "3188888", "0871")
        assert first.answered_at is not None
        assert {first.cause, second.cause} == {Cause.CALLER_HUNG_UP}

    clock(main())


def test_the_far_party_hangs_up(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        short = replace(FAR, talks_s=0.5)
        async with sim(plant=PLANT, subscribers=(short,)) as rig, rig.caller() as caller:
            caller.seize(NUMBER)
            await caller.answered()
            await caller.leg.wait_ended(20.0)
            assert caller.leg.ended.result() is Cause.CALLED_HUNG_UP

    clock(main())


REFUSALS = [((replace(FAR, habits=(Habit.BUSY_SIGNAL,)),), Cause.BUSY), ((), Cause.VACANT_NUMBER)]


@pytest.mark.parametrize(("subscribers", "cause"), REFUSALS, ids=["busy", "vacant"])
def test_what_is_refused_beyond_us_is_told_to_the_caller_directly(
    sim: Sim, clock: Clock, subscribers: tuple[Subscriber, ...], cause: Cause
) -> None:
    async def main() -> None:
        async with sim(plant=PLANT, subscribers=subscribers) as rig:
            async with rig.caller() as caller:
                caller.seize(NUMBER)
                await caller.leg.wait_ended(30.0)
                assert caller.leg.ended.result() is cause
            assert {record.cause for record in rig.records} == {Cause.CALLER_HUNG_UP}
            assert not rig.journal.of("circuit.alarm")

    clock(main())


def test_no_circuit_onward_is_congestion_by_group_a(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=PLANT, subscribers=(FAR,)) as rig:
            group = rig.groups["out"]
            taken = [group.seize() for _ in range(group.idle)]
            async with rig.caller() as caller:
                with pytest.raises(NotConnectedError) as refused:
                    await caller.dial(NUMBER)
            assert refused.value.cause is Cause.CONGESTION
            assert signals_on(rig, "in/1")[-1] == "backward A4 congestion"
            for circuit in taken:
                group.release(circuit)

    clock(main())


def test_the_caller_hangs_up_at_any_time(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=PLANT, subscribers=(FAR,)) as rig:
            for tenths in range(4, 44, 2):
                async with rig.caller() as caller:
                    caller.seize(NUMBER)
                    await caller.leg.wait_ended(tenths / 10)
            await asyncio.sleep(2.0)  # the last circuit onward comes to rest
            assert rig.calls.calls == {}
            assert [group.busy for group in rig.groups.values()] == [0, 0]

    clock(main())


def test_kc_goes_on_with_the_call_link_by_link(sim: Sim, clock: Clock) -> None:
    profile = replace(LOCAL, leading=Leading.KC)
    plant = Plant(numbers=(NumberRow("319", 7, 7, "out", "toll"),), profile=profile)

    async def main() -> None:
        mark = Prefix.KC_PRIORITY.value
        async with sim(plant=plant, subscribers=(Subscriber("3190000"),)) as rig:
            async with rig.caller() as caller:
                caller.leg.circuit.setup("3190000", CallingParty("3188888", 1, (mark, "ke_tandem")))
                await caller.answered()
            for circuit in ("in/1", "out/21"):
                assert signals_on(rig, circuit)[:2] == ["forward 11 (KC, priority)", "backward A1 send next digit"]

    clock(main())
