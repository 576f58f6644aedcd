"""Call detail records 话单 (R-333): one immutable record a leg, chained a call. Charging starts at answer."""

import csv
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from io import StringIO
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

import structlog

from kmcc.switch.circuit import Cause
from kmcc.switch.errors import SwitchError

log = structlog.get_logger()

CSV_COLUMNS: Final = (
    "id", "chain", "leg", "direction", "circuit", "called", "calling", "category", "dialled_code", "service", "seat",
    "offered_at", "answered_at", "released_at", "duration_ms", "waiting_ms", "cause", "q850", "ended_by", "charged",
    "recording", "charge_class", "units", "continues",
)  # fmt: skip
LINE_END: Final = "\r\n"  # RFC 4180
_MS: Final = timedelta(milliseconds=1)


class CdrError(SwitchError):
    """A record that would not be true, or a file of them that cannot be written."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"CDR {where}: {why}")
        self.where = where


class LegDirection(Enum):
    IN = "in"
    OUT = "out"


class EndedBy(Enum):
    CALLER = "caller"
    CALLED = "called"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cdr:
    """One leg of a call. All legs of a call have the same `chain`; `leg` counts from 1.

    `dialled_code` is the service code that the caller dialled, `category` the KA of China No.1, `waiting_ms` the
    time in the queue (None = never queued), `charge_class` the tariff of the row of the number plan by which it came or
    left, `units` the meter indications of the circuit, `continues` the chain of the call that promised this one.
    Times are aware.
    """

    id: str
    chain: str
    leg: int
    direction: LegDirection
    circuit: str
    called: str
    calling: str | None = None
    category: int | None = None
    dialled_code: str | None = None
    service: str | None = None
    seat: str | None = None
    offered_at: datetime
    answered_at: datetime | None = None
    released_at: datetime
    waiting_ms: int | None = None
    cause: Cause
    ended_by: EndedBy
    charged: bool
    recording: Path | None = None
    charge_class: str | None = None
    units: int = 0
    continues: str | None = None

    def __post_init__(self) -> None:
        times = [at for at in (self.offered_at, self.answered_at, self.released_at) if at is not None]
        if self.leg < 1:
            raise CdrError(self.id, f"leg is {self.leg}, expected 1 or more")
        if any(at.tzinfo is None for at in times):
            raise CdrError(self.id, "a time has no time zone")
        if times != sorted(times):
            raise CdrError(self.id, "expected offered <= answered <= released")
        if self.waiting_ms is not None and self.waiting_ms < 0:
            raise CdrError(self.id, f"waiting_ms is {self.waiting_ms}, expected 0 or more")
        if self.units < 0:
            raise CdrError(self.id, f"units is {self.units}, expected 0 or more")
        if self.answered_at is None and (self.charged or self.units):
            raise CdrError(self.id, "charged, but never answered")

    @property
    def duration_ms(self) -> int:
        """From answer to release; 0 when nobody answered."""
        if self.answered_at is None:
            return 0
        return (self.released_at - self.answered_at) // _MS

    @property
    def charged_ms(self) -> int:
        return self.duration_ms if self.charged else 0

    def to_csv_row(self) -> tuple[str, ...]:
        """Its fields in the order of CSV_COLUMNS; an empty field = there is none."""
        fields: tuple[object, ...] = (
            self.id, self.chain, self.leg, self.direction.value, self.circuit, self.called, self.calling, self.category,
            self.dialled_code, self.service, self.seat, _stamp(self.offered_at), _stamp(self.answered_at),
            _stamp(self.released_at), self.duration_ms, self.waiting_ms, self.cause.words, self.cause.q850,
            self.ended_by.value, "yes" if self.charged else "no", self.recording, self.charge_class, self.units,
            self.continues,
        )  # fmt: skip
        return tuple("" if field is None else str(field) for field in fields)

    @classmethod
    def from_csv_row(cls, row: Sequence[str]) -> Self:
        """The record of such a row, its times to the millisecond. CdrError when it is none."""
        if len(row) != len(CSV_COLUMNS):
            raise CdrError(row[0] if row else "row", f"{len(row)} columns, expected {len(CSV_COLUMNS)}")
        texts = dict(zip(CSV_COLUMNS, row, strict=True))
        try:
            fields: dict[str, Any] = {name: read(texts[name]) for name, read in READERS.items()}
        except (ValueError, KeyError) as error:
            raise CdrError(row[0], f"a field has a wrong value: {error}") from None
        return cls(**fields)


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds")


def _or_none(read: Callable[[str], object]) -> Callable[[str], object]:
    return lambda text: read(text) if text else None


READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "id": str,
    "chain": str,
    "leg": int,
    "direction": LegDirection,
    "circuit": str,
    "called": str,
    "calling": _or_none(str),
    "category": _or_none(int),
    "dialled_code": _or_none(str),
    "service": _or_none(str),
    "seat": _or_none(str),
    "offered_at": datetime.fromisoformat,
    "answered_at": _or_none(datetime.fromisoformat),
    "released_at": datetime.fromisoformat,
    "waiting_ms": _or_none(int),
    "cause": {cause.words: cause for cause in Cause}.__getitem__,
    "ended_by": EndedBy,
    "charged": {"yes": True, "no": False}.__getitem__,
    "recording": _or_none(Path),
    "charge_class": _or_none(str),
    "units": int,
    "continues": _or_none(str),
}
"""How each column of a CSV row is read; those that follow from others are not."""


class CdrSink(Protocol):
    def write(self, cdr: Cdr) -> None: ...


class CsvCdrFile:
    """Records in a CSV file that only grows: a header once, then one line a record, handed to the system at once.

    A disk that takes no more loses nothing: what waits is tried again with every record and at `close`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        is_torn = _check(path)
        self._file = path.open("ab", buffering=0)  # lives as long as the writer; `close` closes it
        self._waiting = bytearray()
        if is_torn:  # the power went off in a record: keep what there is, start on a new line
            self._waiting += b"\n"
        if self._file.tell() == 0:
            self._append(CSV_COLUMNS)
        self._write_waiting()
        if self._waiting:
            self._file.close()
            raise CdrError(str(path), "cannot be written; expected room on the disk")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def unwritten_octets(self) -> int:
        """What waits for the disk."""
        return len(self._waiting)

    def write(self, cdr: Cdr) -> None:
        if self._file.closed:
            raise CdrError(str(self._path), "the file is closed")
        self._append(cdr.to_csv_row())
        self._write_waiting()

    def close(self) -> None:
        """CdrError when records could not be written to the end; they are lost then."""
        if self._file.closed:
            return
        self._write_waiting()
        self._file.close()
        if self._waiting:
            raise CdrError(str(self._path), f"{len(self._waiting)} octets could not be written")

    def _append(self, row: tuple[str, ...]) -> None:
        line = StringIO()
        csv.writer(line).writerow(row)  # with its own CR LF, or a lone CR in a field would not be quoted
        self._waiting += line.getvalue().removesuffix("\r\n").encode() + b"\n"

    def _write_waiting(self) -> None:
        try:
            while self._waiting:
                del self._waiting[: self._file.write(self._waiting)]
        except OSError as error:
            log.error(
                "call records wait for the disk", file=str(self._path), octets=len(self._waiting), error=str(error)
            )


def _check(path: Path) -> bool:
    """Whether the last line of an earlier file is torn; a file with other columns is refused."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    with path.open("rb") as earlier:
        header = earlier.readline().decode("utf-8", "replace").rstrip("\r\n")
        earlier.seek(-1, os.SEEK_END)
        is_torn = earlier.read(1) != b"\n"
    if header != ",".join(CSV_COLUMNS):
        raise CdrError(str(path), "the file begins with other columns")
    return is_torn
