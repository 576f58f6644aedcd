"""A campaign's file: who calls whom, when, how fast, how often, and what is said. `kmcc campaign check` reads it.

The list is a CSV file beside it, or comes with it over HTTP.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from kmcc.centre.campaigns.order import CampaignOrder, HandOver, Question, Script, Spoken
from kmcc.config.finding import Finding
from kmcc.config.sections import Section, Skill
from kmcc.config.values import ClockTime, Digits, Name, TimeZone, at_least_one, clock_time
from kmcc.errors import KmccError
from kmcc.switch.autodial.classify import ClassifierSettings
from kmcc.switch.autodial.pacing import Pacing, PacingSettings
from kmcc.switch.autodial.party import PartySettings
from kmcc.switch.autodial.plan import RETRY, Budget
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.schedule import Schedule, Window

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)
Column = Annotated[str, Field(min_length=1, max_length=40)]
Cause = Literal["busy", "no_answer", "machine", "abandoned", "congestion", "failed", "lost", "fax"]
Minutes = Annotated[int, Field(ge=0, le=43_200)]


class WindowSection(Section):
    start: ClockTime = clock_time("09:00")
    end: ClockTime = clock_time("20:00")
    days: Annotated[tuple[Day, ...], AfterValidator(at_least_one)] = DAYS


class ScheduleSection(Section):
    time_zone: TimeZone = "Asia/Shanghai"
    windows: Annotated[tuple[WindowSection, ...], AfterValidator(at_least_one)] = (WindowSection(),)
    holidays: tuple[date, ...] = ()
    first_day: date | None = None
    last_day: date | None = None


class PacingSection(Section):
    mode: Literal["lines", "preview", "progressive", "ratio", "predictive"] = "lines"
    lines: int = Field(default=2, ge=1, le=10_000)
    ratio: float = Field(default=1.5, ge=1, le=20)
    abandon_cap: float = Field(default=0.03, ge=0, le=1)
    abandon_hours: float = Field(default=24, ge=0.1, le=720)
    caution: float = Field(default=0.8, ge=0, le=1)
    preview_s: float = Field(default=300, ge=10, le=3600)


class BudgetSection(Section):
    attempts: int = Field(default=3, ge=1, le=100)
    per_number: int | None = Field(default=None, ge=1, le=100)
    per_day: int | None = Field(default=None, ge=1, le=100)
    a_number_a_day: int | None = Field(default=None, ge=1, le=100)
    """Calls that a number gets a day from all campaigns together."""


class PartySection(Section):
    """Who answered: with `enabled` only a person is talked to."""

    enabled: bool = False
    greeting_ms: int = Field(default=2400, ge=1, le=60_000)
    after_greeting_ms: int = Field(default=800, ge=305, le=60_000)
    initial_silence_ms: int = Field(default=4000, ge=1, le=60_000)


class SpokenSection(Section):
    """A column of the list, figure by figure or as money in fen."""

    digits: Column | None = None
    amount: Column | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.digits is None) == (self.amount is None):
            raise ValueError("digits or amount, and a column of the list")
        return self


Say = tuple[Name | SpokenSection, ...]


class QuestionSection(Section):
    name: Annotated[str, Field(min_length=1, max_length=40)]
    say: Annotated[Say, AfterValidator(at_least_one)]
    keys: Annotated[str, Field(pattern="^[0-9*]+$", max_length=11)] = "1"
    plays: int = Field(default=3, ge=1, le=10)
    timeout_s: float = Field(default=5, ge=1, le=60)


class TalkSection(Section):
    say: Say = ()
    questions: tuple[QuestionSection, ...] = ()
    confirm: str | None = None
    opt_out_key: Annotated[str, Field(pattern="^[0-9*]$")] | None = None


class SeatSection(Section):
    """`within_s`: a person who has no seat by then is an abandoned call; `sorry` is said to him."""

    service: Skill
    within_s: float = Field(default=2, ge=0.1, le=60)
    sorry: Say = ()


class CampaignFile(Section):
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,78}$")]
    calling: Digits = "1000"
    ring_s: int = Field(default=45, ge=15, le=120)
    """How long it rings at least: 15 s is the shortest that is fair."""
    schedule: ScheduleSection = ScheduleSection()
    pacing: PacingSection = PacingSection()
    budget: BudgetSection = BudgetSection()
    retry_minutes: dict[Cause, Minutes] = Field(default_factory=dict)
    party: PartySection = PartySection()
    talk: TalkSection = TalkSection()
    seat: SeatSection | None = None

    def order(self) -> CampaignOrder:
        """KmccError when the parts do not fit together."""
        seat = self.seat
        return CampaignOrder(
            name=self.name,
            schedule=_schedule(self.schedule),
            calling=self.calling,
            script=_script(self.talk),
            hand_over=None if seat is None else HandOver(seat.service, seat.within_s, _spoken(seat.sorry)),
            budget=Budget(self.budget.attempts, self.budget.per_number, self.budget.per_day),
            a_day=self.budget.a_number_a_day,
            lines=self.pacing.lines,
            retry={**RETRY, **{Result[cause.upper()]: timedelta(minutes=m) for cause, m in self.retry_minutes.items()}},
            pacing=_pacing(self.pacing),
            party=_party(self.party),
            rings=ClassifierSettings(no_answer_ms=self.ring_s * 1000),
        )


def misfits(file: CampaignFile) -> Iterator[Finding]:
    """What only the whole can tell."""
    try:
        file.order()
    except KmccError as error:
        yield Finding(("name",), str(error), None)


def _schedule(section: ScheduleSection) -> Schedule:
    windows = tuple(
        Window(one.start, one.end, frozenset(DAYS.index(day) + 1 for day in one.days)) for one in section.windows
    )
    return Schedule(
        windows, ZoneInfo(section.time_zone), frozenset(section.holidays), section.first_day, section.last_day
    )


def _pacing(section: PacingSection) -> PacingSettings:
    return PacingSettings(
        mode=Pacing(section.mode),
        ratio=section.ratio,
        abandon_cap=section.abandon_cap,
        abandon_hours=section.abandon_hours,
        caution=section.caution,
        preview_s=section.preview_s,
    )


def _party(section: PartySection) -> PartySettings | None:
    if not section.enabled:
        return None
    return PartySettings(
        initial_silence_ms=section.initial_silence_ms,
        greeting_ms=section.greeting_ms,
        after_greeting_ms=section.after_greeting_ms,
    )


def _script(section: TalkSection) -> Script:
    questions = tuple(
        Question(one.name, _spoken(one.say), one.keys, one.plays, one.timeout_s) for one in section.questions
    )
    return Script(_spoken(section.say), questions, section.confirm, section.opt_out_key)


def _spoken(say: Say) -> tuple[Spoken, ...]:
    return tuple(
        Spoken(prompt=one) if isinstance(one, str) else Spoken(digits=one.digits, amount=one.amount) for one in say
    )
