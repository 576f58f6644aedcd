"""How fast a campaign dials: by lines, by a seat's hand, by free seats, or ahead of them under an abandon cap.

A call is abandoned when a person answered and no seat took it in time. Dialling ahead of free seats has to be earned:
`abandon_cap` times those who answered within the rolling hours, less those abandoned, is what may be risked.
"""

import math
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from kmcc.switch.autodial.errors import PacingError
from kmcc.switch.autodial.predictive import Odds

MEMORY_CALLS: Final = 200.0
"""So many calls the figures reach back: the answer share changes in the course of a day."""


class Pacing(Enum):
    LINES = "lines"  # no seat is wanted: an announcement or a survey
    PREVIEW = "preview"  # a seat looks at the contact and says when
    PROGRESSIVE = "progressive"  # one call a free seat
    RATIO = "ratio"  # so many calls a free seat
    PREDICTIVE = "predictive"  # as many as the figures and the cap allow


@dataclass(frozen=True, slots=True)
class PacingSettings:
    """`caution` is the share of the cap that is used; `risk` how likely a dial may be to overdraw it.

    A contact that a seat was shown and neither takes nor passes within `preview_s` goes back to the others.
    `wrap_up_s` is a seat's rest after a call; `lead_s`, `handling_s` and `answer_share` are taken until there are
    figures: from the dial to the answer, a talk with its rest, and how many calls a person answers.
    """

    mode: Pacing = Pacing.LINES
    ratio: float = 1.5
    abandon_cap: float = 0.03
    abandon_hours: float = 24.0
    caution: float = 0.8
    risk: float = 0.01
    preview_s: float = 300.0
    wrap_up_s: float = 5.0
    lead_s: float = 15.0
    handling_s: float = 60.0
    answer_share: float = 0.9

    def __post_init__(self) -> None:
        for name, least, most in (
            ("ratio", 1.0, 20.0),
            ("abandon_cap", 0.0, 1.0),
            ("abandon_hours", 0.1, 24.0 * 30),
            ("caution", 0.0, 1.0),
            ("risk", 0.0, 1.0),
            ("preview_s", 10.0, 3600.0),
            ("wrap_up_s", 0.0, 3600.0),
            ("lead_s", 0.1, 300.0),
            ("handling_s", 1.0, 36_000.0),
            ("answer_share", 0.0, 1.0),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise PacingError(f"{name} {value:g}: expected {least:g} to {most:g}")


class Mean:
    """A mean that forgets; it begins with a few observations that nobody made."""

    def __init__(self, start: float, weight: float = 10.0) -> None:
        self._sum, self._weight = start * weight, weight

    def add(self, value: float) -> None:
        keep = 1.0 - 1.0 / MEMORY_CALLS
        self._sum, self._weight = self._sum * keep + value, self._weight * keep + 1.0

    @property
    def value(self) -> float:
        return self._sum / self._weight


class AbandonMeter:
    """Those whom a person's answer made ours, and those of them who got no seat, within the last hours."""

    def __init__(self, hours: float) -> None:
        self._reach = timedelta(hours=hours)
        self._answers: deque[datetime] = deque()
        self._abandoned: deque[datetime] = deque()

    def answered(self, at: datetime) -> None:
        self._answers.append(at)

    def abandoned(self, at: datetime) -> None:
        self._abandoned.append(at)

    def counts(self, at: datetime) -> tuple[int, int]:
        """(answered, abandoned)."""
        for times in (self._answers, self._abandoned):
            while times and times[0] <= at - self._reach:
                times.popleft()
        return len(self._answers), len(self._abandoned)

    def rate(self, at: datetime) -> float:
        answered, abandoned = self.counts(at)
        return abandoned / answered if answered else 0.0


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Calls of the campaign: nobody has answered yet; a person has and waits for a seat; all that are up."""

    unanswered: int
    waiting: int
    all: int


class Pacer:
    """What the campaign learns of its calls and seats, and how many more it may dial."""

    def __init__(self, settings: PacingSettings, lines: int) -> None:
        self.settings = settings
        self.ready = 0
        self.taking = 0
        self.busy = 0
        self.meter = AbandonMeter(settings.abandon_hours)
        self.answer_share = Mean(settings.answer_share)
        self.lead_s = Mean(settings.lead_s)
        self.handling_s = Mean(settings.handling_s)
        self._lines = lines

    @property
    def wants_seats(self) -> bool:
        return self.settings.mode is not Pacing.LINES

    def person_answered(self, at: datetime, after_s: float) -> None:
        self.meter.answered(at)
        self.answer_share.add(1.0)
        self.lead_s.add(after_s)

    def nobody_answered(self) -> None:
        self.answer_share.add(0.0)

    def talked(self, seconds: float) -> None:
        self.handling_s.add(seconds + self.settings.wrap_up_s)

    def room(self, at: datetime, calls: UnderWay) -> int:
        """How many more calls may be dialled now."""
        lines = max(0, self._lines - calls.all)
        free = self.ready - self._without_seat(calls) - calls.unanswered
        match self.settings.mode:
            case Pacing.LINES:
                return lines
            case Pacing.PREVIEW:
                return 0
            case Pacing.PROGRESSIVE:
                return _within(free, lines)
            case Pacing.RATIO:
                ahead = math.floor(self.settings.ratio * self.ready) - self._without_seat(calls) - calls.unanswered
                return _within(ahead if self._spare(at) >= 1 else free, lines)
            case Pacing.PREDICTIVE:
                return _within(max(free, self._ahead(at, calls, lines)), lines)

    def _without_seat(self, calls: UnderWay) -> int:
        """Who waits for a seat and has none ringing; a ready seat and such a call are never there together for long."""
        return max(0, calls.waiting - self.taking)

    def _spare(self, at: datetime) -> int:
        """How many abandoned calls the cap has left, whole ones."""
        answered, abandoned = self.meter.counts(at)
        return math.floor(self.settings.caution * self.settings.abandon_cap * answered - abandoned)

    def _ahead(self, at: datetime, calls: UnderWay, lines: int) -> int:
        spare = self._spare(at)
        if spare < 1 or not self.ready + self.taking + self.busy:
            return 0
        waiting, frees = self._without_seat(calls), 1.0 - math.exp(-self.lead_s.value / self.handling_s.value)
        odds = Odds(self.answer_share.value, waiting=waiting, ready=self.ready, busy=self.busy, frees=frees)
        now, allowed = calls.unanswered, self.settings.risk
        return odds.most_calls(now, now + lines, spare=spare, allowed=allowed) - now


def _within(wanted: int, lines: int) -> int:
    return max(0, min(wanted, lines))
