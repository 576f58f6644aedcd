"""Campaigns as stories, and every event in every state."""

from datetime import UTC, datetime, time, timedelta, timezone

import pytest

from kmcc.switch.autodial.errors import CampaignError
from kmcc.switch.autodial.events import (
    CallEnded,
    Dial,
    Effect,
    Event,
    Finished,
    Outcome,
    ResumeRequested,
    Started,
    StopRequested,
    Tick,
    Verdict,
    WaitUntil,
    Withdrawn,
)
from kmcc.switch.autodial.machine import TABLE, Campaign
from kmcc.switch.autodial.plan import CampaignPlan, Contact
from kmcc.switch.autodial.progress import State
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.window import Window

CHINA = timezone(timedelta(hours=8))
NINE = datetime(2001, 5, 22, 9, 0, tzinfo=CHINA)
WINDOW = Window(time(9), time(20), CHINA)


def plan(contacts: int = 1, lines: int = 1, attempts: int = 3) -> CampaignPlan:
    people = tuple(Contact(f"c{n}", f"313000{n}") for n in range(contacts))
    return CampaignPlan("dunning", people, WINDOW, attempts, lines)


def after(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


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
        assert [(c.contact, c.attempts) for c in copy.snapshot().contacts if c.is_calling] == expected
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
    assert [(c.contact, c.due) for c in again.snapshot().contacts if c.is_calling] == [("c2", None), ("c3", None)]
    assert again.receive(Started(after(10))) == (WaitUntil(after(12)),)  # both lost calls count as failed
    assert dialled(again.receive(Tick(after(12)))) == [("c2", 2), ("c3", 2)]
    assert all(c.due is None for c in again.snapshot().contacts if c.is_calling)
    assert again.receive(Started(after(12))) == ()  # lost calls are counted once
    assert again.receive(CallEnded("c2", Result.ANSWERED, after(13))) == (WaitUntil(after(31)),)
    assert dialled(again.receive(Tick(after(31)))) == [("c0", 2)]


def test_a_snapshot_of_another_campaign_is_refused() -> None:
    saved = Campaign(plan(contacts=2)).snapshot()
    with pytest.raises(CampaignError, match="does not fit the plan"):
        Campaign.restore(plan(contacts=3), saved)


def test_a_campaign_without_contacts_is_over_at_once() -> None:
    (end,) = Campaign(plan(contacts=0)).receive(Started(NINE))
    assert isinstance(end, Finished)


def test_a_skipped_contact_may_be_withdrawn_and_an_unknown_one_may_not() -> None:
    skipped = CampaignPlan("dunning", (Contact("c0", "3130000"),), WINDOW, do_not_call=frozenset({"3130000"}))
    campaign = Campaign(skipped)
    assert campaign.receive(Withdrawn("c0", NINE)) == ()
    with pytest.raises(CampaignError, match="contact c9 is not called"):
        campaign.receive(Withdrawn("c9", NINE))


def test_what_cannot_be_changes_nothing() -> None:
    campaign = Campaign(plan(contacts=2))
    campaign.receive(Started(NINE))
    before = campaign.snapshot()
    for event, why in (
        (CallEnded("c1", Result.BUSY, NINE), "contact c1 has no call"),
        (CallEnded("c9", Result.BUSY, NINE), "contact c9 is not called"),
        (Tick(NINE.replace(tzinfo=None)), "without a time zone"),
    ):
        with pytest.raises(CampaignError, match=why):
            campaign.receive(event)
        assert campaign.snapshot() == before


def in_state(state: State) -> Campaign:
    campaign = Campaign(plan())
    ways: dict[State, tuple[Event, ...]] = {
        State.NEW: (),
        State.RUNNING: (Started(NINE),),
        State.STOPPED: (Started(NINE), StopRequested(NINE)),
        State.FINISHED: (Started(NINE), CallEnded("c0", Result.ANSWERED, NINE)),
    }
    for event in ways[state]:
        campaign.receive(event)
    return campaign


ALLOWED = {
    State.NEW: {Started, Withdrawn},
    State.RUNNING: {Started, Tick, CallEnded, Withdrawn, StopRequested},
    State.STOPPED: {Started, Tick, CallEnded, Withdrawn, ResumeRequested},
    State.FINISHED: {Tick, Withdrawn},
}


@pytest.mark.parametrize("state", list(State), ids=lambda s: s.name)
@pytest.mark.parametrize(
    "event",
    [
        Started(NINE), Tick(NINE), CallEnded("c0", Result.ANSWERED, NINE), Withdrawn("c0", NINE), StopRequested(NINE),
        ResumeRequested(NINE),
    ],
    ids=lambda e: type(e).__name__,
)  # fmt: skip
def test_every_event_in_every_state(state: State, event: Event) -> None:
    campaign = in_state(state)
    before = campaign.snapshot()
    assert before.state is state
    if type(event) in ALLOWED[state]:
        campaign.receive(event)
    else:
        with pytest.raises(CampaignError, match=f"not allowed in {state.value}"):
            campaign.receive(event)
        assert campaign.snapshot() == before


def test_every_state_is_in_the_table() -> None:
    assert {state for state, _ in TABLE} == set(State)


def test_times_of_any_zone_are_understood() -> None:
    campaign = Campaign(plan())
    assert dialled(campaign.receive(Started(NINE.astimezone(UTC)))) == [("c0", 1)]
