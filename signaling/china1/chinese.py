"""What the ladder says in English, said in Chinese (GB 3971.2-83, GB 3377-82): a log is written once, read in both."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from kmcc.signaling.china1 import words
from kmcc.signaling.china1.terms import Failure
from kmcc.signaling.china1.words import FAILURE_ZH


def chinese(line: str) -> str:
    """Of a line of `Ladder` about a code or a signal; what is no term stays as it is."""
    pattern, terms = _terms()
    return pattern.sub(lambda found: terms[found[0]], line)


def failure_in_chinese(reason: str) -> str:
    """Of a `Failure` by its value."""
    return FAILURE_ZH[Failure(reason)]


@cache
def _terms() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Every pair of terms; the longest first, for "called free, caller control" begins with "called free"."""
    terms = dict(pair for value in vars(words).values() for pair in _pairs(value))
    longest_first = sorted(terms, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"), terms


def _pairs(value: object) -> Iterator[tuple[str, str]]:
    """`Words`, alone or in tables."""
    match value:
        case (str() as english, str() as zh) if isinstance(value, tuple):
            yield english, zh
        case Mapping():
            for one in value.values():
                yield from _pairs(one)
