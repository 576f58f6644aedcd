"""A day's campaign in a whole house, in virtual time; nights are skipped, for nothing happens on the lines."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from tests.daemon.left_behind import Logged, cdr_rows, check_records, events, of_kind

from kmcc.centre.dunning import call_debtors
from kmcc.daemon.house import House
from kmcc.demo.show import demo_config
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.firmware_sim.clock import VirtualLoop, run_virtual
from kmcc.firmware_sim.morning import SUBSCRIBERS, manners
from kmcc.firmware_sim.town import Town
from kmcc.store.bills import Bills
from kmcc.store.campaigns import Campaigns
from kmcc.store.month import Month
from kmcc.store.reminders import Reminder, Reminders
from kmcc.store.sample import DEBTORS, seed
from kmcc.store.tables import ReminderRow
from kmcc.switch.autodial.errors import CampaignError
from kmcc.switch.autodial.events import Verdict
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.schedule import Schedule, Window
from kmcc.switch.calendar import Calendar
from kmcc.switch.circuit import CircuitState
from kmcc.switch.prompts import PromptSet

ZONE = ZoneInfo("Asia/Shanghai")
APRIL = Month(2000, 4)
WANG, BAKER, ZHOU = DEBTORS  # answers; is busy first; is not at home

Story = Callable[[House], Awaitable[None]]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2000, 5, day, hour, minute, tzinfo=ZONE)


def play(folder: Path, start: datetime, story: Story, *, is_new: bool = True) -> list[Logged]:
    """The story in a house that opens at `start`; its log. Every leg must have its record, every circuit be idle.

    A house that is not new goes on with what it finds; of one that was killed calls are without a record.
    """

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        town = Town(PromptSet.load(None), SUBSCRIBERS, manners(Random(1), 4))
        with SimulatedBoard(town.settle, spans=1, lines=4) as board:
            house = House(demo_config(folder), board, Calendar(start, loop.time))
            loop.attach(house.frames)
            if is_new:
                house.database.run_now(lambda session: seed(session, start, {}))
            house.open()
            await asyncio.sleep(1.0)
            await story(house)
            loop.attach(house.frames)
            await asyncio.sleep(1.0)
            states = {circuit.state for circuit in house.groups["kunming-out"].circuits}
            await house.close()
            await town.leave()
            loop.attach(None)
            assert states == {CircuitState.IDLE}

    run_virtual(main())
    if is_new:
        check_records(folder)
    return events(folder)


async def until(house: House, when: datetime) -> None:
    """Skip the time to a minute before `when`, and wait for that with frames moving."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.attach(None)
    await asyncio.sleep((when - house.calendar.now()).total_seconds() - 60)
    loop.attach(house.frames)
    await asyncio.sleep((when - house.calendar.now()).total_seconds())


def listed(house: House) -> list[Reminder]:
    return list(house.database.run_now(lambda session: Reminders(session).all_of(APRIL)))


def dialled(log: list[Logged]) -> list[tuple[str, int, float]]:
    return [(e.fields["number"], e.fields["attempt"], e.t) for e in of_kind(log, "campaign.dialled")]


def test_what_became_of_each_is_written(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        report = await call_debtors(house.dunning)
        assert [(one.contact, one.verdict, one.attempts, one.last) for one in report.outcomes] == [
            (WANG, Verdict.REACHED, 1, Result.ANSWERED),
            (BAKER, Verdict.REACHED, 2, Result.ANSWERED),
            (ZHOU, Verdict.EXHAUSTED, 3, Result.NO_ANSWER),
        ]
        assert [(one.debtor, one.attempts, one.result, one.notices) for one in listed(house)] == [
            (WANG, 1, Result.ANSWERED, 1),
            (BAKER, 2, Result.ANSWERED, 1),
            (ZHOU, 3, Result.NO_ANSWER, 0),
        ]

    log = play(tmp_path, at(22, 9), story)
    assert of_kind(log, "campaign.started")[0].fields == {"campaign": "dunning 2000-05-22", "contacts": 3}
    assert [leg["calling"] for leg in cdr_rows(tmp_path)] == ["1000"] * 6
    in_ring = [leg for leg in cdr_rows(tmp_path) if leg["called"] == ZHOU]
    assert all(leg["answered_at"] == "" and leg["ended_by"] == "centre" for leg in in_ring)


def test_nobody_is_called_before_the_22nd(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        report = await call_debtors(house.dunning)
        assert report.outcomes == ()
        assert [one.debtor for one in listed(house)] == sorted(DEBTORS)  # the list is made on the 21st

    assert dialled(play(tmp_path, at(21, 10), story)) == []


def test_all_trunks_are_busy(tmp_path: Path) -> None:
    """Nobody was called, so it is no attempt; every ten seconds it is tried again, until a trunk is free."""

    async def story(house: House) -> None:
        group = house.groups["kunming-out"]
        taken = [group.seize() for _ in group.circuits]
        campaign = asyncio.get_running_loop().create_task(call_debtors(house.dunning))
        await asyncio.sleep(60.0)
        assert [(one.attempts, one.result) for one in listed(house)] == [(0, None)] * 3
        for circuit in taken:
            group.release(circuit)
        report = await campaign
        assert [(one.last, one.attempts) for one in report.outcomes] == [
            (Result.ANSWERED, 1),
            (Result.ANSWERED, 2),
            (Result.NO_ANSWER, 3),
        ]

    log = play(tmp_path, at(22, 9), story)
    refused = of_kind(log, "campaign.refused", why="no circuit of ours is free")
    assert len(refused) == 2 * 6  # two lines, six times in a minute
    assert len(of_kind(log, "call.placed")) == 6


def test_it_waits_for_the_window_and_comes_again_every_day(tmp_path: Path) -> None:
    """Started at night: at nine that day; on the next day only who has not heard it yet."""

    async def story(house: House) -> None:
        daily = asyncio.get_running_loop().create_task(house.autodial.run())
        await until(house, at(22, 9))
        await asyncio.sleep(600.0)
        await until(house, at(23, 9))
        await asyncio.sleep(30.0)
        daily.cancel()
        await asyncio.gather(daily, return_exceptions=True)

    log = play(tmp_path, at(22, 5, 30), story)
    started = [(e.fields["campaign"], e.t) for e in of_kind(log, "campaign.started")]
    assert [name for name, _ in started] == ["dunning 2000-05-22", "dunning 2000-05-23"]
    assert [t for _, t in started] == pytest.approx([3.5 * 3600, 27.5 * 3600], abs=0.1)
    assert dialled(log)[0][2] == pytest.approx(3.5 * 3600, abs=0.1)
    assert [number for number, _, t in dialled(log) if t > 24 * 3600] == [ZHOU]


def test_nobody_is_rung_after_the_window_has_closed(tmp_path: Path) -> None:
    """Begun a minute before its end: the retry waits for the morning, and that day's own campaign follows."""

    async def story(house: House) -> None:
        daily = asyncio.get_running_loop().create_task(house.autodial.run())
        await asyncio.sleep(240.0)
        await until(house, at(23, 9))
        await asyncio.sleep(500.0)
        daily.cancel()
        await asyncio.gather(daily, return_exceptions=True)

    log = play(tmp_path, at(22, 19, 59), story)
    times = [t for _, _, t in dialled(log)]
    opens_s = (at(23, 9) - at(22, 19, 59)).total_seconds()
    assert any(t < 60 for t in times)
    assert any(t >= opens_s for t in times)
    assert not [t for t in times if 60 <= t < opens_s - 0.001]
    assert [e.fields["campaign"] for e in of_kind(log, "campaign.started")] == [
        "dunning 2000-05-22",
        "dunning 2000-05-23",
    ]


def test_cancelled_while_calls_are_up(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        campaign = asyncio.get_running_loop().create_task(call_debtors(house.dunning))
        await asyncio.sleep(9.0)
        assert len(house.calls.calls) == 2
        campaign.cancel()
        await asyncio.gather(campaign, return_exceptions=True)
        await asyncio.sleep(5.0)
        assert house.calls.calls == {}

    log = play(tmp_path, at(22, 9), story)
    assert of_kind(log, "campaign.finished") == []
    assert len(cdr_rows(tmp_path)) == 3


def test_without_its_table_there_is_no_list_and_the_house_goes_on(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.database.run_now(lambda session: session.execute(text(f"DROP TABLE {ReminderRow.__tablename__}")))
        daily = asyncio.get_running_loop().create_task(house.autodial.run())
        await asyncio.sleep(5.0)
        await until(house, at(23, 9))
        await asyncio.sleep(5.0)
        assert not daily.done()
        daily.cancel()
        await asyncio.gather(daily, return_exceptions=True)

    log = play(tmp_path, at(22, 10), story)
    failed = [(e.fields["key"], e.fields["what"]) for e in of_kind(log, "job.failed")]
    assert failed == [(key, "DatabaseUnavailableError") for key in ("2000-05", "2000-05-22", "2000-05-23")]


def test_while_nothing_can_be_written_nobody_is_dialled_and_then_it_goes_on(tmp_path: Path) -> None:
    table = ReminderRow.__tablename__

    async def story(house: House) -> None:
        campaign = asyncio.get_running_loop().create_task(call_debtors(house.dunning))
        await asyncio.sleep(1.0)
        house.database.run_now(lambda session: session.execute(text(f"ALTER TABLE {table} RENAME TO away")))
        await asyncio.sleep(600.0)
        house.database.run_now(lambda session: session.execute(text(f"ALTER TABLE away RENAME TO {table}")))
        report = await campaign
        assert {one.contact for one in report.outcomes} == set(DEBTORS)
        assert [one.last for one in report.outcomes if one.contact == ZHOU] == [Result.NO_ANSWER]

    log = play(tmp_path, at(22, 9), story)
    assert len(of_kind(log, "campaign.finished")) == 1
    assert not [t for _, _, t in dialled(log) if 2.0 < t < 601.0]


@pytest.mark.parametrize(
    ("start", "end", "allowed"),
    [
        (time(8), time(21), True),
        (time(9), time(20), True),
        (time(7, 59), time(20), False),
        (time(9), time(21, 1), False),
    ],
)
def test_no_window_goes_beyond_eight_to_nine(tmp_path: Path, start: time, end: time, allowed: bool) -> None:
    """P-13, also for a campaign that no configuration has checked."""

    async def story(house: House) -> None:
        schedule = Schedule((Window(start, end),), ZONE)
        if allowed:
            assert replace(house.dunning, schedule=schedule).schedule == schedule
            return
        with pytest.raises(CampaignError, match="allowed is 08:00 to 21:00"):
            replace(house.dunning, schedule=schedule)

    play(tmp_path, at(22, 9), story)


def test_the_list_is_made_at_five_past_midnight_of_its_day(tmp_path: Path) -> None:
    """R-177: exactly those who have not paid; and it is made late when nobody was there at night."""

    async def story(house: House) -> None:
        daily = asyncio.get_running_loop().create_task(house.autodial.run())
        await until(house, at(21, 0, 4))
        assert listed(house) == []
        await asyncio.sleep(90.0)
        assert [one.debtor for one in listed(house)] == sorted(DEBTORS)
        daily.cancel()
        await asyncio.gather(daily, return_exceptions=True)

    play(tmp_path, at(20, 23), story)


def test_who_pays_in_the_middle_of_the_day_is_called_no_more(tmp_path: Path) -> None:
    """R-183: Zhou is not at home and pays at ten past nine; his second attempt is not made."""

    async def story(house: House) -> None:
        calling = asyncio.get_running_loop().create_task(call_debtors(house.dunning))
        await asyncio.sleep(80.0)
        now = house.calendar.now()
        house.database.run_now(lambda session: Bills(session).pay(ZHOU, APRIL, now))
        report = await calling
        fate = {one.contact: (one.verdict, one.attempts) for one in report.outcomes}
        assert fate[ZHOU] == (Verdict.WITHDRAWN, 1)

    log = play(tmp_path, at(22, 9), story)
    assert [number for number, _, _ in dialled(log)].count(ZHOU) == 1


@pytest.mark.parametrize("moment", ["campaign.dialled", "call.answered", "reminder.heard", "campaign.result"])
def test_killed_in_the_middle_of_a_day_it_goes_on_and_no_notice_is_heard_twice(tmp_path: Path, moment: str) -> None:
    """The house dies by SIGKILL and is there again ten minutes later: the same campaign, its attempts counted."""

    async def calls(house: House) -> None:
        house.journal.listen(moment, lambda _: os.kill(os.getpid(), signal.SIGKILL))
        await call_debtors(house.dunning)

    child = os.fork()
    if child == 0:
        try:
            play(tmp_path, at(22, 9), calls)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)

    async def goes_on(house: House) -> None:
        daily = asyncio.get_running_loop().create_task(house.autodial.run())
        await asyncio.sleep(1200.0)
        daily.cancel()
        await asyncio.gather(daily, return_exceptions=True)
        reminders = {one.debtor: one for one in listed(house)}
        assert {reminders[debtor].notices for debtor in (WANG, BAKER)} == {1}
        assert reminders[ZHOU].result is Result.NO_ANSWER
        made = house.database.run_now(lambda session: Campaigns(session).attempts("dunning 2000-05-22"))
        assert all(one.result is not None and one.attempt <= 3 for one in made)

    play(tmp_path, at(22, 9, 10), goes_on, is_new=False)
    log = events(tmp_path)
    assert len({(number, attempt) for number, attempt, _ in dialled(log)}) == len(dialled(log))
    assert {e.fields["campaign"] for e in of_kind(log, "campaign.started")} == {"dunning 2000-05-22"}
