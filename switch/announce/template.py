"""Announcement templates: fixed prompts and slots, filled with values (R-201, R-245, R-251: a new service is data)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from typing import Final

from kmcc.switch.announce.language import Language
from kmcc.switch.announce.say import (
    AnnounceError,
    say_amount,
    say_count,
    say_date,
    say_digits,
    say_month,
    say_number,
    say_time,
)

SlotValue = str | int | date | time | tuple[int, int]


class SlotKind(Enum):
    """How a value is said; a month is (year, month)."""

    DIGITS = "digits"
    NUMBER = "number"
    COUNT = "count"
    AMOUNT = "amount"
    DATE = "date"
    MONTH = "month"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Slot:
    """A value's place in an announcement."""

    name: str
    kind: SlotKind


Part = str | Slot
_SLOT: Final = re.compile(r"\{([a-z_]+):([a-z]+)\}")


def parse_part(text: str) -> Part:
    """`{amount:amount}` is a slot with its kind, anything else a prompt name. ValueError for a kind that is none."""
    found = _SLOT.fullmatch(text)
    return Slot(found[1], SlotKind(found[2])) if found else text


@dataclass(frozen=True, slots=True)
class Announcement:
    """One sentence, as data."""

    name: str
    parts: tuple[Part, ...]

    def slots(self) -> tuple[Slot, ...]:
        return tuple(part for part in self.parts if isinstance(part, Slot))

    def fixed(self) -> tuple[str, ...]:
        return tuple(part for part in self.parts if isinstance(part, str))

    def fill(self, lang: Language, /, **values: SlotValue) -> tuple[str, ...]:
        """The prompt names to play. Every slot needs its value, and no other value is taken."""
        wanted = sorted(slot.name for slot in self.slots())
        if sorted(values) != wanted:
            raise AnnounceError(f"announcement {self.name}", f"the values {', '.join(wanted) or '(none)'}")
        names: list[str] = []
        for part in self.parts:
            names += self._say(part, values[part.name], lang) if isinstance(part, Slot) else (part,)
        return tuple(names)

    def _say(self, slot: Slot, value: SlotValue, lang: Language) -> tuple[str, ...]:
        said = say_value(value, slot.kind, lang)
        if said is None:
            raise AnnounceError(f"announcement {self.name}, slot {slot.name}", _EXPECTED[slot.kind])
        return said


def say_value(value: SlotValue, kind: SlotKind, lang: Language) -> tuple[str, ...] | None:
    """The prompt names of a value; None when it is of another type. AnnounceError when it is too large to be said."""
    return _SAY[kind](value, lang)


def _integer(say: Callable[[int, Language], tuple[str, ...]]) -> "_Say":
    def checked(value: SlotValue, lang: Language) -> tuple[str, ...] | None:
        return say(value, lang) if isinstance(value, int) and not isinstance(value, bool) else None

    return checked


def _digits(value: SlotValue, lang: Language) -> tuple[str, ...] | None:
    return say_digits(value, lang) if isinstance(value, str) else None


def _date(value: SlotValue, lang: Language) -> tuple[str, ...] | None:
    return say_date(value, lang) if isinstance(value, date) else None


def _month(value: SlotValue, lang: Language) -> tuple[str, ...] | None:
    return say_month(*value, lang) if isinstance(value, tuple) else None


def _time(value: SlotValue, lang: Language) -> tuple[str, ...] | None:
    return say_time(value, lang) if isinstance(value, time) else None


_Say = Callable[[SlotValue, Language], tuple[str, ...] | None]

_SAY: Final[Mapping[SlotKind, _Say]] = {
    SlotKind.DIGITS: _digits,
    SlotKind.NUMBER: _integer(say_number),
    SlotKind.COUNT: _integer(say_count),
    SlotKind.AMOUNT: _integer(say_amount),
    SlotKind.DATE: _date,
    SlotKind.MONTH: _month,
    SlotKind.TIME: _time,
}

_EXPECTED: Final[Mapping[SlotKind, str]] = {
    SlotKind.DIGITS: "a str of digits",
    SlotKind.NUMBER: "an int",
    SlotKind.COUNT: "an int",
    SlotKind.AMOUNT: "an int of fen",
    SlotKind.DATE: "a date",
    SlotKind.MONTH: "a tuple (year, month)",
    SlotKind.TIME: "a time",
}
