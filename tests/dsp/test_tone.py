"""The generator sample by sample, and the tone plans against GB 3380-82, Q.23 and GB 3377-82."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.dsp.errors import SamplesError, ToneError
from kmcc.dsp.mfc import Direction
from kmcc.dsp.tone import CHINA_TONES, Tone, ToneGenerator, dtmf_tone, mfc_tone, render
from kmcc.dsp.twin_tone import ToneGeneratorTwin

MS = 8
Maker = Callable[[Tone], ToneGenerator | ToneGeneratorTwin]
BUSY_TWICE = Tone((450,), (-10,), ((350, 350),), repeats=2)


@st.composite
def any_tone(draw: st.DrawFn) -> Tone:
    hz = draw(st.sampled_from([(450.0,), (697.0, 1209.0), (3999.0, 0.5)]))
    cadence = draw(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), max_size=4))
    repeats = draw(st.integers(0, 3)) if cadence else 0
    return Tone(hz, (-6.0,) * len(hz), tuple(cadence), repeats)


def amplitude(pcm: npt.NDArray[np.int16], hz: float) -> float:
    n = np.arange(len(pcm))
    return float(np.abs(2 * np.mean(pcm * np.exp(-2j * np.pi * hz * n / 8000))))


@pytest.mark.parametrize("make", [ToneGenerator, ToneGeneratorTwin], ids=["C", "twin"])
class TestGenerator:
    # Peaks as computed in the reference for 16 bits with +3.14 dBm0 at full scale.
    @pytest.mark.parametrize(("dbm0", "peak"), [(-11.5, 6074), (-11, 6434), (-35, 406), (-10, 7219), (-20, 2283)])
    def test_level(self, make: Maker, dbm0: float, peak: int) -> None:
        pcm = make(Tone((1000,), (dbm0,))).run(8000)
        assert abs(amplitude(pcm, 1000) - peak) <= 1
        assert abs(int(np.max(pcm)) - peak) <= 1

    def test_it_is_a_sine_to_a_ten_thousandth(self, make: Maker) -> None:
        pcm = make(Tone((697,), (3.0,))).run(8000)
        peak = 32768 * 10 ** (-0.14 / 20)
        sine = peak * np.sin(2 * np.pi * 697 * np.arange(8000) / 8000)
        assert np.max(np.abs(pcm - sine)) < 0.5 + 32768e-4

    def test_two_tones_too_loud_are_limited(self, make: Maker) -> None:
        pcm = make(Tone((697, 1209), (3.14, 3.14))).run(8000)
        assert (int(pcm.max()), int(pcm.min())) == (32767, -32768)

    def test_cadence_is_exact_to_the_sample(self, make: Maker) -> None:
        pcm = make(BUSY_TWICE).run(1600 * MS)
        sounding = np.abs(pcm.astype(int)) > 0
        for start_ms in (0, 700):
            burst = sounding[start_ms * MS : (start_ms + 350) * MS]
            assert burst[1]
            assert burst[-1]
            assert not sounding[(start_ms + 350) * MS : (start_ms + 700) * MS].any()
        assert not sounding[1400 * MS :].any()

    def test_bursts_are_alike(self, make: Maker) -> None:
        pcm = make(BUSY_TWICE).run(1400 * MS)
        assert np.array_equal(pcm[: 700 * MS], pcm[700 * MS :])

    def test_it_ends_after_the_last_pause(self, make: Maker) -> None:
        generator = make(dtmf_tone("5", on_ms=50, off_ms=30))
        generator.run(80 * MS - 1)
        assert generator.active
        assert list(generator.run(1)) == [0]
        assert not generator.active
        assert not generator.run(100).any()

    def test_a_continuous_tone_goes_on(self, make: Maker) -> None:
        generator = make(CHINA_TONES["dial"])
        generator.run(100_000)
        assert generator.active

    def test_nothing_and_less(self, make: Maker) -> None:
        assert len(make(BUSY_TWICE).run(0)) == 0
        with pytest.raises(SamplesError, match="expected 0 or more"):
            make(BUSY_TWICE).run(-1)


@given(any_tone(), st.lists(st.integers(0, 70), max_size=12))
def test_pieces_of_any_length_make_the_same_tone(tone: Tone, pieces: list[int]) -> None:
    generator = ToneGenerator(tone)
    parts = [generator.run(samples) for samples in pieces]
    assert np.array_equal(np.concatenate([*parts, np.zeros(0, np.int16)]), render(tone, sum(pieces)))


@given(any_tone(), st.integers(1, 500))
def test_c_and_twin_agree_to_one_step(tone: Tone, samples: int) -> None:
    generator, twin = ToneGenerator(tone), ToneGeneratorTwin(tone)
    assert np.max(np.abs(generator.run(samples).astype(int) - twin.run(samples))) <= 1
    assert generator.active == twin.active


def test_a_long_tone_does_not_drift() -> None:
    generator = ToneGenerator(Tone((1380,), (-10,)))
    generator.run(8000 * 600)  # ten minutes
    n = np.arange(8000)
    sine = 7219 * np.sin(2 * np.pi * 1380 * n / 8000)
    assert np.max(np.abs(generator.run(8000) - sine)) < 60  # half a degree


@pytest.mark.parametrize(
    ("name", "hz", "dbm0", "cadence_ms"),
    [
        ("dial", 450, -10, ()),
        ("special_dial", 450, -10, ((400, 40),)),
        ("ring_back", 450, -10, ((1000, 4000),)),
        ("busy", 450, -10, ((350, 350),)),
        ("congestion", 450, -10, ((700, 700),)),
        ("vacant", 450, -10, ((100, 100), (100, 100), (100, 100), (400, 400))),
        ("intrusion", 450, -20, ((200, 200), (200, 600))),
        ("confirmation", 950, -20, ()),
        ("call_waiting", 450, -20, ((400, 4000),)),
    ],
)
def test_the_tone_plan(name: str, hz: int, dbm0: int, cadence_ms: tuple[tuple[int, int], ...]) -> None:
    assert CHINA_TONES[name] == Tone((hz,), (dbm0,), cadence_ms)


@pytest.mark.parametrize(
    ("digit", "low", "high"), [("1", 697, 1209), ("0", 941, 1336), ("D", 941, 1633), ("#", 941, 1477)]
)
def test_dialling_tones(digit: str, low: int, high: int) -> None:
    tone = dtmf_tone(digit, on_ms=50, off_ms=60)
    assert (tone.hz, tone.cadence_ms, tone.duration_ms) == ((low, high), ((50, 60),), 110)
    assert tone.dbm0[1] - tone.dbm0[0] == 2


@pytest.mark.parametrize(
    ("direction", "signal", "pair"),
    [
        (Direction.FORWARD, 1, {1380, 1500}), (Direction.FORWARD, 2, {1380, 1620}),
        (Direction.FORWARD, 3, {1500, 1620}), (Direction.FORWARD, 4, {1380, 1740}),
        (Direction.FORWARD, 7, {1380, 1860}), (Direction.FORWARD, 10, {1740, 1860}),
        (Direction.FORWARD, 11, {1380, 1980}), (Direction.FORWARD, 15, {1860, 1980}),
        (Direction.BACKWARD, 1, {1140, 1020}), (Direction.BACKWARD, 2, {1140, 900}),
        (Direction.BACKWARD, 3, {1020, 900}), (Direction.BACKWARD, 4, {1140, 780}),
        (Direction.BACKWARD, 5, {1020, 780}), (Direction.BACKWARD, 6, {900, 780}),
    ],
)  # fmt: skip
def test_register_signals(direction: Direction, signal: int, pair: set[int]) -> None:
    tone = mfc_tone(direction, signal)
    assert set(tone.hz) == pair
    assert (tone.dbm0, tone.duration_ms) == ((-11.5, -11.5), None)
    assert mfc_tone(direction, signal, pulse_ms=150).duration_ms == 150


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Tone((), ()), "frequencies"),
        (lambda: Tone((1, 2, 3), (0, 0, 0)), "frequencies"),
        (lambda: Tone((4000,), (0,)), "frequencies"),
        (lambda: Tone((0,), (0,)), "frequencies"),
        (lambda: Tone((450,), ()), "levels"),
        (lambda: Tone((450,), (3.2,)), "levels"),
        (lambda: Tone((450,), (float("nan"),)), "levels"),
        (lambda: Tone((450,), (0,), ((1, 1),) * 5), "cadence"),
        (lambda: Tone((450,), (0,), ((0, 1),)), "cadence"),
        (lambda: Tone((450,), (0,), ((1, -1),)), "cadence"),
        (lambda: Tone((450,), (0,), repeats=1), "repeats"),
        (lambda: Tone((450,), (0,), ((1, 1),), repeats=-1), "repeats"),
        (lambda: dtmf_tone("E"), "digit"),
        (lambda: dtmf_tone(""), "digit"),
        (lambda: mfc_tone(Direction.FORWARD, 16), "forward signal"),
        (lambda: mfc_tone(Direction.BACKWARD, 7), "backward signal"),
        (lambda: mfc_tone(Direction.BACKWARD, 0), "backward signal"),
    ],
)
def test_what_cannot_be_a_tone(make: Callable[[], Tone], says: str) -> None:
    with pytest.raises(ToneError, match=f"tone with {says} .*: expected"):
        make()
