"""Campaigns as stories, and every event in every state."""

from datetime import UTC, datetime, time, timedelta, timezone

import pytest

from kmcc.switch.autodial.errors import CampaignError
from kmcc.switch.autodial.events import (
    CallEnded,
    Dial,
    DialRefused,
    Effect,
    Event,
    Finished,
    Outcome,
    PersonAnswered,
    Preview,
    PreviewAsked,
    PreviewPassed,
    PreviewTaken,
    Refusal,
    ResumeRequested,
    SeatJoined,
    SeatsCounted,
    Started,
    StopRequested,
    Tick,
    Verdict,
    WaitUntil,
    Withdrawn,
)
from kmcc.switch.autodial.machine import Campaign
from kmcc.switch.autodial.pacing import Pacing, PacingSettings
from kmcc.switch.autodial.plan import Budget, CampaignPlan, Contact
from kmcc.switch.autodial.preflight import Skipped, SkipReason
from kmcc.switch.autodial.progress import Stage, State
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.schedule import Schedule, Window
from kmcc.switch.autodial.table import STAGES, TABLE

CHINA = timezone(timedelta(hours=8))
NINE = datetime(2001, 5, 22, 9, 0, tzinfo=CHINA)
DAY = Schedule((Window(time(9), time(20)),), CHINA)


def plan(contacts: int = 1, lines: int = 1, attempts: int = 3, pacing: PacingSettings | None = None) -> CampaignPlan:
    people = tuple(Contact(f"c{n}", (f"313000{n}",)) for n in range(contacts))
    return CampaignPlan("dunning", people, DAY, Budget(attempts), lines, pacing=pacing or PacingSettings())


def after(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def up(campaign: Campaign) -> list[tuple[str, int]]:
    tries = [(one.contact, one.tries) for one in campaign.snapshot().contacts]
    return [(contact, len(made)) for contact, made in tries if made and made[-1].result is None]


def dialled(out: tuple[Effect, ...]) -> list[tuple[str, int]]:
    return [(effect.contact, effect.attempt) for effect in out if isinstance(effect, Dial)]


def test_everybody_is_called_at_most_n_at_once() -> None:
    campaign = Campaign(plan(contacts=3, lines=2))
    assert campaign.receive(Started(NINE)) == (Dial("c0", "3130000", 1), Dial("c1", "3130001", 1))
    assert dialled(campaign.receive(CallEnded("c1", Result.ANSWERED, after(1)))) == [("c2", 1)]
    assert campaign.receive(CallEnded("c0", Result.ANSWERED_PART, after(2))) == ()
    (end,) = campaign.receive(CallEnded("c2", Result.VACANT, after(3)))
    assert isinstance(end, Finished)
    assert end.report.outcomes == (
        Outcome("c0", Verdict.REACHED, 1, Result.ANSWERED_PART),
        Outcome("c1", Verdict.REACHED, 1, Result.ANSWERED),
        Outcome("c2", Verdict.VACANT, 1, Result.VACANT),
    )
    assert (end.report.count(Verdict.REACHED), end.report.count(Verdict.EXHAUSTED)) == (2, 0)


@pytest.mark.parametrize(
    ("result", "minutes"),
    [(Result.BUSY, 5), (Result.NO_ANSWER, 30), (Result.CONGESTION, 2), (Result.FAILED, 2)],
)
def test_the_interval_of_each_cause_is_kept(result: Result, minutes: int) -> None:
    campaign = Campaign(plan())
    campaign.receive(Started(NINE))
    due = after(1 + minutes)
    assert campaign.receive(CallEnded("c0", result, after(1))) == (WaitUntil(due),)
    early = due - timedelta(seconds=1)
    assert campaign.receive(Tick(early)) == (WaitUntil(due),)
    assert dialled(campaign.receive(Tick(due))) == [("c0", 2)]


def test_one_budget_whatever_the_causes() -> None:
    campaign = Campaign(plan(attempts=3))
    campaign.receive(Started(NINE))
    now = NINE
    for result in (Result.BUSY, Result.NO_ANSWER):
        (wait,) = campaign.receive(CallEnded("c0", result, now))
        assert isinstance(wait, WaitUntil)
        now = wait.at
        campaign.receive(Tick(now))
    (end,) = campaign.receive(CallEnded("c0", Result.BUSY, now))
    assert isinstance(end, Finished)
    assert end.report.outcomes == (Outcome("c0", Verdict.EXHAUSTED, 3, Result.BUSY),)


def test_a_due_retry_goes_before_first_attempts() -> None:
    campaign = Campaign(plan(contacts=3))
    campaign.receive(Started(NINE))
    assert dialled(campaign.receive(CallEnded("c0", Result.CONGESTION, after(1)))) == [("c1", 1)]
    assert dialled(campaign.receive(CallEnded("c1", Result.ANSWERED, after(3)))) == [("c0", 2)]


def test_no_call_a_second_before_or_after_the_window() -> None:
    campaign = Campaign(plan(contacts=2, lines=1))
    assert campaign.receive(Started(NINE - timedelta(seconds=1))) == (WaitUntil(NINE),)
    assert dialled(campaign.receive(Tick(NINE))) == [("c0", 1)]
    last = NINE.replace(hour=19, minute=59, second=59)
    closing = NINE.replace(hour=20)
    for end, expected in ((last, [("c1", 1)]), (closing, [])):
        copy = Campaign.restore(campaign.plan, campaign.snapshot())
        copy.receive(CallEnded("c0", Result.ANSWERED, end))  # known, although the machine started anew
        assert copy.report().count(Verdict.REACHED) == 1
        assert up(copy) == expected
    assert campaign.receive(CallEnded("c0", Result.ANSWERED, closing)) == (WaitUntil(NINE + timedelta(days=1)),)


def test_a_retry_that_would_fall_into_the_night_is_made_in_the_morning() -> None:
    campaign = Campaign(plan())
    campaign.receive(Started(NINE))
    late = NINE.replace(hour=19, minute=45)
    morning = NINE + timedelta(days=1)
    assert campaign.receive(CallEnded("c0", Result.NO_ANSWER, late)) == (WaitUntil(morning),)
    assert campaign.receive(Tick(late + timedelta(minutes=30))) == (WaitUntil(morning),)
    assert dialled(campaign.receive(Tick(morning))) == [("c0", 2)]


def test_who_has_paid_is_not_called_again() -> None:
    campaign = Campaign(plan(contacts=3, lines=1))
    campaign.receive(Withdrawn("c1", NINE))
    campaign.receive(Started(NINE))
    campaign.receive(Withdrawn("c0", after(1)))  # while he is being called
    assert dialled(campaign.receive(CallEnded("c0", Result.BUSY, after(2)))) == [("c2", 1)]
    campaign.receive(CallEnded("c2", Result.BUSY, after(3)))
    (end,) = campaign.receive(Withdrawn("c2", after(4)))
    assert isinstance(end, Finished)
    assert [(o.contact, o.verdict, o.attempts) for o in end.report.outcomes] == [
        ("c0", Verdict.WITHDRAWN, 1),
        ("c1", Verdict.WITHDRAWN, 0),
        ("c2", Verdict.WITHDRAWN, 1),
    ]


def test_those_who_paid_are_passed_over_in_one_step() -> None:
    campaign = Campaign(plan(contacts=4, lines=2))
    for contact in ("c1", "c2"):
        campaign.receive(Withdrawn(contact, NINE))
    assert dialled(campaign.receive(Started(NINE))) == [("c0", 1), ("c3", 1)]


def test_stop_lets_calls_run_out_and_resume_goes_on() -> None:
    campaign = Campaign(plan(contacts=3, lines=2))
    campaign.receive(Started(NINE))
    assert campaign.receive(StopRequested(after(1))) == ()
    assert campaign.receive(CallEnded("c0", Result.ANSWERED, after(2))) == ()
    assert campaign.receive(Tick(after(3))) == ()
    assert dialled(campaign.receive(ResumeRequested(after(10)))) == [("c2", 1)]


def test_a_campaign_survives_a_restart() -> None:
    campaign = Campaign(plan(contacts=4, lines=2))
    campaign.receive(Started(NINE))
    campaign.receive(CallEnded("c0", Result.NO_ANSWER, after(1)))  # c1 and c2 are up now
    campaign.receive(CallEnded("c1", Result.ANSWERED, after(2)))  # c2 and c3 are up
    again = Campaign.restore(campaign.plan, campaign.snapshot())
    assert again.snapshot() == campaign.snapshot()
    assert up(again) == [("c2", 1), ("c3", 1)]
    assert again.receive(Started(after(10))) == (WaitUntil(after(31)),)  # how both calls ended nobody knows
    assert [c.tries[-1].result for c in again.snapshot().contacts[2:]] == [Result.LOST, Result.LOST]
    assert again.receive(Started(after(10))) == (WaitUntil(after(31)),)  # lost calls are counted once
    assert dialled(again.receive(Tick(after(31)))) == [("c0", 2)]
    assert dialled(again.receive(Tick(after(40)))) == [("c2", 2)]
    assert dialled(again.receive(CallEnded("c2", Result.ANSWERED, after(41)))) == [("c3", 2)]


def test_a_snapshot_of_another_campaign_is_refused() -> None:
    saved = Campaign(plan(contacts=2)).snapshot()
    with pytest.raises(CampaignError, match="does not fit the plan"):
        Campaign.restore(plan(contacts=3), saved)


def test_a_campaign_without_contacts_is_over_at_once() -> None:
    (end,) = Campaign(plan(contacts=0)).receive(Started(NINE))
    assert isinstance(end, Finished)


def test_a_skipped_contact_may_be_withdrawn_and_an_unknown_one_may_not() -> None:
    skipped = (Skipped(Contact("c9", ("3130009",)), SkipReason.DO_NOT_CALL),)
    campaign = Campaign(plan(), skipped)
    assert campaign.receive(Withdrawn("c9", NINE)) == ()
    assert campaign.report().skipped == skipped
    with pytest.raises(CampaignError, match="contact c8 is not called"):
        campaign.receive(Withdrawn("c8", NINE))


def test_what_cannot_be_changes_nothing() -> None:
    campaign = Campaign(plan(contacts=2))
    campaign.receive(Started(NINE))
    before = campaign.snapshot()
    for event, why in (
        (CallEnded("c1", Result.BUSY, NINE), "CallEnded of contact c1, who is waiting"),
        (SeatJoined("c0", NINE), "SeatJoined of contact c0, who is dialled"),
        (CallEnded("c9", Result.BUSY, NINE), "contact c9 is not called"),
        (Tick(NINE.replace(tzinfo=None)), "without a time zone"),
    ):
        with pytest.raises(CampaignError, match=why):
            campaign.receive(event)
        assert campaign.snapshot() == before


WAYS: dict[State, tuple[Event, ...]] = {
    State.NEW: (),
    State.RUNNING: (Started(NINE),),
    State.STOPPED: (Started(NINE), StopRequested(NINE)),
    State.FINISHED: (Started(NINE), CallEnded("c0", Result.ANSWERED, NINE)),
}
ALLOWED: dict[State, set[type[Event]]] = {
    State.NEW: {Started, Withdrawn, SeatsCounted},
    State.RUNNING: {
        Started, Tick, SeatsCounted, PersonAnswered, SeatJoined, CallEnded, DialRefused, PreviewAsked, PreviewTaken,
        PreviewPassed, Withdrawn, StopRequested,
    },
    State.STOPPED: {
        Started, Tick, SeatsCounted, PersonAnswered, SeatJoined, CallEnded, DialRefused, PreviewPassed, Withdrawn,
        ResumeRequested,
    },
    State.FINISHED: {Tick, SeatsCounted, Withdrawn},
}  # fmt: skip
EVENTS: tuple[Event, ...] = (
    Started(NINE), Tick(NINE), SeatsCounted(1, 0, 0, NINE), PersonAnswered("c0", NINE), SeatJoined("c0", NINE),
    CallEnded("c0", Result.ANSWERED, NINE), DialRefused("c0", Refusal.DO_NOT_CALL, NINE), PreviewAsked("801", NINE),
    PreviewTaken("c0", "801", NINE), PreviewPassed("c0", "801", NINE), Withdrawn("c0", NINE), StopRequested(NINE),
    ResumeRequested(NINE),
)  # fmt: skip


@pytest.mark.parametrize("state", list(State), ids=lambda s: s.name)
@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_every_event_in_every_state(state: State, event: Event) -> None:
    campaign = Campaign(plan())
    for step in WAYS[state]:
        campaign.receive(step)
    before = campaign.snapshot()
    assert before.state is state
    allowed = type(event) in ALLOWED[state]
    hears_it = type(event) not in STAGES or Stage.DIALLED in STAGES[type(event)]
    if allowed and hears_it:
        campaign.receive(event)
        return
    with pytest.raises(CampaignError, match="c0, who is dialled" if allowed else f"not allowed in {state.value}"):
        campaign.receive(event)
    assert campaign.snapshot() == before


TO_STAGE: dict[Stage, tuple[Event, ...]] = {
    Stage.WAITING: (Started(NINE), DialRefused("c0", Refusal.SPENT_TODAY, NINE)),
    Stage.PREVIEWED: (Started(NINE), PreviewAsked("801", NINE)),
    Stage.DIALLED: (Started(NINE),),
    Stage.ANSWERED: (Started(NINE), PersonAnswered("c0", NINE)),
    Stage.TALKING: (Started(NINE), PersonAnswered("c0", NINE), SeatJoined("c0", NINE)),
}


@pytest.mark.parametrize("stage", list(Stage), ids=lambda s: s.name)
@pytest.mark.parametrize("event", [e for e in EVENTS if type(e) in STAGES], ids=lambda e: type(e).__name__)
def test_every_event_of_a_contact_in_every_stage_of_his(stage: Stage, event: Event) -> None:
    pacing = PacingSettings(Pacing.PREVIEW if stage is Stage.PREVIEWED else Pacing.LINES)
    campaign = Campaign(plan(pacing=pacing))
    for step in TO_STAGE[stage]:
        campaign.receive(step)
    before = campaign.snapshot()
    if stage in STAGES[type(event)]:
        campaign.receive(event)
        return
    with pytest.raises(CampaignError, match=f"of contact c0, who is {stage.value}"):
        campaign.receive(event)
    assert campaign.snapshot() == before


def test_every_state_is_in_the_table() -> None:
    assert {state for state, _ in TABLE} == set(State)


def test_times_of_any_zone_are_understood() -> None:
    campaign = Campaign(plan())
    assert dialled(campaign.receive(Started(NINE.astimezone(UTC)))) == [("c0", 1)]


# --- numbers, days, refusals --------------------------------------------------------------------------------------


def one_of_two_numbers(budget: Budget, **more: object) -> Campaign:
    two = CampaignPlan("dunning", (Contact("c0", ("3130000", "3130001")),), DAY, budget, **more)  # type: ignore[arg-type]
    return Campaign(two)


def numbers(campaign: Campaign) -> list[str]:
    return [one.number for one in campaign.snapshot().contacts[0].tries]


def run_out(campaign: Campaign, result: Result, limit: int = 20) -> datetime:
    """Every call ends so; when the campaign was over."""
    now, out = NINE, campaign.receive(Started(NINE))
    for _ in range(limit):
        match out[0]:
            case Dial(contact=contact):
                out = campaign.receive(CallEnded(contact, result, now))
            case WaitUntil(at=at):
                now = at
                out = campaign.receive(Tick(at))
            case _:
                return now
    raise AssertionError("it never ended")


def test_the_numbers_of_a_contact_are_tried_in_turn() -> None:
    campaign = one_of_two_numbers(Budget(attempts=5, per_number=2))
    run_out(campaign, Result.BUSY)
    assert numbers(campaign) == ["3130000", "3130001", "3130000", "3130001"]


@pytest.mark.parametrize("final", [Result.VACANT, Result.FAX])
def test_a_number_that_is_no_good_is_struck_and_the_next_one_tried_at_once(final: Result) -> None:
    campaign = one_of_two_numbers(Budget(attempts=5))
    campaign.receive(Started(NINE))
    assert dialled(campaign.receive(CallEnded("c0", final, after(1)))) == [("c0", 2)]
    campaign.receive(CallEnded("c0", Result.BUSY, after(2)))
    assert dialled(campaign.receive(Tick(after(7)))) == [("c0", 3)]
    assert numbers(campaign) == ["3130000", "3130001", "3130001"]


def test_so_many_calls_a_day_and_no_more() -> None:
    campaign = one_of_two_numbers(Budget(attempts=5, per_day=2))
    ended = run_out(campaign, Result.BUSY)
    days = [one.at.astimezone(CHINA).date().day for one in campaign.snapshot().contacts[0].tries]
    assert days == [22, 22, 23, 23, 24]
    assert ended == NINE + timedelta(days=2)


def test_after_its_last_day_the_campaign_is_over() -> None:
    short = Schedule(DAY.windows, CHINA, last_day=NINE.date())
    campaign = Campaign(CampaignPlan("dunning", plan(contacts=2).contacts, short, Budget(9)))
    campaign.receive(Started(NINE))
    (end,) = campaign.receive(CallEnded("c0", Result.BUSY, NINE.replace(hour=20)))
    assert isinstance(end, Finished)
    assert [(o.contact, o.verdict, o.attempts) for o in end.report.outcomes] == [
        ("c0", Verdict.EXHAUSTED, 1),
        ("c1", Verdict.EXHAUSTED, 0),
    ]


def test_a_call_refused_at_the_last_moment_is_no_attempt() -> None:
    campaign = Campaign(plan(contacts=1))
    campaign.receive(Started(NINE))
    night = NINE.replace(hour=20)
    morning = NINE + timedelta(days=1)
    assert campaign.receive(DialRefused("c0", Refusal.WINDOW_CLOSED, night)) == (WaitUntil(morning),)
    assert campaign.receive(Tick(morning)) == (Dial("c0", "3130000", 1),)
    assert campaign.receive(DialRefused("c0", Refusal.SPENT_TODAY, morning)) == (WaitUntil(NINE + timedelta(days=2)),)
    campaign.receive(Tick(NINE + timedelta(days=2)))
    (end,) = campaign.receive(DialRefused("c0", Refusal.DO_NOT_CALL, NINE + timedelta(days=2)))
    assert isinstance(end, Finished)
    assert end.report.outcomes == (Outcome("c0", Verdict.DO_NOT_CALL, 0, None),)


def test_without_a_circuit_nobody_is_dialled_for_ten_seconds() -> None:
    campaign = Campaign(plan(contacts=4, lines=2))
    campaign.receive(Started(NINE))
    ten = NINE + timedelta(seconds=10)
    assert campaign.receive(DialRefused("c0", Refusal.NO_CIRCUIT, NINE)) == (WaitUntil(ten),)
    assert dialled(campaign.receive(CallEnded("c1", Result.ANSWERED, after(0.1)))) == []
    assert dialled(campaign.receive(Tick(ten))) == [("c0", 1), ("c2", 1)]
    campaign.receive(DialRefused("c0", Refusal.NO_CIRCUIT, after(60)))
    assert dialled(campaign.receive(Tick(after(1)))) == [("c3", 1)]  # the clock was put back by an hour


def test_a_number_put_on_the_list_is_struck_and_another_one_is_called() -> None:
    campaign = one_of_two_numbers(Budget(attempts=3))
    campaign.receive(Started(NINE))
    assert campaign.receive(DialRefused("c0", Refusal.DO_NOT_CALL, NINE)) == (Dial("c0", "3130001", 1),)


def test_a_clock_that_is_put_forward_over_the_end_of_the_window_or_back() -> None:
    campaign = Campaign(plan(contacts=3))
    campaign.receive(Started(NINE))
    night = NINE.replace(hour=23)
    assert campaign.receive(CallEnded("c0", Result.ANSWERED, night)) == (WaitUntil(NINE + timedelta(days=1)),)
    assert campaign.receive(Tick(after(-60))) == (WaitUntil(NINE),)
    assert dialled(campaign.receive(Tick(after(5)))) == [("c1", 1)]


# --- seats --------------------------------------------------------------------------------------------------------


def seated(mode: Pacing, contacts: int = 9, lines: int = 9, ready: int = 2) -> Campaign:
    campaign = Campaign(plan(contacts, lines, pacing=PacingSettings(mode, ratio=2.0)))
    campaign.receive(SeatsCounted(ready, 0, 0, NINE))
    return campaign


def test_progressive_dials_one_call_a_free_seat() -> None:
    campaign = seated(Pacing.PROGRESSIVE)
    assert dialled(campaign.receive(Started(NINE))) == [("c0", 1), ("c1", 1)]
    assert dialled(campaign.receive(PersonAnswered("c0", after(0.1)))) == []  # he has not got his seat yet
    assert dialled(campaign.receive(SeatsCounted(1, 1, 0, after(0.1)))) == []
    assert dialled(campaign.receive(CallEnded("c1", Result.BUSY, after(0.2)))) == [("c2", 1)]
    assert dialled(campaign.receive(SeatsCounted(2, 0, 0, after(2)))) == []  # one is for the person who answered
    assert dialled(campaign.receive(SeatJoined("c0", after(3)))) == [("c3", 1)]


def test_preview_dials_when_the_seat_says_so() -> None:
    campaign = seated(Pacing.PREVIEW, contacts=2)
    assert campaign.receive(Started(NINE)) == ()
    assert campaign.receive(PreviewAsked("801", NINE)) == (Preview("c0", "3130000", "801"),)
    assert campaign.receive(PreviewAsked("802", NINE)) == (Preview("c1", "3130001", "802"),)
    assert campaign.receive(PreviewAsked("803", NINE)) == ()
    with pytest.raises(CampaignError, match="c0 is shown to seat 801"):
        campaign.receive(PreviewTaken("c0", "802", NINE))
    assert campaign.receive(PreviewTaken("c0", "801", after(1))) == (Dial("c0", "3130000", 1, "801"),)
    assert campaign.receive(PreviewPassed("c1", "802", after(1))) == ()
    assert campaign.receive(PreviewAsked("802", after(2))) == ()
    assert campaign.receive(PreviewAsked("802", after(31))) == (Preview("c1", "3130001", "802"),)
    with pytest.raises(CampaignError, match="may not be called at this hour"):
        campaign.receive(PreviewTaken("c1", "802", NINE.replace(hour=20)))
    assert dialled(campaign.receive(PreviewTaken("c1", "802", after(32)))) == [("c1", 1)]


def test_a_seat_holds_one_contact_and_not_for_ever() -> None:
    campaign = seated(Pacing.PREVIEW, contacts=2)
    campaign.receive(Started(NINE))
    shown = (Preview("c0", "3130000", "801"),)
    assert campaign.receive(PreviewAsked("801", NINE)) == shown
    assert campaign.receive(PreviewAsked("801", after(4))) == shown
    assert campaign.receive(Tick(after(8.9))) == ()
    campaign.receive(Tick(after(9)))  # five minutes after it was shown last
    with pytest.raises(CampaignError, match="c0, who is waiting"):
        campaign.receive(PreviewTaken("c0", "801", after(9)))
    assert campaign.receive(PreviewAsked("802", after(9))) == (Preview("c1", "3130001", "802"),)
    assert campaign.receive(PreviewAsked("801", after(9))) == shown


def test_who_found_no_seat_is_left_alone_for_three_days() -> None:
    campaign = seated(Pacing.PROGRESSIVE, contacts=1, ready=1)
    campaign.receive(Started(NINE))
    campaign.receive(PersonAnswered("c0", NINE))
    assert campaign.receive(CallEnded("c0", Result.ABANDONED, NINE)) == (WaitUntil(NINE + timedelta(days=3)),)
    assert campaign.pacer.meter.counts(NINE) == (1, 1)
