"""Mandarin grammar: a table written by hand from the grammar, and an independent reader of the words."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.switch.announce import mandarin

WORDS = {
    **{f"digit-{n}": char for n, char in enumerate("零一二三四五六七八九")},
    **{f"month-{n}": f"{text}月" for n, text in ((2, "二"), (10, "十"), (11, "十一"), (12, "十二"))},
    **{f"day-{n}": f"{text}日" for n, text in ((1, "一"), (9, "九"), (29, "二十九"), (31, "三十一"))},
    "yao": "幺",
    "liang": "两",
    "ten": "十",
    "hundred": "百",
    "thousand": "千",
    "wan": "万",
    "yi": "亿",
    "yuan": "元",
    "jiao": "角",
    "fen": "分",
    "year": "年",
    "hour": "点",
    "exactly": "整",
}

NUMBERS = [
    (0, "零"),
    (1, "一"),
    (2, "二"),
    (3, "三"),
    (9, "九"),
    (10, "十"),
    (11, "十一"),
    (12, "十二"),
    (15, "十五"),
    (19, "十九"),
    (20, "二十"),
    (21, "二十一"),
    (22, "二十二"),
    (35, "三十五"),
    (90, "九十"),
    (99, "九十九"),
    (100, "一百"),
    (101, "一百零一"),
    (102, "一百零二"),
    (110, "一百一十"),
    (111, "一百一十一"),
    (120, "一百二十"),
    (200, "两百"),
    (202, "两百零二"),
    (212, "两百一十二"),
    (222, "两百二十二"),
    (909, "九百零九"),
    (999, "九百九十九"),
    (1000, "一千"),
    (1001, "一千零一"),
    (1010, "一千零一十"),
    (1011, "一千零一十一"),
    (1100, "一千一百"),
    (1101, "一千一百零一"),
    (1200, "一千二百"),
    (2000, "两千"),
    (2002, "两千零二"),
    (2020, "两千零二十"),
    (2200, "两千二百"),
    (2222, "两千二百二十二"),
    (9999, "九千九百九十九"),
    (10000, "一万"),
    (10001, "一万零一"),
    (10010, "一万零一十"),
    (10100, "一万零一百"),
    (11000, "一万一千"),
    (12000, "一万二千"),
    (12345, "一万二千三百四十五"),
    (20000, "两万"),
    (20002, "两万零二"),
    (20020, "两万零二十"),
    (20200, "两万零二百"),
    (22000, "两万二千"),
    (22222, "两万二千二百二十二"),
    (100000, "十万"),
    (100001, "十万零一"),
    (101000, "十万一千"),
    (110000, "十一万"),
    (120000, "十二万"),
    (200000, "二十万"),
    (202000, "二十万二千"),
    (220000, "二十二万"),
    (1000000, "一百万"),
    (1001000, "一百万一千"),
    (1010001, "一百零一万零一"),
    (2000000, "两百万"),
    (10000000, "一千万"),
    (10010010, "一千零一万零一十"),
    (20000000, "两千万"),
    (99999999, "九千九百九十九万九千九百九十九"),
    (100000000, "一亿"),
    (100000001, "一亿零一"),
    (100001000, "一亿零一千"),
    (100010000, "一亿零一万"),
    (100100000, "一亿零一十万"),
    (110000000, "一亿一千万"),
    (110100000, "一亿一千零一十万"),
    (200000000, "两亿"),
    (200020002, "两亿零二万零二"),
    (222222222, "两亿二千二百二十二万二千二百二十二"),
    (999999999, "九亿九千九百九十九万九千九百九十九"),
]

AMOUNTS = [
    (0, "零元"),
    (1, "一分"),
    (2, "两分"),
    (9, "九分"),
    (10, "一角"),
    (12, "一角二分"),
    (20, "两角"),
    (22, "两角二分"),
    (50, "五角"),
    (100, "一元"),
    (101, "一元零一分"),
    (110, "一元一角"),
    (200, "两元"),
    (202, "两元零二分"),
    (220, "两元二角"),
    (1000, "十元"),
    (1200, "十二元"),
    (3500, "三十五元"),
    (3505, "三十五元零五分"),
    (3560, "三十五元六角"),
    (3567, "三十五元六角七分"),
    (20000, "两百元"),
    (100010, "一千元一角"),
    (2000000, "两万元"),
]

CLOCK = [
    (time(0, 0), "零点整"),
    (time(0, 5), "零点零五分"),
    (time(2, 0), "两点整"),
    (time(2, 2), "两点零二分"),
    (time(10, 10), "十点十分"),
    (time(12, 20), "十二点二十分"),
    (time(14, 5, 59), "十四点零五分"),
    (time(22, 59), "二十二点五十九分"),
]

DAYS = [
    (date(1999, 11, 9), "一九九九年十一月九日"),
    (date(2000, 2, 29), "二零零零年二月二十九日"),
    (date(2010, 10, 1), "二零一零年十月一日"),
    (date(1911, 12, 31), "一九一一年十二月三十一日"),
]


def said(names: tuple[str, ...]) -> str:
    return "".join(WORDS[name] for name in names)


def value_of(text: str) -> int:
    """Another way round: reads Chinese numerals, knows no rule of how they are made."""
    for unit, size in (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10)):
        if unit in text:
            left, right = text.split(unit, 1)
            return (value_of(left) if left.strip("零") else 1) * size + value_of(right)
    figures = text.strip("零")
    return "零一二三四五六七八九".index("二" if figures == "两" else figures) if figures else 0


@pytest.mark.parametrize(("number", "text"), NUMBERS)
def test_numbers(number: int, text: str) -> None:
    assert said(mandarin.number(number)) == text


@pytest.mark.parametrize(("number", "text"), NUMBERS)
def test_the_reader_agrees_with_the_table(number: int, text: str) -> None:
    assert value_of(text) == number


@given(st.integers(0, 999_999_999) | st.integers(0, 99_999))
def test_any_number_can_be_read_back(number: int) -> None:
    assert value_of(said(mandarin.number(number))) == number


@given(st.integers(1, 999_999_999))
def test_zeros_are_said_once_and_never_last(number: int) -> None:
    text = said(mandarin.number(number))
    assert "零零" not in text
    assert not text.endswith("零")
    assert not text.startswith(("零", "一十"))


@given(st.integers(0, 999_999_999))
def test_liang_leads_and_never_stands_before_ten(number: int) -> None:
    text = said(mandarin.number(number))
    assert "两" not in text[1:]
    assert not text.startswith("两十")


def test_count_of_two_is_liang() -> None:
    assert said(mandarin.count(2)) == "两"
    assert said(mandarin.count(12)) == "十二"
    assert said(mandarin.count(0)) == "零"


@pytest.mark.parametrize(("fen", "text"), AMOUNTS)
def test_amounts(fen: int, text: str) -> None:
    assert said(mandarin.amount(fen)) == text


@given(st.integers(0, 99_999_999_999))
def test_any_amount_can_be_read_back(fen: int) -> None:
    rest, total = said(mandarin.amount(fen)), 0
    for unit, size in (("元", 100), ("角", 10), ("分", 1)):
        if unit in rest:
            number, rest = rest.split(unit, 1)
            total += value_of(number) * size
    assert (total, rest) == (fen, "")


def test_digits_say_yao_for_one() -> None:
    assert said(mandarin.digits("3190112")) == "三幺九零幺幺二"


@pytest.mark.parametrize(("when", "text"), CLOCK)
def test_clock(when: time, text: str) -> None:
    assert said(mandarin.clock(when)) == text


@pytest.mark.parametrize(("when", "text"), DAYS)
def test_days(when: date, text: str) -> None:
    assert said(mandarin.day(when)) == text


def test_month() -> None:
    assert said(mandarin.month(1999, 11)) == "一九九九年十一月"
