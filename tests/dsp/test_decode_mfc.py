"""Register signals of recordings: which and when."""

import numpy as np
import pytest
from tests.dsp.sounds import Burst, make_alaw

from kmcc.dsp.decode_mfc import decode_mfc
from kmcc.dsp.mfc import Direction

A1, A3 = (1140, 1020), (1020, 900)


def signal(pair: tuple[int, int], start_ms: float, ms: float) -> Burst:
    return Burst(tuple((hz, -11.5) for hz in pair), start_ms, ms)


def test_signals_and_times_of_recordings_of_any_length() -> None:
    long = make_alaw((signal(A1, 50, 60), signal(A3, 150, 80)), ms=400)[0]
    short = make_alaw((signal(A3, 20, 50),), ms=90)[0]
    empty = np.zeros(0, np.uint8)
    first, second, third = decode_mfc([long, short, empty], Direction.BACKWARD)
    assert [found.signal for found in first] == [1, 3]
    assert [found.signal for found in second] == [3]
    assert third == []
    for found, (start_ms, end_ms) in zip([*first, *second], [(50, 110), (150, 230), (20, 70)], strict=True):
        assert found.start_ms == pytest.approx(start_ms, abs=1)
        assert found.end_ms == pytest.approx(end_ms, abs=1)
        assert start_ms + 7 < found.report_ms < start_ms + 10


def test_a_signal_from_the_first_sample_to_the_last() -> None:
    (found,) = decode_mfc([make_alaw((signal(A1, 0, 60),), ms=60)[0]], Direction.BACKWARD)[0]
    assert 0 <= found.start_ms < 1
    assert 59 < found.end_ms <= 60


def test_nothing_is_made_of_nothing() -> None:
    assert decode_mfc([], Direction.FORWARD) == []
