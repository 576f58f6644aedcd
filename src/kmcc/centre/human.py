"""To a person: who calls is looked up, the seat's screen gets it, the caller waits and talks (R-124, R-281..R-296)."""

import asyncio
from typing import Final

from kmcc.store.customers import Customer, Customers
from kmcc.store.database import Database
from kmcc.store.errors import StoreError
from kmcc.switch.call import Call, QueueGaveUp
from kmcc.switch.queue.parties import Grade

LOOK_UP_LIMIT_S: Final = 0.3  # looking up never delays the call


async def talk_to_seat(
    call: Call, service: str | None, database: Database, *, verified: Customer | None = None
) -> None:
    """Returns when the talk is over, or when there was no seat and the caller has been told so.

    `verified` is the customer who has said his password in this call. A calling number alone proves nothing (R-296).
    """
    customer = await known_caller(call, database) if verified is None else verified
    _pop(call, service, customer, is_verified=verified is not None)
    try:
        await call.queue(service, grade=Grade.ORDINARY if customer is None else customer.grade)
    except QueueGaveUp:
        await call.play(("queue-full",))


async def known_caller(call: Call, database: Database) -> Customer | None:
    """The owner of the calling number; None when it is not given, not known, or the database does not answer."""
    number = call.calling.number
    if number is None:
        return None
    try:
        async with asyncio.timeout(LOOK_UP_LIMIT_S):
            return await database.run(lambda session: Customers(session).of_number(number))
    except (StoreError, TimeoutError):
        call.note("alarm.customer_look_up")
        return None


def _pop(call: Call, service: str | None, customer: Customer | None, *, is_verified: bool) -> None:
    """R-124: an unknown number gives an empty form, a number that was not given a notice."""
    call.note(
        "seat.pop",
        service=service,
        calling=call.calling.number,
        number_given=call.calling.number is not None,
        number=None if customer is None else customer.number,
        name=None if customer is None else customer.name,
        contract=None if customer is None else customer.contract,
        grade=None if customer is None else customer.grade.value,
        language=call.language.value,
        verified=is_verified,
    )
