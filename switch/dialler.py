"""The dialler: runs one campaign's effects, writing each attempt down before it is dialled and after it is over."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any, Final

import structlog

from kmcc.errors import KmccError
from kmcc.switch.autodial import events as a
from kmcc.switch.autodial.errors import NotPlacedError
from kmcc.switch.autodial.ledger import Ledger, Unwritten
from kmcc.switch.autodial.machine import Campaign
from kmcc.switch.autodial.progress import ContactSnapshot, State
from kmcc.switch.autodial.result import Result
from kmcc.switch.calendar import Calendar
from kmcc.switch.circuit import Cause
from kmcc.switch.journal import Journal

log = structlog.get_logger()

RECHECK_S: Final = 30.0
"""However far the next turn is: a calendar that is put forward or back is noticed within this."""

Attempt = Callable[[a.Dial], Awaitable[Result]]
"""Places the call, talks, and says how it went."""


class Dialler:
    """One campaign from its start to its report."""

    def __init__(
        self, campaign: Campaign, attempt: Attempt, calendar: Calendar, journal: Journal, ledger: Ledger | None = None
    ) -> None:
        self.campaign = campaign
        self._attempt = attempt
        self._calendar = calendar
        self._journal = journal
        self._ledger = ledger or Unwritten()
        self._tasks: dict[asyncio.Task[None], None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._turn: datetime | None = None
        self._report: asyncio.Future[a.CampaignReport] = asyncio.get_running_loop().create_future()

    async def run(self) -> a.CampaignReport:
        """Call everybody whose turn it is, as often as the plan says.

        Cancelling it stops the calls that are up, and returns when they are over.
        """
        lost, now = self.campaign.lost, self._calendar.now()
        self._feed(a.Started(now))
        for dial in lost:
            self._note("campaign.result", dial, result=Result.LOST.value)
            self._spawn(self._written(self._ledger.end(dial, Result.LOST, now, self._progress(dial))))
        try:
            report = await self._report
            await self._write_all()
            return report
        finally:
            if self._timer is not None:
                self._timer.cancel()
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def turn(self) -> datetime | None:
        """When the next call is due; None = it is no time that is waited for."""
        return self._turn

    # --- what others tell the campaign ----------------------------------------------------------------------------

    def stop(self) -> None:
        """No new call from now on."""
        self._feed(a.StopRequested(self._calendar.now()))

    def resume(self) -> None:
        self._feed(a.ResumeRequested(self._calendar.now()))

    def withdraw(self, contact: str) -> None:
        """The reason to call him is gone."""
        self._feed(a.Withdrawn(contact, self._calendar.now()))
        self._save(contact)

    def count_seats(self, ready: int, taking: int, busy: int) -> None:
        self._feed(a.SeatsCounted(ready, taking, busy, self._calendar.now()))

    def person_answered(self, contact: str) -> None:
        self._feed(a.PersonAnswered(contact, self._calendar.now()))

    def seat_joined(self, contact: str) -> None:
        self._feed(a.SeatJoined(contact, self._calendar.now()))

    def preview(self, seat: str) -> a.Preview | None:
        """Whom this seat might call next; None = nobody now."""
        shown = [one for one in self._feed(a.PreviewAsked(seat, self._calendar.now())) if isinstance(one, a.Preview)]
        return shown[0] if shown else None

    def take_preview(self, contact: str, seat: str) -> None:
        self._feed(a.PreviewTaken(contact, seat, self._calendar.now()))

    def pass_preview(self, contact: str, seat: str) -> None:
        self._feed(a.PreviewPassed(contact, seat, self._calendar.now()))
        self._save(contact)

    # --- effects --------------------------------------------------------------------------------------------------

    def _feed(self, event: a.Event) -> tuple[a.Effect, ...]:
        before = self.campaign.state
        effects = self.campaign.receive(event)
        self._turn = None
        for effect in effects:
            match effect:
                case a.Dial():
                    self._spawn(self._call(effect))
                case a.WaitUntil(at):
                    self._turn = at
                case a.Preview():
                    pass
                case a.Finished(report):
                    self._report.set_result(report)
        if self.campaign.state is not before:
            self._spawn(self._enter(self.campaign.state))
        self._wait()
        return effects

    async def _enter(self, state: State) -> None:
        self._journal.write("campaign.state", campaign=self.campaign.plan.name, state=state.value)
        await self._written(self._ledger.enter(state, self._calendar.now()))

    def _save(self, contact: str) -> None:
        self._spawn(self._written(self._ledger.save(self.campaign.progress_of(contact))))

    async def _written(self, writing: Awaitable[None]) -> None:
        """What cannot be written is told and goes on: it is made good by the next writing, or by a restart."""
        try:
            await writing
        except KmccError as error:
            log.error("campaign not written", campaign=self.campaign.plan.name, error=str(error))

    async def _call(self, dial: a.Dial) -> None:
        refusal = await self._begin(dial)
        if refusal is not None:
            return await self._refuse(dial, refusal)
        self._note("campaign.dialled", dial)
        try:
            result = await self._attempt(dial)
        except NotPlacedError as error:
            is_closing = error.cause is Cause.SHUTDOWN
            return await self._refuse(dial, a.Refusal.CLOSING if is_closing else a.Refusal.NO_CIRCUIT)
        except KmccError as error:  # counts as an attempt; the others are called all the same
            log.error("attempt failed", contact=dial.contact, error=str(error))
            result = Result.FAILED
        self._note("campaign.result", dial, result=result.value)
        now = self._calendar.now()
        self._feed(a.CallEnded(dial.contact, result, now))
        return await self._written(self._ledger.end(dial, result, now, self._progress(dial)))

    async def _refuse(self, dial: a.Dial, why: a.Refusal) -> None:
        self._note("campaign.refused", dial, why=why.value)
        self._feed(a.DialRefused(dial.contact, why, self._calendar.now()))
        await self._written(self._ledger.take_back(dial, self._progress(dial)))

    async def _begin(self, dial: a.Dial) -> a.Refusal | None:
        """Nothing is dialled that is not written; and writing takes time, so the window is looked at once more."""
        try:
            refusal = await self._ledger.begin(dial, self._calendar.now())
        except KmccError as error:
            log.error("attempt not written", contact=dial.contact, error=str(error))
            return a.Refusal.NOT_WRITTEN
        if refusal is None and not self.campaign.is_open_for(dial.contact, self._calendar.now()):
            return a.Refusal.WINDOW_CLOSED
        return refusal

    def _progress(self, dial: a.Dial) -> ContactSnapshot:
        return self.campaign.progress_of(dial.contact)

    def _note(self, kind: str, dial: a.Dial, **more: str) -> None:
        name = self.campaign.plan.name
        self._journal.write(kind, campaign=name, contact=dial.contact, number=dial.number, attempt=dial.attempt, **more)

    # --- tasks and time -------------------------------------------------------------------------------------------

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[task] = None
        task.add_done_callback(self._on_done)

    def _on_done(self, task: "asyncio.Task[None]") -> None:
        """A bug in an attempt ends the campaign, and `run` tells it."""
        del self._tasks[task]
        bug = None if task.cancelled() else task.exception()
        if bug is not None and not self._report.done():
            self._report.set_exception(bug)

    async def _write_all(self) -> None:
        """The last results are on their way to the store."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if self.campaign.state is State.RUNNING:
            left_s = RECHECK_S
            if self._turn is not None:
                left_s = min(RECHECK_S, max(0.0, (self._turn - self._calendar.now()).total_seconds()))
            self._timer = asyncio.get_running_loop().call_later(left_s, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._feed(a.Tick(self._calendar.now()))
