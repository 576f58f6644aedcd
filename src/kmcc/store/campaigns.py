"""Campaigns: their contacts, every attempt before it is dialled and after it is over, and what was keyed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kmcc.store.errors import CampaignExistsError, UnknownCampaignError
from kmcc.store.tables import CampaignAnswerRow, CampaignAttemptRow, CampaignContactRow, CampaignRow
from kmcc.switch.autodial.events import Dial, Verdict
from kmcc.switch.autodial.plan import Contact
from kmcc.switch.autodial.preflight import Preflight, Skipped, SkipReason
from kmcc.switch.autodial.progress import CampaignSnapshot, ContactSnapshot, State, Try
from kmcc.switch.autodial.result import Result


@dataclass(frozen=True, slots=True)
class StoredCampaign:
    name: str
    definition: str
    state: State
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactList:
    """Who is called, in order; who is skipped; and how far each of the former is."""

    contacts: tuple[Contact, ...]
    skipped: tuple[Skipped, ...]
    snapshot: CampaignSnapshot


@dataclass(frozen=True, slots=True)
class Attempt:
    contact: str
    attempt: int
    number: str
    dialled_at: datetime
    ended_at: datetime | None
    result: Result | None
    seat: str | None


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """`contacts` are those who are called, `skipped` the others; a contact without a verdict is not done with."""

    contacts: int
    skipped: Mapping[SkipReason, int]
    verdicts: Mapping[Verdict, int]
    results: Mapping[Result, int]
    attempts: int


class Campaigns:
    def __init__(self, session: Session) -> None:
        self._session = session

    # --- the campaign ---------------------------------------------------------------------------------------------

    def add(self, name: str, definition: str, check: Preflight, now: datetime) -> StoredCampaign:
        """Put it down with its list, not started. CampaignExistsError when the name is taken."""
        if self._session.get(CampaignRow, name) is not None:
            raise CampaignExistsError(name)
        row = CampaignRow(name=name, definition=definition, state=State.NEW.value, created_at=now)
        self._session.add(row)
        self._session.flush()
        rows = [_contact_row(name, n, contact) for n, contact in enumerate(check.to_call)]
        for n, one in enumerate(check.skipped, start=len(rows)):
            rows.append(_contact_row(name, n, one.contact))
            rows[-1].skipped = one.why.value
        self._session.add_all(rows)
        self._session.flush()
        return _campaign(row)

    def all(self) -> tuple[StoredCampaign, ...]:
        rows = self._session.scalars(select(CampaignRow).order_by(CampaignRow.created_at, CampaignRow.name))
        return tuple(_campaign(row) for row in rows)

    def of(self, name: str) -> StoredCampaign:
        return _campaign(self._row(name))

    def enter(self, name: str, state: State, now: datetime) -> None:
        row = self._row(name)
        row.state = state.value
        if state is State.RUNNING and row.started_at is None:
            row.started_at = now
        if state is State.FINISHED:
            row.finished_at = now

    def contact_list(self, name: str) -> ContactList:
        """All that a restart needs. An attempt without an end stands as a Try without a result."""
        state = self.of(name).state
        rows = self._contacts(name)
        tries: dict[str, list[Try]] = {}
        for one in self.attempts(name):
            tries.setdefault(one.contact, []).append(Try(one.number, one.dialled_at, one.result))
        called = [row for row in rows if row.skipped is None]
        skipped = [Skipped(_contact(row), SkipReason(row.skipped)) for row in rows if row.skipped is not None]
        saved = tuple(_snapshot(row, tuple(tries.get(row.contact, ()))) for row in called)
        snapshot = CampaignSnapshot(name, state, saved)
        return ContactList(tuple(_contact(row) for row in called), tuple(skipped), snapshot)

    def figures(self, name: str) -> CampaignFigures:
        """Counted by the database, however long the list is."""
        rows = self._session.execute(
            select(CampaignContactRow.skipped, CampaignContactRow.verdict, func.count())
            .where(CampaignContactRow.campaign == name)
            .group_by(CampaignContactRow.skipped, CampaignContactRow.verdict)
        ).all()
        results = self._session.execute(
            select(CampaignAttemptRow.result, func.count())
            .where(CampaignAttemptRow.campaign == name)
            .group_by(CampaignAttemptRow.result)
        ).all()
        return CampaignFigures(
            contacts=sum(count for skipped, _, count in rows if skipped is None),
            skipped={SkipReason(skipped): count for skipped, _, count in rows if skipped is not None},
            verdicts={Verdict(verdict): count for _, verdict, count in rows if verdict is not None},
            results={Result(result): count for result, count in results if result is not None},
            attempts=sum(count for _, count in results),
        )

    # --- attempts -------------------------------------------------------------------------------------------------

    def begin(self, name: str, dial: Dial, now: datetime) -> None:
        """Before the call is placed."""
        key = {"campaign": name, "contact": dial.contact, "attempt": dial.attempt}
        self._session.add(CampaignAttemptRow(**key, number=dial.number, dialled_at=now, seat=dial.seat))
        self._contact_row(name, dial.contact).due = None

    def take_back(self, name: str, dial: Dial) -> None:
        """It has not been placed after all."""
        row = self._session.get(CampaignAttemptRow, (name, dial.contact, dial.attempt))
        if row is not None:
            self._session.delete(row)
            self._session.flush()

    def end(self, name: str, dial: Dial, result: Result, now: datetime) -> None:
        row = self._session.get(CampaignAttemptRow, (name, dial.contact, dial.attempt))
        if row is not None:
            row.result, row.ended_at = result.value, now

    def took(self, name: str, dial: Dial, seat: str) -> None:
        """A seat talks with the contact."""
        row = self._session.get(CampaignAttemptRow, (name, dial.contact, dial.attempt))
        if row is not None:
            row.seat = seat

    def save(self, name: str, saved: ContactSnapshot) -> None:
        """How far the contact is; his attempts are kept by `begin` and `end`."""
        row = self._contact_row(name, saved.contact)
        row.due, row.is_withdrawn, row.struck = saved.due, saved.is_withdrawn, sorted(saved.struck)
        row.verdict = None if saved.verdict is None else saved.verdict.value

    def attempts(self, name: str) -> tuple[Attempt, ...]:
        """By contact, in the order in which they were made."""
        rows = self._session.scalars(
            select(CampaignAttemptRow)
            .where(CampaignAttemptRow.campaign == name)
            .order_by(CampaignAttemptRow.contact, CampaignAttemptRow.attempt)
        )
        return tuple(_attempt(row) for row in rows)

    def calls_since(self, numbers: Sequence[str] | None, since: datetime) -> Mapping[str, int]:
        """How often numbers were called by any campaign from `since` on; None = all numbers."""
        query = select(CampaignAttemptRow.number, func.count()).where(CampaignAttemptRow.dialled_at >= since)
        if numbers is not None:
            query = query.where(CampaignAttemptRow.number.in_(numbers))
        rows = self._session.execute(query.group_by(CampaignAttemptRow.number))
        return dict(rows.all())

    # --- answers --------------------------------------------------------------------------------------------------

    def answer(self, name: str, contact: str, question: str, keys: str, now: datetime) -> None:
        key = (name, contact, question)
        row = self._session.get(CampaignAnswerRow, key)
        if row is None:
            row = CampaignAnswerRow(campaign=name, contact=contact, question=question)
            self._session.add(row)
        row.keys, row.at = keys, now

    def answers(self, name: str) -> Mapping[str, Mapping[str, str]]:
        """By contact: question and what was keyed."""
        found: dict[str, dict[str, str]] = {}
        rows = self._session.scalars(select(CampaignAnswerRow).where(CampaignAnswerRow.campaign == name))
        for row in rows:
            found.setdefault(row.contact, {})[row.question] = row.keys
        return found

    def tally(self, name: str) -> Mapping[str, Mapping[str, int]]:
        """By question: how often each key was given (R-14)."""
        found: dict[str, Counter[str]] = {}
        for answers in self.answers(name).values():
            for question, keys in answers.items():
                found.setdefault(question, Counter())[keys] += 1
        return {question: dict(sorted(counts.items())) for question, counts in sorted(found.items())}

    # --- rows -----------------------------------------------------------------------------------------------------

    def _row(self, name: str) -> CampaignRow:
        row = self._session.get(CampaignRow, name)
        if row is None:
            raise UnknownCampaignError(name)
        return row

    def _contacts(self, name: str) -> list[CampaignContactRow]:
        query = select(CampaignContactRow).where(CampaignContactRow.campaign == name)
        return list(self._session.scalars(query.order_by(CampaignContactRow.position)))

    def _contact_row(self, name: str, contact: str) -> CampaignContactRow:
        row = self._session.get(CampaignContactRow, (name, contact))
        if row is None:
            raise UnknownCampaignError(f"{name}, contact {contact}")
        return row


def _campaign(row: CampaignRow) -> StoredCampaign:
    state = State(row.state)
    return StoredCampaign(row.name, row.definition, state, row.created_at, row.started_at, row.finished_at)


def _contact_row(campaign: str, position: int, contact: Contact) -> CampaignContactRow:
    return CampaignContactRow(
        campaign=campaign,
        contact=contact.id,
        position=position,
        numbers=list(contact.numbers),
        zone=None if contact.zone is None else str(contact.zone),
        data=dict(contact.data),
        struck=[],
        is_withdrawn=False,
    )


def _contact(row: CampaignContactRow) -> Contact:
    zone = None if row.zone is None else ZoneInfo(row.zone)
    return Contact(row.contact, tuple(row.numbers), zone, dict(row.data))


def _snapshot(row: CampaignContactRow, tries: tuple[Try, ...]) -> ContactSnapshot:
    verdict = None if row.verdict is None else Verdict(row.verdict)
    return ContactSnapshot(row.contact, tries, row.due, verdict, row.is_withdrawn, frozenset(row.struck))


def _attempt(row: CampaignAttemptRow) -> Attempt:
    result = None if row.result is None else Result(row.result)
    return Attempt(row.contact, row.attempt, row.number, row.dialled_at, row.ended_at, result, row.seat)
