"""The level of the register signals is the profile's: the far end of a quiet profile hears quiet signals."""

import numpy as np
import pytest

from kmcc.dsp.mfc import Direction as ToneDirection
from kmcc.dsp.tone import mfc_tone, render
from kmcc.signaling.china1.terms import Direction
from kmcc.switch.china1_port import register_tones

FULL_SCALE_DBM0 = 3.14  # a sine at the code limit of A-law, G.711


@pytest.mark.parametrize("level_dbm0", [-11.5, -20.0])
@pytest.mark.parametrize("signal", [(Direction.FORWARD, 15), (Direction.BACKWARD, 1)])
def test_level(level_dbm0: float, signal: tuple[Direction, int]) -> None:
    pcm = render(register_tones(level_dbm0)[signal], 8000).astype(np.float64)
    power_dbm0 = 10 * np.log10(np.mean(pcm**2) / (32768**2 / 2)) + FULL_SCALE_DBM0
    assert power_dbm0 == pytest.approx(level_dbm0 + 3.01, abs=0.1)  # two frequencies


def test_a_pulse_has_the_level_too() -> None:
    pulse = mfc_tone(ToneDirection.BACKWARD, 4, pulse_ms=150, dbm0=-20.0)
    assert pulse.dbm0 == (-20.0, -20.0)
    assert pulse.duration_ms == 150
