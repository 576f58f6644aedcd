"""Say a value in a language: checks the value, then asks the language's grammar (R-245)."""

from collections.abc import Mapping
from datetime import date, time
from typing import Final, Protocol

from kmcc.switch.announce import english, mandarin
from kmcc.switch.announce.language import Language
from kmcc.switch.errors import SwitchError

MAX_NUMBER: Final = 999_999_999
MAX_FEN: Final = MAX_NUMBER * 100 + 99


class AnnounceError(SwitchError):
    """A value that cannot be said. The text never holds the value: it may be a password or an account."""

    def __init__(self, place: str, expected: str) -> None:
        super().__init__(f"{place}: expected {expected}")


class Grammar(Protocol):
    """What each language's module gives."""

    def digits(self, text: str) -> tuple[str, ...]: ...
    def number(self, value: int) -> tuple[str, ...]: ...
    def count(self, value: int) -> tuple[str, ...]: ...
    def amount(self, fen: int) -> tuple[str, ...]: ...
    def day(self, when: date) -> tuple[str, ...]: ...
    def month(self, year: int, number_of_month: int) -> tuple[str, ...]: ...
    def clock(self, when: time) -> tuple[str, ...]: ...


_GRAMMARS: Final[Mapping[Language, Grammar]] = {Language.ZH: mandarin, Language.EN: english}


def say_digits(digits: str, lang: Language) -> tuple[str, ...]:
    """Figure by figure, as telephone numbers are read."""
    if not (digits.isascii() and digits.isdigit()):
        raise AnnounceError("say_digits", "one or more of the digits 0-9")
    return _GRAMMARS[lang].digits(digits)


def say_number(n: int, lang: Language) -> tuple[str, ...]:
    _check("say_number", n, MAX_NUMBER)
    return _GRAMMARS[lang].number(n)


def say_count(n: int, lang: Language) -> tuple[str, ...]:
    """A number of things: Mandarin says liang, not er, before the measure word."""
    _check("say_count", n, MAX_NUMBER)
    return _GRAMMARS[lang].count(n)


def say_amount(fen: int, lang: Language) -> tuple[str, ...]:
    """Money in fen: 3560 is thirty-five yuan six jiao, in English thirty-five yuan sixty fen."""
    _check("say_amount", fen, MAX_FEN)
    return _GRAMMARS[lang].amount(fen)


def say_date(when: date, lang: Language) -> tuple[str, ...]:
    return _GRAMMARS[lang].day(when)


def say_month(year: int, month: int, lang: Language) -> tuple[str, ...]:
    if not 1 <= month <= 12:
        raise AnnounceError("say_month", "a month 1..12")
    if not 1 <= year <= 9999:
        raise AnnounceError("say_month", "a year 1..9999")
    return _GRAMMARS[lang].month(year, month)


def say_time(when: time, lang: Language) -> tuple[str, ...]:
    """To the minute; the seconds are not said."""
    return _GRAMMARS[lang].clock(when)


def _check(place: str, value: int, most: int) -> None:
    if not 0 <= value <= most:
        raise AnnounceError(place, f"0..{most}")
