"""Fax on demand (R-248): what callers ask for is kept until there is a line that sends it."""

from kmcc.store.database import Database
from kmcc.store.errors import StoreError
from kmcc.store.fax_requests import FaxRequest, FaxRequests
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call
from kmcc.switch.voice.function import FaxOutcome, Handover


async def keep_fax(call: Call, document: str, handover: Handover, database: Database, calendar: Calendar) -> FaxOutcome:
    """Kept for the calling number; without one, or without a store, there is no way to send it."""
    number = call.calling.number
    if number is None:
        return FaxOutcome.UNAVAILABLE
    request = FaxRequest(
        call=call.id,
        asked_at=calendar.now(),
        document=document,
        number=number,
        account=handover.account,
        language=call.language,
    )
    try:
        await database.run(lambda session: FaxRequests(session).put(request))
    except StoreError as error:
        call.note("alarm.store", error=type(error).__name__)
        return FaxOutcome.UNAVAILABLE
    return FaxOutcome.KEPT
