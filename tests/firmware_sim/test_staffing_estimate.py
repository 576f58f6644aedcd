"""Ratios of batches: exact where they are alike, and as wide as chance makes them."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from kmcc.firmware_sim.staffing.estimate import BATCHES, Estimate, ratio


def test_batches_that_are_alike_leave_no_doubt() -> None:
    assert ratio([3.0] * BATCHES, [2.0] * BATCHES) == Estimate(1.5, 1.5, 1.5)


def test_nothing_counted_is_no_estimate() -> None:
    assert ratio([0.0] * BATCHES, [0.0] * BATCHES) is None
    assert ratio([4.0, 0.0], [2.0, 0.0]) == Estimate(2.0, 0.0, 2.0)  # one batch tells nothing of chance


def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    chance = Random(5)
    held = 0
    for _ in range(1000):
        counts = [float(chance.randint(50, 150)) for _ in range(BATCHES)]
        one = ratio([sum(chance.expovariate(1 / 8) for _ in range(int(n))) for n in counts], counts)
        assert one is not None
        held += one.holds(8)
    assert 925 <= held <= 975


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=20))
def test_a_share_stays_a_share(parts: list[tuple[int, int]]) -> None:
    one = ratio([float(min(a, b)) for a, b in parts], [float(b) for _, b in parts], most=1.0)
    if one is not None:
        assert 0 <= one.low <= one.value <= one.high <= 1
