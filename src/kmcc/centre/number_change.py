"""Number change: whoever dials an old number hears the new one, is put through to it, or both (R-199..R-205).

All is said before answer, so the caller is not charged for it; a connected call is charged from the answer of the new
number, like any other.
"""

from collections.abc import Awaitable
from typing import Final, NoReturn

from kmcc.store.changed_numbers import ChangedNumbers
from kmcc.store.database import Database
from kmcc.switch.announce import say_digits
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call, ConnectFailed
from kmcc.switch.circuit import Cause

TIMES: Final = 2


async def announce_changed_number(call: Call, database: Database, calendar: Calendar) -> None:
    today = calendar.now().date()
    change = await database.run(lambda session: ChangedNumbers(session).valid_for(call.called, today))
    if change is None:
        await _through(call, call.proceed())
    call.note("number_change.found", old=change.old_number, new=change.new_number, variant=change.variant.value)
    if change.variant.announces:
        await call.alert()
        await call.play(("number-changed", *say_digits(change.new_number, call.language)), times=TIMES)
    if change.variant.forwards:
        await _through(call, call.connect(change.new_number))
    await call.release(Cause.NORMAL)


async def _through(call: Call, way: Awaitable[Cause | None]) -> NoReturn:
    """The caller's side ends as the other side ended."""
    try:
        cause = await way
    except ConnectFailed as failed:
        cause = failed.cause
    await call.release(Cause.NORMAL if cause is None else cause)
