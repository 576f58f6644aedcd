"""Values of flows: what fits a kind can be said, in both languages; nothing else does."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.switch.announce import AnnounceError, Language, SlotKind, packaged_catalogue
from kmcc.switch.voice.value import SAID_AS, Kind, Secret, Spoken, fits, say

GOOD: dict[Kind, tuple[object, ...]] = {
    Kind.WORD: ("set", "unset"),
    Kind.DIGITS: ("0", "3190001"),
    Kind.SECRET: (Secret(""), Secret("135790")),
    Kind.NUMBER: (0, 999_999_999),
    Kind.AMOUNT: (0, 99_999_999_999),
    Kind.DATE: (date(2000, 5, 22),),
    Kind.MONTH: ((2000, 12),),
    Kind.TIME: (time(9, 30),),
    Kind.SPEECH: ((), ("hello", Spoken(SlotKind.AMOUNT, 3560))),
}
BAD: dict[Kind, tuple[object, ...]] = {
    Kind.WORD: ("", 7, None),
    Kind.DIGITS: ("", "12a", "一", 7, None),
    Kind.SECRET: ("135790", None),
    Kind.NUMBER: (-1, 1_000_000_000, True, "7", 7.0, None),
    Kind.AMOUNT: (-1, 100_000_000_000, True, "7", None),
    Kind.DATE: ("2000-05-22", None),
    Kind.MONTH: ((2000, 13), (0, 1), 5, None),
    Kind.TIME: ("09:30", None),
    Kind.SPEECH: ("hello", (7,), (Spoken(SlotKind.AMOUNT, -1),), (Spoken(SlotKind.DATE, "x"),), None),
}
EVERY = [(kind, value) for kind, values in GOOD.items() for value in values]


@pytest.mark.parametrize(("kind", "value"), EVERY)
def test_what_fits(kind: Kind, value: object) -> None:
    assert fits(kind, value)


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in BAD.items() for value in values])
def test_what_does_not(kind: Kind, value: object) -> None:
    assert not fits(kind, value)


def test_every_kind_is_tried() -> None:
    assert set(GOOD) == set(BAD) == set(Kind)


PROMPTS = packaged_catalogue().prompts.keys()
ANYTHING = st.one_of(
    st.integers(-10, 10**12),
    st.text(max_size=5),
    st.dates(),
    st.times(),
    st.tuples(st.integers(-1, 3000), st.integers(-1, 14)),
)


@given(st.sampled_from(sorted(SAID_AS, key=lambda kind: kind.value)), ANYTHING, st.sampled_from(Language))
def test_whatever_fits_can_be_said(kind: Kind, value: object, language: Language) -> None:
    for slot in SAID_AS[kind]:
        if fits(kind, value):
            names = say(value, slot, language)  # type: ignore[arg-type]
            assert names
            assert set(names) <= PROMPTS


def test_what_is_too_large_is_refused_by_the_grammar_itself() -> None:
    with pytest.raises(AnnounceError):
        say(10**12, SlotKind.AMOUNT, Language.ZH)


def test_a_secret_is_equal_to_its_like_and_to_nothing_else() -> None:
    assert Secret("1") == Secret("1") != Secret("2")
    assert Secret("1") != "1"
    assert {Secret("1"): "x"}[Secret("1")] == "x"
    assert (bool(Secret("")), bool(Secret("1"))) == (False, True)
    assert [str(Secret("135790")), repr(Secret("135790")), f"{Secret('135790')!s:>4}"] == ["Secret(***)"] * 3
