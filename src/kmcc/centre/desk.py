"""The desk of the access code and of the old numbers: answer, then what the flows say (R-235, R-101)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from kmcc.centre.functions import functions, guarded
from kmcc.centre.human import hand_over, known_caller
from kmcc.centre.identity import Identity
from kmcc.store.database import Database
from kmcc.store.passwords import LockOut
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call
from kmcc.switch.number_change import TIMES
from kmcc.switch.queue.parties import Grade
from kmcc.switch.voice.function import Business, CallBack, SendFax
from kmcc.switch.voice.step import FlowBook
from kmcc.switch.voice.talk import Navigation, talk


@dataclass(frozen=True, slots=True)
class Desk:
    """What every caller shares. `flows` gives the book of now: a call keeps the one that it began with."""

    database: Database
    calendar: Calendar
    flows: Callable[[], FlowBook]
    fax: SendFax
    call_back: CallBack
    lock_out: LockOut = field(default_factory=LockOut)
    changed_number_times: int = TIMES

    def business(self) -> Business:
        identity = Identity(self.database, self.calendar, self.lock_out)
        return Business(
            functions=functions(self.database, self.calendar),
            checks={"identity": guarded(identity.check)},
            transfer=partial(hand_over, database=self.database),
            call_back=self.call_back,
            fax=self.fax,
        )


async def serve(call: Call, entry: str, desk: Desk) -> None:
    """Answer, in the language of the line's owner as far as he is known, and follow the flows from this entry."""
    await call.answer()
    caller = await known_caller(call, desk.database, call.calling.number)
    if caller is not None:
        call.language = caller.language
    grade = Grade.ORDINARY if caller is None else caller.grade
    await talk(call, entry, grade.name.lower(), Navigation(desk.flows(), desk.business(), desk.calendar))
