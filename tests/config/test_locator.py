"""Lines are counted by hand; that every place has a line is held against the tree that tomllib reads."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.config.errors import Place
from kmcc.config.locator import line_of, locate

LINES: list[tuple[str, dict[Place, int]]] = [
    ("", {}),
    ("# only a comment", {}),
    ("a = 1", {("a",): 1}),
    ("\n\na = 1\n\nb = 2", {("a",): 3, ("b",): 5}),
    ("[t]\na = 1", {("t",): 1, ("t", "a"): 2}),
    ("\n[ t . u ] # here\na = 1", {("t",): 2, ("t", "u"): 2, ("t", "u", "a"): 3}),
    ("[t.u]\n[t]\na = 1", {("t",): 2, ("t", "u"): 1, ("t", "a"): 3}),
    ("[[g]]\n[[g]]\nn = 1", {("g",): 1, ("g", 0): 1, ("g", 1): 2, ("g", 1, "n"): 3}),
    ("[[g]]\n[g.p]\nt = 1\n[[g]]\n[g.p]\nt = 2", {("g", 0, "p", "t"): 3, ("g", 1, "p"): 5, ("g", 1, "p", "t"): 6}),
    ("[[g]]\n[[g.h]]\n[[g.h]]\na = 1", {("g", 0, "h", 0): 2, ("g", 0, "h", 1): 3, ("g", 0, "h", 1, "a"): 4}),
    ("a.b = 1\na.c = 2", {("a",): 1, ("a", "b"): 1, ("a", "c"): 2}),
    ("'a.b'.\"c d\" = 1", {("a.b",): 1, ("a.b", "c d"): 1}),
    ('"a\\u0062\\n" = 1', {("ab\n",): 1}),
    ('a = """\nb = 1\n[c]\n"""\nd = 2', {("a",): 1, ("d",): 5}),
    ("a = '''x''y\n'''\nd = 2", {("a",): 1, ("d",): 3}),
    ('a = """x"""""\nd = 2', {("d",): 2}),
    ('a = "x # \\" ]"\nd = 2', {("d",): 2}),
    (
        "a = [ # [\n 1,\n 'two', # ]\n [3],\n]\nd = 2",
        {("a", 0): 2, ("a", 1): 3, ("a", 2): 4, ("a", 2, 0): 4, ("d",): 6},
    ),
    ("a = [\n {x = 1},\n {x = 2, y = [\n 5]},\n]", {("a", 0, "x"): 2, ("a", 1, "y"): 3, ("a", 1, "y", 0): 4}),
    ("a = {}\nb = []\nc = 1979-05-27T07:32:00Z", {("a",): 1, ("b",): 2, ("c",): 3}),
    ("\r\na = 1\r\nb = 2\r\n", {("a",): 2, ("b",): 3}),
]


@pytest.mark.parametrize(("text", "expected"), LINES)
def test_lines(text: str, expected: dict[Place, int]) -> None:
    lines = locate(text)
    assert {place: lines.get(place) for place in expected} == expected
    assert set(lines) == set(places(tomllib.loads(text)))


def test_a_missing_key_is_where_its_table_is() -> None:
    lines = locate("[a]\nx = 1\n\n[[g]]\n[[g]]\ny = 2")
    assert line_of(lines, ("a", "missing")) == 1
    assert line_of(lines, ("g", 1, "missing", "deeper")) == 5
    assert line_of(lines, ("nowhere", "x")) is None
    assert line_of(lines, ()) is None


def places(value: Any, above: Place = ()) -> Iterator[Place]:
    match value:
        case dict():
            steps = list(value.items())
        case list():
            steps = list(enumerate(value))
        case _:
            return
    for step, below in steps:
        yield (*above, step)
        yield from places(below, (*above, step))


# --- any document: written by a small writer of our own, one known line a key --------------------------------

KEYS = st.text(alphabet="ab_-1", min_size=1, max_size=3)
SCALARS = st.sampled_from(["1", "-2.5", "true", '"#]"', "'[x'", '"""\nk = 1\n"""', "1979-05-27", '"\\\\"'])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3).map(lambda v: f"[\n{','.join(v)}\n]"))
TABLES = st.dictionaries(KEYS, VALUES, max_size=4)


@given(st.dictionaries(KEYS, st.one_of(TABLES, st.lists(TABLES, min_size=1, max_size=3)), max_size=4))
def test_any_document(document: dict[str, dict[str, str] | list[dict[str, str]]]) -> None:
    text = ""
    expected: dict[Place, int] = {}
    for name, section in document.items():
        for index, table in enumerate(section if isinstance(section, list) else [section]):
            place: Place = (name, index) if isinstance(section, list) else (name,)
            expected[place] = text.count("\n") + 1
            text += f"[[{name}]]\n" if isinstance(section, list) else f"[{name}]\n"
            for key, value in table.items():
                text += "# a comment\n"
                expected[*place, key] = text.count("\n") + 1
                text += f"{key} = {value}\n"
    lines = locate(text)
    assert {place: lines.get(place) for place in expected} == expected
    assert set(lines) == set(places(tomllib.loads(text)))
