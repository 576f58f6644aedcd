from collections.abc import Callable

import pytest

from kmcc.config.model import Config
from kmcc.config.wording import value_words

Refuse = Callable[[str], list[str]]

SECRETS = [
    '[store]\nurl = "postgresql://kmcc:geheim@db/kmcc"',
    '[store]\npassword = ["geheim"]',
    '[store]\npasswort = "geheim"',
    '[[store]]\npassword = "geheim"',
    '[store]\npassword = "geheim"\nurl = 3',
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_never_quoted(refused: Refuse, text: str) -> None:
    words = refused(text)
    assert words
    assert "geheim" not in "".join(words)


def test_a_key_like_none_lists_those_that_are_known(refused: Refuse) -> None:
    assert refused("[prompts]\nzzz = 1") == [":2: prompts.zzz: found an unknown key; expected one of directory"]


def test_an_unknown_section(refused: Refuse) -> None:
    assert refused("[seat]\n") == [":1: seat: found an unknown key; expected seats?"]
    (words,) = refused("[telephony]\n")
    assert words.endswith("expected one of " + ", ".join(Config.model_fields))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1, "1"),
        (True, "true"),
        ("a\nb", '"a\\nb"'),
        ("昆明", '"昆明"'),
        ({}, "a table"),
        ((1,), "a list"),
        ("x" * 100, '"' + "x" * 59 + '..."'),
    ],
)
def test_value_words(value: object, words: str) -> None:
    assert value_words(value) == words
