"""Admission at the seizure, over real signalling: congestion at once for some, and those who go first are taken."""

import asyncio

import pytest

from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Plant, Rig
from kmcc.signaling.china1.plan import Verdict
from kmcc.switch.admission import Admission
from kmcc.switch.call import Call, ConnectFailed
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.numbering import NumberRow
from kmcc.switch.overload import Overload, OverloadSettings, Priority

NUMBERS = (
    NumberRow("1000", 4, 4, "desk", "free"),
    NumberRow("119", 3, 3, "desk", "free"),
    NumberRow("3", 7, 7, "out", "local"),
)
FULL = Plant(numbers=NUMBERS, overload=OverloadSettings(most_calls=4, reserve=0.0), emergency=("119", "110"))


async def _desk(call: Call) -> None:
    await call.answer()
    await call.sleep(30.0)


async def _until_decided(caller: Caller) -> str:
    leg = caller.leg
    await asyncio.wait((leg.answered, leg.ended), return_when=asyncio.FIRST_COMPLETED)
    return "answered" if leg.answered.done() else leg.ended.result().words


async def _calls(rig: Rig, *numbers: str) -> list[str]:
    """All at one moment; what became of each."""
    callers: list[Caller] = []
    for n, number in enumerate(numbers):
        callers.append(rig.caller(f"319000{n}"))
        callers[-1].seize(number)
    return list(await asyncio.gather(*(_until_decided(caller) for caller in callers)))


def test_beyond_the_limit_callers_hear_congestion_and_emergency_calls_are_taken(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": _desk}, plant=FULL) as rig:
            started_s = asyncio.get_running_loop().time()
            fates = await _calls(rig, *("1000",) * 10)
            assert sorted(fates) == ["answered"] * 4 + ["congestion"] * 6
            assert asyncio.get_running_loop().time() - started_s < 5.0
            assert await _calls(rig, "119", "1000", "119") == ["answered", "congestion", "answered"]
            refused = [record for record in rig.records if record.cause is Cause.CONGESTION]
            assert len(refused) == 7
            assert not any(record.charged for record in refused)
            assert rig.admission.overload.taken == {Priority.ORDINARY: 4, Priority.EMERGENCY: 2}
            assert rig.admission.overload.refused == {Priority.ORDINARY: 7}
            assert len(rig.journal.of("call.not_admitted", called="10")) == 7  # 1 could still have been 119
            await asyncio.sleep(60.0)
            assert rig.admission.overload.calls == 0
            assert await _calls(rig, "1000") == ["answered"]

    clock(main())


def test_a_vacant_number_is_vacant_however_full_we_are(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": _desk}, plant=FULL) as rig:
            await _calls(rig, *("1000",) * 4)
            assert await _calls(rig, "2", "9") == ["vacant number", "vacant number"]

    clock(main())


def test_a_call_of_our_own_waits_for_better_times(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": _desk}, plant=FULL) as rig:
            await _calls(rig, *("1000",) * 4)
            with pytest.raises(ConnectFailed) as failed:
                await rig.calls.dial("3192008", CallingParty("1000"), _desk)
            assert failed.value.cause is Cause.CONGESTION

    clock(main())


def test_calls_by_a_group_of_transferred_calls_use_the_reserve(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        overload = Overload(OverloadSettings(most_calls=2, reserve=0.5))
        async with sim({}) as rig:
            admission = Admission(overload, rig.journal, transferred_from=("other-centre",))
            plain = [admission.over(lambda _: Verdict.COMPLETE, f"in/{n}", "in") for n in (1, 2)]
            other = admission.over(lambda _: Verdict.COMPLETE, "other/1", "other-centre")
            assert [analyse("1") for analyse in plain] == [Verdict.COMPLETE, Verdict.CONGESTION]
            assert other("1") is Verdict.COMPLETE
            for circuit in ("in/1", "in/2", "other/1"):
                admission.ended(circuit)
            assert plain[1]("1") is Verdict.COMPLETE
            assert plain[1]("10") is Verdict.COMPLETE  # asked once a call
            assert overload.calls == 1

    clock(main())


def test_the_news_of_a_limit_is_in_the_journal(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": _desk}) as rig:
            rig.admission.measure(0.0, 0.0)
            await _calls(rig, "1000", "1000")
            rig.admission.measure(500.0, 0.0)
            (limited,) = rig.journal.of("overload.limited")
            assert limited.fields["pressure"] == 5.0
            for _ in range(30):
                await asyncio.sleep(0.25)
                rig.admission.measure(1.0, 0.0)
            assert len(rig.journal.of("overload.over")) == 1

    clock(main())
