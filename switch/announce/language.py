"""The two languages of the desk (R-245) and the prompt names that their grammars are made of."""

from enum import Enum
from typing import Final


class Language(Enum):
    """Value = the folder of the language's recordings."""

    ZH = "zh"
    EN = "en"


def digit(value: int) -> str:
    """The name of the word for 0..9."""
    return f"digit-{value}"


WORDS: Final[tuple[str, ...]] = (
    *(f"digit-{n}" for n in range(10)),
    "yao",  # 幺: a 1 in a Chinese telephone number
    "oh",  # the 0 of "nineteen oh five"
    "liang",  # 两: a 2 that counts
    "ten",
    *(f"number-{n}" for n in range(11, 20)),
    *(f"number-{n}" for n in range(20, 100, 10)),
    "hundred",
    "thousand",
    "wan",
    "million",
    "yi",
    "and",
    "yuan",
    "jiao",
    "fen",
    "year",
    "of",
    *(f"month-{n}" for n in range(1, 13)),
    *(f"day-{n}" for n in range(1, 32)),
    "hour",
    "exactly",
    "o-clock",
    "a-m",
    "p-m",
    "noon",
    "midnight",
)
"""Every name that a grammar can say; a catalogue must have them all."""
