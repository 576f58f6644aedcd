"""A small town to try the centre with: customers, bills, debtors and changed numbers around a given day.

No password is made up here: the caller gives them, by contract.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from sqlalchemy.orm import Session

from kmcc.store.bills import Bill, Bills
from kmcc.store.changed_numbers import ChangedNumber, ChangedNumbers
from kmcc.store.customers import Customer, Customers
from kmcc.store.month import Month
from kmcc.store.passwords import Passwords
from kmcc.switch.announce import Language
from kmcc.switch.number_change import Variant
from kmcc.switch.queue.parties import Grade

CUSTOMERS: Final = (
    Customer("3190001", "李云", "KM-1001"),
    Customer("3190002", "李云", "KM-1001"),  # a second line of the same contract
    Customer("3190003", "王建国", "KM-1002"),
    Customer("3190004", "翠湖宾馆", "KM-1003", grade=Grade.VIP),
    Customer("3191005", "John Baker", "KM-1004", language=Language.EN),
    Customer("3191006", "张秀英", "KM-1005"),
    Customer("3192007", "滇池旅行社", "KM-1006", grade=Grade.IMPORTANT),
    Customer("3192008", "陈志强", "KM-1007"),
    Customer("3193009", "赵丽", "KM-1008"),
    Customer("3193010", "Yunnan Tea Trading", "KM-1009", grade=Grade.VIP, language=Language.EN),
    Customer("3194011", "周文", "KM-1010"),
    Customer("3194012", "杨春燕", "KM-1011"),
)

FEN: Final[Mapping[str, tuple[int, int]]] = {
    "3190001": (3560, 4205),
    "3190002": (1800, 1800),
    "3190003": (10800, 9975),
    "3190004": (1284050, 1190203),
    "3191005": (25601, 30010),
    "3191006": (2, 2000),
    "3192007": (200200, 187320),
    "3192008": (5008, 4990),
    "3193009": (0, 1500),
    "3193010": (1002000, 998877),
    "3194011": (7310, 6905),
    "3194012": (2450, 2260),
}
"""The bill of last month and of the month before it."""

DEBTORS: Final = ("3190003", "3191005", "3194011")
"""They have not paid last month."""

CHANGED: Final = (
    ("3181001", "3190001", Variant.ANNOUNCE, -10, 45),
    ("3181002", "3192008", Variant.FORWARD, -10, 45),
    ("3181003", "3193009", Variant.ANNOUNCE_AND_FORWARD, -10, 45),
    ("3181004", "3194012", Variant.ANNOUNCE, -60, -15),
)
"""Old number, new number, variant, first and last day counted from today. The last row has run out."""


def seed(session: Session, now: datetime, passwords: Mapping[str, str]) -> None:
    """Put the town into the database; `passwords` is by contract."""
    customers, today = Customers(session), now.date()
    for customer in CUSTOMERS:
        customers.put(customer)
    session.flush()
    _put_bills(session, Month.of(today).before(), now.tzinfo)
    for old_number, new_number, variant, first, last in CHANGED:
        change = ChangedNumber(old_number, new_number, variant, _days(today, first), _days(today, last))
        ChangedNumbers(session).put(change)
    store = Passwords(session)
    for contract, password in passwords.items():
        store.put(contract, password, now)


def _put_bills(session: Session, month: Month, zone: tzinfo | None) -> None:
    bills, earlier = Bills(session), month.before()
    for number, (last_fen, earlier_fen) in FEN.items():
        paid_at = None if number in DEBTORS else _paid_day(month.after(), zone)
        bills.put(Bill(number, month, last_fen, paid_at))
        bills.put(Bill(number, earlier, earlier_fen, _paid_day(month, zone)))


def _paid_day(month: Month, zone: tzinfo | None) -> datetime:
    """On the first of the month that follows the bill, at midnight: never later than now."""
    return datetime.combine(date(month.year, month.month, 1), time(), zone)


def _days(today: date, count: int) -> date:
    return today + timedelta(days=count)
