"""Reminding debtors: the list of a month, and the flow of one answered call (R-177..R-179, P-11, P-12, P-14).

When calls are made, how many at a time, and what a busy tone means is the campaign machine's matter.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from kmcc.centre.farewell import say_goodbye
from kmcc.store.bills import Bill, Bills
from kmcc.store.customers import Customers
from kmcc.store.database import Database
from kmcc.store.month import Month
from kmcc.store.reminders import Reminder, Reminders
from kmcc.switch.announce import Language, say_amount, say_digits
from kmcc.switch.autodial.plan import Contact
from kmcc.switch.autodial.result import Result
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call

AGAIN_KEY: Final = "1"
MAX_PLAYS: Final = 5
MONTH: Final = "month"
"""Of a contact's data: the month of the bill."""
KEY_TIMEOUT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class ReminderRules:
    stat_day: int = 21  # P-11
    dial_start_day: int = 22  # P-12
    redial_after_days: int = 5  # P-14


async def list_debtors(database: Database, calendar: Calendar, rules: ReminderRules) -> tuple[Reminder, ...]:
    """From the statistic's day on: put all who have not paid last month on the list. Harmless when it is done again."""
    today = calendar.now().date()
    if today.day < rules.stat_day:
        return ()
    return await database.run(lambda session: Reminders(session).list_debtors(Month.of(today).before()))


async def debtors_to_call(database: Database, calendar: Calendar, rules: ReminderRules) -> tuple[Bill, ...]:
    """Whose turn it is today, by number; nobody before the first day of calls."""
    now = calendar.now()
    today, zone = now.date(), now.tzinfo
    if today.day < rules.dial_start_day:
        return ()
    month = Month.of(today).before()
    return await database.run(lambda session: Reminders(session).due(month, today, zone, rules.redial_after_days))


def contacts(bills: tuple[Bill, ...]) -> tuple[Contact, ...]:
    """The debtors as the campaign machine wants them."""
    return tuple(Contact(bill.number, (bill.number,), data={MONTH: str(bill.month)}) for bill in bills)


async def write_unanswered(bill: Bill, result: Result, database: Database, calendar: Calendar) -> None:
    """An attempt that nobody answered; answered calls are written by `remind`."""
    now = calendar.now()
    await database.run(lambda session: Reminders(session).attempted(bill.number, bill.month, result, now))


async def remind(call: Call, bill: Bill, database: Database, calendar: Calendar) -> None:
    """The debtor has answered. What is written is true at every moment: in part, until the whole notice was played."""
    now = calendar.now()
    answered = await database.run(lambda session: _begin(session, bill, now))
    call.language = answered.language
    call.note("reminder.answered", number=bill.number, month=str(bill.month), paid=answered.bill.is_paid)
    if answered.bill.is_paid:
        await call.play(("no-bill",))
        return await say_goodbye(call)
    names = _notice(answered.bill, call.language)
    await call.play(names)
    heard_at = calendar.now()
    await database.run(lambda session: Reminders(session).heard(bill.number, bill.month, heard_at))
    call.note("reminder.heard", number=bill.number, month=str(bill.month))
    await _hear_again(call, names)
    return await say_goodbye(call)


@dataclass(frozen=True, slots=True)
class _Answered:
    bill: Bill
    language: Language


def _begin(session: Session, listed: Bill, now: datetime) -> _Answered:
    """The bill as it is now: it may have been paid since the list was made, and then there is nothing to hear."""
    bill = Bills(session).of_month(listed.number, listed.month) or listed
    customer = Customers(session).of_number(listed.number)
    result = Result.ANSWERED if bill.is_paid else Result.ANSWERED_PART
    Reminders(session).attempted(listed.number, listed.month, result, now)
    return _Answered(bill, Language.ZH if customer is None else customer.language)


def _notice(bill: Bill, lang: Language) -> tuple[str, ...]:
    number, amount = say_digits(bill.number, lang), say_amount(bill.amount_fen, lang)
    return ("reminder-for", *number, "reminder-owes", *amount, "reminder-please")


async def _hear_again(call: Call, names: tuple[str, ...]) -> None:
    for _ in range(MAX_PLAYS - 1):
        if await call.collect(("press-1-again",), digits=1, timeout_s=KEY_TIMEOUT_S) != AGAIN_KEY:
            return
        await call.play(names)
