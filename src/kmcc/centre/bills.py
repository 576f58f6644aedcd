"""Bill query: the customer hears the latest bill, and whether anything is to be paid (R-168, R-169, R-245)."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from kmcc.store.bills import Bill, Bills
from kmcc.store.customers import Customer
from kmcc.store.database import Database
from kmcc.switch.announce import Language, say_amount, say_month
from kmcc.switch.call import Call

AGAIN_KEY: Final = "1"
HUMAN_KEY: Final = "0"
ASK_NEXT: Final = ("press-1-again", "press-star-continue")
KEY_TIMEOUT_S: Final = 5.0
MAX_PLAYS: Final = 9


class AfterBill(Enum):
    """What the caller wants when he has heard his bill."""

    MENU = "menu"
    HUMAN = "human"


@dataclass(frozen=True, slots=True)
class BillAnswer:
    """The latest bill, and the older ones that are not paid, oldest first."""

    latest: Bill | None
    still_owed: tuple[Bill, ...] = ()

    @property
    def owes(self) -> bool:
        return bool(self.still_owed) or (self.latest is not None and not self.latest.is_paid)

    def names(self, lang: Language) -> tuple[str, ...]:
        """Each bill as month and amount; the last prompt says whether there is something to pay."""
        bills = () if self.latest is None else (self.latest, *self.still_owed)
        spoken = tuple(name for bill in bills for name in _sentence(bill, lang))
        return (*spoken, "reminder-please" if self.owes else "no-bill")


async def tell_bill(call: Call, customer: Customer, database: Database) -> AfterBill:
    answer = await database.run(lambda session: _answer(Bills(session).all_of(customer.number)))
    call.note("bill.told", number=customer.number, month=None if answer.latest is None else str(answer.latest.month))
    for _ in range(MAX_PLAYS):
        names = (*answer.names(call.language), *ASK_NEXT)
        key = await call.collect(names, digits=1, timeout_s=KEY_TIMEOUT_S)
        if key == HUMAN_KEY:
            return AfterBill.HUMAN
        if key != AGAIN_KEY:
            return AfterBill.MENU
    return AfterBill.MENU


def _answer(newest_first: tuple[Bill, ...]) -> BillAnswer:
    if not newest_first:
        return BillAnswer(None)
    latest, *older = newest_first
    return BillAnswer(latest, tuple(bill for bill in reversed(older) if not bill.is_paid))


def _sentence(bill: Bill, lang: Language) -> tuple[str, ...]:
    month = say_month(bill.month.year, bill.month.month, lang)
    return ("bill-for", *month, "bill-is", *say_amount(bill.amount_fen, lang))
