"""Resampling to 8 kHz: flat up to 3400 Hz, nothing folded back from above 4000 Hz, and in time to a fraction."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from kmcc.dsp.errors import SamplesError
from kmcc.dsp.resample import RATES_HZ, to_8_khz

SECOND = 8000
AMPLITUDE = 20000


def sine(hz: float, rate_hz: int, seconds: float = 1.0) -> npt.NDArray[np.int16]:
    t = np.arange(int(rate_hz * seconds)) / rate_hz
    samples: npt.NDArray[np.int16] = np.rint(AMPLITUDE * np.sin(2 * np.pi * hz * t)).astype(np.int16)
    return samples


def amplitude(sound: npt.NDArray[Any]) -> float:
    """Of the middle, where the filter's ends are not heard."""
    return float(np.sqrt(2 * np.mean(sound[1000:-1000].astype(float) ** 2)))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_telephone_band_is_as_it_was(rate_hz: int) -> None:
    """Level within 0.05 dB, time within a thousandth of a sample."""
    for hz in np.linspace(200, 3300 * min(1, rate_hz / 8000), 12):
        out = to_8_khz(sine(hz, rate_hz), rate_hz)
        assert len(out) == SECOND
        assert abs(20 * np.log10(amplitude(out) / AMPLITUDE)) < 0.05
        error = out.astype(float) - sine(hz, 8000)
        assert amplitude(error) < AMPLITUDE * 0.006


@pytest.mark.parametrize("rate_hz", [rate for rate in RATES_HZ if rate > 8000])
def test_nothing_folds_back(rate_hz: int) -> None:
    """75 dB from 4000 Hz up."""
    highest = min(rate_hz / 2 - 10, 20000)
    most = max(amplitude(to_8_khz(sine(hz, rate_hz), rate_hz)) for hz in np.linspace(4005, highest, 25))
    assert 20 * np.log10(most / AMPLITUDE) < -75


def test_a_lower_rate_leaves_no_image() -> None:
    """6 kHz: 2500 Hz would come again at 3500."""
    out = to_8_khz(sine(2500, 6000), 6000)[1000:7000].astype(float)
    image = abs(np.exp(2j * np.pi * 3500 * np.arange(len(out)) / 8000) @ out) * 2 / len(out)
    assert 20 * np.log10(image / AMPLITUDE) < -70


@pytest.mark.parametrize("samples", [1, 2, 5, 100, 441, 442])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_lengths(rate_hz: int, samples: int) -> None:
    assert len(to_8_khz(np.full(samples, 1000, np.int16), rate_hz)) == -(-samples * 8000 // rate_hz)


def test_full_scale_is_saturated_and_not_wrapped() -> None:
    square = np.where(np.arange(48000) // 60 % 2, 32767, -32768).astype(np.int16)
    out = to_8_khz(square, 48000)
    assert out.max() == 32767
    assert out.min() == -32768


@pytest.mark.parametrize("rate_hz", [0, 7999, 96000])
def test_rates_that_nobody_has(rate_hz: int) -> None:
    with pytest.raises(SamplesError, match="expected one of 6000, 8000"):
        to_8_khz(np.zeros(10, np.int16), rate_hz)
