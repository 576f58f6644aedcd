"""The dialler: runs one campaign's effects, placing its calls and classifying how each of them went."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from kmcc.errors import KmccError
from kmcc.switch.autodial import events as a
from kmcc.switch.autodial.machine import Campaign
from kmcc.switch.autodial.result import Result
from kmcc.switch.calendar import Calendar
from kmcc.switch.journal import Journal

log = structlog.get_logger()

Attempt = Callable[[a.Dial], Awaitable[Result]]
"""Places the call, talks, and says how it went."""


class Dialler:
    """One campaign from its start to its report."""

    def __init__(self, campaign: Campaign, attempt: Attempt, calendar: Calendar, journal: Journal) -> None:
        self._campaign = campaign
        self._attempt = attempt
        self._calendar = calendar
        self._journal = journal
        self._calls: dict[asyncio.Task[None], None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._report: asyncio.Future[a.CampaignReport] = asyncio.get_running_loop().create_future()

    async def run(self) -> a.CampaignReport:
        """Call everybody whose turn it is, as often as the plan says.

        Cancelling it stops the calls that are up, and returns when they are over.
        """
        self._feed(a.Started(self._calendar.now()))
        try:
            return await self._report
        finally:
            if self._timer is not None:
                self._timer.cancel()
            for call in tuple(self._calls):
                call.cancel()
            await asyncio.gather(*self._calls, return_exceptions=True)

    def stop(self) -> None:
        """No new call from now on."""
        self._feed(a.StopRequested(self._calendar.now()))

    def resume(self) -> None:
        self._feed(a.ResumeRequested(self._calendar.now()))

    def _feed(self, event: a.Event) -> None:
        for effect in self._campaign.receive(event):
            match effect:
                case a.Dial():
                    task = asyncio.get_running_loop().create_task(self._call(effect))
                    self._calls[task] = None
                    task.add_done_callback(self._on_call_done)
                case a.WaitUntil(at):
                    self._wait_until((at - self._calendar.now()).total_seconds())
                case a.Finished(report):
                    self._report.set_result(report)

    async def _call(self, dial: a.Dial) -> None:
        self._journal.write("campaign.dialled", contact=dial.contact, number=dial.number, attempt=dial.attempt)
        try:
            result = await self._attempt(dial)
        except KmccError as error:  # counts as an attempt; the others are called all the same
            log.error("attempt failed", contact=dial.contact, error=str(error))
            result = Result.FAILED
        self._journal.write(
            "campaign.result", contact=dial.contact, number=dial.number, attempt=dial.attempt, result=result.value
        )
        self._feed(a.CallEnded(dial.contact, result, self._calendar.now()))

    def _on_call_done(self, call: asyncio.Task[None]) -> None:
        """A bug in an attempt ends the campaign, and `run` tells it."""
        del self._calls[call]
        bug = None if call.cancelled() else call.exception()
        if bug is not None and not self._report.done():
            self._report.set_exception(bug)

    def _wait_until(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, seconds), self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._feed(a.Tick(self._calendar.now()))
