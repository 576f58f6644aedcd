"""The leg book: notes when each leg began, was answered and ended, and writes its CDR once."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

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


class LegBook:
    """One writer of CDRs for all legs of a switch."""

    def __init__(self, calendar: Calendar, journal: Journal, sink: CdrSink) -> None:
        self.start = calendar.now()
        self._calendar = calendar
        self._journal = journal
        self._sink = sink
        self._legs_of: dict[str, int] = {}

    def open(self, chain: str, leg: Leg, direction: LegDirection) -> LegEntry:
        """A leg begins now."""
        number = self._legs_of.get(chain, 0) + 1
        self._legs_of[chain] = number
        entry = LegEntry(chain, number, direction, leg.circuit.name, self._calendar.now())
        leg.answered.add_done_callback(lambda _: self._note_answer(entry))
        return entry

    def _note_answer(self, entry: LegEntry) -> None:
        entry.answered_at = self._calendar.now()

    def close(self, entry: LegEntry, leg: Leg) -> None:
        """The leg has ended: its record, with the cause of the side that ended it first."""
        cause = leg.ended.result() if leg.ended.done() else Cause.SYSTEM_FAULT
        record = self._record(entry, cause, _ended_by(entry, leg, cause))
        self._sink.write(record)
        self._journal.write(
            "cdr.written", call=entry.chain, leg=entry.number, cause=cause.words, duration_ms=record.duration_ms
        )

    def forget(self, chain: str) -> None:
        """All legs of this call are closed."""
        self._legs_of.pop(chain, None)

    def _record(self, entry: LegEntry, cause: Cause, ended_by: EndedBy) -> Cdr:
        return Cdr(
            id=f"{entry.chain}-{entry.number}",
            chain=entry.chain,
            leg=entry.number,
            direction=entry.direction,
            circuit=entry.circuit,
            called=entry.called,
            calling=entry.calling.number,
            category=entry.calling.category,
            dialled_code=entry.called if entry.service is not None else None,
            service=entry.service,
            seat=entry.seat,
            offered_at=entry.offered_at,
            answered_at=entry.answered_at,
            released_at=self._calendar.now(),
            waiting_ms=entry.waiting_ms,
            cause=cause,
            ended_by=ended_by,
            charged=entry.answered_at is not None,
            recording=None if entry.recording is None else Path(entry.recording.name),
        )


HANG_UPS: Final = {Cause.CALLER_HUNG_UP: EndedBy.CALLER, Cause.CALLED_HUNG_UP: EndedBy.CALLED}
REFUSALS: Final = frozenset({Cause.VACANT_NUMBER, Cause.BUSY, Cause.REFUSED, Cause.CONGESTION})


def _ended_by(entry: LegEntry, leg: Leg, cause: Cause) -> EndedBy:
    """A hang-up ends both legs of a call and names who it was; the far side of an outgoing leg may also refuse it.

    All else is our own doing: what our register refuses, and the failures that our timers find.
    """
    is_refused_there = entry.direction is LegDirection.OUT and leg.ended_by_far_side and cause in REFUSALS
    return EndedBy.CALLED if is_refused_there else HANG_UPS.get(cause, EndedBy.CENTRE)
