"""The queue machine alone under random traffic, against queueing theory and a second simulator.

Poisson calls, exponential talks, equal seats, no wrap-up: M/M/n. The mean wait must lie in the 99 % confidence interval
(batch means) of Erlang C; every single wait must equal that of the plain first-come recursion on the same numbers; a
machine without waiting places must lose what Erlang B says, within the same kind of interval.
"""

import heapq
import random
from collections.abc import Sequence
from math import sqrt
from statistics import mean, stdev

import pytest

from kmcc.firmware_sim.staffing.erlang import erlang_b, waiting_system
from kmcc.switch.queue.effects import Effect, GiveUp, Offer
from kmcc.switch.queue.events import CallWaiting, Event, OfferAccepted, SeatSignsIn, TalkEnded
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import SeatKind, SeatProfile
from kmcc.switch.queue.settings import QueueSettings

STUDENT_99 = 2.861  # two-sided 99 %, 19 degrees of freedom
BATCHES = 20


def traffic(seed: int, calls: int, calls_per_hour: float, talk_s: float) -> list[tuple[int, int]]:
    """(arrival, talk) of each call in ms."""
    chance, now_s, out = random.Random(seed), 0.0, []
    for _ in range(calls):
        now_s += chance.expovariate(calls_per_hour / 3600)
        out.append((round(now_s * 1000), round(chance.expovariate(1 / talk_s) * 1000)))
    return out


class Floor:
    """Seats that accept at once and talk as long as the traffic says; a heap of what comes next."""

    def __init__(self, calls: Sequence[tuple[int, int]], seats: int, settings: QueueSettings) -> None:
        self.calls = calls
        self.machine = QueueMachine(settings)
        self.waits_ms: dict[str, int] = {}
        self.lost: list[str] = []
        self.talks: list[tuple[int, str]] = []
        for n in range(seats):
            self.machine.receive(SeatSignsIn(SeatProfile(f"s{n:03}", SeatKind.INTEGRATED, {}, ()), 0))

    def run(self) -> None:
        for number, (arrival_ms, _) in enumerate(self.calls):
            self.end_talks(arrival_ms)
            self.tell(CallWaiting(str(number), arrival_ms), arrival_ms)
        self.end_talks(None)

    def end_talks(self, until_ms: int | None) -> None:
        while self.talks and (until_ms is None or self.talks[0][0] <= until_ms):
            at_ms, seat = heapq.heappop(self.talks)
            self.tell(TalkEnded(seat, at_ms), at_ms)

    def tell(self, event: Event, at_ms: int) -> None:
        for effect in self.machine.receive(event):
            self.obey(effect, at_ms)

    def obey(self, effect: Effect, at_ms: int) -> None:
        if isinstance(effect, GiveUp):
            self.lost.append(effect.call)
        elif isinstance(effect, Offer):
            arrival_ms, talk_ms = self.calls[int(effect.call)]
            self.waits_ms[effect.call] = at_ms - arrival_ms
            self.machine.receive(OfferAccepted(effect.seat, effect.call, at_ms))
            heapq.heappush(self.talks, (at_ms + talk_ms, effect.seat))


def first_come_waits_ms(calls: Sequence[tuple[int, int]], seats: int) -> list[int]:
    """Kiefer and Wolfowitz: each call takes the seat that is free first."""
    free_at, waits = [0] * seats, []
    for arrival_ms, talk_ms in calls:
        start_ms = max(arrival_ms, heapq.heappop(free_at))
        waits.append(start_ms - arrival_ms)
        heapq.heappush(free_at, start_ms + talk_ms)
    return waits


def assert_mean(of_each_call: Sequence[int], expected: float) -> None:
    """The expected mean lies in the confidence interval, and the interval is narrow enough to prove something."""
    settled = of_each_call[1_000:]  # the centre opens empty
    size = len(settled) // BATCHES
    means = [mean(settled[n * size : (n + 1) * size]) for n in range(BATCHES)]
    half_width = STUDENT_99 * stdev(means) / sqrt(BATCHES)
    assert abs(mean(means) - expected) <= half_width < expected / 2


@pytest.mark.parametrize(
    ("calls_per_hour", "talk_s", "seats"), [(30, 240, 4), (200, 180, 14), (600, 110, 22)], ids=["50 %", "71 %", "83 %"]
)
def test_mean_wait_is_erlang_c(calls_per_hour: float, talk_s: float, seats: int) -> None:
    calls = traffic(seed=1000, calls=16_000, calls_per_hour=calls_per_hour, talk_s=talk_s)
    floor = Floor(calls, seats, QueueSettings(wrap_up_ms=0))
    floor.run()
    waits_ms = [floor.waits_ms[str(n)] for n in range(len(calls))]
    assert waits_ms == first_come_waits_ms(calls, seats)
    assert_mean(waits_ms, waiting_system(calls_per_hour / 3600, talk_s, seats, 0).mean_wait_s * 1000)


def test_without_waiting_places_the_loss_is_erlang_b() -> None:
    calls = traffic(seed=7, calls=16_000, calls_per_hour=200, talk_s=180)
    floor = Floor(calls, 12, QueueSettings(wrap_up_ms=0, max_length=0))
    floor.run()
    lost = dict.fromkeys(floor.lost, 1)
    assert_mean([lost.get(str(n), 0) for n in range(len(calls))], erlang_b(12, 10.0))
    assert set(floor.waits_ms.values()) == {0}
