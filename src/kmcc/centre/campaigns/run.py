"""One campaign at work: its dialler, its calls, and what they write."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kmcc.centre.campaigns.ledger import StoreLedger
from kmcc.centre.campaigns.order import CampaignOrder
from kmcc.centre.campaigns.talk import Talk, TalkHooks
from kmcc.store.campaigns import Campaigns, ContactList
from kmcc.store.database import Database
from kmcc.store.do_not_call import DoNotCall
from kmcc.switch.autodial.errors import NotPlacedError
from kmcc.switch.autodial.events import Dial
from kmcc.switch.autodial.machine import Campaign
from kmcc.switch.autodial.plan import Contact
from kmcc.switch.autodial.result import Result
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call, ConnectFailed
from kmcc.switch.callserver import CallServer
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.dialler import Dialler
from kmcc.switch.journal import Journal
from kmcc.switch.outgoing import OutgoingAttempt

SERVICE: Final = "campaign"
NOT_PLACED: Final = frozenset({Cause.SHUTDOWN, Cause.CONGESTION})
"""Of a call that got no circuit: the house is closing, all circuits are busy, or it takes no more calls now."""


@dataclass(frozen=True, slots=True)
class Works:
    """What campaigns need of the house."""

    calls: CallServer
    database: Database
    calendar: Calendar
    journal: Journal


class CampaignRun:
    """From its start, or its restart, to its report."""

    def __init__(self, works: Works, order: CampaignOrder, listed: ContactList) -> None:
        self.order = order
        self._works = works
        plan = order.plan(listed.contacts)
        self.contacts: Mapping[str, Contact] = {contact.id: contact for contact in plan.contacts}
        self.campaign = Campaign.restore(plan, listed.snapshot, listed.skipped)
        ledger = StoreLedger(works.database, plan, a_day=order.a_day)
        self.dialler = Dialler(self.campaign, self._attempt, works.calendar, works.journal, ledger)

    async def _attempt(self, dial: Dial) -> Result:
        talk = Talk(self.order, self.contacts[dial.contact], self._hooks(dial), dial.seat)
        attempt = OutgoingAttempt(talk.flow, self.order.rings, self.order.party)

        async def flow(call: Call) -> None:
            call.service = SERVICE
            call.note("campaign.call", campaign=self.order.name, contact=dial.contact, attempt=dial.attempt)
            await attempt.flow(call)

        try:
            await self._works.calls.dial(dial.number, CallingParty(self.order.calling), flow)
        except ConnectFailed as failed:
            if failed.cause in NOT_PLACED:
                raise NotPlacedError(dial.number, failed.cause) from None
            return Result.FAILED
        return talk.result if attempt.result is Result.ANSWERED_PART else attempt.result

    def _hooks(self, dial: Dial) -> TalkHooks:
        database, name, now = self._works.database, self.order.name, self._works.calendar.now

        async def answer(question: str, keys: str) -> None:
            at = now()
            await database.run(lambda session: Campaigns(session).answer(name, dial.contact, question, keys, at))

        async def opt_out() -> None:
            at = now()
            await database.run(lambda session: DoNotCall(session).add(dial.number, f"asked in campaign {name}", at))

        async def seat_joined(seat: str) -> None:
            self.dialler.seat_joined(dial.contact)
            await database.run(lambda session: Campaigns(session).took(name, dial, seat))

        return TalkHooks(answer, opt_out, lambda: self.dialler.person_answered(dial.contact), seat_joined)
