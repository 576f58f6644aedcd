"""Overload control: its rules as properties, and a switch of known capacity that is offered twice as much."""

import heapq
import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kmcc.switch.errors import SwitchError
from kmcc.switch.overload import Measured, Overload, OverloadSettings, OverloadSettingsError, Priority, RateChanged

BY_HAND = OverloadSettings(calls_per_s=10.0, most_calls=20, reserve=0.25)
ORDER = (Priority.CAMPAIGN, Priority.ORDINARY, Priority.TRANSFERRED, Priority.EMERGENCY)


# --- settings and limits by hand ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"calls_per_s": -1.0},
        {"most_calls": -1},
        {"lag_ms": 0.0},
        {"reserve": 1.0},
        {"cut": 1.0},
        {"deepest_cut": 0.99},
        {"rise": 0.0},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_limits_that_cannot_be(wrong: dict[str, float]) -> None:
    with pytest.raises(OverloadSettingsError, match=f"overload (cuts|{next(iter(wrong))}).*expected"):
        OverloadSettings(**wrong)  # type: ignore[arg-type]


def test_while_nothing_is_over_a_limit_every_call_is_taken() -> None:
    overload = Overload(OverloadSettings())
    for now_ms in range(0, 10_000, 10):
        assert overload.admit(Priority.ORDINARY, now_ms)
        if now_ms % 250 == 0:
            assert overload.measure(Measured(now_ms, lag_ms=99.0, load=0.84)) is None
    assert overload.calls_per_s is None


def test_a_rate_by_hand_is_kept_over_any_second() -> None:
    overload = Overload(OverloadSettings(calls_per_s=10.0))
    taken = [now_ms for now_ms in range(0, 60_000, 20) if overload.admit(Priority.ORDINARY, now_ms)]
    for start_ms in range(0, 59_000, 500):
        assert (
            sum(start_ms <= at < start_ms + 1000 for at in taken) <= 10 + 5
        )  # the rate and the depth of half a second
    assert len(taken) >= 0.99 * 600


def test_most_calls_leaves_room_for_those_who_are_transferred() -> None:
    overload = Overload(OverloadSettings(most_calls=10, reserve=0.2))
    ordinary = sum(overload.admit(Priority.ORDINARY, 0.0) for _ in range(20))
    transferred = sum(overload.admit(Priority.TRANSFERRED, 0.0) for _ in range(20))
    assert (ordinary, transferred) == (8, 2)
    assert overload.admit(Priority.EMERGENCY, 0.0)
    assert not overload.admit(Priority.TRANSFERRED, 0.0)
    overload.end()
    overload.end()
    assert overload.admit(Priority.TRANSFERRED, 0.0)


def test_our_own_calls_wait_while_there_is_any_rate() -> None:
    overload = Overload(OverloadSettings())
    assert overload.admit(Priority.CAMPAIGN, 0.0)
    overload.measure(Measured(0.0, 0.0, 0.0))
    overload.admit(Priority.ORDINARY, 10.0)
    change = overload.measure(Measured(250.0, lag_ms=500.0, load=0.0))
    assert isinstance(change, RateChanged)
    assert not overload.admit(Priority.CAMPAIGN, 300.0)


def test_more_ends_than_calls_is_refused() -> None:
    with pytest.raises(SwitchError):
        Overload(OverloadSettings()).end()


def test_a_rate_is_given_up_when_nobody_has_been_refused_for_long() -> None:
    overload = Overload(OverloadSettings(calm_intervals=4))
    overload.measure(Measured(0.0, 0.0, 0.0))
    for now_ms in range(250):
        overload.admit(Priority.ORDINARY, now_ms)
    limited = overload.measure(Measured(250.0, lag_ms=400.0, load=0.0))
    assert limited is not None
    assert limited.calls_per_s is not None
    changes = [overload.measure(Measured(250.0 * n, lag_ms=0.0, load=0.0)) for n in range(2, 8)]
    assert [change for change in changes if change is not None] == [RateChanged(None, 0.0)]


@pytest.mark.parametrize(("lag_ms", "load"), [(150.0, 0.1), (1.0, 0.95)], ids=["brain", "engine"])
def test_a_late_brain_and_a_full_engine_both_limit(lag_ms: float, load: float) -> None:
    overload = Overload(OverloadSettings())
    overload.measure(Measured(0.0, 0.0, 0.0))
    for now_ms in range(0, 250, 5):
        overload.admit(Priority.ORDINARY, now_ms)
    change = overload.measure(Measured(250.0, lag_ms, load))
    assert change is not None
    assert change.calls_per_s is not None
    assert change.calls_per_s < 200.0


# --- whatever happens -----------------------------------------------------------------------------------------------


class Switchboard(RuleBasedStateMachine):
    """Any calls, ends and measurements, with limits by hand beside those that are measured."""

    def __init__(self) -> None:
        super().__init__()
        self.overload = Overload(BY_HAND)
        self.now_ms = 0.0
        self.up = 0
        self.taken: Counter[Priority] = Counter()

    @rule(ms=st.floats(0, 2000))
    def time_passes(self, ms: float) -> None:
        self.now_ms += ms

    @rule(priority=st.sampled_from(Priority))
    def call(self, priority: Priority) -> None:
        if self.overload.admit(priority, self.now_ms):
            self.up += 1
            self.taken[priority] += 1
        else:
            assert priority is not Priority.EMERGENCY

    @precondition(lambda self: self.up > 0)
    @rule()
    def end(self) -> None:
        self.overload.end()
        self.up -= 1

    @rule(lag_ms=st.floats(0, 5000), load=st.floats(0, 2))
    def measure(self, lag_ms: float, load: float) -> None:
        before = self.overload.calls_per_s
        change = self.overload.measure(Measured(self.now_ms, lag_ms, load))
        assert (change is None) == (self.overload.calls_per_s == before)

    @rule()
    def whoever_goes_later_is_not_taken_where_an_earlier_one_is_refused(self) -> None:
        asked = [self._would(priority) for priority in ORDER]
        assert asked == sorted(asked)

    def _would(self, priority: Priority) -> bool:
        """In a copy of this very moment."""
        overload = Overload(BY_HAND)
        overload.__dict__.update({k: v for k, v in self.overload.__dict__.items() if not isinstance(v, Counter)})
        return overload.admit(priority, self.now_ms)

    @invariant()
    def counts_agree(self) -> None:
        assert self.overload.calls == self.up
        assert self.overload.taken == self.taken
        rate = self.overload.calls_per_s
        assert rate is not None
        assert BY_HAND.least_calls_per_s <= rate <= BY_HAND.calls_per_s


TestSwitchboard = Switchboard.TestCase


@given(st.lists(st.floats(0, 50), min_size=1, max_size=200), st.floats(2.0, 100.0))
def test_the_bucket_never_gives_more_than_its_depth_and_the_rate(gaps: list[float], rate: float) -> None:
    overload = Overload(OverloadSettings(calls_per_s=rate, reserve=0.0))
    now_ms = taken = 0.0
    for gap in gaps:
        now_ms += gap
        taken += overload.admit(Priority.ORDINARY, now_ms)
    assert taken <= max(1.0, rate * 0.5) + rate * now_ms / 1000 + 1e-6


# --- twice the capacity ---------------------------------------------------------------------------------------------

SHARES = {Priority.EMERGENCY: 0.01, Priority.TRANSFERRED: 0.1, Priority.ORDINARY: 0.89}
PATIENCE_S = 8.0  # from the seizure to the end of the set-up, of which the signals need 1.5
REFUSAL = 0.05  # of the work of a call
STEPS = (0.1, *(0.05,) * 14, *(0.04,) * 5)  # of the work of a call: seizure, register cycles, answer and release
PAUSES_S = (0.0, *(0.1,) * 14, 1.0, 1.0, 5.0, 10.0, 10.0)


@dataclass
class Plant:
    """A brain that does one piece of work after the other; who is not served in his set-up in time hangs up in vain."""

    capacity: float  # calls a second
    overload: Overload | None
    busy_until_s: float = 0.0
    offered: Counter[Priority] = field(default_factory=Counter)
    completed: Counter[Priority] = field(default_factory=Counter)

    def run(self, offered_per_s: float, seconds: float) -> None:
        order, rng = count(), random.Random(7)
        todo: list[tuple[float, int, Priority | None, int, float]] = []
        at_s = 0.0
        while (at_s := at_s + rng.expovariate(offered_per_s)) < seconds:
            (who,) = rng.choices(tuple(SHARES), tuple(SHARES.values()))
            todo.append((at_s, next(order), who, 0, at_s))
        todo += [(0.25 * n, next(order), None, 0, 0.0) for n in range(int(4 * seconds))]
        heapq.heapify(todo)
        while todo:
            now_s, _, priority, step, since_s = heapq.heappop(todo)
            lag_s = max(0.0, self.busy_until_s - now_s)
            if priority is None:
                if self.overload is not None:
                    self.overload.measure(Measured(now_s * 1000, lag_s * 1000, load=0.0))
            elif self._is_served(priority, step, now_s, since_s):
                if step + 1 == len(STEPS):
                    self.completed[priority] += 1
                else:
                    then_s = self.busy_until_s + PAUSES_S[step + 1]
                    heapq.heappush(todo, (then_s, next(order), priority, step + 1, since_s))

    def _is_served(self, priority: Priority, step: int, now_s: float, since_s: float) -> bool:
        work_s = 1.0 / self.capacity
        if step == 0:
            self.offered[priority] += 1
            if self.overload is not None and not self.overload.admit(priority, now_s * 1000):
                self.busy_until_s = max(self.busy_until_s, now_s) + REFUSAL * work_s
                return False
        self.busy_until_s = max(self.busy_until_s, now_s) + STEPS[step] * work_s
        return step >= 15 or self.busy_until_s - since_s < PATIENCE_S


@pytest.mark.parametrize("capacity", [20.0, 45.0, 170.0])
def test_at_twice_the_capacity_ninety_per_cent_of_it_complete(capacity: float) -> None:
    seconds = 60.0
    plant = Plant(capacity, Overload(OverloadSettings()))
    plant.run(2 * capacity, seconds)
    assert plant.completed.total() >= 0.9 * capacity * seconds
    assert plant.completed[Priority.EMERGENCY] == plant.offered[Priority.EMERGENCY]
    share = {who: plant.completed[who] / plant.offered[who] for who in SHARES}
    assert share[Priority.TRANSFERRED] > 0.95
    assert share[Priority.TRANSFERRED] > 2 * share[Priority.ORDINARY]


def test_without_control_the_same_load_collapses() -> None:
    """The plant is one that needs control: else the test above would show nothing."""
    plant = Plant(45.0, None)
    plant.run(90.0, 60.0)
    assert plant.completed.total() < 0.4 * 45.0 * 60.0


def test_below_the_capacity_nobody_is_refused() -> None:
    plant = Plant(45.0, Overload(OverloadSettings()))
    plant.run(0.85 * 45.0, 60.0)
    assert plant.completed == plant.offered
