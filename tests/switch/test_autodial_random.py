"""Whole campaigns in simulated time, under random results, stops and restarts: what was promised is kept."""

from collections import Counter
from datetime import datetime, time, timedelta, timezone
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.switch.autodial.events import (
    CallEnded,
    Dial,
    Effect,
    Finished,
    ResumeRequested,
    Started,
    StopRequested,
    Tick,
    WaitUntil,
)
from kmcc.switch.autodial.machine import Campaign
from kmcc.switch.autodial.plan import CampaignPlan, Contact
from kmcc.switch.autodial.progress import State
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.window import Window

CHINA = timezone(timedelta(hours=8))
NINE = datetime(2001, 5, 22, 9, 0, tzinfo=CHINA)


def plan(contacts: int, lines: int, attempts: int) -> CampaignPlan:
    people = tuple(Contact(f"c{n}", f"313000{n}") for n in range(contacts))
    return CampaignPlan("dunning", people, Window(time(9), time(20), CHINA), attempts, lines)


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
        self.finished = 0

    def run(self) -> None:
        self.obey(self.campaign.receive(Started(self.now)))
        for _ in range(500):
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
            result = self.chance.choice(list(Result))
            self.last_end[contact] = (self.now, result)
            self.obey(self.campaign.receive(CallEnded(contact, result, self.now)))
        else:
            assert self.tick is not None, "nothing would ever happen again"
            self.now, self.tick = max(self.now, self.tick), None
            self.obey(self.campaign.receive(Tick(self.now)))

    def disturb(self) -> None:
        if self.chance.random() < 0.5:
            self.obey(self.campaign.receive(StopRequested(self.now)))
            self.now += timedelta(minutes=self.chance.randint(0, 600))
            self.obey(self.campaign.receive(ResumeRequested(self.now)))
            return
        self.campaign = Campaign.restore(self.campaign.plan, self.campaign.snapshot())
        for contact in self.up:
            self.last_end[contact] = (self.now, Result.FAILED)
        self.up, self.tick = {}, None
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
        local = self.now.astimezone(CHINA)
        assert 9 <= local.hour < 20
        assert dial.contact not in self.up
        assert len(self.up) < self.campaign.plan.lines
        earlier = [d for d in self.dials if d.contact == dial.contact]
        assert dial.attempt == len(earlier) + 1
        if earlier:
            ended, result = self.last_end[dial.contact]
            assert self.now - ended >= self.campaign.plan.retry[result]
        self.dials.append(dial)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 10**6), st.integers(0, 6), st.integers(1, 3), st.integers(1, 4))
def test_a_campaign_ends_and_keeps_its_promises(seed: int, contacts: int, lines: int, attempts: int) -> None:
    exchange = Exchange(plan(contacts, lines, attempts), seed)
    exchange.run()
    outcomes = exchange.campaign.report().outcomes
    assert [outcome.contact for outcome in outcomes] == [f"c{n}" for n in range(contacts)]
    tries = Counter(dial.contact for dial in exchange.dials)
    assert {o.contact: o.attempts for o in outcomes} == dict(tries)
    assert all(1 <= count <= attempts for count in tries.values())
    assert (exchange.finished, exchange.campaign.state) == (1, State.FINISHED)
