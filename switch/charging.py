"""Charging (R-129, P-04): what a call record costs by a tariff that is data. Pure functions; money is integer fen.

Nothing is charged before the answer, nor for an unanswered leg. A charge class has one tariff, of one of three kinds:

- time: units of time, each charged in full when it begins, at the rate that holds at its beginning; a unit that has
  begun keeps its length and its price when the rate changes. The first unit may be of its own.
- call: once an answered call (market calls, charged by the piece).
- meter: so much a meter indication that the circuit brought.

The sum is rounded up to `round_fen`. An answered call up to `free_s` costs nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import Enum
from itertools import groupby
from types import MappingProxyType
from typing import Final

from kmcc.switch.cdr import Cdr
from kmcc.switch.errors import SwitchError

WORKDAYS: Final = frozenset(range(5))
EVERY_DAY: Final = frozenset(range(7))
_MS: Final = timedelta(milliseconds=1)


class TariffError(SwitchError):
    """A tariff that cannot be, or a record that none fits."""


class ChargedBy(Enum):
    TIME = "time"
    CALL = "call"
    METER = "meter"


@dataclass(frozen=True, slots=True)
class Rate:
    """What a unit costs that begins on one of these days (0 = Monday), from `start` on and before `end`.

    `end` not after `start`: over midnight, and the day is that of the beginning of the period. Both None = always.
    """

    unit_ms: int
    unit_fen: int
    days: frozenset[int] = EVERY_DAY
    start: time | None = None
    end: time | None = None

    def __post_init__(self) -> None:
        if self.unit_ms < 1 or self.unit_fen < 0:
            raise TariffError(f"a unit of {self.unit_ms} ms at {self.unit_fen} fen, expected above 0 and 0 or more")
        if (self.start is None) != (self.end is None):
            raise TariffError("a rate with one of start and end, expected both or none")

    @property
    def holds_always(self) -> bool:
        return self.start is None and self.days == EVERY_DAY

    def holds_at(self, at: datetime) -> bool:
        if self.start is None or self.end is None:
            return at.weekday() in self.days
        clock = at.time()
        if self.start < self.end:
            return self.start <= clock < self.end and at.weekday() in self.days
        if clock >= self.start:
            return at.weekday() in self.days
        return clock < self.end and (at.weekday() - 1) % 7 in self.days


@dataclass(frozen=True, slots=True)
class Tariff:
    """`rates`: the first one that holds counts, so the last one holds always. `first`: of the first unit alone."""

    charge_class: str
    by: ChargedBy
    rates: tuple[Rate, ...] = ()
    first: Rate | None = None
    call_fen: int = 0
    meter_fen: int = 0
    free_s: float = 0.0
    round_fen: int = 1

    def __post_init__(self) -> None:
        if self.by is ChargedBy.TIME and not (self.rates and self.rates[-1].holds_always):
            raise TariffError(f"tariff {self.charge_class}: no rate that always holds, expected one as the last")
        if min(self.call_fen, self.meter_fen) < 0 or self.free_s < 0 or self.round_fen < 1:
            raise TariffError(f"tariff {self.charge_class}: expected prices and free_s of 0 or more, round_fen above 0")


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """So many units at one price."""

    units: int
    unit_fen: int

    @property
    def fen(self) -> int:
        return self.units * self.unit_fen


@dataclass(frozen=True, slots=True)
class Charge:
    """What a leg costs, and why: `why` is "free" or the kind of charging."""

    fen: int
    why: str
    lines: tuple[ChargeLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Tariffs:
    """All of an operator. Services and called numbers that are free cost nothing whatever their class."""

    by_class: Mapping[str, Tariff] = field(default_factory=lambda: MappingProxyType({}))
    free_services: frozenset[str] = frozenset()
    free_numbers: frozenset[str] = frozenset()

    def rate(self, cdr: Cdr) -> Charge:
        """TariffError when the record's class has no tariff."""
        if cdr.answered_at is None or not cdr.charged:
            return Charge(0, "not answered")
        if cdr.service in self.free_services or cdr.called in self.free_numbers:
            return Charge(0, "free")
        if cdr.charge_class is None:
            return Charge(0, "no class")
        tariff = self.by_class.get(cdr.charge_class)
        if tariff is None:
            known = ", ".join(sorted(self.by_class)) or "none"
            raise TariffError(f"record {cdr.id}: no tariff for class {cdr.charge_class}, expected one of {known}")
        return charge(tariff, cdr.answered_at, cdr.duration_ms, cdr.units)


def charge(tariff: Tariff, answered_at: datetime, duration_ms: int, units: int = 0) -> Charge:
    """What an answered call of this length costs; `answered_at` in the operator's time zone."""
    if tariff.free_s and duration_ms <= tariff.free_s * 1000:
        return Charge(0, "free")
    match tariff.by:
        case ChargedBy.CALL:
            lines: tuple[ChargeLine, ...] = (ChargeLine(1, tariff.call_fen),)
        case ChargedBy.METER:
            lines = (ChargeLine(units, tariff.meter_fen),)
        case ChargedBy.TIME:
            begun = groupby(_units(tariff, answered_at, duration_ms), key=lambda rate: rate.unit_fen)
            lines = tuple(ChargeLine(sum(1 for _ in rates), fen) for fen, rates in begun)
    total = sum(line.fen for line in lines)
    return Charge(-(-total // tariff.round_fen) * tariff.round_fen, tariff.by.value, lines)


def _units(tariff: Tariff, answered_at: datetime, duration_ms: int) -> Iterator[Rate]:
    """The rate of each unit that begins before the end, and of the one that begins with the answer."""
    elapsed_ms = 0
    while elapsed_ms < max(duration_ms, 1):
        at = answered_at + elapsed_ms * _MS
        is_first = elapsed_ms == 0 and tariff.first is not None
        rate = tariff.first if is_first else next(one for one in tariff.rates if one.holds_at(at))
        assert rate is not None
        yield rate
        elapsed_ms += rate.unit_ms
