from collections.abc import Callable
from datetime import time

import pytest

from kmcc.config.values import clock_time

Refuse = Callable[[str], list[str]]


@pytest.mark.parametrize(
    ("value", "expected"), [("00:00", time(0)), ("09:30", time(9, 30)), ("23:59", time(23, 59)), (time(8), time(8))]
)
def test_clock_time(value: object, expected: time) -> None:
    assert clock_time(value) == expected


@pytest.mark.parametrize("value", ["24:00", "09:60", "9:00", "09:00:00", "", " 09:00", 9, None, "\u0660\u0669:00"])
def test_no_clock_time(value: object) -> None:
    with pytest.raises(ValueError, match="a time of day"):
        clock_time(value)


@pytest.mark.parametrize("zone", ["Asia/Kunming", "", "../etc/passwd", "asia/shanghai"])
def test_a_zone_that_nobody_knows(refused: Refuse, zone: str) -> None:
    (words,) = refused(f'[centre]\ntime_zone = "{zone}"')
    assert words.startswith(f':2: centre.time_zone: found "{zone}"; expected a time zone that this machine knows')


@pytest.mark.parametrize("url", ["kmcc.db", "", "mysql://localhost/kmcc", "sqlite", "postgresql://h:port/x"])
def test_no_database(refused: Refuse, url: str) -> None:
    (words,) = refused(f'[store]\nurl = "{url}"')
    assert words.startswith(":2: store.url: found something else (not shown); expected a database URL, such as ")


def test_a_token_where_its_hash_belongs_is_not_shown(refused: Refuse) -> None:
    (words,) = refused('[[http.tokens]]\nname = "Li"\nrole = "reader"\nsha256 = "open sesame"\n')
    expected = "found something else (not shown); expected the SHA-256 of a token, 64 digits 0-9a-f"
    assert words == f":4: http.tokens[0].sha256: {expected}"
