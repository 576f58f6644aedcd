"""How far a campaign is: each contact, whose turn it is next, and the snapshot that survives a restart."""

import heapq
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kmcc.switch.autodial.events import Outcome, Verdict
from kmcc.switch.autodial.plan import Contact
from kmcc.switch.autodial.result import Result


class State(Enum):
    """Of a campaign."""

    NEW = "new"
    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class ContactSnapshot:
    contact: str
    attempts: int
    due: datetime | None  # of the next attempt after the first
    is_calling: bool
    is_withdrawn: bool
    last: Result | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class CampaignSnapshot:
    """All that a campaign must remember over a restart, besides its plan."""

    campaign: str
    state: State
    contacts: tuple[ContactSnapshot, ...]


@dataclass(slots=True)
class Progress:
    """How far one contact is. Only the campaign changes it."""

    contact: Contact
    attempts: int = 0
    due: datetime | None = None
    is_calling: bool = False
    is_withdrawn: bool = False
    last: Result | None = None
    verdict: Verdict | None = None

    def save(self) -> ContactSnapshot:
        return ContactSnapshot(
            self.contact.id, self.attempts, self.due, self.is_calling, self.is_withdrawn, self.last, self.verdict
        )

    def load(self, saved: ContactSnapshot) -> None:
        self.attempts, self.due = saved.attempts, saved.due
        self.is_calling, self.is_withdrawn = saved.is_calling, saved.is_withdrawn
        self.last, self.verdict = saved.last, saved.verdict

    def outcome(self) -> Outcome | None:
        """None while it is not done with."""
        if self.verdict is None:
            return None
        return Outcome(self.contact.id, self.verdict, self.attempts, self.last)

    def judge(self, result: Result) -> Verdict:
        """What it comes to when `result` was the last one."""
        if result in (Result.ANSWERED, Result.ANSWERED_PART):
            return Verdict.REACHED
        if result is Result.VACANT:
            return Verdict.VACANT
        return Verdict.WITHDRAWN if self.is_withdrawn else Verdict.EXHAUSTED


class Agenda:
    """Whose turn it is: an attempt that has come due goes before a first attempt, for its interval was promised."""

    def __init__(self, contacts: Iterable[Progress]) -> None:
        self._fresh: deque[Progress] = deque()
        self._retries: list[tuple[datetime, int, Progress]] = []
        self._count = 0
        for progress in contacts:
            self.add(progress)

    def add(self, progress: Progress) -> None:
        if progress.verdict is not None or progress.is_calling:
            return
        if progress.due is None:
            self._fresh.append(progress)
        else:
            self._count += 1  # parts those that are due at the same moment
            heapq.heappush(self._retries, (progress.due, self._count, progress))

    def take(self, at: datetime) -> Progress | None:
        """Who may be called now, taken off the agenda."""
        self._drop_withdrawn()
        if self._retries and self._retries[0][0] <= at:
            return heapq.heappop(self._retries)[2]
        return self._fresh.popleft() if self._fresh else None

    def next_turn(self, at: datetime) -> datetime | None:
        """When the next one may be called, `at` at the earliest; None = nobody is left."""
        self._drop_withdrawn()
        if self._fresh:
            return at
        return max(at, self._retries[0][0]) if self._retries else None

    def _drop_withdrawn(self) -> None:
        while self._fresh and self._fresh[0].verdict is not None:
            self._fresh.popleft()
        while self._retries and self._retries[0][2].verdict is not None:
            heapq.heappop(self._retries)
