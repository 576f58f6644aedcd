"""The ledger of one campaign in the store: each method is one transaction.

At the moment of dialling the do-not-call list and the calls of the day are asked in the very transaction that writes
the attempt: what is put on the list a moment before is not called.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from kmcc.store.campaigns import Campaigns
from kmcc.store.database import Database
from kmcc.store.do_not_call import DoNotCall
from kmcc.switch.autodial.events import Dial, Refusal
from kmcc.switch.autodial.plan import CampaignPlan, Contact
from kmcc.switch.autodial.progress import ContactSnapshot, State
from kmcc.switch.autodial.result import Result

Objection = Callable[[Session, Dial, Contact], Refusal | None]
"""What else may be said against a call in its last moment, such as a bill that has been paid."""


def no_objection(_session: Session, _dial: Dial, _contact: Contact) -> Refusal | None:
    return None


class StoreLedger:
    """Implements kmcc.switch.autodial.ledger.Ledger. `a_day`: calls of a number a day, from all campaigns."""

    def __init__(
        self, database: Database, plan: CampaignPlan, *, a_day: int | None = None, objection: Objection = no_objection
    ) -> None:
        self._database = database
        self._name = plan.name
        self._schedule = plan.schedule
        self._contacts = {contact.id: contact for contact in plan.contacts}
        self._a_day = a_day
        self._objection = objection

    async def begin(self, dial: Dial, at: datetime) -> Refusal | None:
        def work(session: Session) -> Refusal | None:
            refusal = self._refusal(session, dial, at)
            if refusal is None:
                Campaigns(session).begin(self._name, dial, at)
            return refusal

        return await self._database.run(work)

    def _refusal(self, session: Session, dial: Dial, at: datetime) -> Refusal | None:
        if DoNotCall(session).has(dial.number):
            return Refusal.DO_NOT_CALL
        if self._a_day is not None:
            midnight = self._schedule.midnight(at, self._contacts[dial.contact].zone)
            if Campaigns(session).calls_since([dial.number], midnight).get(dial.number, 0) >= self._a_day:
                return Refusal.SPENT_TODAY
        return self._objection(session, dial, self._contacts[dial.contact])

    async def take_back(self, dial: Dial, saved: ContactSnapshot) -> None:
        def work(session: Session) -> None:
            Campaigns(session).take_back(self._name, dial)
            Campaigns(session).save(self._name, saved)

        await self._database.run(work)

    async def end(self, dial: Dial, result: Result, at: datetime, saved: ContactSnapshot) -> None:
        def work(session: Session) -> None:
            Campaigns(session).end(self._name, dial, result, at)
            Campaigns(session).save(self._name, saved)

        await self._database.run(work)

    async def save(self, saved: ContactSnapshot) -> None:
        await self._database.run(lambda session: Campaigns(session).save(self._name, saved))

    async def enter(self, state: State, at: datetime) -> None:
        await self._database.run(lambda session: Campaigns(session).enter(self._name, state, at))
