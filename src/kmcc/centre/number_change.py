"""The table of changed numbers behind the switch's number change (R-200)."""

import asyncio
from typing import Final

from kmcc.store.changed_numbers import ChangedNumbers
from kmcc.store.database import Database
from kmcc.store.errors import StoreError
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call
from kmcc.switch.number_change import TIMES, Notice, serve_changed_number

LOOK_UP_LIMIT_S: Final = 1.0


async def announce_changed_number(call: Call, database: Database, calendar: Calendar, times: int = TIMES) -> None:
    """A store that does not answer makes of every call an ordinary one: nobody is cut off by it."""

    async def look_up(call: Call) -> Notice | None:
        today = calendar.now().date()
        try:
            async with asyncio.timeout(LOOK_UP_LIMIT_S):
                change = await database.look(lambda session: ChangedNumbers(session).valid_for(call.called, today))
        except (StoreError, TimeoutError) as error:
            call.note("alarm.store", error=type(error).__name__)
            return None
        return None if change is None else Notice(change.old_number, change.new_number, change.variant)

    await serve_changed_number(call, look_up, times)
