"""Mandarin grammar of numbers, amounts, dates and times.

2 is liang where it leads a number and stands before bai, qian, wan, yi or a unit (liang qian er bai), elsewhere er.
Zeros inside a number are one ling, however many; zeros that end a group of four are not said. A number that begins
with yi shi drops the yi (shi wu, shi wan).
"""

from datetime import date, time
from typing import Final

from kmcc.switch.announce.language import digit

YI: Final = 10**8
WAN: Final = 10**4
_PLACES: Final = ((1000, "thousand"), (100, "hundred"), (10, "ten"), (1, ""))
_LIANG_BEFORE: Final = ("hundred", "thousand", "wan", "yi")


def digits(text: str) -> tuple[str, ...]:
    """Telephone numbers say yao for 1, so that it is not heard as 7 (qi)."""
    return tuple("yao" if char == "1" else digit(int(char)) for char in text)


def number(value: int) -> tuple[str, ...]:
    if value == 0:
        return (digit(0),)
    words: list[str] = []
    gap = False
    for group, unit in ((value // YI, "yi"), (value // WAN % WAN, "wan"), (value % WAN, "")):
        if group == 0:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words.append(digit(0))
        words += _group(group)
        words += [unit] if unit else []
        gap = False
    return _leading(words)


def count(value: int) -> tuple[str, ...]:
    """A number before a measure word: liang wei, liang dian."""
    return ("liang",) if value == 2 else number(value)


def amount(fen: int) -> tuple[str, ...]:
    yuan, jiao, rest = fen // 100, fen // 10 % 10, fen % 10
    words: list[str] = []
    if yuan or not fen:
        words += [*count(yuan), "yuan"]
    if jiao:
        words += [*_coin(jiao, leads=not words), "jiao"]
    if rest:
        if words and not jiao:
            words.append(digit(0))
        words += [*_coin(rest, leads=not words), "fen"]
    return tuple(words)


def day(when: date) -> tuple[str, ...]:
    return (*month(when.year, when.month), f"day-{when.day}")


def month(year: int, number_of_month: int) -> tuple[str, ...]:
    """The year is read figure by figure, and its 1 stays yi."""
    return (*(digit(int(char)) for char in str(year)), "year", f"month-{number_of_month}")


def clock(when: time) -> tuple[str, ...]:
    """`fen` is one word for the minute and for the coin."""
    hour = (*count(when.hour), "hour")
    if when.minute == 0:
        return (*hour, "exactly")
    gap = (digit(0),) if when.minute < 10 else ()
    return (*hour, *gap, *number(when.minute), "fen")


def _group(group: int) -> list[str]:
    """1..9999 as it is said inside a longer number."""
    words: list[str] = []
    gap = False
    for place, unit in _PLACES:
        figure = group // place % 10
        if figure == 0:
            gap = bool(words)
            continue
        if gap:
            words.append(digit(0))
        words += [digit(figure), unit] if unit else [digit(figure)]
        gap = False
    return words


def _leading(words: list[str]) -> tuple[str, ...]:
    if words[:2] == [digit(1), "ten"]:
        return tuple(words[1:])
    if words[0] == digit(2) and len(words) > 1 and words[1] in _LIANG_BEFORE:
        return ("liang", *words[1:])
    return tuple(words)


def _coin(value: int, *, leads: bool) -> tuple[str, ...]:
    return count(value) if leads else number(value)
