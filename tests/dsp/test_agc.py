"""Automatic gain control: what is too faint or too loud comes out alike; noise and pauses are left alone."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dsp.two_wire import alaw, at_level, dbm0_of, noise, part, speech

from kmcc.dsp.agc import GainControls
from kmcc.dsp.engine import Engine, run_pair
from kmcc.dsp.errors import SamplesError
from kmcc.dsp.g711 import decode_alaw
from kmcc.dsp.level import Meters
from kmcc.dsp.twin_agc import AgcTwin

Make = Callable[[int], GainControls | AgcTwin]


@pytest.mark.parametrize("make", [GainControls, AgcTwin])
class TestGainControl:
    """The kernel and its twin."""

    @pytest.mark.parametrize("dbm0", [-24.0, -18.0, -13.0, -6.0, -2.0])
    def test_a_tone_settles_between_minus_fourteen_and_minus_twelve(self, make: Make, dbm0: float) -> None:
        tone = at_level(np.sin(np.arange(7 * 8000) * 0.9), dbm0)
        out = decode_alaw(make(1).feed(alaw(tone)[None])[0]).astype(float)
        assert -14.2 < dbm0_of(part(out, 6, 7)) < -11.8

    @pytest.mark.parametrize("dbm0", [-40.0, 3.0])
    def test_no_more_than_twelve_decibels(self, make: Make, dbm0: float) -> None:
        tone = at_level(np.sin(np.arange(8 * 8000) * 0.9), dbm0 if dbm0 > 0 else dbm0 + 1)
        control = make(1)
        control.feed(alaw(tone)[None])
        assert 0.25 <= control.gains()[0] <= 4.0

    def test_noise_of_a_quiet_room_is_not_drawn_up(self, make: Make) -> None:
        control = make(1)
        control.feed(alaw(noise(3, -48))[None])
        assert control.gains()[0] == 1.0

    def test_a_pause_leaves_the_gain_where_it_was(self, make: Make) -> None:
        control = make(1)
        control.feed(alaw(at_level(np.sin(np.arange(3 * 8000) * 0.9), -24))[None])
        before = control.gains()[0]
        control.feed(np.full((1, 16000), 0xD5, np.uint8))
        assert 1.5 < before <= control.gains()[0] < before * 1.05

    def test_a_sudden_shout_is_not_clipped(self, make: Make) -> None:
        """After a faint voice has drawn the gain up."""
        faint = at_level(np.sin(np.arange(6 * 8000) * 0.9), -26)
        shout = at_level(np.sin(np.arange(800) * 0.9), 0)
        out = decode_alaw(make(1).feed(alaw(np.concatenate((faint, shout)))[None])[0]).astype(float)[-800:]
        for block, wave in zip(out.reshape(-1, 16), shout.reshape(-1, 16), strict=True):
            gain = (block @ wave) / (wave @ wave)
            assert np.sum((block - gain * wave) ** 2) < 0.01 * np.sum(block**2)


def test_faint_and_loud_speech_come_out_about_as_loud() -> None:
    """Twenty decibels apart before, three behind."""
    said = np.stack([alaw(speech(12, dbm0, seed=2)) for dbm0 in (-28.0, -18.0, -8.0)])
    out = GainControls(3).feed(said)[:, 6 * 8000 :]
    levels = [Meters(3).feed(np.ascontiguousarray(out)).level(port).active_dbm0 for port in range(3)]
    assert max(levels) - min(levels) < 3
    assert all(-20 < level < -12 for level in levels)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 1000), scale=st.floats(0.5, 4.5))
def test_the_twin_says_the_same_octets(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    levels = np.repeat(10 ** rng.uniform(0, scale, (2, 20)), 160, axis=1)
    said = alaw(np.clip(rng.normal(0, 1, (2, 3200)) * levels, -32768, 32767).ravel()).reshape(2, 3200)
    np.testing.assert_array_equal(GainControls(2).feed(said), AgcTwin(2).feed(said))


def test_samples_that_do_not_fit() -> None:
    with pytest.raises(SamplesError, match="17 samples, expected a multiple of 16"):
        GainControls(1).feed(np.zeros((1, 17), np.uint8))


@pytest.mark.parametrize("tick_samples", [16, 64, 80])
def test_the_engine_lets_others_hear_it(tick_samples: int) -> None:
    said = alaw(speech(2, -28))[: 80 * 190]
    far, near = (Engine(lines=2, tick_samples=tick_samples) for _ in range(2))
    near.link(near.line(1), near.line(0))
    near.control_gain(near.line(0), on=True)
    run_pair(far, near, 1)
    far.play(far.line(0), [said.tobytes()])
    sent = bytearray()
    for _ in range(len(said) // tick_samples + 1):
        run_pair(far, near, 1)
        sent += near.line_tx(1)
    expected = AgcTwin(1)
    expected.feed(np.full((1, tick_samples * 2), 0xD5, np.uint8))
    whole = len(said) // tick_samples * tick_samples
    np.testing.assert_array_equal(
        np.frombuffer(sent, np.uint8)[tick_samples : tick_samples + whole], expected.feed(said[None, :whole])[0]
    )
