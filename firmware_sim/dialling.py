"""A room of seats that work through a campaign: the very campaign machine, random parties, virtual time.

To judge a pacing: what share of their time the seats are busy, and how many of those who answered got no seat.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Final

from kmcc.switch.autodial import events as e
from kmcc.switch.autodial.machine import Campaign
from kmcc.switch.autodial.pacing import PacingSettings
from kmcc.switch.autodial.plan import Budget, CampaignPlan, Contact
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.schedule import Schedule, Window

START: Final = datetime(2000, 5, 22, 0, 0, tzinfo=UTC)
ALWAYS: Final = Schedule((Window(time(0), time(23, 59, 59)),), UTC)

Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Parties:
    """`answer_share` of the calls a person answers, after 5 s to 25 s; the others end after `no_answer_s`."""

    answer_share: float = 0.5
    first_ring_s: float = 5.0
    last_ring_s: float = 25.0
    no_answer_s: float = 30.0

    def attempt_s(self) -> float:
        """Mean time from a dial to a person, failed attempts before him and all."""
        answered_s = (self.first_ring_s + self.last_ring_s) / 2
        return answered_s + (1 / self.answer_share - 1) * self.no_answer_s


@dataclass(frozen=True, slots=True)
class Room:
    seats: int
    talk_s: float = 60.0
    wrap_up_s: float = 5.0
    patience_s: float = 2.0

    @property
    def handling_s(self) -> float:
        return self.talk_s + self.wrap_up_s


@dataclass(frozen=True, slots=True)
class Worked:
    """`worst_rate` is the greatest rolling rate that was ever seen after the first 200 answers."""

    dialled: int
    answered: int
    abandoned: int
    occupancy: float
    worst_rate: float

    @property
    def abandon_rate(self) -> float:
        return self.abandoned / self.answered if self.answered else 0.0


class DiallingRoom:
    """One run of `hours`, the list longer than that. At half-time the town may change its habits, to `later`."""

    def __init__(
        self,
        room: Room,
        parties: Parties,
        pacing: PacingSettings,
        *,
        seed: int,
        hours: float,
        later: Parties | None = None,
    ) -> None:
        self._room, self._early, self._late = room, parties, later or parties
        self._chance = Random(seed)
        self._end_s = hours * 3600
        contacts = tuple(Contact(f"c{n}", (f"3{n:06}",)) for n in range(round(hours * room.seats * 400)))
        self._campaign = Campaign(CampaignPlan("room", contacts, ALWAYS, Budget(1), room.seats * 6, pacing=pacing))
        self._heap: list[tuple[float, int, Step]] = []
        self._order = count()
        self._now_s = 0.0
        self._ready, self._busy = room.seats, 0
        self._waiting: list[str] = []
        self._dialled = self._answered = self._abandoned = 0
        self._busy_s = self._worst = 0.0

    def run(self) -> Worked:
        self._count_seats()
        self._tell(e.Started(self._at))
        while self._heap and self._now_s < self._end_s:
            at_s, _, step = heapq.heappop(self._heap)
            self._busy_s += self._busy * (min(at_s, self._end_s) - self._now_s)
            self._now_s = at_s
            step()
        share = self._busy_s / (self._room.seats * self._end_s)
        return Worked(self._dialled, self._answered, self._abandoned, share, self._worst)

    @property
    def _at(self) -> datetime:
        return START + timedelta(seconds=self._now_s)

    def _later(self, seconds: float, step: Step) -> None:
        heapq.heappush(self._heap, (self._now_s + seconds, next(self._order), step))

    def _tell(self, event: e.Event) -> None:
        for effect in self._campaign.receive(event):
            if isinstance(effect, e.Dial):
                self._dial(effect.contact)

    def _count_seats(self, taking: int = 0) -> None:
        self._tell(e.SeatsCounted(self._ready, taking, self._busy - taking, self._at))

    def _dial(self, contact: str) -> None:
        self._dialled += 1
        parties = self._early if self._now_s < self._end_s / 2 else self._late
        if self._chance.random() < parties.answer_share:
            rings_s = self._chance.uniform(parties.first_ring_s, parties.last_ring_s)
            self._later(rings_s, lambda: self._answer(contact))
        else:
            self._later(parties.no_answer_s, lambda: self._tell(e.CallEnded(contact, Result.NO_ANSWER, self._at)))

    def _answer(self, contact: str) -> None:
        self._answered += 1
        self._tell(e.PersonAnswered(contact, self._at))
        self._waiting.append(contact)
        if self._ready:
            self._join()
        else:
            self._later(self._room.patience_s, lambda: self._give_up(contact))

    def _join(self) -> None:
        contact = self._waiting.pop(0)
        self._ready, self._busy = self._ready - 1, self._busy + 1
        self._count_seats(taking=1)
        self._tell(e.SeatJoined(contact, self._at))
        self._count_seats()
        self._later(self._chance.expovariate(1 / self._room.talk_s), lambda: self._end_talk(contact))

    def _end_talk(self, contact: str) -> None:
        self._tell(e.CallEnded(contact, Result.ANSWERED, self._at))
        self._later(self._room.wrap_up_s, self._end_wrap_up)

    def _end_wrap_up(self) -> None:
        self._ready, self._busy = self._ready + 1, self._busy - 1
        if self._waiting:
            self._join()
        else:
            self._count_seats()

    def _give_up(self, contact: str) -> None:
        if contact not in self._waiting:
            return
        self._waiting.remove(contact)
        self._abandoned += 1
        self._tell(e.CallEnded(contact, Result.ABANDONED, self._at))
        if self._answered >= 200:
            self._worst = max(self._worst, self._campaign.pacer.meter.rate(self._at))
