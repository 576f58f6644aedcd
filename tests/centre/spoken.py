"""Reads spoken amounts, months and numbers back; written from the grammar books, not from the code that speaks."""

from collections.abc import Sequence
from itertools import pairwise

_MONTHS = {f"month-{month}": month for month in range(1, 13)}


def number_zh(words: Sequence[str]) -> int:
    """Mandarin: units multiply the figure before them; wan and yi multiply all since the last of them."""
    total = group = 0
    figure = None
    for word in words:
        match word:
            case "ten" | "hundred" | "thousand":
                group += (1 if figure is None else figure) * {"ten": 10, "hundred": 100, "thousand": 1000}[word]
                figure = None
            case "wan" | "yi":
                total += (group + (figure or 0)) * {"wan": 10**4, "yi": 10**8}[word]
                group, figure = 0, None
            case "liang":
                figure = 2
            case _:
                figure = int(word.removeprefix("digit-"))
    return total + group + (figure or 0)


def number_en(words: Sequence[str]) -> int:
    total = group = 0
    for word in words:
        match word:
            case "and":
                continue
            case "hundred":
                group *= 100
            case "thousand" | "million":
                total += group * {"thousand": 10**3, "million": 10**6}[word]
                group = 0
            case "ten":
                group += 10
            case _:
                group += int(word.removeprefix("digit-").removeprefix("number-"))
    return total + group


def fen(words: Sequence[str]) -> int:
    """An amount in either language, in fen."""
    is_english = any(word in ("and", "million") or word.startswith("number-") for word in words)
    is_english |= any(pair in (("ten", "thousand"), ("hundred", "thousand")) for pair in pairwise(words))
    number = number_en if is_english else number_zh
    total, pending = 0, list[str]()
    for word in words:
        if word in ("yuan", "jiao", "fen"):
            total += number(pending) * {"yuan": 100, "jiao": 10, "fen": 1}[word]
            pending = []
        else:
            pending.append(word)
    assert not pending, f"an amount that ends without its unit: {words}"
    return total


def month_zh(words: Sequence[str]) -> tuple[int, int]:
    *year, unit, month = words
    assert unit == "year"
    return int("".join(word.removeprefix("digit-") for word in year)), _MONTHS[month]


def bill(words: Sequence[str]) -> list[tuple[tuple[str, ...], int]]:
    """Each sentence of a bill: the words of its month, and the amount."""
    found = []
    while "bill-for" in words:
        start, middle = words.index("bill-for"), words.index("bill-is")
        end = next(
            at
            for at in range(middle, len(words))
            if words[at] in ("bill-for", "no-bill", "reminder-please") and at > middle
        )
        found.append((tuple(words[start + 1 : middle]), fen(words[middle + 1 : end])))
        words = words[end:]
    return found
