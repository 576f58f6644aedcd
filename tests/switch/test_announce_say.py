"""What may be said, what is refused, and that every word that can come out is a known word."""

from collections.abc import Callable
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.switch.announce import (
    AnnounceError,
    Language,
    say_amount,
    say_count,
    say_date,
    say_digits,
    say_month,
    say_number,
    say_time,
)
from kmcc.switch.announce.language import WORDS

ZH, EN = Language.ZH, Language.EN


def test_each_language_has_its_own_grammar() -> None:
    assert say_digits("31", ZH) == ("digit-3", "yao")
    assert say_digits("31", EN) == ("digit-3", "digit-1")
    assert say_number(35, ZH) == ("digit-3", "ten", "digit-5")
    assert say_number(35, EN) == ("number-30", "digit-5")
    assert say_count(2, ZH) == ("liang",)
    assert say_count(2, EN) == ("digit-2",)
    assert say_amount(3560, ZH) == ("digit-3", "ten", "digit-5", "yuan", "digit-6", "jiao")
    assert say_month(1999, 11, EN) == ("month-11", "number-19", "number-90", "digit-9")
    assert say_date(date(1999, 3, 5), EN)[:3] == ("day-5", "of", "month-3")
    assert say_time(time(2, 0), ZH) == ("liang", "hour", "exactly")


@pytest.mark.parametrize("lang", Language)
@pytest.mark.parametrize("digits", ["", "12a", "1 2", "٣", "²", "-1", "*"])
def test_only_digits_are_read_as_digits(digits: str, lang: Language) -> None:
    with pytest.raises(AnnounceError, match="digits 0-9"):
        say_digits(digits, lang)


def test_a_refused_text_is_not_repeated() -> None:
    """It may be a password."""
    with pytest.raises(AnnounceError) as caught:
        say_digits("4711x", ZH)
    assert "4711" not in str(caught.value)


@pytest.mark.parametrize("lang", Language)
@pytest.mark.parametrize("say", [say_number, say_count])
@pytest.mark.parametrize("number", [-1, 1_000_000_000])
def test_numbers_out_of_range(say: Callable[[int, Language], object], number: int, lang: Language) -> None:
    with pytest.raises(AnnounceError, match=r"expected 0\.\.999999999"):
        say(number, lang)


@pytest.mark.parametrize("fen", [-1, 100_000_000_000])
def test_amounts_out_of_range(fen: int) -> None:
    with pytest.raises(AnnounceError, match="say_amount"):
        say_amount(fen, ZH)


@pytest.mark.parametrize(("year", "month"), [(1999, 0), (1999, 13), (0, 1), (10000, 1)])
def test_months_that_are_none(year: int, month: int) -> None:
    with pytest.raises(AnnounceError, match="say_month"):
        say_month(year, month, EN)


@given(st.sampled_from(Language), st.integers(0, 999_999_999), st.text("0123456789", min_size=1, max_size=20))
def test_every_word_of_a_number_is_known(lang: Language, number: int, digits: str) -> None:
    said = {*say_number(number, lang), *say_count(number, lang), *say_digits(digits, lang)}
    assert said <= set(WORDS)


@given(st.sampled_from(Language), st.integers(0, 99_999_999_999), st.dates(), st.times())
def test_every_word_of_a_bill_is_known(lang: Language, fen: int, day: date, clock: time) -> None:
    said = {*say_amount(fen, lang), *say_date(day, lang), *say_month(day.year, day.month, lang)}
    assert said | set(say_time(clock, lang)) <= set(WORDS)
