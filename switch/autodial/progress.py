"""How far one contact of a campaign is, and what survives a restart."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from kmcc.switch.autodial.events import Outcome, Verdict
from kmcc.switch.autodial.plan import REACHED, Budget, Contact
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.schedule import Schedule


class State(Enum):
    """Of a campaign."""

    NEW = "new"
    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"


class Stage(Enum):
    """Of a contact at this moment."""

    WAITING = "waiting"  # for his turn, or done with
    PREVIEWED = "previewed"
    DIALLED = "dialled"
    ANSWERED = "answered"  # by a person, who is to have a seat
    TALKING = "talking"


IS_UP = frozenset({Stage.DIALLED, Stage.ANSWERED, Stage.TALKING})


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt; `result` None = the call is up, or was when all ended."""

    number: str
    at: datetime
    result: Result | None = None


@dataclass(frozen=True, slots=True)
class ContactSnapshot:
    contact: str
    tries: tuple[Try, ...] = ()
    due: datetime | None = None  # of the next attempt, when it has to wait
    verdict: Verdict | None = None
    is_withdrawn: bool = False
    struck: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CampaignSnapshot:
    """All that a campaign must remember over a restart, besides its plan."""

    campaign: str
    state: State
    contacts: tuple[ContactSnapshot, ...]


@dataclass(slots=True)
class Progress:
    """How far one contact is. Only the campaign changes it. `struck` are numbers that are not tried any more."""

    contact: Contact
    tries: list[Try] = field(default_factory=list)
    due: datetime | None = None
    stage: Stage = Stage.WAITING
    since: datetime | None = None  # of the stage
    seat: str | None = None
    is_withdrawn: bool = False
    struck: set[str] = field(default_factory=set)
    verdict: Verdict | None = None

    @property
    def attempts(self) -> int:
        return len(self.tries)

    @property
    def last(self) -> Result | None:
        return self.tries[-1].result if self.tries else None

    @property
    def is_up(self) -> bool:
        return self.stage in IS_UP

    def save(self) -> ContactSnapshot:
        return ContactSnapshot(
            self.contact.id, tuple(self.tries), self.due, self.verdict, self.is_withdrawn, frozenset(self.struck)
        )

    def load(self, saved: ContactSnapshot) -> None:
        """A try without a result is a call that was up: the contact is as good as dialled until that is settled."""
        self.tries, self.due, self.verdict = list(saved.tries), saved.due, saved.verdict
        self.is_withdrawn, self.struck = saved.is_withdrawn, set(saved.struck)
        is_open = bool(saved.tries) and saved.tries[-1].result is None
        self.stage = Stage.DIALLED if is_open else Stage.WAITING

    def outcome(self) -> Outcome | None:
        """None while it is not done with."""
        if self.verdict is None:
            return None
        return Outcome(self.contact.id, self.verdict, self.attempts, self.last)

    def enter(self, stage: Stage, at: datetime) -> None:
        self.stage, self.since = stage, at

    # --- numbers and budget -------------------------------------------------------------------------------------

    def next_number(self, budget: Budget) -> str | None:
        """The number tried least, in the contact's order; None = the budget or the numbers are used up."""
        if self.attempts >= budget.attempts:
            return None
        counts = {number: 0 for number in self.contact.numbers if number not in self.struck}
        for one in self.tries:
            if one.number in counts:
                counts[one.number] += 1
        left = [number for number in counts if budget.per_number is None or counts[number] < budget.per_number]
        return min(left, key=counts.__getitem__, default=None)

    def begin(self, number: str, at: datetime) -> int:
        """Dial; which attempt this is, from 1."""
        self.tries.append(Try(number, at))
        self.due = None
        return self.attempts

    def close(self, result: Result) -> None:
        last = self.tries[-1]
        self.tries[-1] = Try(last.number, last.at, result)
        self.seat = None

    def take_back(self) -> str:
        """The attempt has not been placed; its number."""
        self.seat = None
        return self.tries.pop().number

    def not_before(self, at: datetime, budget: Budget, schedule: Schedule) -> datetime:
        """`at`, or the contact's next midnight when the calls of that day are used up."""
        if budget.per_day is None:
            return at
        zone = self.contact.zone
        day = schedule.day_of(at, zone)
        today = sum(schedule.day_of(one.at, zone) == day for one in self.tries)
        return at if today < budget.per_day else schedule.next_day(at, zone)

    def judge(self) -> Verdict:
        """What it comes to when the last attempt was the last of all."""
        last = self.last
        if last in REACHED:
            return Verdict.REACHED
        if self.is_withdrawn:
            return Verdict.WITHDRAWN
        return Verdict.VACANT if last is Result.VACANT else Verdict.EXHAUSTED
