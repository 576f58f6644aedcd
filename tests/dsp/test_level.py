"""Level meters against P.56 computed sample by sample, as its text says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dsp.two_wire import Sound, alaw, at_level, noise, speech, through_alaw

from kmcc.dsp.engine import Engine, run_pair
from kmcc.dsp.errors import PortError
from kmcc.dsp.level import NOTHING_DBM0, Meters, dbm0
from kmcc.switch.announce import Language


def active_level_of(sound: Sound) -> tuple[float, float]:
    """P.56 clause 8 with its own envelope, at every sample; level in dBm0 and activity."""
    decay = np.exp(-1 / (8000 * 0.03))
    hangover = 1600
    first = second = 0.0
    envelope = np.empty(len(sound))
    for i, magnitude in enumerate(np.abs(sound)):
        first = decay * first + (1 - decay) * magnitude
        second = decay * second + (1 - decay) * first
        envelope[i] = second
    square = float(np.sum(sound**2))
    margins: list[tuple[float, float]] = []
    for j in range(15):
        above = envelope >= 2**j
        since = np.arange(len(sound)) - np.maximum.accumulate(np.where(above, np.arange(len(sound)), -hangover * 2))
        active = int(np.sum(since <= hangover))
        if active:
            level = dbm0(square / active)
            margins.append((level - dbm0(4.0**j), level))
    at = next(i for i in range(1, len(margins)) if margins[i][0] < 15.9)
    share = (margins[at - 1][0] - 15.9) / (margins[at - 1][0] - margins[at][0])
    level = margins[at - 1][1] + share * (margins[at][1] - margins[at - 1][1])
    return level, 10 ** ((dbm0(square / len(sound)) - level) / 10)


@pytest.mark.parametrize("mean_dbm0", [-35.0, -22.0, -12.0])
@pytest.mark.parametrize("lang", list(Language))
def test_active_level_of_speech(lang: Language, mean_dbm0: float) -> None:
    pauses = np.zeros(16000)
    sound = np.concatenate((speech(3, mean_dbm0, lang=lang), pauses, speech(2, mean_dbm0, lang=lang, seed=4)))
    level = Meters(1).feed(alaw(sound)[None]).level(0)
    expected, activity = active_level_of(through_alaw(sound))
    assert level.active_dbm0 == pytest.approx(expected, abs=0.2)
    assert level.activity == pytest.approx(activity, abs=0.03)
    assert level.seconds == pytest.approx(len(sound) / 8000)


@settings(deadline=None, max_examples=20)
@given(level_dbm0=st.floats(-45, 0), hz=st.floats(300, 3400))
def test_a_tone_is_as_loud_as_it_is(level_dbm0: float, hz: float) -> None:
    tone = at_level(np.sin(np.arange(8000) * 2 * np.pi * hz / 8000), level_dbm0)
    level = Meters(1).feed(alaw(tone)[None]).level(0)
    assert level.mean_dbm0 == pytest.approx(level_dbm0, abs=0.15)
    assert level.recent_dbm0 == pytest.approx(level_dbm0, abs=0.3)
    assert level.active_dbm0 == pytest.approx(level_dbm0, abs=0.3)
    assert level.activity > 0.95


def test_recent_is_of_the_last_moment() -> None:
    meters = Meters(1).feed(alaw(np.concatenate((noise(2, -10), noise(1, -30))))[None])
    level = meters.level(0)
    assert level.recent_dbm0 == pytest.approx(-30, abs=1)
    assert level.mean_dbm0 == pytest.approx(-11.7, abs=0.3)
    meters.restart(0)
    assert meters.level(0).seconds == 0
    assert meters.level(0).mean_dbm0 == NOTHING_DBM0


def test_silence_has_no_active_level() -> None:
    level = Meters(1).feed(np.full((1, 8000), 0xD5, np.uint8)).level(0)
    assert level.mean_dbm0 < -55


def test_ports_are_apart_and_counted() -> None:
    meters = Meters(2).feed(np.stack([alaw(noise(1, -10)), alaw(noise(1, -40))]))
    assert meters.level(0).mean_dbm0 == pytest.approx(-10, abs=0.2)
    assert meters.level(1).mean_dbm0 == pytest.approx(-40, abs=0.5)
    with pytest.raises(PortError):
        meters.level(2)


def test_the_engine_measures_what_a_port_says() -> None:
    said = alaw(speech(1, -20))
    far, near = Engine(lines=2), Engine(lines=2)
    near.meter(near.line(0), on=True)
    far.play(far.line(0), [said[:7936].tobytes()])
    run_pair(far, near, 1)
    run_pair(far, near, 124)
    of_engine, of_meter = near.level(near.line(0)), Meters(1).feed(said[None, :7936]).level(0)
    assert of_engine.mean_dbm0 == pytest.approx(of_meter.mean_dbm0, abs=0.2)
    near.meter(near.line(0), on=False)
    run_pair(far, near, 1)
    stopped = near.level(near.line(0)).seconds
    run_pair(far, near, 1)
    assert near.level(near.line(0)).seconds == stopped
    assert near.level(near.line(1)).seconds == 0
