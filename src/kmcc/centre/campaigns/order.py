"""A campaign as it was ordered, without its list: when, how fast, how often, and what is said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from kmcc.centre.calling_hours import check_hours
from kmcc.switch.autodial.classify import ClassifierSettings
from kmcc.switch.autodial.errors import CampaignError
from kmcc.switch.autodial.pacing import Pacing, PacingSettings
from kmcc.switch.autodial.party import PartySettings
from kmcc.switch.autodial.plan import RETRY, Budget, CampaignPlan, Contact
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Spoken:
    """One piece of what is said: a prompt by its name, or a column of the list as digits or as an amount in fen."""

    prompt: str | None = None
    digits: str | None = None
    amount: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Asked until one of `keys` is pressed, `plays` times at most; what was pressed is written under `name`."""

    name: str
    say: tuple[Spoken, ...]
    keys: str
    plays: int = 3
    timeout_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Script:
    """The talk: an announcement, then questions. `confirm` names the question without whose key it counts as in part.

    Who presses `opt_out_key` at a question is put on the do-not-call list.
    """

    say: tuple[Spoken, ...] = ()
    questions: tuple[Question, ...] = ()
    confirm: str | None = None
    opt_out_key: str | None = None


@dataclass(frozen=True, slots=True)
class HandOver:
    """A seat of this service takes the call; without one within `within_s` it is abandoned, and `sorry` is said."""

    service: str
    within_s: float = 2.0
    sorry: tuple[Spoken, ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignOrder:
    """`a_day` limits the calls that a number gets a day from all campaigns together; None = no limit."""

    name: str
    schedule: Schedule
    calling: str
    script: Script = field(default_factory=Script)
    hand_over: HandOver | None = None
    budget: Budget = field(default_factory=Budget)
    a_day: int | None = None
    lines: int = 1
    retry: Mapping[Result, timedelta] = field(default_factory=lambda: RETRY)
    pacing: PacingSettings = field(default_factory=PacingSettings)
    party: PartySettings | None = None
    rings: ClassifierSettings = field(default_factory=lambda: ClassifierSettings(no_answer_ms=45_000))

    def __post_init__(self) -> None:
        check_hours(self.name, self.schedule)
        wants_seats = self.pacing.mode is not Pacing.LINES
        if wants_seats and self.hand_over is None:
            raise CampaignError(self.name, f"pacing {self.pacing.mode.value} is by seats, and no call goes to a seat")
        if self.hand_over is not None and not wants_seats:
            raise CampaignError(self.name, "calls go to a seat: expected a pacing by seats, not lines")
        if self.hand_over is None and not self.script.say and not self.script.questions:
            raise CampaignError(self.name, "nothing is said, nothing asked and no seat talks")
        names = [question.name for question in self.script.questions]
        if len(set(names)) < len(names):
            raise CampaignError(self.name, "two questions have one name")
        if self.script.confirm is not None and self.script.confirm not in names:
            raise CampaignError(self.name, f"no question has the name {self.script.confirm}")
        self.plan(())

    def plan(self, contacts: tuple[Contact, ...]) -> CampaignPlan:
        return CampaignPlan(
            self.name, contacts, self.schedule, self.budget, self.lines, retry=self.retry, pacing=self.pacing
        )

    def columns(self) -> frozenset[str]:
        """Columns of the list that the script reads out."""
        spoken = [*self.script.say, *(one for question in self.script.questions for one in question.say)]
        spoken += self.hand_over.sorry if self.hand_over is not None else ()
        return frozenset(name for one in spoken for name in (one.digits, one.amount) if name is not None)

    def prompts(self) -> frozenset[str]:
        spoken = [*self.script.say, *(one for question in self.script.questions for one in question.say)]
        spoken += self.hand_over.sorry if self.hand_over is not None else ()
        return frozenset(one.prompt for one in spoken if one.prompt is not None)
