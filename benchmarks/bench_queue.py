"""The queue machine: events a second, what one costs when many wait, and what a poller would have made them wait."""

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from random import Random
from statistics import mean
from typing import Final

import pytest
from benchmarks.figures import Benchmark, Figure, Note, race

from kmcc.switch.queue.effects import Effect, Offer
from kmcc.switch.queue.events import CallWaiting, OfferAccepted, SeatSignsIn, TalkEnded
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import SeatKind, SeatProfile
from kmcc.switch.queue.settings import QueueSettings

SEATS: Final = 1_500
FEW, MANY = 100, 10_000
CALLS: Final = 2_000


def manned(seats: int, waiting: int) -> QueueMachine:
    """Every seat talks, and so many callers wait behind them."""
    machine = QueueMachine(QueueSettings(wrap_up_ms=0))
    for n in range(seats):
        machine.receive(SeatSignsIn(SeatProfile(f"s{n}", SeatKind.PROFESSIONAL, {"general": 1 + n % 3}, ("zh",)), 0))
        machine.receive(CallWaiting(f"busy{n}", 1, service="general"))
    for view in machine.seats():
        machine.receive(OfferAccepted(view.profile.seat, str(view.call), 2))
    for n in range(waiting):
        machine.receive(CallWaiting(f"w{n}", 3 + n, service="general"))
    return machine


def turn_over(machine: QueueMachine, calls: int, at_ms: int) -> int:
    """So many talks end, each freed seat takes the next, and one more caller comes; how many events that was."""
    seats = [view.profile.seat for view in machine.seats()]
    for n in range(calls):
        now_ms = at_ms + n
        (offer,) = (e for e in machine.receive(TalkEnded(seats[n % len(seats)], now_ms)) if isinstance(e, Offer))
        machine.receive(OfferAccepted(offer.seat, offer.call, now_ms))
        machine.receive(CallWaiting(f"{at_ms}/{n}", now_ms, service="general"))
    return 3 * calls


def turning(waiting: int) -> Callable[[], int]:
    machine, round_ms = manned(SEATS, waiting), [1_000_000]

    def run() -> int:
        round_ms[0] += 1_000_000
        return turn_over(machine, CALLS, round_ms[0])

    return run


def test_events_a_second(benchmark: Benchmark, note: Note) -> None:
    """Beside the goal of 5,000 a second on one core, with 1,000 callers waiting for 1,500 seats."""
    run = turning(1_000)
    events = run()
    ours_s, _ = race(benchmark, run, None)
    note("queue_events", Figure.speed(events / ours_s, 5_000, "events a second", goal=1.0))


def test_cost_does_not_grow_with_the_line(benchmark: Benchmark, note: Note) -> None:
    """The same turn-over behind 10,000 waiting callers and behind 100: 1 = it costs the same."""
    many, few = turning(MANY), turning(FEW)
    events = many()
    many_s, few_s = race(benchmark, many, few)
    assert few_s is not None
    scale = 1e6 / events
    note("queue_event_10000_waiting", Figure.cost(many_s * scale, few_s * scale, "us an event; 100 waiting", goal=0.8))


# --- what polling costs the callers -----------------------------------------------------------------------------------


def traffic(calls: int, seats: int) -> list[tuple[int, int]]:
    """Short calls, 5 s in the mean, that keep the seats 85 % busy: (arrival, talk) in ms."""
    chance, now_s = Random(1000), 0.0
    made = []
    for _ in range(calls):
        now_s += chance.expovariate(0.85 * seats / 5)
        made.append((round(now_s * 1000), round(chance.expovariate(1 / 5) * 1000)))
    return made


def waits_of_the_machine_ms(calls: list[tuple[int, int]], seats: int) -> list[int]:
    machine, waits, ends = QueueMachine(QueueSettings(wrap_up_ms=0)), dict[str, int](), list[tuple[int, str]]()
    for n in range(seats):
        machine.receive(SeatSignsIn(SeatProfile(f"s{n}", SeatKind.PROFESSIONAL, {"general": 1}, ("zh",)), 0))

    def obey(out: tuple[Effect, ...], now_ms: int) -> None:
        for effect in out:
            if isinstance(effect, Offer):
                arrival_ms, talk_ms = calls[int(effect.call)]
                waits[effect.call] = now_ms - arrival_ms
                machine.receive(OfferAccepted(effect.seat, effect.call, now_ms))
                heappush(ends, (now_ms + talk_ms, effect.seat))

    def end_talks(until_ms: int | None) -> None:
        while ends and (until_ms is None or ends[0][0] <= until_ms):
            at_ms, seat = heappop(ends)
            obey(machine.receive(TalkEnded(seat, at_ms)), at_ms)

    for number, (arrival_ms, _) in enumerate(calls):
        end_talks(arrival_ms)
        obey(machine.receive(CallWaiting(str(number), arrival_ms, service="general")), arrival_ms)
    end_talks(None)
    return [waits[str(n)] for n in range(len(calls))]


def a_poller_ms(calls: list[tuple[int, int]], seats: int, poll_ms: int) -> tuple[list[int], list[int]]:
    """Looks at the line at each beat and gives one call to each free seat, first come first served.

    How long each caller waited, and how long the seat that he got sat idle while he waited.
    """
    free_at, line, waits, idles, at_ms = [0] * seats, deque(calls), list[int](), list[int](), 0
    while line:
        at_ms += poll_ms
        for seat in range(seats):
            if free_at[seat] <= at_ms and line and line[0][0] <= at_ms:
                arrival_ms, talk_ms = line.popleft()
                waits.append(at_ms - arrival_ms)
                idles.append(at_ms - max(arrival_ms, free_at[seat]))
                free_at[seat] = at_ms + talk_ms
    return waits, idles


@pytest.mark.parametrize(("name", "poll_ms", "goal"), [("1s", 1_000, 2.0), ("100ms", 100, None)])
def test_mean_wait_beside_a_poller(
    benchmark: Benchmark, note: Note, name: str, poll_ms: int, goal: float | None
) -> None:
    """Virtual time: the same arrivals and talks for both. Our seats idle for no time of it; what that is in real time,
    bench_offer.py measures."""
    seats = 20
    calls = traffic(20_000, seats)
    waits = benchmark.pedantic(lambda: waits_of_the_machine_ms(calls, seats), rounds=1)
    assert isinstance(waits, list)
    theirs, idles = a_poller_ms(calls, seats, poll_ms)
    ours_s, poller_s = mean(waits) / 1000, mean(theirs) / 1000
    words = f"s of waiting; a poller of {name}"
    note(f"queue_mean_wait_5s_calls_{name}", Figure.cost(ours_s, poller_s, words, goal=goal))
    for what, idle_ms in (("mean", mean(idles)), ("longest", max(idles))):
        words = f"s a seat idles beside a caller, {what}; a poller of {name}"
        note(f"queue_idle_{what}_{name}", Figure(0.0, idle_ms / 1000, None, None, words))
