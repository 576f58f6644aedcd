"""English grammar of numbers, amounts, dates and times, with the British "and" (one hundred and one)."""

from datetime import date, time
from typing import Final

from kmcc.switch.announce.language import digit

_GROUPS: Final = ((10**6, "million"), (10**3, "thousand"), (1, ""))


def digits(text: str) -> tuple[str, ...]:
    return tuple(digit(int(char)) for char in text)


def number(value: int) -> tuple[str, ...]:
    if value == 0:
        return (digit(0),)
    words: list[str] = []
    for size, unit in _GROUPS:
        group = value // size % 1000
        if group == 0:
            continue
        if not unit and words and group < 100:
            words.append("and")
        words += _group(group)
        words += [unit] if unit else []
    return tuple(words)


def count(value: int) -> tuple[str, ...]:
    return number(value)


def amount(fen: int) -> tuple[str, ...]:
    yuan, rest = divmod(fen, 100)
    words: list[str] = []
    if yuan or not fen:
        words += [*number(yuan), "yuan"]
    if rest:
        words += [*number(rest), "fen"]
    return tuple(words)


def day(when: date) -> tuple[str, ...]:
    return (f"day-{when.day}", "of", *month(when.year, when.month))


def month(year: int, number_of_month: int) -> tuple[str, ...]:
    return (f"month-{number_of_month}", *_year(year))


def clock(when: time) -> tuple[str, ...]:
    if when.minute == 0 and when.hour in (0, 12):
        return ("number-12", "noon" if when.hour else "midnight")
    half = "a-m" if when.hour < 12 else "p-m"
    hour = number(when.hour % 12 or 12)
    return (*hour, *(_below_hundred(when.minute) if when.minute else ("o-clock",)), half)


def _year(year: int) -> tuple[str, ...]:
    """Nineteen ninety-nine, nineteen oh five, nineteen hundred; but two thousand and five."""
    century, rest = divmod(year, 100)
    if century < 10 or (century % 10 == 0 and rest < 10):
        return number(year)
    return (*number(century), *(_below_hundred(rest) if rest else ("hundred",)))


def _below_hundred(value: int) -> tuple[str, ...]:
    """1..99 after an hour or a century: oh five, ten, fifty-nine."""
    return ("oh", digit(value)) if value < 10 else number(value)


def _group(group: int) -> list[str]:
    """1..999."""
    hundreds, rest = divmod(group, 100)
    words = [digit(hundreds), "hundred"] if hundreds else []
    if rest:
        words += ["and"] if hundreds else []
        words += _tens(rest)
    return words


def _tens(value: int) -> list[str]:
    if value < 10:
        return [digit(value)]
    if value == 10:
        return ["ten"]
    if value < 20:
        return [f"number-{value}"]
    tens, ones = divmod(value, 10)
    return [f"number-{tens * 10}", *([digit(ones)] if ones else [])]
