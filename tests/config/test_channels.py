import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.config.channels import channel_words, parse_channels

GOOD = [
    ("1", (1,)),
    ("1-30", tuple(range(1, 31))),
    ("3,1-2", (1, 2, 3)),
    (" 1 - 3 , 17 ", (1, 2, 3, 17)),
    ("30", (30,)),
]

BAD = ["", " ", "0", "31", "1-31", "5-3", "1,", ",1", "-3", "1--3", "a", "1.5", "\u0661", "1-2-3", "16-"]


@pytest.mark.parametrize(("text", "channels"), GOOD)
def test_good(text: str, channels: tuple[int, ...]) -> None:
    assert parse_channels(text) == channels


@pytest.mark.parametrize("text", BAD)
def test_bad(text: str) -> None:
    with pytest.raises(ValueError, match="channels 1 to 30"):
        parse_channels(text)


@pytest.mark.parametrize("text", ["1,1", "1-5,5", "2-4,1-3"])
def test_twice(text: str) -> None:
    with pytest.raises(ValueError, match="each channel once"):
        parse_channels(text)


@given(st.sets(st.integers(1, 30), min_size=1))
def test_round_trip(channels: set[int]) -> None:
    rising = tuple(sorted(channels))
    words = channel_words(rising)
    assert parse_channels(words) == rising
    assert ",," not in words


def test_shortest_words() -> None:
    assert channel_words((1, 2, 3, 7, 9, 10)) == "1-3,7,9-10"


@given(st.text(alphabet="0123456789-, ", max_size=12))
def test_any_text_is_channels_or_refused(text: str) -> None:
    try:
        channels = parse_channels(text)
    except ValueError:
        return
    assert channels
    assert all(1 <= channel <= 30 for channel in channels)
