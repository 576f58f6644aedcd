"""The cadences of the profiles by the matcher, told by hand and by the bank."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.dsp.cadence import CadenceMatcher
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.g711 import encode_alaw
from kmcc.dsp.progress import ProgressBank
from kmcc.dsp.tone import CHINA_TONES, render
from kmcc.dsp.tone_plans import CHINA
from kmcc.dsp.tone_profile import Tolerance

MS = 8


def names(*parts_ms: float, matcher: CadenceMatcher | None = None) -> list[str]:
    """What is named while bursts and pauses of these lengths follow each other, the first a burst."""
    matcher = matcher or CadenceMatcher()
    at, heard = 1000, [matcher.on(1000)]
    for place, ms in enumerate(parts_ms):
        at += round(ms * MS)
        heard.append(matcher.off(at) if place % 2 == 0 else matcher.on(at))
    return [name for name in heard if name is not None]


@pytest.mark.parametrize(
    ("parts_ms", "named"),
    [
        ((350, 350) * 3, ["busy"]),
        ((350, 350) * 2, []),
        ((330, 370) * 3, ["busy"]),
        ((700, 700) * 3, ["congestion"]),
        ((1000, 4000) * 2, ["ring_back"]),
        ((1000, 2500), ["ring_back"]),
        ((100, 100, 100, 100, 100, 100, 400, 400), ["vacant"]),
        ((100, 100, 400, 400, 100, 100, 100, 100, 100, 100), ["vacant"]),  # heard from its middle
        ((400, 40) * 3, ["special_dial"]),
        ((200, 200, 200, 600), ["intrusion"]),
        ((400, 4000, 400), ["call_waiting"]),
        ((2500,), ["dial"]),
        ((120, 350, *(350, 350) * 3), ["busy"]),  # the first burst was cut
        ((500, 500) * 6, []),
        ((350, 700) * 6, []),
        ((700, 350) * 6, []),
        ((1000, 350) * 4, []),
    ],
)
def test_cadences(parts_ms: tuple[float, ...], named: list[str]) -> None:
    assert names(*parts_ms) == named


@given(
    st.sampled_from(["busy", "congestion", "ring_back", "vacant"]),
    st.lists(st.floats(-24, 24), min_size=24, max_size=24),
    st.integers(0, 3),
)
def test_a_cadence_is_never_taken_for_another(name: str, errors_ms: list[float], skipped: int) -> None:
    """Each end may be told up to 12 ms early or late, and the first bursts may be missed."""
    cadence = [ms for pair in CHINA_TONES[name].cadence_ms for ms in pair] * 24
    parts = [ms + error for ms, error in zip(cadence[2 * skipped :], errors_ms, strict=False)]
    assert names(*parts) == [name]


def test_ticks_name_what_just_goes_on() -> None:
    matcher = CadenceMatcher()
    matcher.on(0)
    assert matcher.tick(1900 * MS) is None
    assert matcher.tick(2000 * MS) == "dial"
    assert matcher.tick(3000 * MS) is None  # once is enough
    assert matcher.off(4000 * MS) is None
    matcher.on(5000 * MS)
    assert matcher.tick(7000 * MS) == "dial"  # a new one


def test_a_ring_is_named_in_its_pause_and_only_once() -> None:
    matcher = CadenceMatcher()
    matcher.on(0)
    matcher.off(1000 * MS)
    assert matcher.tick(2900 * MS) is None
    assert matcher.tick(3000 * MS) == "ring_back"
    assert matcher.on(5000 * MS) is None
    assert matcher.off(6000 * MS) is None
    assert matcher.tick(8500 * MS) is None


def test_busy_after_ring_back_and_again_after_silence() -> None:
    matcher = CadenceMatcher()
    assert names(1000, 4000, 1000, 4000, *(350, 350) * 3, matcher=matcher) == ["ring_back", "busy"]
    matcher.off(100_000 * MS)
    assert matcher.tick(110_000 * MS) is None
    matcher.on(120_000 * MS)
    at, heard = 120_000, []
    for place in range(5):
        at += 350
        heard.append(matcher.on(at * MS) if place % 2 else matcher.off(at * MS))
    assert heard == [None] * 4 + ["busy"]


def test_repeated_news_change_nothing() -> None:
    matcher = CadenceMatcher()
    assert matcher.off(5) is None
    matcher.on(1000)
    matcher.on(2000)
    assert matcher.tick(1000 + 2000 * MS) == "dial"


def test_a_profile_of_ones_own() -> None:
    dial, *others = CHINA.tones
    quick = CadenceMatcher(replace(CHINA, tones=(replace(dial, early_ms=1500), *others)))
    quick.on(0)
    assert quick.tick(1500 * MS) == "dial"
    narrow = CadenceMatcher(replace(CHINA, tolerance=Tolerance(10, 0.02)))
    assert names(*(380, 320) * 3, matcher=narrow) == []


@pytest.mark.parametrize("name", ["busy", "congestion", "ring_back", "vacant", "special_dial", "intrusion"])
def test_bank_and_matcher_name_our_tones(name: str) -> None:
    octets = encode_alaw(render(CHINA_TONES[name], 7000 * MS))
    matcher, heard = CadenceMatcher(), []
    for event in ProgressBank(1).feed(octets[np.newaxis]):
        at = int(event["sample"]) - int(event["b"])
        heard.append(matcher.on(at, dbm0=event["a"] / 100) if event["kind"] == EventKind.TONE_ON else matcher.off(at))
    assert [found for found in heard if found is not None] == [name]
