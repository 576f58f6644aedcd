"""Overload control (R-9): which calls a switch takes when it is offered more than it can carry. Sans-IO.

The switch tells every interval how late its brain was (`lag_ms`) and how much of a tick its engine needed (`load`).
While neither is above its limit every call is taken. One that is above it sets a rate, somewhat below what the switch
can carry: a backlog that grows by s seconds a second shows that 1 + s times too much work comes in, so it can carry the
mean rate of the calls taken lately (a call makes work for `response_ms`) divided by 1 + s. The rate rises a little with
every good interval in which somebody was refused. When nobody has been refused for `calm_intervals` there is no rate.

A bucket of tokens meters the calls: a token comes with every 1/rate of a second, a call takes one. An ordinary call
leaves `reserve` of the bucket's depth to calls that are transferred; an emergency call is always taken, and what it
takes beyond the bucket ordinary calls pay back. Limits on the rate and on the calls at one time can be set by hand.
"""

import math
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Final

from kmcc.switch.errors import SwitchError

MOST_CATCHING_UP: Final = 0.5
"""A lag that falls faster than this, in seconds a second, says nothing of what can be carried."""


class Priority(Enum):
    """Whose call goes first, from the last to the first."""

    CAMPAIGN = "campaign"  # our own calls: they can be made later
    ORDINARY = "ordinary"
    TRANSFERRED = "transferred"  # somebody has served it already
    EMERGENCY = "emergency"


class OverloadSettingsError(SwitchError):
    """Limits that cannot be."""


@dataclass(frozen=True, slots=True)
class OverloadSettings:
    """0 as a limit = there is none. `reserve` is a share of the bucket, and of `most_calls`."""

    calls_per_s: float = 0.0
    most_calls: int = 0
    lag_ms: float = 100.0
    load: float = 0.85
    depth_s: float = 0.5
    reserve: float = 0.2
    least_calls_per_s: float = 1.0
    response_ms: float = 1500.0
    cut: float = 0.97
    deepest_cut: float = 0.5
    rise: float = 0.03
    calm_intervals: int = 20

    def __post_init__(self) -> None:
        for name in ("calls_per_s", "most_calls"):
            if getattr(self, name) < 0:
                raise OverloadSettingsError(f"overload {name} is {getattr(self, name)}, expected 0 or more")
        for name in ("lag_ms", "load", "depth_s", "least_calls_per_s", "response_ms", "rise", "calm_intervals"):
            if getattr(self, name) <= 0:
                raise OverloadSettingsError(f"overload {name} is {getattr(self, name)}, expected more than 0")
        if not 0 <= self.reserve < 1:
            raise OverloadSettingsError(f"overload reserve is {self.reserve}, expected 0 or more and below 1")
        if not 0 < self.deepest_cut <= self.cut < 1:
            raise OverloadSettingsError(
                f"overload cuts are {self.deepest_cut} and {self.cut}, expected 0 < deepest_cut <= cut < 1"
            )


@dataclass(frozen=True, slots=True)
class Measured:
    """One interval of the switch: `lag_ms` is how late its brain was, `load` the share of a tick its engine needed."""

    now_ms: float
    lag_ms: float
    load: float


@dataclass(frozen=True, slots=True)
class RateChanged:
    """From now on so many calls a second are taken; None = all. `pressure` above 1 is over a limit."""

    calls_per_s: float | None
    pressure: float


class Overload:
    """One switch."""

    def __init__(self, settings: OverloadSettings) -> None:
        self.settings: Final = settings
        self.calls = 0
        self.taken: Counter[Priority] = Counter()
        self.refused: Counter[Priority] = Counter()
        self._limit = settings.calls_per_s or None  # set by hand
        self._rate: float | None = None  # found by measuring
        self._tokens = 0.0 if self._limit is None else self._depth(self._limit)
        self._filled_ms: float | None = None
        self._measured_ms: float | None = None
        self._lag_ms = 0.0
        self._mean_per_s: float | None = None
        self._taken_now = self._refused_now = self._calm = 0

    @property
    def calls_per_s(self) -> float | None:
        """The rate that holds; None = every call is taken."""
        rates = [rate for rate in (self._limit, self._rate) if rate is not None]
        return min(rates, default=None)

    def admit(self, priority: Priority, now_ms: float) -> bool:
        """Whether this call is taken; `end` is due when it is over."""
        is_taken = priority is Priority.EMERGENCY or self._has_room(priority, now_ms)
        if not is_taken:
            self.refused[priority] += 1
            self._refused_now += 1
            return False
        self._fill(now_ms)
        if (rate := self.calls_per_s) is not None:
            self._tokens = max(self._tokens - 1.0, -self._depth(rate))
        self.taken[priority] += 1
        self._taken_now += 1
        self.calls += 1
        return True

    def end(self) -> None:
        """A call that was taken is over."""
        if not self.calls:
            raise SwitchError("overload: more calls have ended than were taken")
        self.calls -= 1

    def measure(self, what: Measured) -> RateChanged | None:
        """An interval is over; the news when the rate has changed."""
        before = self.calls_per_s
        self._fill(what.now_ms)
        growth = self._note_interval(what)
        pressure = max(what.lag_ms / self.settings.lag_ms, what.load / self.settings.load)
        if pressure > 1.0:
            self._slow_down(pressure, growth, what.load)
        elif self._rate is not None:
            self._recover(self._rate)
        self._calm = 0 if self._refused_now or pressure > 1.0 else self._calm + 1
        self._taken_now = self._refused_now = 0
        after = self.calls_per_s
        return None if after == before else RateChanged(after, pressure)

    # --- the rate ----------------------------------------------------------------------------------------------------

    def _slow_down(self, pressure: float, growth: float, load: float) -> None:
        settings = self.settings
        if self._mean_per_s is None:
            return
        excess = max(1.0 + growth, load / settings.load, 1.0 - MOST_CATCHING_UP)
        cut = max(settings.deepest_cut, settings.cut - (pressure - 1.0) * (1.0 - settings.cut))
        wanted = max(settings.least_calls_per_s, self._mean_per_s / excess * cut)
        if self._rate is None:
            self._rate, self._tokens = wanted, 0.0
        else:
            self._rate = min(self._rate, wanted)

    def _recover(self, rate: float) -> None:
        if self._calm >= self.settings.calm_intervals:
            self._rate = None
        elif self._refused_now:
            self._rate = rate * (1.0 + self.settings.rise)

    def _note_interval(self, what: Measured) -> float:
        """Take the interval into the mean rate; by how many seconds a second the lag has grown in it."""
        earlier_ms, self._measured_ms = self._measured_ms, what.now_ms
        earlier_lag_ms, self._lag_ms = self._lag_ms, what.lag_ms
        if earlier_ms is None or what.now_ms <= earlier_ms:
            return 0.0
        took_ms = what.now_ms - earlier_ms
        per_s = 1000.0 * self._taken_now / took_ms
        weight = 1.0 - math.exp(-took_ms / self.settings.response_ms)
        mean = self._mean_per_s
        self._mean_per_s = per_s if mean is None else mean + weight * (per_s - mean)
        return (what.lag_ms - earlier_lag_ms) / took_ms

    # --- the bucket --------------------------------------------------------------------------------------------------

    def _has_room(self, priority: Priority, now_ms: float) -> bool:
        settings = self.settings
        kept = 0.0 if priority is Priority.TRANSFERRED else settings.reserve
        if settings.most_calls and self.calls >= settings.most_calls - int(kept * settings.most_calls):
            return False
        rate = self.calls_per_s
        if rate is None:
            return True
        if priority is Priority.CAMPAIGN:
            return False
        self._fill(now_ms)
        return self._tokens >= 1.0 + (max(1.0, kept * (self._depth(rate) - 1.0)) if kept else 0.0)

    def _fill(self, now_ms: float) -> None:
        earlier, self._filled_ms = self._filled_ms, now_ms
        rate = self.calls_per_s
        if earlier is not None and rate is not None:
            gained = max(0.0, now_ms - earlier) / 1000.0 * rate
            self._tokens = min(self._depth(rate), self._tokens + gained)

    def _depth(self, rate: float) -> float:
        """Room for at least one call, a slow rate is still a rate; and for one beside it where some are kept."""
        return max(2.0 if self.settings.reserve else 1.0, rate * self.settings.depth_s)
