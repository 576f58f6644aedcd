"""Dunning 欠费催交: one day's campaign of reminder calls to those who have not paid (R-177..R-179)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy.orm import Session

from kmcc.centre.calling_hours import check_hours
from kmcc.centre.reminders import ReminderRules, contacts, debtors_to_call, list_debtors, remind, write_unanswered
from kmcc.errors import KmccError
from kmcc.store.bills import Bill
from kmcc.store.database import Database
from kmcc.store.errors import StoreError
from kmcc.store.reminders import Reminders
from kmcc.switch.autodial.classify import ClassifierSettings
from kmcc.switch.autodial.events import CampaignReport, Dial
from kmcc.switch.autodial.machine import Campaign
from kmcc.switch.autodial.plan import Budget, CampaignPlan
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.schedule import Schedule
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call, ConnectFailed
from kmcc.switch.callserver import CallServer
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.dialler import Dialler
from kmcc.switch.journal import Journal
from kmcc.switch.outgoing import OutgoingAttempt

log = structlog.get_logger()

RINGS: Final = ClassifierSettings(no_answer_ms=45_000)
"""Shorter than the 60 s after which the circuit gives up by itself: the ring-back tone tells, not a timer."""


@dataclass(frozen=True, slots=True)
class Dunning:
    """All that a campaign needs. `calling` is the number that debtors see."""

    calls: CallServer
    database: Database
    calendar: Calendar
    journal: Journal
    calling: str
    schedule: Schedule
    retry: Mapping[Result, timedelta]
    rules: ReminderRules = field(default_factory=ReminderRules)
    lines: int = 2
    attempts: int = 3
    supervision: ClassifierSettings = RINGS

    def __post_init__(self) -> None:
        check_hours("dunning", self.schedule)


async def call_debtors(dunning: Dunning) -> CampaignReport:
    """Call all whose turn it is today, with retries, and write down what became of each; the report at the end."""
    await list_debtors(dunning.database, dunning.calendar, dunning.rules)
    bills = await debtors_to_call(dunning.database, dunning.calendar, dunning.rules)
    day = dunning.calendar.now().date().isoformat()
    plan = CampaignPlan(
        name=f"dunning {day}",
        contacts=contacts(bills),
        schedule=dunning.schedule,
        budget=Budget(dunning.attempts),
        lines=dunning.lines,
        retry=dunning.retry,
    )
    dunning.journal.write("campaign.started", campaign=plan.name, contacts=len(bills))
    by_number = {bill.number: bill for bill in bills}
    dialler = Dialler(Campaign(plan), partial(_attempt, dunning, by_number), dunning.calendar, dunning.journal)
    report = await dialler.run()
    dunning.journal.write("campaign.finished", campaign=plan.name, contacts=len(report.outcomes))
    return report


async def _attempt(dunning: Dunning, bills: Mapping[str, Bill], dial: Dial) -> Result:
    bill = bills[dial.contact]

    async def talk(call: Call) -> None:
        await remind(call, bill, dunning.database, dunning.calendar)

    attempt = OutgoingAttempt(talk, dunning.supervision)

    async def flow(call: Call) -> None:
        call.service = "reminder"  # an attempt that nobody answers is one too
        await attempt.flow(call)

    try:
        await dunning.calls.dial(dial.number, CallingParty(dunning.calling), flow)
    except ConnectFailed as failed:
        result = Result.CONGESTION if failed.cause is Cause.CONGESTION else Result.FAILED
    else:
        result = attempt.result
    try:
        return await _write_down(dunning, bill, result)
    except StoreError as error:  # the campaign goes on by what is known of the call itself
        log.error("reminder not written", number=bill.number, error=str(error))
        return result


async def _write_down(dunning: Dunning, bill: Bill, result: Result) -> Result:
    if result is Result.ANSWERED_PART:
        return await dunning.database.run(lambda session: _written(session, bill))
    await write_unanswered(bill, result, dunning.database, dunning.calendar)
    return result


def _written(session: Session, bill: Bill) -> Result:
    """What the reminder itself has written down of the answered call."""
    reminder = Reminders(session).of(bill.number, bill.month)
    return Result.FAILED if reminder is None or reminder.result is None else reminder.result


async def call_debtors_every_day(dunning: Dunning) -> None:
    """A campaign each day when the window opens (now, if it is open), until cancelled.

    One whose retries run into the next day is followed at once by that day's own.
    """
    while True:
        now = dunning.calendar.now()
        await asyncio.sleep(((dunning.schedule.next_open(now) or now) - now).total_seconds())
        day = dunning.calendar.now().date()
        try:
            await call_debtors(dunning)
        except KmccError as error:  # no list today; the telephones go on, and tomorrow is another day
            log.error("campaign failed", day=day.isoformat(), error=str(error))
            dunning.journal.write("campaign.failed", day=day.isoformat(), what=type(error).__name__)
        now = dunning.calendar.now()
        if now.date() == day:
            await asyncio.sleep(_until_midnight_s(now))


def _until_midnight_s(now: datetime) -> float:
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    return (midnight - now).total_seconds()
