"""Digits of a recording: which, when, how loud."""

import numpy as np
import pytest
from tests.dsp.sounds import Burst, make_alaw

from kmcc.dsp.decode import decode_digits
from kmcc.dsp.errors import WavError
from kmcc.dsp.wav import parse_wav, wav_header

ONE, FIVE, HASH = (697, 1209), (770, 1336), (941, 1477)


def key(pair: tuple[int, int], start_ms: float, ms: float) -> Burst:
    return Burst(((pair[0], -9), (pair[1], -7)), start_ms, ms)


def recording(*channels: tuple[Burst, ...], ms: float) -> bytes:
    octets = make_alaw(*channels, ms=ms).T.tobytes()
    return wav_header(len(channels), len(octets)) + octets


def test_digits_times_and_levels() -> None:
    wav = parse_wav(recording((key(ONE, 100, 60), key(FIVE, 220, 80), key(FIVE, 340, 50)), ms=500), name="a.wav")
    digits = decode_digits(wav)
    assert [digit.digit for digit in digits] == ["1", "5", "5"]
    for digit, (start_ms, end_ms) in zip(digits, [(100, 160), (220, 300), (340, 390)], strict=True):
        assert digit.start_ms == pytest.approx(start_ms, abs=5)
        assert digit.end_ms == pytest.approx(end_ms, abs=5)
        assert digit.start_ms + 15 < digit.report_ms < digit.start_ms + 40
        assert digit.low_dbm0 == pytest.approx(-9, abs=0.6)
        assert digit.high_dbm0 == pytest.approx(-7, abs=0.6)


@pytest.mark.parametrize("ms", [140, 145, 150])
def test_a_digit_at_the_very_end_is_closed(ms: float) -> None:
    (digit,) = decode_digits(parse_wav(recording((key(HASH, 100, 60),), ms=ms), name="a.wav"))
    assert digit.digit == "#"
    assert digit.end_ms == pytest.approx(ms, abs=5)
    assert digit.end_ms <= ms


def test_a_digit_from_the_very_start() -> None:
    (digit,) = decode_digits(parse_wav(recording((key(ONE, 0, 60),), ms=200), name="a.wav"))
    assert 0 <= digit.start_ms < 5


def test_the_channel_that_is_asked_for() -> None:
    wav = parse_wav(recording((key(ONE, 20, 60),), (key(FIVE, 20, 60),), ms=150), name="call.wav")
    assert [digit.digit for digit in decode_digits(wav)] == ["1"]
    assert [digit.digit for digit in decode_digits(wav, channel=1)] == ["5"]
    with pytest.raises(WavError):
        decode_digits(wav, channel=2)


def test_silence_has_no_digits() -> None:
    octets = np.full(4000, 0xD5, np.uint8).tobytes()
    assert decode_digits(parse_wav(wav_header(1, 4000) + octets, name="a.wav")) == []
