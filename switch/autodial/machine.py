"""One autodial campaign as a machine without clock and I/O: requirements R-13, R-177 to R-179, R-181.

A contact is called while the pacing has room and his window is open, and called again as the retry table says, until he
is reached or his one budget of attempts is used up.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, Self

from kmcc.switch.autodial import events as e
from kmcc.switch.autodial.agenda import Agenda
from kmcc.switch.autodial.errors import CampaignError
from kmcc.switch.autodial.pacing import Pacer, UnderWay
from kmcc.switch.autodial.plan import RETRY, CampaignPlan
from kmcc.switch.autodial.preflight import Skipped
from kmcc.switch.autodial.progress import CampaignSnapshot, ContactSnapshot, Progress, Stage, State
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.roster import Roster
from kmcc.switch.autodial.table import STAGES, TABLE

HOLD: Final = timedelta(seconds=10)
"""Nobody is dialled for so long after a call that found no circuit of ours: it is no attempt, and no use to go on."""


class Campaign:
    """One campaign. Keep what `snapshot` gives; after a restart `restore` it and send Started."""

    def __init__(self, plan: CampaignPlan, skipped: tuple[Skipped, ...] = ()) -> None:
        self.plan = plan
        self.pacer = Pacer(plan.pacing, plan.lines)
        self._state = State.NEW
        self._skipped = skipped
        self._skipped_ids = {one.contact.id for one in skipped}
        self._roster = Roster(plan)
        self._take_stock()

    @classmethod
    def restore(cls, plan: CampaignPlan, saved: CampaignSnapshot, skipped: tuple[Skipped, ...] = ()) -> Self:
        """As it was saved. How a call that was up came to its end is not known: with Started it counts as LOST."""
        campaign = cls(plan, skipped)
        if saved.campaign != plan.name or [one.contact for one in saved.contacts] != campaign._roster.ids():
            raise CampaignError(plan.name, f"the snapshot of campaign {saved.campaign} does not fit the plan")
        campaign._state = saved.state
        for one in saved.contacts:
            campaign._roster[one.contact].load(one)
        campaign._take_stock()
        campaign._learn_again()
        campaign._lost = [progress for progress in campaign._roster if progress.is_up]
        return campaign

    @property
    def state(self) -> State:
        return self._state

    @property
    def lost(self) -> tuple[e.Dial, ...]:
        """Calls that were up when all ended, until Started closes them."""
        return tuple(e.Dial(one.contact.id, one.tries[-1].number, one.attempts) for one in self._lost)

    @property
    def open_contacts(self) -> int:
        """Those who are not done with."""
        return self._roster.open

    @property
    def under_way(self) -> UnderWay:
        return self._roster.under_way

    def snapshot(self) -> CampaignSnapshot:
        return CampaignSnapshot(self.plan.name, self._state, tuple(progress.save() for progress in self._roster))

    def progress_of(self, contact: str) -> ContactSnapshot:
        return self._roster[contact].save()

    def report(self) -> e.CampaignReport:
        """Who is done with until now, in the order of the plan."""
        outcomes = (progress.outcome() for progress in self._roster)
        return e.CampaignReport(tuple(one for one in outcomes if one is not None), self._skipped)

    def is_open_for(self, contact: str, at: datetime) -> bool:
        """Whether this contact may be called at this hour."""
        return self.plan.schedule.is_open(at, self._roster[contact].contact.zone)

    def receive(self, event: e.Event) -> tuple[e.Effect, ...]:
        """Take one step; on CampaignError nothing has changed."""
        state = TABLE.get((self._state, type(event)))
        if state is None:
            raise CampaignError(self.plan.name, f"{type(event).__name__} is not allowed in {self._state.value}")
        if event.at.tzinfo is None:
            raise CampaignError(self.plan.name, f"{type(event).__name__} has a time without a time zone")
        at = event.at.astimezone(UTC)  # intervals are counted in UTC, where no hour is skipped
        out = self._take(event, at)
        self._state = state
        return (*out, *self._go_on(at))

    def _take(self, event: e.Event, at: datetime) -> tuple[e.Effect, ...]:
        match event:
            case e.CallEnded(contact=contact, result=result):
                self._call_ended(self._in_stage(contact, event), result, at)
            case e.PersonAnswered(contact=contact):
                self._person_answered(self._in_stage(contact, event), at)
            case e.SeatJoined(contact=contact):
                self._roster.move(self._in_stage(contact, event), Stage.TALKING, at)
            case e.DialRefused(contact=contact, why=why):
                self._refused(self._in_stage(contact, event), why, at)
            case e.SeatsCounted(ready=ready, taking=taking, busy=busy):
                self.pacer.ready, self.pacer.taking, self.pacer.busy = ready, taking, busy
            case e.PreviewAsked(seat=seat):
                return self._preview(seat, at)
            case e.PreviewTaken(contact=contact, seat=seat):
                return self._dial_previewed(self._roster.check_shown(self._in_stage(contact, event), seat), at)
            case e.PreviewPassed(contact=contact, seat=seat):
                self._pass_over(self._roster.check_shown(self._in_stage(contact, event), seat), at)
            case e.Withdrawn(contact=contact):
                self._withdraw(contact, at)
            case e.Started():
                self._close_lost_calls(at)
            case _:
                pass
        return ()

    # --- stock ----------------------------------------------------------------------------------------------------

    def _take_stock(self) -> None:
        self._roster.count()
        self._agenda = Agenda(self.plan.schedule, self._roster)
        self._lost: list[Progress] = []
        self._held_until = datetime.min.replace(tzinfo=UTC)

    def _learn_again(self) -> None:
        """What the attempts before a restart have taught: the answer share and what is left of the abandon cap."""
        tries = sorted((one for progress in self._roster for one in progress.tries), key=lambda one: one.at)
        for one in tries:
            if one.result in (Result.ANSWERED, Result.ANSWERED_PART, Result.ABANDONED):
                self.pacer.person_answered(one.at, self.plan.pacing.lead_s)
            elif one.result not in (None, Result.LOST):
                self.pacer.nobody_answered()
            if one.result is Result.ABANDONED:
                self.pacer.meter.abandoned(one.at)

    def _in_stage(self, contact: str, event: e.Event) -> Progress:
        progress = self._roster[contact]
        if progress.stage not in STAGES[type(event)]:
            why = f"{type(event).__name__} of contact {contact}, who is {progress.stage.value}"
            raise CampaignError(self.plan.name, why)
        return progress

    # --- calls ----------------------------------------------------------------------------------------------------

    def _person_answered(self, progress: Progress, at: datetime) -> None:
        dialled = progress.since or at
        self._roster.move(progress, Stage.ANSWERED, at)
        self.pacer.person_answered(at, (at - dialled).total_seconds())

    def _call_ended(self, progress: Progress, result: Result, at: datetime) -> None:
        if progress.stage is Stage.TALKING and progress.since is not None:
            self.pacer.talked((at - progress.since).total_seconds())
        elif progress.stage is Stage.DIALLED and result is not Result.LOST:
            self.pacer.nobody_answered()
        if result is Result.ABANDONED:
            self.pacer.meter.abandoned(at)
        self._roster.move(progress, Stage.WAITING, at)
        number = progress.tries[-1].number
        progress.close(result)
        wait = self.plan.retry.get(result)
        if wait is None:
            progress.struck.add(number)
        self._next_turn(progress, at if wait is None else at + wait)

    def _next_turn(self, progress: Progress, due: datetime) -> None:
        """He is called again from `due` on, unless he is done with."""
        is_over = progress.is_withdrawn or progress.next_number(self.plan.budget) is None
        if is_over or progress.judge() is e.Verdict.REACHED:
            return self._roster.close(progress, progress.judge())
        due = progress.not_before(due, self.plan.budget, self.plan.schedule)
        if self.plan.schedule.next_open(due, progress.contact.zone) is None:
            return self._roster.close(progress, progress.judge())
        progress.due = due
        return self._agenda.add(progress)

    def _refused(self, progress: Progress, why: e.Refusal, at: datetime) -> None:
        self._roster.move(progress, Stage.WAITING, at)
        number, again = progress.take_back(), at
        match why:
            case e.Refusal.NO_CIRCUIT:
                self._held_until = at + HOLD
            case e.Refusal.SPENT_TODAY:
                again = self.plan.schedule.next_day(at, progress.contact.zone)
            case e.Refusal.NOT_WRITTEN | e.Refusal.CLOSING:
                again = at + RETRY[Result.FAILED]
            case e.Refusal.SETTLED:
                progress.is_withdrawn = True
                return self._roster.close(progress, e.Verdict.WITHDRAWN)
            case e.Refusal.DO_NOT_CALL:
                progress.struck.add(number)
                if progress.next_number(self.plan.budget) is None:
                    return self._roster.close(progress, e.Verdict.DO_NOT_CALL)
            case e.Refusal.WINDOW_CLOSED:
                pass
        return self._next_turn(progress, again)

    def _close_lost_calls(self, at: datetime) -> None:
        for progress in self._lost:
            if progress.is_up:
                self._call_ended(progress, Result.LOST, at)
        self._lost = []

    def _withdraw(self, contact: str, at: datetime) -> None:
        if contact in self._skipped_ids:
            return
        progress = self._roster[contact]
        progress.is_withdrawn = True
        if progress.verdict is None and not progress.is_up:
            self._roster.move(progress, Stage.WAITING, at)
            self._roster.close(progress, e.Verdict.WITHDRAWN)

    # --- preview --------------------------------------------------------------------------------------------------

    def _preview(self, seat: str, at: datetime) -> tuple[e.Effect, ...]:
        """A seat that asks again before it has taken or passed the contact is shown the same one."""
        progress = self._roster.shown_to(seat) or self._agenda.take(at)
        number = None if progress is None else progress.next_number(self.plan.budget)
        if progress is None or number is None:
            return ()
        self._roster.move(progress, Stage.PREVIEWED, at)
        progress.seat = seat
        return (e.Preview(progress.contact.id, number, seat),)

    def _take_previews_back(self, at: datetime) -> None:
        """Seats that have gone away, or to sleep, keep nobody."""
        for progress in self._roster.shown_since(at, timedelta(seconds=self.plan.pacing.preview_s)):
            self._roster.move(progress, Stage.WAITING, at)
            progress.seat = None
            self._agenda.add(progress)

    def _dial_previewed(self, progress: Progress, at: datetime) -> tuple[e.Effect, ...]:
        if not self.plan.schedule.is_open(at, progress.contact.zone):
            raise CampaignError(self.plan.name, f"contact {progress.contact.id} may not be called at this hour")
        return (self._dial_one(progress, at),)

    def _pass_over(self, progress: Progress, at: datetime) -> None:
        self._roster.move(progress, Stage.WAITING, at)
        progress.seat = None
        self._next_turn(progress, at + self.plan.retry.get(Result.NO_ANSWER, RETRY[Result.NO_ANSWER]))

    # --- dialling -------------------------------------------------------------------------------------------------

    def _go_on(self, at: datetime) -> tuple[e.Effect, ...]:
        if self._state in (State.NEW, State.FINISHED):
            return ()
        self._take_previews_back(at)
        if self._state is State.RUNNING:
            self._close_expired(at)
        if self._roster.open == 0:
            self._state = State.FINISHED
            return (e.Finished(self.report()),)
        if self._state is State.STOPPED:
            return ()
        return (*self._dial(at), *self._wait(at))

    def _close_expired(self, at: datetime) -> None:
        """Nobody is on the line, and for nobody a window ever opens again."""
        if not self._roster.is_quiet or self._agenda.next_turn(at) is not None:
            return
        for progress in self._roster:
            if progress.verdict is None:
                self._roster.close(progress, progress.judge())

    def _dial(self, at: datetime) -> list[e.Dial]:
        """Everybody whom we may call now."""
        dials: list[e.Dial] = []
        for _ in range(self._room(at)):
            progress = self._agenda.take(at)
            if progress is None:
                break
            dials.append(self._dial_one(progress, at))
        return dials

    def _room(self, at: datetime) -> int:
        return 0 if self._is_held(at) else self.pacer.room(at, self.under_way)

    def _is_held(self, at: datetime) -> bool:
        """A moment ago there was no circuit. A clock that is put back meanwhile does not make it longer."""
        return at < self._held_until <= at + HOLD

    def _dial_one(self, progress: Progress, at: datetime) -> e.Dial:
        number = progress.next_number(self.plan.budget)
        if number is None:
            raise AssertionError(f"{progress.contact.id} is on the agenda without a number")
        self._roster.move(progress, Stage.DIALLED, at)
        attempt = progress.begin(number, at)
        return e.Dial(progress.contact.id, number, attempt, progress.seat)

    def _wait(self, at: datetime) -> list[e.WaitUntil]:
        """Without room or with nobody left it is the end of a call or a seat that moves us on, not the time."""
        if self._is_held(at):
            return [e.WaitUntil(self._held_until)]
        if self._room(at) == 0:
            return []
        turn = self._agenda.next_turn(at)
        return [] if turn is None else [e.WaitUntil(turn)]
