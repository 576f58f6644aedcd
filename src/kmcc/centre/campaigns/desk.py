"""The campaign desk: checks, adds, starts, stops and resumes campaigns, and says how they go. All of it survives.

What was running when the house went down goes on when it opens again; what was stopped stays so.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from kmcc.centre.campaigns.errors import NotNowError
from kmcc.centre.campaigns.order import CampaignOrder
from kmcc.centre.campaigns.run import CampaignRun, Works
from kmcc.centre.campaigns.status import CampaignStatus, count_status
from kmcc.errors import KmccError
from kmcc.store.campaigns import Attempt, Campaigns, ContactList, StoredCampaign
from kmcc.store.do_not_call import DoNotCall
from kmcc.switch.autodial.events import Preview
from kmcc.switch.autodial.plan import Contact
from kmcc.switch.autodial.preflight import Checks, Preflight, preflight
from kmcc.switch.autodial.progress import State

log = structlog.get_logger()

ReadOrder = Callable[[str, str], CampaignOrder]
"""From a definition's text and its name to the order."""


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """The report of a campaign: its figures, each contact's fate, and what was keyed."""

    status: CampaignStatus
    listed: ContactList
    attempts: tuple[Attempt, ...]
    answers: Mapping[str, Mapping[str, str]]
    tally: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class SeatsOfService:
    """How many seats of a service are ready, being offered a call, and busy."""

    ready: int
    taking: int
    busy: int


class CampaignDesk:
    def __init__(
        self,
        works: Works,
        read_order: ReadOrder,
        has_route: Callable[[str], bool],
        seats_of: Callable[[str], SeatsOfService],
    ) -> None:
        self._works = works
        self._read_order = read_order
        self._has_route = has_route
        self._seats_of = seats_of
        self._runs: dict[str, CampaignRun] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._begun: set[str] = set()  # one run a campaign, however often it is asked for

    # --- the list of campaigns ------------------------------------------------------------------------------------

    async def check(self, order: CampaignOrder, contacts: tuple[Contact, ...]) -> Preflight:
        """Who will be skipped and why, before a call is made."""
        now = self._works.calendar.now()
        midnight = order.schedule.midnight(now)
        protected, spent = await self._works.database.run(
            lambda session: (DoNotCall(session).numbers(), Campaigns(session).calls_since(None, midnight))
        )
        return preflight(
            contacts, Checks(order.schedule, now, protected, self._has_route, spent=spent, a_day=order.a_day)
        )

    async def add(self, definition: str, order: CampaignOrder, contacts: tuple[Contact, ...]) -> Preflight:
        """Put it into the store, not started."""
        check, now = await self.check(order, contacts), self._works.calendar.now()
        await self._works.database.run(lambda session: Campaigns(session).add(order.name, definition, check, now))
        self._works.journal.write(
            "campaign.added", campaign=order.name, contacts=len(check.to_call), skipped=len(check.skipped)
        )
        return check

    async def all(self) -> tuple[CampaignStatus, ...]:
        names = [one.name for one in await self._works.database.run(lambda session: Campaigns(session).all())]
        return tuple([await self.status(name) for name in names])

    async def status(self, name: str) -> CampaignStatus:
        stored, figures = await self._works.database.run(
            lambda session: (Campaigns(session).of(name), Campaigns(session).figures(name))
        )
        return count_status(stored, figures, self._runs.get(name), self._works.calendar.now())

    async def report(self, name: str) -> CampaignRecord:
        status = await self.status(name)
        return await self._works.database.run(lambda session: _record(Campaigns(session), status))

    # --- orders ---------------------------------------------------------------------------------------------------

    async def start(self, name: str) -> None:
        stored = await self._stored(name)
        if stored.state is not State.NEW or name in self._begun:
            raise NotNowError(name, "start", stored.state.value, "a new one (a stopped one is resumed)")
        self._begun.add(name)
        try:
            await self._enter(name, State.RUNNING)  # before the first call: a crash finds it running, and goes on
            self._works.journal.write("campaign.state", campaign=name, state=State.RUNNING.value)
            await self._run(stored)
        except KmccError:
            self._begun.discard(name)
            raise

    async def stop(self, name: str) -> None:
        """No new call from now on, not after a crash either; calls that are up run to their end."""
        await self._running(name, "stop", State.RUNNING)
        self._runs[name].dialler.stop()
        await self._enter(name, State.STOPPED)

    async def resume(self, name: str) -> None:
        await self._running(name, "resume", State.STOPPED)
        self._runs[name].dialler.resume()
        await self._enter(name, State.RUNNING)

    async def withdraw(self, name: str, contact: str) -> None:
        await self._running(name, "withdraw a contact", State.RUNNING, State.STOPPED)
        self._runs[name].dialler.withdraw(contact)

    async def preview(self, name: str, seat: str) -> tuple[Preview, Contact] | None:
        """Whom this seat might call next, kept for it until it takes or passes him."""
        await self._running(name, "show a contact", State.RUNNING)
        shown = self._runs[name].dialler.preview(seat)
        return None if shown is None else (shown, self._runs[name].contacts[shown.contact])

    async def take_preview(self, name: str, contact: str, seat: str) -> None:
        """The seat calls the contact that it was shown."""
        await self._running(name, "call a contact", State.RUNNING)
        self._runs[name].dialler.take_preview(contact, seat)

    async def pass_preview(self, name: str, contact: str, seat: str) -> None:
        await self._running(name, "pass a contact", State.RUNNING, State.STOPPED)
        self._runs[name].dialler.pass_preview(contact, seat)

    # --- life -----------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Go on with what was begun: running ones run, stopped ones close what a crash has left open."""
        for stored in await self._works.database.run(lambda session: Campaigns(session).all()):
            is_ours = stored.definition and stored.name not in self._begun
            if is_ours and stored.state in (State.RUNNING, State.STOPPED):
                await self._go_on(stored)

    async def _go_on(self, stored: StoredCampaign) -> None:
        """One that cannot, such as for a prompt that is there no longer, keeps no other from it."""
        self._begun.add(stored.name)
        try:
            await self._run(stored)
        except KmccError as error:
            self._begun.discard(stored.name)
            log.error("campaign does not go on", campaign=stored.name, error=str(error))
            self._works.journal.write("campaign.failed", campaign=stored.name, what=type(error).__name__)

    async def close(self) -> None:
        """Calls that are up end; their attempts are closed as LOST at the next start."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def seats_changed(self) -> None:
        for run in self._runs.values():
            self._count_seats(run)

    def counts(self) -> Mapping[State, int]:
        """Campaigns at work by state."""
        return Counter(run.campaign.state for run in self._runs.values())

    @property
    def runs(self) -> Mapping[str, CampaignRun]:
        return self._runs

    async def _run(self, stored: StoredCampaign) -> None:
        order = self._read_order(stored.definition, stored.name)
        listed = await self._works.database.run(lambda session: Campaigns(session).contact_list(stored.name))
        run = self._runs[stored.name] = CampaignRun(self._works, order, listed)
        self._count_seats(run)
        task = asyncio.get_running_loop().create_task(self._until_over(run))
        self._tasks[stored.name] = task
        task.add_done_callback(lambda done: self._is_over(stored.name, done))
        await asyncio.sleep(0)  # it has begun when this returns

    async def _until_over(self, run: CampaignRun) -> None:
        await run.dialler.run()

    def _is_over(self, name: str, task: "asyncio.Task[None]") -> None:
        """One with a bug is told; the others, and the telephones, go on."""
        del self._runs[name], self._tasks[name]
        self._begun.discard(name)
        if not task.cancelled() and task.exception() is not None:
            what = {"message": f"campaign {name} failed", "exception": task.exception(), "task": task}
            task.get_loop().call_exception_handler(what)

    def _count_seats(self, run: CampaignRun) -> None:
        if run.order.hand_over is not None:
            seats = self._seats_of(run.order.hand_over.service)
            run.dialler.count_seats(seats.ready, seats.taking, seats.busy)

    async def _enter(self, name: str, state: State) -> None:
        now = self._works.calendar.now()
        await self._works.database.run(lambda session: Campaigns(session).enter(name, state, now))

    async def _stored(self, name: str) -> StoredCampaign:
        return await self._works.database.run(lambda session: Campaigns(session).of(name))

    async def _running(self, name: str, wanted: str, *states: State) -> None:
        run = self._runs.get(name)
        state = (await self._stored(name)).state if run is None else run.campaign.state
        if run is None or state not in states:
            expected = " or ".join(one.value for one in states)
            raise NotNowError(name, wanted, state.value, expected)


def _record(campaigns: Campaigns, status: CampaignStatus) -> CampaignRecord:
    name = status.name
    return CampaignRecord(
        status, campaigns.contact_list(name), campaigns.attempts(name), campaigns.answers(name), campaigns.tally(name)
    )
