"""Dunning 欠费催交: one day's campaign of reminder calls to those who have not paid (R-177..R-179).

The list of the month and the calls of each day are jobs of the scheduler; the campaign lives in the store. A crash
loses nobody, and nobody is called twice for one attempt.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy.orm import Session

from kmcc.centre.calling_hours import check_hours
from kmcc.centre.campaigns.ledger import StoreLedger
from kmcc.centre.campaigns.run import NOT_PLACED
from kmcc.centre.reminders import (
    MONTH,
    ReminderRules,
    contacts,
    debtors_to_call,
    list_debtors,
    remind,
    write_unanswered,
)
from kmcc.centre.scheduler import Kind
from kmcc.store.bills import Bill, Bills
from kmcc.store.campaigns import Campaigns, ContactList
from kmcc.store.database import Database
from kmcc.store.errors import StoreError
from kmcc.store.jobs import Job, StoredJob
from kmcc.store.month import Month
from kmcc.store.reminders import Reminders
from kmcc.switch.autodial.classify import ClassifierSettings
from kmcc.switch.autodial.errors import NotPlacedError
from kmcc.switch.autodial.events import CampaignReport, Dial, Refusal
from kmcc.switch.autodial.machine import Campaign
from kmcc.switch.autodial.plan import RETRY, Budget, CampaignPlan, Contact
from kmcc.switch.autodial.preflight import Preflight
from kmcc.switch.autodial.progress import State
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.schedule import Schedule
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call, ConnectFailed
from kmcc.switch.callserver import CallServer
from kmcc.switch.circuit import CallingParty
from kmcc.switch.dialler import Dialler
from kmcc.switch.journal import Journal
from kmcc.switch.outgoing import OutgoingAttempt

log = structlog.get_logger()

PREFIX: Final = "dunning "
LIST: Final = "dunning.list"
DIAL: Final = "dunning.dial"
LIST_AT: Final = time(0, 5)

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
    """Call all whose turn it is today, with retries, and write down what became of each; the report at the end.

    One that a crash has cut off is gone on with first; one of today that is over is not made again.
    """
    await list_debtors(dunning.database, dunning.calendar, dunning.rules)
    bills = await debtors_to_call(dunning.database, dunning.calendar, dunning.rules)
    name, listed = await dunning.database.run(partial(_open_campaign, dunning, contacts(bills)))
    plan = _plan(dunning, name, listed.contacts)
    if listed.snapshot.state is State.FINISHED:
        return Campaign.restore(plan, listed.snapshot).report()
    dunning.journal.write("campaign.started", campaign=plan.name, contacts=len(plan.contacts))
    ledger = StoreLedger(dunning.database, plan, objection=partial(_objection, dunning))
    by_number = await dunning.database.run(partial(_bills_of, listed))
    campaign = Campaign.restore(plan, listed.snapshot)
    attempt = partial(_attempt, dunning, by_number)
    report = await Dialler(campaign, attempt, dunning.calendar, dunning.journal, ledger).run()
    dunning.journal.write("campaign.finished", campaign=plan.name, contacts=len(report.outcomes))
    return report


def _open_campaign(dunning: Dunning, wanted: tuple[Contact, ...], session: Session) -> tuple[str, ContactList]:
    campaigns, now = Campaigns(session), dunning.calendar.now()
    name = f"{PREFIX}{now.date().isoformat()}"
    ours = [one for one in campaigns.all() if one.name.startswith(PREFIX)]
    cut_off = [one.name for one in ours if one.state is State.RUNNING]
    if cut_off:
        return cut_off[0], campaigns.contact_list(cut_off[0])
    if name not in {one.name for one in ours}:
        campaigns.add(name, "", Preflight(wanted, ()), now)
        campaigns.enter(name, State.RUNNING, now)
    return name, campaigns.contact_list(name)


def _plan(dunning: Dunning, name: str, wanted: tuple[Contact, ...]) -> CampaignPlan:
    return CampaignPlan(
        name=name,
        contacts=wanted,
        schedule=dunning.schedule,
        budget=Budget(dunning.attempts),
        lines=dunning.lines,
        retry={**dunning.retry, Result.LOST: dunning.retry.get(Result.NO_ANSWER, RETRY[Result.LOST])},
    )


def _bills_of(listed: ContactList, session: Session) -> dict[str, Bill]:
    found = [_bill_of(session, contact.id, contact.data[MONTH]) for contact in listed.contacts]
    return {bill.number: bill for bill in found if bill is not None}


def _bill_of(session: Session, number: str, month: str) -> Bill | None:
    return Bills(session).of_month(number, Month.parse(month))


def _objection(dunning: Dunning, session: Session, dial: Dial, contact: Contact) -> Refusal | None:
    """R-183: who has paid is off the list at once; and a notice that was heard before a crash is not read out again."""
    now, month = dunning.calendar.now(), Month.parse(contact.data[MONTH])
    after = dunning.rules.redial_after_days
    is_due = Reminders(session).is_due(dial.contact, month, now.date(), now.tzinfo, after)
    return None if is_due else Refusal.SETTLED


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
        if failed.cause in NOT_PLACED:
            raise NotPlacedError(dial.number, failed.cause) from None
        result = Result.FAILED
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


# --- jobs ---------------------------------------------------------------------------------------------------------


def dunning_kinds(dunning: Dunning) -> tuple[Kind, ...]:
    """The list of each month (P-11, at 00:05), and each day's calls when the window opens; late rather than never."""

    async def dial(_job: StoredJob) -> None:
        await call_debtors(dunning)

    return (
        Kind(LIST, work=_list_of_month, successor=partial(_next_list, dunning), first=partial(_first_list, dunning)),
        Kind(DIAL, errand=dial, successor=partial(_next_dial, dunning), first=partial(_dial_from, dunning)),
    )


def _list_of_month(session: Session, _job: StoredJob, now: datetime) -> None:
    Reminders(session).list_debtors(Month.of(now.date()).before())


def _first_list(dunning: Dunning, now: datetime) -> Job:
    """This month's, also when its day has passed."""
    day = now.date().replace(day=dunning.rules.stat_day)
    return Job(LIST, f"{day:%Y-%m}", datetime.combine(day, LIST_AT, now.tzinfo))


def _next_list(dunning: Dunning, job: Job, now: datetime) -> Job:
    month = max(job.due.date(), now.date()).replace(day=1)
    return _first_list(dunning, datetime.combine(month + timedelta(days=31), time(), now.tzinfo))


def _dial_from(dunning: Dunning, moment: datetime) -> Job:
    opens = dunning.schedule.next_open(moment) or moment + timedelta(days=1)
    return Job(DIAL, opens.date().isoformat(), opens)


def _next_dial(dunning: Dunning, job: Job, now: datetime) -> Job:
    """The next day's; of a day that ran into the next one, that one's at once."""
    tomorrow = datetime.combine(job.due.date() + timedelta(days=1), time(), now.tzinfo)
    return _dial_from(dunning, max(tomorrow, now))
