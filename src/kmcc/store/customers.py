"""Customers by number: who the owner of a line is (R-124), and which contract it belongs to (R-68)."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kmcc.store.tables import CustomerRow
from kmcc.switch.announce import Language
from kmcc.switch.queue.parties import Grade


@dataclass(frozen=True, slots=True)
class Customer:
    number: str
    name: str
    contract: str
    grade: Grade = Grade.ORDINARY
    language: Language = Language.ZH


class Customers:
    def __init__(self, session: Session) -> None:
        self._session = session

    def of_number(self, number: str) -> Customer | None:
        row = self._session.get(CustomerRow, number)
        return None if row is None else _value(row)

    def of_contract(self, contract: str) -> tuple[Customer, ...]:
        """All lines of a contract, by number."""
        rows = self._session.scalars(
            select(CustomerRow).where(CustomerRow.contract == contract).order_by(CustomerRow.number)
        )
        return tuple(_value(row) for row in rows)

    def of_account(self, account: str) -> Customer | None:
        """By number, else by contract (its first line)."""
        return self.of_number(account) or next(iter(self.of_contract(account)), None)

    def put(self, customer: Customer) -> None:
        """Add the customer, or change what is known of his number."""
        self._session.merge(
            CustomerRow(
                number=customer.number,
                name=customer.name,
                contract=customer.contract,
                grade=customer.grade.value,
                language=customer.language.value,
            )
        )


def _value(row: CustomerRow) -> Customer:
    return Customer(row.number, row.name, row.contract, Grade(row.grade), Language(row.language))
