"""The leg book: notes when each leg began, was answered and ended, and writes its CDR once."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from kmcc.switch.calendar import Calendar
from kmcc.switch.cdr import Cdr, CdrSink, EndedBy, LegDirection
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.journal import Journal
from kmcc.switch.leg import Leg


@dataclass(slots=True)
class LegEntry:
    """What is known of one leg while it lasts; the call server fills in what it learns."""

    chain: str
    number: int
    direction: LegDirection
    circuit: str
    offered_at: datetime
    called: str = ""
    calling: CallingParty = field(default_factory=CallingParty)
    service: str | None = None
    seat: str | None = None
    waiting_ms: int | None = None
    answered_at: datetime | None = None
    recording: Path | None = None
    charge_class: str | None = None
    units: int = 0
    continues: str | None = None

    def note_unit(self) -> None:
        """One more meter indication; before the answer there is nothing to charge."""
        if self.answered_at is not None:
            self.units += 1

    def record(self, released_at: datetime, cause: Cause, ended_by: EndedBy) -> Cdr:
        """As the leg ends now."""
        return Cdr(
            id=f"{self.chain}-{self.number}",
            chain=self.chain,
            leg=self.number,
            direction=self.direction,
            circuit=self.circuit,
            called=self.called,
            calling=self.calling.number,
            category=self.calling.category,
            dialled_code=self.called if self.service is not None else None,
            service=self.service,
            seat=self.seat,
            offered_at=self.offered_at,
            answered_at=self.answered_at,
            released_at=released_at,
            waiting_ms=self.waiting_ms,
            cause=cause,
            ended_by=ended_by,
            charged=self.answered_at is not None,
            recording=None if self.recording is None else Path(self.recording.name),
            charge_class=self.charge_class,
            units=self.units,
            continues=self.continues,
        )


class OpenLegs(Protocol):
    """Keeps what is known of legs that are up where a crash does not reach it: kmcc.store.open_legs.OpenLegFile."""

    def note(self, entry: LegEntry) -> None: ...

    def close(self, entry: LegEntry) -> None:
        """Its record is written."""
        ...


class Unkept:
    """Open legs of a switch that need not outlive it."""

    def note(self, entry: LegEntry) -> None: ...

    def close(self, entry: LegEntry) -> None: ...


class LegBook:
    """One writer of CDRs for all legs of a switch."""

    def __init__(self, calendar: Calendar, journal: Journal, sink: CdrSink, open_legs: OpenLegs | None = None) -> None:
        self.start = calendar.now()
        self.calendar = calendar
        self._journal = journal
        self._sink = sink
        self._open = Unkept() if open_legs is None else open_legs
        self._legs_of: dict[str, int] = {}

    def open(self, chain: str, leg: Leg, direction: LegDirection) -> LegEntry:
        """A leg begins now."""
        number = self._legs_of.get(chain, 0) + 1
        self._legs_of[chain] = number
        entry = LegEntry(chain, number, direction, leg.circuit.name, self.calendar.now())
        leg.answered.add_done_callback(lambda _: self._note_answer(entry))
        self._open.note(entry)
        return entry

    def note(self, entry: LegEntry) -> None:
        """More is known of a leg that is up."""
        self._open.note(entry)

    def _note_answer(self, entry: LegEntry) -> None:
        if entry.answered_at is None:
            entry.answered_at = self.calendar.now()
            self._open.note(entry)

    def close(self, entry: LegEntry, leg: Leg) -> None:
        """The leg has ended: its record, with the cause of the side that ended it first."""
        cause = leg.ended.result() if leg.ended.done() else Cause.SYSTEM_FAULT
        if leg.answered.done() and entry.answered_at is None:  # answered and over in one go
            entry.answered_at = self.calendar.now()
        record = entry.record(self.calendar.now(), cause, _ended_by(entry, leg, cause))
        self._sink.write(record)
        self._open.close(entry)
        self._journal.write(
            "cdr.written", call=entry.chain, leg=entry.number, cause=cause.words, duration_ms=record.duration_ms
        )

    def forget(self, chain: str) -> None:
        """All legs of this call are closed."""
        self._legs_of.pop(chain, None)


HANG_UPS: Final = {Cause.CALLER_HUNG_UP: EndedBy.CALLER, Cause.CALLED_HUNG_UP: EndedBy.CALLED}
REFUSALS: Final = frozenset({Cause.VACANT_NUMBER, Cause.BUSY, Cause.REFUSED, Cause.CONGESTION})


def _ended_by(entry: LegEntry, leg: Leg, cause: Cause) -> EndedBy:
    """A hang-up ends both legs of a call and names who it was; the far side of an outgoing leg may also refuse it.

    All else is our own doing: what our register refuses, and the failures that our timers find.
    """
    is_refused_there = entry.direction is LegDirection.OUT and leg.ended_by_far_side and cause in REFUSALS
    return EndedBy.CALLED if is_refused_there else HANG_UPS.get(cause, EndedBy.CENTRE)
