"""Pacing in rooms of random parties: the abandon cap is kept, the seats are busier, and theory says the same."""

from datetime import UTC, datetime, timedelta
from itertools import product
from math import comb, isclose

import pytest

from kmcc.firmware_sim.dialling import DiallingRoom, Parties, Room, Worked
from kmcc.firmware_sim.staffing.erlang import erlang_b
from kmcc.switch.autodial.pacing import AbandonMeter, Mean, Pacer, Pacing, PacingSettings, UnderWay
from kmcc.switch.autodial.predictive import Odds, binomial

NOW = datetime(2001, 5, 22, 9, 0, tzinfo=UTC)
CAP = 0.03
ROOMS = [(5, 0.3), (10, 0.3), (10, 0.6), (20, 0.6)]


def work(seats: int, share: float, mode: Pacing, *, later: float | None = None, seed: int = 1) -> Worked:
    after = None if later is None else Parties(later)
    return DiallingRoom(Room(seats), Parties(share), PacingSettings(mode), seed=seed, hours=4.0, later=after).run()


def renewal(seats: int, share: float) -> float:
    """Progressive, by the renewal-reward theorem: a seat handles, then its one line looks for the next person."""
    room, parties = Room(seats), Parties(share)
    return room.handling_s / (room.handling_s + parties.attempt_s())


def open_loop(seats: int) -> float:
    """The best of a dialler that cannot see the seats, by Erlang's loss formula: the load of which 3 % finds none."""
    low, high = 0.0, 2.0 * seats
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if erlang_b(seats, middle) < CAP else (low, middle)
    return low * (1 - CAP) / seats


@pytest.mark.parametrize(("seats", "share"), ROOMS)
def test_progressive_abandons_nobody_and_is_as_busy_as_renewal_theory_says(seats: int, share: float) -> None:
    worked = work(seats, share, Pacing.PROGRESSIVE)
    assert worked.abandoned == 0
    assert worked.occupancy == pytest.approx(renewal(seats, share), rel=0.05)


@pytest.mark.parametrize(("seats", "share"), ROOMS)
def test_predictive_keeps_the_cap_and_beats_progressive_and_the_loss_formula(seats: int, share: float) -> None:
    worked = work(seats, share, Pacing.PREDICTIVE)
    assert 0 < worked.abandon_rate <= CAP
    assert worked.worst_rate <= CAP
    assert worked.occupancy > 1.02 * renewal(seats, share)
    assert worked.occupancy > open_loop(seats)


@pytest.mark.parametrize(("before", "after", "seed"), [(0.2, 0.9, 1), (0.9, 0.2, 2), (0.3, 0.7, 3)])
def test_the_cap_is_kept_when_the_town_changes_its_habits(before: float, after: float, seed: int) -> None:
    worked = work(10, before, Pacing.PREDICTIVE, later=after, seed=seed)
    assert worked.worst_rate <= CAP


def test_a_ratio_slows_down_to_one_call_a_seat_when_the_cap_is_near() -> None:
    """Three calls a seat would abandon a third of those who answer."""
    settings = PacingSettings(Pacing.RATIO, ratio=3.0)
    worked = DiallingRoom(Room(10), Parties(0.7), settings, seed=1, hours=4.0).run()
    assert 0 < worked.abandon_rate <= 1.5 * CAP
    free = PacingSettings(Pacing.RATIO, ratio=3.0, abandon_cap=1.0)
    assert DiallingRoom(Room(10), Parties(0.7), free, seed=1, hours=1.0).run().abandon_rate > 5 * CAP


def test_nothing_is_dialled_ahead_before_it_is_earned() -> None:
    """With caution 0.8 the first abandoned call may be risked after 42 answers."""
    pacer = Pacer(PacingSettings(Pacing.PREDICTIVE, answer_share=0.3), lines=100)
    pacer.ready, pacer.busy = 1, 9
    for n in range(60):
        assert (pacer.room(NOW, UnderWay(0, 0, 9)) > 1) is (n >= 42)
        pacer.meter.answered(NOW)
        pacer.answer_share.add(0.0)
    pacer.meter.abandoned(NOW)
    assert pacer.room(NOW, UnderWay(0, 0, 9)) == 1
    assert pacer.room(NOW + timedelta(days=2), UnderWay(0, 0, 9)) == 1


@pytest.mark.parametrize(
    ("mode", "ready", "taking", "calls", "room"),
    [
        (Pacing.LINES, 0, 0, UnderWay(3, 0, 3), 7),
        (Pacing.LINES, 0, 0, UnderWay(12, 0, 12), 0),
        (Pacing.PREVIEW, 5, 0, UnderWay(0, 0, 0), 0),
        (Pacing.PROGRESSIVE, 4, 0, UnderWay(3, 0, 3), 1),
        (Pacing.PROGRESSIVE, 4, 1, UnderWay(3, 1, 4), 1),
        (Pacing.PROGRESSIVE, 4, 0, UnderWay(3, 1, 4), 0),
        (Pacing.PROGRESSIVE, 99, 0, UnderWay(0, 0, 2), 8),
        (Pacing.RATIO, 4, 0, UnderWay(3, 0, 3), 1),
        (Pacing.PREDICTIVE, 4, 0, UnderWay(3, 0, 3), 1),
    ],
)
def test_room_for_calls(mode: Pacing, ready: int, taking: int, calls: UnderWay, room: int) -> None:
    pacer = Pacer(PacingSettings(mode), lines=10)
    pacer.ready, pacer.taking = ready, taking
    assert pacer.room(NOW, calls) == room


def test_the_rate_is_a_rolling_one() -> None:
    meter = AbandonMeter(hours=24)
    assert meter.rate(NOW) == 0.0
    meter.answered(NOW)
    meter.abandoned(NOW)
    meter.answered(NOW + timedelta(hours=1))
    assert meter.rate(NOW + timedelta(hours=2)) == 0.5
    assert meter.counts(NOW + timedelta(hours=24)) == (1, 0)


def test_a_mean_forgets() -> None:
    mean = Mean(0.0)
    for _ in range(2000):
        mean.add(1.0)
    assert mean.value == pytest.approx(1.0, abs=1e-3)
    for _ in range(200):
        mean.add(0.0)
    assert mean.value == pytest.approx(0.37, abs=0.01)  # 1/e


@pytest.mark.parametrize(("count", "share"), [(0, 0.5), (1, 0.3), (7, 0.0), (7, 1.0), (40, 0.62)])
def test_the_binomial(count: int, share: float) -> None:
    wanted = [comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(count + 1)]
    assert all(isclose(a, b, abs_tol=1e-12) for a, b in zip(binomial(count, share), wanted, strict=True))


@pytest.mark.parametrize(("waiting", "ready", "spare"), list(product((0, 1, 3), (0, 2), (0, 1))))
def test_the_odds_counted_out(waiting: int, ready: int, spare: int) -> None:
    """Every way in which four calls and three seats can turn out."""
    answers, frees = binomial(4, 0.4), binomial(3, 0.25)
    wanted = sum(p * q for k, p in enumerate(answers) for n, q in enumerate(frees) if k + waiting - ready - n > spare)
    odds = Odds(0.4, waiting=waiting, ready=ready, busy=3, frees=0.25)
    assert odds.overdraw(4, spare) == pytest.approx(wanted)
    most = odds.most_calls(0, 40, spare=spare, allowed=0.2)
    assert most == 0 or odds.overdraw(most, spare) <= 0.2
    assert most == 40 or odds.overdraw(most + 1, spare) > 0.2
