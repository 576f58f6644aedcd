"""English grammar: a table written by hand from the grammar, and an independent reader of the words."""

from datetime import date, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.switch.announce import english

ONES = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
TENS_WORDS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
TENS = dict(zip(range(20, 100, 10), TENS_WORDS, strict=True))
WORDS = {
    **{f"digit-{n}": ONES[n] for n in range(10)},
    **{f"number-{n}": ONES[n] for n in range(11, 20)},
    **{f"number-{n}": word for n, word in TENS.items()},
    **{f"month-{n}": text for n, text in ((2, "February"), (3, "March"), (11, "November"), (12, "December"))},
    **{f"day-{n}": f"the {text}" for n, text in ((1, "first"), (9, "ninth"), (29, "twenty-ninth"))},
    "ten": "ten",
    "hundred": "hundred",
    "thousand": "thousand",
    "million": "million",
    "and": "and",
    "oh": "oh",
    "of": "of",
    "yuan": "yuan",
    "fen": "fen",
    "o-clock": "o'clock",
    "a-m": "a.m.",
    "p-m": "p.m.",
    "noon": "noon",
    "midnight": "midnight",
}

NUMBERS = [
    (0, "zero"),
    (1, "one"),
    (2, "two"),
    (9, "nine"),
    (10, "ten"),
    (11, "eleven"),
    (12, "twelve"),
    (13, "thirteen"),
    (15, "fifteen"),
    (18, "eighteen"),
    (19, "nineteen"),
    (20, "twenty"),
    (21, "twenty one"),
    (30, "thirty"),
    (35, "thirty five"),
    (40, "forty"),
    (50, "fifty"),
    (88, "eighty eight"),
    (90, "ninety"),
    (99, "ninety nine"),
    (100, "one hundred"),
    (101, "one hundred and one"),
    (110, "one hundred and ten"),
    (111, "one hundred and eleven"),
    (119, "one hundred and nineteen"),
    (120, "one hundred and twenty"),
    (121, "one hundred and twenty one"),
    (200, "two hundred"),
    (202, "two hundred and two"),
    (555, "five hundred and fifty five"),
    (999, "nine hundred and ninety nine"),
    (1000, "one thousand"),
    (1001, "one thousand and one"),
    (1010, "one thousand and ten"),
    (1011, "one thousand and eleven"),
    (1099, "one thousand and ninety nine"),
    (1100, "one thousand one hundred"),
    (1101, "one thousand one hundred and one"),
    (1999, "one thousand nine hundred and ninety nine"),
    (2000, "two thousand"),
    (2020, "two thousand and twenty"),
    (2200, "two thousand two hundred"),
    (9999, "nine thousand nine hundred and ninety nine"),
    (10000, "ten thousand"),
    (10010, "ten thousand and ten"),
    (10100, "ten thousand one hundred"),
    (11000, "eleven thousand"),
    (12345, "twelve thousand three hundred and forty five"),
    (20000, "twenty thousand"),
    (20020, "twenty thousand and twenty"),
    (21021, "twenty one thousand and twenty one"),
    (100000, "one hundred thousand"),
    (100001, "one hundred thousand and one"),
    (101000, "one hundred and one thousand"),
    (110000, "one hundred and ten thousand"),
    (110011, "one hundred and ten thousand and eleven"),
    (200200, "two hundred thousand two hundred"),
    (999999, "nine hundred and ninety nine thousand nine hundred and ninety nine"),
    (1000000, "one million"),
    (1000001, "one million and one"),
    (1000100, "one million one hundred"),
    (1001000, "one million one thousand"),
    (1001001, "one million one thousand and one"),
    (2000020, "two million and twenty"),
    (10000000, "ten million"),
    (10010010, "ten million ten thousand and ten"),
    (100000000, "one hundred million"),
    (101000000, "one hundred and one million"),
    (200020002, "two hundred million twenty thousand and two"),
    (
        999999999,
        "nine hundred and ninety nine million nine hundred and ninety nine thousand nine hundred and ninety nine",
    ),
]

AMOUNTS = [
    (0, "zero yuan"),
    (1, "one fen"),
    (20, "twenty fen"),
    (100, "one yuan"),
    (101, "one yuan one fen"),
    (3500, "thirty five yuan"),
    (3505, "thirty five yuan five fen"),
    (3560, "thirty five yuan sixty fen"),
    (10100, "one hundred and one yuan"),
]

YEARS = [
    (1905, "nineteen oh five"),
    (1910, "nineteen ten"),
    (1900, "nineteen hundred"),
    (1999, "nineteen ninety nine"),
    (2000, "two thousand"),
    (2005, "two thousand and five"),
    (2010, "twenty ten"),
    (2026, "twenty twenty six"),
    (2100, "twenty one hundred"),
    (987, "nine hundred and eighty seven"),
]

CLOCK = [
    (time(0, 0), "twelve midnight"),
    (time(0, 5), "twelve oh five a.m."),
    (time(2, 0), "two o'clock a.m."),
    (time(10, 10), "ten ten a.m."),
    (time(12, 0), "twelve noon"),
    (time(12, 20), "twelve twenty p.m."),
    (time(14, 5, 59), "two oh five p.m."),
    (time(23, 59), "eleven fifty nine p.m."),
]


def said(names: tuple[str, ...]) -> str:
    return " ".join(WORDS[name] for name in names)


def value_of(text: str) -> int:
    """Another way round: adds words up, knows no rule of how they are made."""
    small = {word: n for n, word in enumerate(ONES)} | {word: n for n, word in TENS.items()}
    total = group = 0
    for word in text.split():
        match word:
            case "million" | "thousand":
                total, group = total + group * (10**6 if word == "million" else 1000), 0
            case "hundred":
                group *= 100
            case "and":
                pass
            case _:
                group += small[word]
    return total + group


@pytest.mark.parametrize(("number", "text"), NUMBERS)
def test_numbers(number: int, text: str) -> None:
    assert said(english.number(number)) == text
    assert said(english.count(number)) == text


@pytest.mark.parametrize(("number", "text"), NUMBERS)
def test_the_reader_agrees_with_the_table(number: int, text: str) -> None:
    assert value_of(text) == number


@given(st.integers(0, 999_999_999) | st.integers(0, 99_999))
def test_any_number_can_be_read_back(number: int) -> None:
    assert value_of(said(english.number(number))) == number


@given(st.integers(1, 999_999_999))
def test_and_joins_two_words(number: int) -> None:
    words = said(english.number(number)).split()
    places = [place for place, word in enumerate(words) if word == "and"]
    assert all(0 < place < len(words) - 1 for place in places)
    assert all(after - before > 1 for before, after in pairwise(places))


@pytest.mark.parametrize(("fen", "text"), AMOUNTS)
def test_amounts(fen: int, text: str) -> None:
    assert said(english.amount(fen)) == text


@given(st.integers(0, 99_999_999_999))
def test_any_amount_can_be_read_back(fen: int) -> None:
    text = said(english.amount(fen))
    yuan, coins = text.split("yuan") if "yuan" in text else ("", text)
    assert value_of(yuan) * 100 + value_of(coins.removesuffix("fen")) == fen


def test_digits() -> None:
    assert said(english.digits("3190112")) == "three one nine zero one one two"


@pytest.mark.parametrize(("year", "text"), YEARS)
def test_years(year: int, text: str) -> None:
    assert said(english.month(year, 12)) == f"December {text}"


@pytest.mark.parametrize(("when", "text"), CLOCK)
def test_clock(when: time, text: str) -> None:
    assert said(english.clock(when)) == text


def test_days() -> None:
    assert said(english.day(date(1999, 11, 9))) == "the ninth of November nineteen ninety nine"
    assert said(english.day(date(2000, 2, 29))) == "the twenty-ninth of February two thousand"
    assert said(english.day(date(2001, 3, 1))) == "the first of March two thousand and one"
