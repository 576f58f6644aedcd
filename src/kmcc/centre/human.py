"""To a person: who calls is looked up, the seat's screen gets it, the caller waits and talks (R-124, R-281..R-296)."""

import asyncio
from collections.abc import Callable
from datetime import date, time
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from kmcc.store.customers import Customer, Customers
from kmcc.store.database import Database
from kmcc.store.errors import StoreError
from kmcc.switch.call import Call, QueueGaveUp
from kmcc.switch.journal import Field
from kmcc.switch.queue.parties import Grade
from kmcc.switch.voice.function import Handover, TransferEnd
from kmcc.switch.voice.value import Value

T = TypeVar("T")

LOOK_UP_LIMIT_S: Final = 0.3  # looking up never delays the call


async def hand_over(call: Call, handover: Handover, database: Database) -> TransferEnd:
    """Returns when the talk is over, or when there was no seat.

    The account is that of whoever has said his password in this call. A calling number alone proves nothing (R-296).
    """
    number = handover.account or call.calling.number
    customer = await known_caller(call, database, number)
    _pop(call, handover, customer)
    try:
        grade = Grade.ORDINARY if customer is None else customer.grade
        await call.queue(handover.service, grade=grade, form=_form(handover, customer))
    except QueueGaveUp:
        return TransferEnd.FULL
    return TransferEnd.DONE


async def known_caller(call: Call, database: Database, number: str | None) -> Customer | None:
    """The owner of the number; None when there is none, nobody knows him, or the database does not answer."""
    if number is None:
        return None
    return await _at_once(call, database, lambda session: Customers(session).of_number(number))


async def _at_once(call: Call, database: Database, work: Callable[[Session], T | None]) -> T | None:
    try:
        async with asyncio.timeout(LOOK_UP_LIMIT_S):
            return await database.look(work)
    except (StoreError, TimeoutError):
        call.note("alarm.customer_look_up")
        return None


def _pop(call: Call, handover: Handover, customer: Customer | None) -> None:
    """R-124: an unknown number gives an empty form, one that was not given a notice; R-246: what was said so far."""
    call.note(
        "seat.pop",
        service=handover.service,
        calling=call.calling.number,
        number_given=call.calling.number is not None,
        number=None if customer is None else customer.number,
        name=None if customer is None else customer.name,
        contract=None if customer is None else customer.contract,
        grade=None if customer is None else customer.grade.value,
        language=call.language.value,
        verified=handover.account is not None,
        path=" ".join(handover.path),
        **{f"data.{name}": _field(value) for name, value in handover.data.items()},
    )


def _form(handover: Handover, customer: Customer | None) -> dict[str, str]:
    """R-285: the seat's screen has it with the offer; R-117: it goes along when the caller is passed on."""
    known = {} if customer is None else {"number": customer.number, "name": customer.name}
    fields = {name: _field(value) for name, value in handover.data.items()}
    return {
        **known,
        "verified": "yes" if handover.account is not None else "no",
        "path": " ".join(handover.path),
        **{name: str(field) for name, field in fields.items() if field is not None},
    }


def _field(value: Value) -> Field:
    match value:
        case str() | int():
            return value
        case date() | time():
            return value.isoformat()
        case (int(year), int(month)):
            return f"{year}-{month:02}"
    return None
