"""The dialler over a simulated board: a campaign from its start to its report, stopped, resumed and cancelled."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, time, timedelta
from itertools import pairwise

import pytest
from tests.house.aftermath import all_idle, assert_no_timer, assert_ports_quiet, until

from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Rig
from kmcc.switch.autodial.classify import ClassifierSettings
from kmcc.switch.autodial.events import CampaignReport, Dial, Verdict
from kmcc.switch.autodial.machine import Campaign
from kmcc.switch.autodial.plan import Budget, CampaignPlan, Contact
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.schedule import Schedule, Window
from kmcc.switch.call import Call, ConnectFailed
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.dialler import Attempt, Dialler
from kmcc.switch.errors import SwitchError
from kmcc.switch.outgoing import OutgoingAttempt

RETRY = timedelta(minutes=2)
ALL_DAY = Schedule((Window(time(8), time(20)),), UTC)


def campaign(numbers: Sequence[str], lines: int = 2) -> Campaign:
    retry = dict.fromkeys((Result.BUSY, Result.NO_ANSWER, Result.CONGESTION, Result.FAILED), RETRY)
    contacts = tuple(Contact(number, (number,)) for number in numbers)
    return Campaign(CampaignPlan("dunning", contacts, ALL_DAY, Budget(3), lines, retry))


async def talk(call: Call) -> None:
    await call.play(("goodbye",))


def dialler(rig: Rig, numbers: Sequence[str], lines: int = 2) -> Dialler:
    async def place(dial: Dial) -> Result:
        attempt = OutgoingAttempt(talk, ClassifierSettings(no_answer_ms=10_000))
        try:
            await rig.calls.dial(dial.number, CallingParty("1000"), attempt.flow)
        except ConnectFailed as failed:
            return Result.CONGESTION if failed.cause is Cause.CONGESTION else Result.FAILED
        return attempt.result

    return Dialler(campaign(numbers, lines), place, rig.calendar, rig.journal)


def verdicts(report: CampaignReport) -> dict[str, tuple[Verdict, int, Result | None]]:
    return {one.contact: (one.verdict, one.attempts, one.last) for one in report.outcomes}


async def rest(rig: Rig) -> None:
    circuits = rig.groups["out"].circuits
    await until(lambda: all_idle(circuits) and all_idle(rig.town.exchange.circuits), "idle trunks")
    await until(lambda: rig.groups["out"].idle == len(circuits), "trunks given back")
    assert_no_timer()
    await assert_ports_quiet(rig.media, rig.town.far)


def test_a_campaign_calls_everybody_with_retries_and_reports(sim: Sim, clock: Clock) -> None:
    town = [
        Subscriber("3190001", rings_s=1.0, talks_s=60.0),
        Subscriber("3190002", (Habit.BUSY_TONE, Habit.BUSY_SIGNAL, Habit.ANSWERS), rings_s=1.0, talks_s=60.0),
        Subscriber("3190003", (Habit.RINGS_OUT,)),
    ]

    async def main() -> None:
        async with sim(subscribers=town) as rig:
            report = await dialler(rig, ["3190001", "3190002", "3190003", "3190004"]).run()
            assert verdicts(report) == {
                "3190001": (Verdict.REACHED, 1, Result.ANSWERED_PART),
                "3190002": (Verdict.REACHED, 3, Result.ANSWERED_PART),
                "3190003": (Verdict.EXHAUSTED, 3, Result.NO_ANSWER),
                "3190004": (Verdict.VACANT, 1, Result.VACANT),
            }
            await rest(rig)
            assert len(rig.records) == 8
            dialled = rig.journal.of("campaign.dialled", contact="3190002")
            gaps = [b.at_s - a.at_s for a, b in pairwise(dialled)]
            assert all(gap >= RETRY.total_seconds() for gap in gaps)

    clock(main())


def test_never_more_calls_at_a_time_than_lines(sim: Sim, clock: Clock) -> None:
    numbers = [f"319000{n}" for n in range(6)]

    async def main() -> None:
        async with sim(subscribers=[Subscriber(n, rings_s=1.0, talks_s=60.0) for n in numbers]) as rig:
            running = asyncio.get_running_loop().create_task(dialler(rig, numbers, lines=2).run())
            most = 0
            while not running.done():
                most = max(most, len(rig.calls.calls))
                await asyncio.sleep(0.1)
            assert most == 2
            assert len((await running).outcomes) == 6

    clock(main())


def test_stop_lets_calls_end_and_places_no_new_ones_until_resume(sim: Sim, clock: Clock) -> None:
    numbers = [f"319000{n}" for n in range(4)]

    async def main() -> None:
        async with sim(subscribers=[Subscriber(n, rings_s=1.0, talks_s=60.0) for n in numbers]) as rig:
            one = dialler(rig, numbers, lines=1)
            running = asyncio.get_running_loop().create_task(one.run())
            await asyncio.sleep(4.0)
            one.stop()
            await asyncio.sleep(600.0)
            assert not running.done()
            assert len(rig.records) == 1
            assert rig.records[0].charged
            assert not rig.calls.calls
            one.resume()
            report = await running
            assert [outcome.verdict for outcome in report.outcomes] == [Verdict.REACHED] * 4

    clock(main())


@pytest.mark.parametrize("after_s", [0.0, 0.03, 0.5, 1.5, 3.0, 5.0, 60.0])
def test_cancelled_in_the_middle_it_leaves_no_circuit_busy(after_s: float, sim: Sim, clock: Clock) -> None:
    """At 60 s nobody is up: everybody waits for his retry."""
    town = [Subscriber("3190001", rings_s=1.0, talks_s=60.0), Subscriber("3190002", (Habit.RINGS_OUT,))]

    async def main() -> None:
        async with sim(subscribers=town) as rig:
            running = asyncio.get_running_loop().create_task(dialler(rig, ["3190001", "3190002"]).run())
            await asyncio.sleep(after_s)
            await asyncio.sleep(0)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert not rig.calls.calls
            placed = len(rig.journal.of("call.placed"))
            assert len(rig.records) == placed
            await rest(rig)
            await asyncio.sleep(600.0)
            assert len(rig.journal.of("call.placed")) == placed

    clock(main())


def _dialler(rig: Rig, attempt: Attempt) -> Dialler:
    return Dialler(campaign(["3190001", "3190002"]), attempt, rig.calendar, rig.journal)


def test_an_attempt_that_fails_with_an_error_of_ours_counts_as_failed(sim: Sim, clock: Clock) -> None:
    async def attempt(dial: Dial) -> Result:
        if dial.attempt == 1 and dial.contact == "3190001":
            raise SwitchError("the database is away")
        return Result.ANSWERED

    async def main() -> None:
        async with sim() as rig:
            report = await _dialler(rig, attempt).run()
            assert verdicts(report) == {
                "3190001": (Verdict.REACHED, 2, Result.ANSWERED),
                "3190002": (Verdict.REACHED, 1, Result.ANSWERED),
            }

    clock(main())


def test_a_bug_in_an_attempt_ends_the_campaign_and_is_told(sim: Sim, clock: Clock) -> None:
    async def attempt(dial: Dial) -> Result:
        if dial.contact == "3190001":
            raise ZeroDivisionError
        await asyncio.sleep(3600.0)
        return Result.ANSWERED

    async def main() -> None:
        async with sim() as rig:
            with pytest.raises(ZeroDivisionError):
                await _dialler(rig, attempt).run()
            assert_no_timer()

    clock(main())
