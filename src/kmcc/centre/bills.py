"""Bill query: the customer hears the latest bill, and whether anything is to be paid (R-168, R-169, R-245)."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from kmcc.store.bills import Bill, Bills
from kmcc.switch.announce import SlotKind
from kmcc.switch.voice.value import Speech, Spoken

PROMPTS: Final = ("bill-for", "bill-is", "reminder-please", "no-bill")


@dataclass(frozen=True, slots=True)
class BillAnswer:
    """The latest bill, and the older ones that are not paid, oldest first."""

    latest: Bill | None
    still_owed: tuple[Bill, ...] = ()

    @property
    def owes(self) -> bool:
        return bool(self.still_owed) or (self.latest is not None and not self.latest.is_paid)

    @property
    def owed_fen(self) -> int:
        latest = () if self.latest is None or self.latest.is_paid else (self.latest,)
        return sum(bill.amount_fen for bill in (*latest, *self.still_owed))

    def speech(self) -> Speech:
        """Each bill as month and amount; the last prompt says whether there is something to pay."""
        bills = () if self.latest is None else (self.latest, *self.still_owed)
        said = tuple(part for bill in bills for part in _sentence(bill))
        return (*said, "reminder-please" if self.owes else "no-bill")


def bill_answer(session: Session, number: str) -> BillAnswer:
    newest_first = Bills(session).all_of(number)
    if not newest_first:
        return BillAnswer(None)
    latest, *older = newest_first
    return BillAnswer(latest, tuple(bill for bill in reversed(older) if not bill.is_paid))


def _sentence(bill: Bill) -> Speech:
    month = Spoken(SlotKind.MONTH, (bill.month.year, bill.month.month))
    return ("bill-for", month, "bill-is", Spoken(SlotKind.AMOUNT, bill.amount_fen))
