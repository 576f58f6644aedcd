"""Whole campaigns in simulated time, under random results, stops and restarts: what was promised is kept."""

from collections import Counter
from datetime import date, datetime, time, timedelta, timezone
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.switch.autodial.events import (
    CallEnded,
    Dial,
    DialRefused,
    Effect,
    Finished,
    PersonAnswered,
    Refusal,
    ResumeRequested,
    SeatJoined,
    SeatsCounted,
    Started,
    StopRequested,
    Tick,
    WaitUntil,
)
from kmcc.switch.autodial.machine import Campaign
from kmcc.switch.autodial.pacing import Pacing, PacingSettings
from kmcc.switch.autodial.plan import Budget, CampaignPlan, Contact
from kmcc.switch.autodial.progress import State
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.schedule import Schedule, Window

CHINA = timezone(timedelta(hours=8))
NINE = datetime(2001, 5, 22, 9, 0, tzinfo=CHINA)


KASHGAR = timezone(timedelta(hours=6))
SEATS = 2
WORK = frozenset(range(1, 6))


def plan(contacts: int, lines: int, budget: Budget, mode: Pacing = Pacing.LINES) -> CampaignPlan:
    """Every third contact lives in the far west, every second has two numbers; weekdays, with a pause at noon."""
    people = tuple(
        Contact(f"c{n}", (f"313000{n}", f"323000{n}")[: 1 + n % 2], KASHGAR if n % 3 == 0 else None)
        for n in range(contacts)
    )
    schedule = Schedule((Window(time(9), time(12), WORK), Window(time(14), time(20), WORK)), CHINA)
    pacing = PacingSettings(mode, ratio=2.0, abandon_cap=0.5)
    return CampaignPlan("dunning", people, schedule, budget, lines, pacing=pacing)


class Exchange:
    """Runs a campaign in simulated time: every call lasts a while and ends as drawn; now and then all is restarted."""

    def __init__(self, script: CampaignPlan, seed: int) -> None:
        self.campaign = Campaign(script)
        self.chance = Random(seed)
        self.now = NINE - timedelta(hours=3)
        self.tick: datetime | None = None
        self.up: dict[str, datetime] = {}
        self.dials: list[Dial] = []
        self.last_end: dict[str, tuple[datetime, Result]] = {}
        self.has_seat: set[str] = set()
        self.days: Counter[tuple[str, date]] = Counter()
        self.refused: Counter[str] = Counter()
        self.finished = 0

    def run(self) -> None:
        self.obey(self.campaign.receive(SeatsCounted(SEATS, 0, 0, self.now)))
        self.obey(self.campaign.receive(Started(self.now)))
        for _ in range(2000):
            if self.finished:
                return
            if self.chance.random() < 0.1:
                self.disturb()
            else:
                self.next_event()
        raise AssertionError("the campaign never ended")

    def next_event(self) -> None:
        ends = sorted((at, contact) for contact, at in self.up.items())
        if ends and (self.tick is None or ends[0][0] <= self.tick):
            self.now, contact = ends[0]
            del self.up[contact]
            self.end_call(contact)
        else:
            assert self.tick is not None, "nothing would ever happen again"
            self.now, self.tick = max(self.now, self.tick), None
            self.obey(self.campaign.receive(Tick(self.now)))

    def end_call(self, contact: str) -> None:
        if contact in self.has_seat or self.chance.random() < 0.6:
            result = self.chance.choice(list(Result))
            self.last_end[contact] = (self.now, result)
            self.has_seat.discard(contact)
            self.obey(self.campaign.receive(CallEnded(contact, result, self.now)))
        elif self.chance.random() < 0.2:
            self.refused[contact] += 1
            refusal = self.chance.choice(list(Refusal))
            self.dials.remove(next(d for d in reversed(self.dials) if d.contact == contact))
            self.last_end.pop(contact, None)
            self.obey(self.campaign.receive(DialRefused(contact, refusal, self.now)))
        else:
            self.up[contact] = self.now + timedelta(seconds=self.chance.randint(0, 600))
            self.has_seat.add(contact)
            self.obey(self.campaign.receive(PersonAnswered(contact, self.now)))
            talking = len(self.has_seat) - 1
            self.obey(self.campaign.receive(SeatsCounted(SEATS - talking - 1, 1, talking, self.now)))
            self.obey(self.campaign.receive(SeatJoined(contact, self.now)))
        self.obey(self.campaign.receive(SeatsCounted(SEATS - len(self.has_seat), 0, len(self.has_seat), self.now)))

    def disturb(self) -> None:
        if self.chance.random() < 0.5:
            self.obey(self.campaign.receive(StopRequested(self.now)))
            self.now += timedelta(minutes=self.chance.randint(0, 600))
            self.obey(self.campaign.receive(ResumeRequested(self.now)))
            return
        self.campaign = Campaign.restore(self.campaign.plan, self.campaign.snapshot())
        for contact in self.up:
            self.last_end[contact] = (self.now, Result.LOST)
        self.up, self.tick, self.has_seat = {}, None, set()
        self.obey(self.campaign.receive(SeatsCounted(SEATS, 0, 0, self.now)))
        self.obey(self.campaign.receive(Started(self.now)))

    def obey(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case Dial():
                    self.check_dial(effect)
                    self.up[effect.contact] = self.now + timedelta(seconds=self.chance.randint(0, 7200))
                case WaitUntil(at=at):
                    assert at > self.now
                    self.tick = at
                case Finished():
                    self.finished += 1

    def check_dial(self, dial: Dial) -> None:
        plan = self.campaign.plan
        contact = next(one for one in plan.contacts if one.id == dial.contact)
        local = self.now.astimezone(contact.zone or CHINA)
        assert local.isoweekday() <= 5
        assert 9 <= local.hour < 12 or 14 <= local.hour < 20
        assert dial.contact not in self.up
        assert len(self.up) < plan.lines
        if plan.pacing.mode is Pacing.PROGRESSIVE:
            assert len(self.up) < SEATS
        earlier = [d for d in self.dials if d.contact == dial.contact]
        assert dial.attempt == len(earlier) + 1
        assert dial.number in contact.numbers
        if dial.contact in self.last_end:
            ended, result = self.last_end[dial.contact]
            assert self.now - ended >= plan.retry.get(result, timedelta(0))
        self.dials.append(dial)
        self.days[dial.contact, local.date()] += 1
        if plan.budget.per_day is not None:
            assert self.days[dial.contact, local.date()] <= plan.budget.per_day + self.refused[dial.contact]


budgets = st.builds(Budget, st.integers(1, 4), st.none() | st.integers(1, 2), st.none() | st.integers(1, 2))
modes = st.sampled_from([Pacing.LINES, Pacing.PROGRESSIVE, Pacing.RATIO, Pacing.PREDICTIVE])


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 10**6), st.integers(0, 6), st.integers(1, 3), budgets, modes)
def test_a_campaign_ends_and_keeps_its_promises(
    seed: int, contacts: int, lines: int, budget: Budget, mode: Pacing
) -> None:
    exchange = Exchange(plan(contacts, lines, budget, mode), seed)
    exchange.run()
    outcomes = exchange.campaign.report().outcomes
    assert [outcome.contact for outcome in outcomes] == [f"c{n}" for n in range(contacts)]
    tries = Counter(dial.contact for dial in exchange.dials)
    assert {o.contact: o.attempts for o in outcomes if o.attempts} == dict(tries)
    assert all(count <= budget.attempts for count in tries.values())
    by_number = Counter((dial.contact, dial.number) for dial in exchange.dials)
    assert all(count <= (budget.per_number or 9) for count in by_number.values())
    assert (exchange.finished, exchange.campaign.state) == (1, State.FINISHED)
