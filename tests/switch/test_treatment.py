"""Calls that cannot be: what the caller hears, that it costs nothing, and that the line is free again."""

import asyncio

import pytest
from tests.switch.at_rest import rest

from kmcc.firmware_sim.people.caller import NotConnectedError
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Plant
from kmcc.signaling.china1.plan import Verdict
from kmcc.switch.announce import Language
from kmcc.switch.call import Call, ConnectFailed
from kmcc.switch.circuit import Cause
from kmcc.switch.treatment import CAUSES, Treatment, Treatments

VACANT = Treatment(("vacant-number",), times=2)
BUSY = Treatment(("lines-busy",), (Language.ZH,))
TREATMENTS = Treatments({Cause.VACANT_NUMBER: VACANT, Cause.BUSY: BUSY})
TONES = {Cause.VACANT_NUMBER: "vacant", Cause.CONGESTION: "congestion"}
ENGAGED = Subscriber("3192008", habits=(Habit.BUSY_SIGNAL,))


def test_a_vacant_number_is_announced_in_both_languages_and_never_charged(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=Plant(treatments=TREATMENTS)) as rig:
            async with rig.caller() as caller:
                await caller.dial("9")
                for language in (Language.ZH, Language.EN) * 2:
                    caller.language = language
                    await caller.hear("vacant-number")
                await caller.hear_tone("vacant")
                assert not caller.leg.answered.done()
            await rest(rig)
            (record,) = rig.records
            assert (record.cause, record.answered_at, record.charged) == (Cause.VACANT_NUMBER, None, False)
            assert len(rig.journal.of("call.treated", cause="vacant number")) == 1

    clock(main())


def test_a_busy_party_is_announced_over_the_transit(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=Plant(treatments=TREATMENTS), subscribers=[ENGAGED]) as rig:
            async with rig.caller() as caller:
                await caller.dial("3192008")
                await caller.hear("lines-busy")
                await caller.hear_tone("busy")
            await rest(rig)
            assert {record.cause for record in rig.records} == {Cause.BUSY}
            assert not any(record.charged for record in rig.records)

    clock(main())


def test_a_caller_who_hangs_up_in_the_announcement_ends_it(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=Plant(treatments=TREATMENTS)) as rig:
            async with rig.caller() as caller:
                await caller.dial("9")
                await asyncio.sleep(1.0)
            await rest(rig)
            (record,) = rig.records
            assert record.cause is Cause.CALLER_HUNG_UP

    clock(main())


def test_without_a_treatment_the_signal_tells_the_cause(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=Plant(treatments=Treatments({Cause.BUSY: BUSY}))) as rig:
            async with rig.caller() as caller:
                with pytest.raises(NotConnectedError) as refused:
                    await caller.dial("9")
            assert refused.value.cause is Cause.VACANT_NUMBER
            await rest(rig)

    clock(main())


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_of_a_service_that_does_not_reach_its_party(cause: Cause, sim: Sim, clock: Clock) -> None:
    async def flow(call: Call) -> None:
        raise ConnectFailed("3190009", cause)

    async def main() -> None:
        async with sim({"desk": flow}, plant=Plant(treatments=Treatments(dict.fromkeys(CAUSES, BUSY)))) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.hear("lines-busy")
                await caller.hear_tone(TONES.get(cause, "busy"))
            await rest(rig)
            (record,) = rig.records
            assert (record.charged, record.answered_at) == (False, None)
            assert record.cause is cause

    clock(main())


def test_the_plan_is_left_alone_where_a_vacant_number_is_told_by_signal() -> None:
    def plan(_: str) -> Verdict:
        return Verdict.VACANT

    assert Treatments().over(plan) is plan
    assert TREATMENTS.over(plan)("9") is Verdict.COMPLETE
    assert TREATMENTS.over(lambda _: Verdict.MORE)("1") is Verdict.MORE
