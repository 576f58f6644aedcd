"""450 Hz on and off by the bank and its twin; the cadences of GB 3380-82 by the matcher."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dsp.sounds import Burst, make_alaw

from kmcc.dsp.bank import Events
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.errors import PortError, SamplesError
from kmcc.dsp.g711 import encode_alaw
from kmcc.dsp.progress import CadenceMatcher, CadenceSettings, ProgressBank
from kmcc.dsp.tone import CHINA_TONES, render
from kmcc.dsp.twin_progress import ProgressTwin

MS = 8
Maker = Callable[[int], ProgressBank | ProgressTwin]


def tone(start_ms: float, ms: float, *, hz: float = 450, dbm0: float = -10) -> Burst:
    return Burst(((hz, dbm0),), start_ms, ms)


def began_and_ended_ms(events: Events, port: int = 0) -> list[float]:
    """When each burst really began and ended, as the events tell."""
    return [(int(event["sample"]) - event["b"]) / MS for event in events if event["port"] == port]


@pytest.mark.parametrize("make", [ProgressBank, ProgressTwin], ids=["C", "twin"])
class TestProgress:
    @pytest.mark.parametrize("hz", [425, 450, 475])
    @pytest.mark.parametrize("dbm0", [-30, -20, -10, 3])
    def test_a_tone_comes_and_goes(self, make: Maker, hz: float, dbm0: float) -> None:
        events = make(1).feed(make_alaw((tone(50, 350, hz=hz, dbm0=dbm0),), ms=500))
        assert list(events["kind"]) == [EventKind.TONE_ON, EventKind.TONE_OFF]
        assert abs(events[0]["a"] - dbm0 * 100) < 60
        assert abs(events[1]["a"] - 350 * MS) < 10 * MS

    def test_when_it_began_and_ended_is_told_within_8_ms(self, make: Maker) -> None:
        ports = [(tone(50 + 0.5 * n, 100), tone(300 + 0.7 * n, 400)) for n in range(12)]
        events = make(12).feed(make_alaw(*ports, ms=800))
        for n in range(12):
            wanted = [50 + 0.5 * n, 150 + 0.5 * n, 300 + 0.7 * n, 700 + 0.7 * n]
            assert began_and_ended_ms(events, n) == pytest.approx(wanted, abs=8)

    def test_it_takes_40_ms_of_tone(self, make: Maker) -> None:
        events = make(2).feed(make_alaw((tone(20, 35),), (tone(20, 60),), ms=150))
        assert [(event["port"], event["kind"]) for event in events] == [(1, EventKind.TONE_ON), (1, EventKind.TONE_OFF)]
        assert events[0]["sample"] >= (20 + 40) * MS

    def test_other_sounds_are_none(self, make: Maker) -> None:
        others = [
            (tone(20, 300, hz=380),), (tone(20, 300, hz=520),), (tone(20, 300, dbm0=-40),), (tone(20, 300, hz=950),),
            (tone(20, 300), tone(20, 300, hz=1000)), (Burst(((697, -9), (1209, -7)), 20, 300),),
        ]  # fmt: skip
        assert not len(make(7).feed(make_alaw((), *others, ms=400, noise_dbm0=-35)))

    def test_a_port_that_is_off_forgets(self, make: Maker) -> None:
        bank = make(1)
        octets = make_alaw((tone(0, 400),), ms=400)
        assert list(bank.feed(octets[:, : 100 * MS])["kind"]) == [EventKind.TONE_ON]
        bank.enable(0, on=False)
        assert not len(bank.feed(octets[:, 100 * MS : 200 * MS]))
        bank.enable(0, on=True)
        assert list(bank.feed(octets[:, 200 * MS :])["kind"]) == [EventKind.TONE_ON]

    def test_wrong_arrays_and_ports_are_refused(self, make: Maker) -> None:
        with pytest.raises(SamplesError):
            make(1).feed(np.zeros((2, 8), np.uint8))
        with pytest.raises(PortError):
            make(1).enable(-1, on=True)


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=20, derandomize=True)
def test_c_and_twin_agree_on_random_mixes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ports = [
        tuple(
            tone(start, float(rng.uniform(20, 200)), hz=float(rng.uniform(420, 480)), dbm0=float(rng.uniform(-35, 0)))
            for start in (10, 260, 480)
        )
        for _ in range(6)
    ]
    octets = make_alaw(*ports, ms=750, noise_dbm0=float(rng.uniform(-70, -40)), seed=seed)
    ours, twins = ProgressBank(6).feed(octets), ProgressTwin(6).feed(octets)
    for port in range(6):
        assert began_and_ended_ms(ours, port) == pytest.approx(
            began_and_ended_ms(twins, port), abs=ProgressTwin.HOP / MS
        )


# --- the matcher, told by hand -----------------------------------------------------------


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


def test_settings() -> None:
    quick = CadenceMatcher(CadenceSettings(dial_ms=500))
    quick.on(0)
    assert quick.tick(500 * MS) == "dial"
    assert names(*(380, 320) * 3, matcher=CadenceMatcher(CadenceSettings(tolerance_ms=10, tolerance_share=0.02))) == []


@pytest.mark.parametrize("name", ["busy", "congestion", "ring_back", "vacant", "special_dial", "intrusion"])
def test_bank_and_matcher_name_our_tones(name: str) -> None:
    octets = encode_alaw(render(CHINA_TONES[name], 7000 * MS))
    matcher, heard = CadenceMatcher(), []
    for event in ProgressBank(1).feed(octets[np.newaxis]):
        at = int(event["sample"]) - int(event["b"])
        heard.append(matcher.on(at) if event["kind"] == EventKind.TONE_ON else matcher.off(at))
    assert [found for found in heard if found is not None] == [name]
