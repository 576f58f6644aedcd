"""Who calls, as an exchange tells it before the call is answered (YD/T 1277.1; GR-30-CORE, EN 300 659-3).

What all forms of it have in common; callerid_message.py and callerid_dtmf.py are the two ways to put it on a line.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from kmcc.dsp.errors import DspError

NUMBER_CHARACTERS: Final = frozenset("0123456789*#+")
DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class CallerIdError(DspError):
    """A caller, a time or a setting that cannot be sent."""

    def __init__(self, what: str, found: object, expected: str) -> None:
        super().__init__(f"caller ID with {what} {found}: expected {expected}")


class Absence(Enum):
    """Why there is no number, or no name; the value is the letter that says so."""

    PRIVATE = "P"
    OUT_OF_AREA = "O"


@dataclass(frozen=True, slots=True)
class CallTime:
    """When the call came, by the exchange's clock; eight digits MMDDHHMM."""

    month: int
    day: int
    hour: int
    minute: int

    def __post_init__(self) -> None:
        fits = 1 <= self.month <= 12 and 1 <= self.day <= DAYS[self.month - 1]
        if not fits or not 0 <= self.hour <= 23 or not 0 <= self.minute <= 59:
            found = f"{self.month}-{self.day} {self.hour}:{self.minute}"
            raise CallerIdError("time", found, "month, day, hour and minute of the calendar")

    @classmethod
    def from_digits(cls, digits: str) -> Self:
        if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
            raise CallerIdError("time", repr(digits), "eight digits MMDDHHMM")
        return cls(*(int(digits[at : at + 2]) for at in range(0, 8, 2)))

    def __str__(self) -> str:
        return f"{self.month:02}{self.day:02}{self.hour:02}{self.minute:02}"


def check_number(number: str) -> str:
    if not number or not NUMBER_CHARACTERS.issuperset(number):
        raise CallerIdError("number", repr(number), "one or more of 0-9 * # +")
    return number


@dataclass(frozen=True, slots=True)
class Caller:
    """A number or why there is none; a name or why there is none; each None when nothing was said of it."""

    number: str | Absence | None
    time: CallTime | None = None
    name: str | Absence | None = None

    def __post_init__(self) -> None:
        if isinstance(self.number, str):
            check_number(self.number)
        if isinstance(self.name, str) and any("\ud800" <= letter <= "\udfff" for letter in self.name):
            raise CallerIdError("name", ascii(self.name), "text")
