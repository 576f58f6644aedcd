"""One autodial campaign as a machine without clock and I/O: requirements R-177 to R-179, dunning 欠费催交 first of all.

A contact is called while a line is free and the window is open, and called again as the retry table says, until it is
reached or its one budget of attempts is used up.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Self

from kmcc.switch.autodial.errors import CampaignError
from kmcc.switch.autodial.events import (
    CallEnded,
    CampaignReport,
    Dial,
    Effect,
    Event,
    Finished,
    ResumeRequested,
    Started,
    StopRequested,
    Tick,
    Verdict,
    WaitUntil,
    Withdrawn,
)
from kmcc.switch.autodial.plan import CampaignPlan
from kmcc.switch.autodial.progress import Agenda, CampaignSnapshot, Progress, State
from kmcc.switch.autodial.result import Result

# A restored campaign begins in the state it had, so Started is allowed in all but the last.
TABLE: Final[Mapping[tuple[State, type[Event]], State]] = {
    (State.NEW, Started): State.RUNNING,
    (State.NEW, Withdrawn): State.NEW,
    (State.RUNNING, Started): State.RUNNING,
    (State.RUNNING, Tick): State.RUNNING,
    (State.RUNNING, CallEnded): State.RUNNING,
    (State.RUNNING, Withdrawn): State.RUNNING,
    (State.RUNNING, StopRequested): State.STOPPED,
    (State.STOPPED, Started): State.STOPPED,
    (State.STOPPED, Tick): State.STOPPED,  # a timer that had been started before the stop
    (State.STOPPED, CallEnded): State.STOPPED,
    (State.STOPPED, Withdrawn): State.STOPPED,
    (State.STOPPED, ResumeRequested): State.RUNNING,
    (State.FINISHED, Tick): State.FINISHED,  # crossed the last CallEnded
    (State.FINISHED, Withdrawn): State.FINISHED,
}


class Campaign:
    """One campaign. Save `snapshot()` after each step; after a restart build it with `restore` and send Started."""

    def __init__(self, plan: CampaignPlan) -> None:
        self.plan = plan
        self._state = State.NEW
        self._preflight = plan.preflight()
        self._skipped = {skipped.contact.id for skipped in self._preflight.skipped}
        self._progress = {contact.id: Progress(contact) for contact in self._preflight.to_call}
        self._lost: list[Progress] = []  # calls that were up when the snapshot was taken
        self._take_stock()

    @classmethod
    def restore(cls, plan: CampaignPlan, saved: CampaignSnapshot) -> Self:
        """As it was saved. How a call that was up came to its end is not known: with Started it counts as FAILED."""
        campaign = cls(plan)
        if saved.campaign != plan.name or [one.contact for one in saved.contacts] != list(campaign._progress):
            raise CampaignError(plan.name, f"the snapshot of campaign {saved.campaign} does not fit the plan")
        campaign._state = saved.state
        for one in saved.contacts:
            campaign._progress[one.contact].load(one)
        campaign._take_stock()
        campaign._lost = [progress for progress in campaign._progress.values() if progress.is_calling]
        return campaign

    @property
    def state(self) -> State:
        return self._state

    def snapshot(self) -> CampaignSnapshot:
        return CampaignSnapshot(self.plan.name, self._state, tuple(p.save() for p in self._progress.values()))

    def report(self) -> CampaignReport:
        """Who is done with until now, in the order of the plan."""
        outcomes = (progress.outcome() for progress in self._progress.values())
        return CampaignReport(tuple(one for one in outcomes if one is not None), self._preflight.skipped)

    def receive(self, event: Event) -> tuple[Effect, ...]:
        """Take one step; on CampaignError nothing has changed."""
        state = TABLE.get((self._state, type(event)))
        if state is None:
            raise CampaignError(self.plan.name, f"{type(event).__name__} is not allowed in {self._state.value}")
        if event.at.tzinfo is None:
            raise CampaignError(self.plan.name, f"{type(event).__name__} has a time without a time zone")
        at = event.at.astimezone(UTC)  # intervals are counted in UTC, where no hour is skipped
        match event:
            case CallEnded(contact=contact, result=result):
                self._call_ended(self._calling(contact), result, at)
            case Withdrawn(contact=contact):
                self._withdraw(contact)
            case Started():
                self._close_lost_calls(at)
            case _:
                pass
        self._state = state
        return self._go_on(at)

    def _take_stock(self) -> None:
        everybody = list(self._progress.values())
        self._agenda = Agenda(everybody)
        self._calls = sum(progress.is_calling for progress in everybody)
        self._open = sum(progress.verdict is None for progress in everybody)

    def _known(self, contact: str) -> Progress:
        try:
            return self._progress[contact]
        except KeyError:
            raise CampaignError(self.plan.name, f"contact {contact} is not called in this campaign") from None

    def _calling(self, contact: str) -> Progress:
        progress = self._known(contact)
        if not progress.is_calling:
            raise CampaignError(self.plan.name, f"contact {contact} has no call that could end")
        return progress

    def _call_ended(self, progress: Progress, result: Result, at: datetime) -> None:
        progress.is_calling, progress.last = False, result
        self._calls -= 1
        wait = self.plan.retry.get(result)
        if wait is None or progress.attempts >= self.plan.attempts or progress.is_withdrawn:
            self._close(progress, progress.judge(result))
        else:
            progress.due = at + wait
            self._agenda.add(progress)

    def _close_lost_calls(self, at: datetime) -> None:
        for progress in self._lost:
            if progress.is_calling:
                self._call_ended(progress, Result.FAILED, at)
        self._lost = []

    def _withdraw(self, contact: str) -> None:
        if contact in self._skipped:
            return
        progress = self._known(contact)
        progress.is_withdrawn = True
        if progress.verdict is None and not progress.is_calling:
            self._close(progress, Verdict.WITHDRAWN)

    def _close(self, progress: Progress, verdict: Verdict) -> None:
        progress.verdict = verdict
        self._open -= 1

    def _go_on(self, at: datetime) -> tuple[Effect, ...]:
        if self._state in (State.NEW, State.FINISHED):
            return ()
        if self._open == 0:
            self._state = State.FINISHED
            return (Finished(self.report()),)
        if self._state is State.STOPPED:
            return ()
        return (*self._dial(at), *self._wait(at))

    def _dial(self, at: datetime) -> list[Dial]:
        """Everybody whom we may call now."""
        dials: list[Dial] = []
        while self._calls < self.plan.lines and self.plan.window.is_open(at):
            progress = self._agenda.take(at)
            if progress is None:
                break
            progress.attempts += 1
            progress.is_calling, progress.due = True, None
            self._calls += 1
            dials.append(Dial(progress.contact.id, progress.contact.number, progress.attempts))
        return dials

    def _wait(self, at: datetime) -> list[WaitUntil]:
        """With all lines taken or nobody left it is the end of a call that moves us on, not the time."""
        turn = self._agenda.next_turn(at)
        if turn is None or self._calls >= self.plan.lines:
            return []
        return [WaitUntil(self.plan.window.next_open(turn))]
