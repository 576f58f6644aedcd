"""Tone profiles: what comes with the house stands, what contradicts itself is refused with the tone named."""

from dataclasses import replace

import pytest

from kmcc.dsp.errors import ProfileError
from kmcc.dsp.tone_plans import CHINA, ITU, NORTH_AMERICA, PROFILES
from kmcc.dsp.tone_profile import SILENCE, ProgressTone, Step, Tolerance, ToneProfile

BURST, PAUSE = Step((425.0,), 500), Step(SILENCE, 500)
BUSY = ProgressTone("busy", (BURST, PAUSE), 5)


def profile(*tones: ProgressTone, hz_share: float = 0.02) -> ToneProfile:
    return ToneProfile("mine", tones, hz_share)


def test_sets_of_the_profiles_of_the_house() -> None:
    assert [name for name, of in PROFILES.items() if of.name == name] == ["china", "itu", "north-america"]
    assert CHINA.sets == ((450.0,), (950.0,))  # code 0 is what the 450 Hz bank reports
    assert ITU.sets == ((425.0,), (950.0,), (1400.0,), (1800.0,))
    assert NORTH_AMERICA.sets == ((350.0, 440.0), (440.0, 480.0), (480.0, 620.0), (440.0,))
    assert CHINA.named("busy").needed == 5


@pytest.mark.parametrize(
    ("tones", "words"),
    [
        ((), "no tone"),
        ((replace(BUSY, name=""),), "a name that is empty"),
        ((BUSY, replace(BUSY, steps=(replace(BURST, ms=200), PAUSE))), "given twice"),
        ((replace(BUSY, steps=()),), "0 steps"),
        ((replace(BUSY, steps=(BURST, PAUSE) * 7),), "14 steps"),
        ((replace(BUSY, steps=(PAUSE,)),), "no burst"),
        ((replace(BUSY, steps=(BURST, BURST)),), "the same frequencies twice in a row"),
        ((replace(BUSY, steps=(BURST, PAUSE, BURST)),), "the same frequencies twice in a row"),
        ((replace(BUSY, steps=(replace(BURST, hz=(425.0, 450.0)), PAUSE)),), "40 Hz apart"),
        ((replace(BUSY, steps=(replace(BURST, hz=(500.0, 400.0)), PAUSE)),), "the lower one first"),
        ((replace(BUSY, steps=(replace(BURST, hz=(400.0, 500.0, 600.0)), PAUSE)),), "up to 2"),
        ((replace(BUSY, steps=(replace(BURST, hz=(200.0,)), PAUSE)),), "300..3400 Hz"),
        ((replace(BUSY, steps=(replace(BURST, ms=20), PAUSE)),), "40..60000 ms"),
        ((replace(BUSY, steps=(BURST, Step(SILENCE))),), "a pause without an end"),
        ((replace(BUSY, steps=(Step((425.0,)), PAUSE)),), "a step without an end among others"),
        ((replace(BUSY, steps=(Step((425.0,)),)),), "goes on without early_ms"),
        ((replace(BUSY, needed=0),), "needed 0"),
        ((replace(BUSY, early_ms=10),), "early_ms 10"),
        ((replace(BUSY, dbm0=(0, -10)),), "levels (0, -10)"),
    ],
)
def test_a_tone_that_cannot_be(tones: tuple[ProgressTone, ...], words: str) -> None:
    with pytest.raises(ProfileError) as refused:
        profile(*tones)
    assert words in str(refused.value)
    assert str(refused.value).startswith("tone profile 'mine'")


@pytest.mark.parametrize("hz_share", [0.0, 0.2])
def test_a_share_that_cannot_be(hz_share: float) -> None:
    with pytest.raises(ProfileError, match="hz_share"):
        profile(BUSY, hz_share=hz_share)


def test_frequencies_too_near_each_other() -> None:
    near = replace(BUSY, name="other", steps=(replace(BURST, hz=(440.0,)), PAUSE))
    with pytest.raises(ProfileError, match="425 and 440 Hz"):
        profile(BUSY, near, hz_share=0.02)
    assert len(profile(BUSY, near, hz_share=0.01).sets) == 2


def test_more_frequencies_than_a_receiver_hears() -> None:
    many = [replace(BUSY, name=f"{n}", steps=(replace(BURST, hz=(400.0 + 150 * n,)), PAUSE)) for n in range(13)]
    with pytest.raises(ProfileError, match="13 sets"):
        profile(*many)


@pytest.mark.parametrize(
    "other",
    [
        replace(BUSY, name="other", steps=(replace(BURST, ms=600), replace(PAUSE, ms=450))),  # tolerances meet
        replace(BUSY, name="other", steps=(PAUSE, BURST)),  # begun elsewhere
        replace(BUSY, name="other", steps=(replace(BURST, ms=800), PAUSE), tolerance=Tolerance(ms=250)),
        ProgressTone("other", (Step((425.0,)),), 1, 300),  # named before a burst of busy is over
        replace(BUSY, name="other", needed=1, steps=(BURST, replace(PAUSE, ms=2000))),
    ],
)
def test_two_tones_that_cannot_be_told_apart(other: ProgressTone) -> None:
    with pytest.raises(ProfileError, match="also sounds like"):
        profile(BUSY, other)


@pytest.mark.parametrize(
    "other",
    [
        replace(BUSY, name="other", steps=(replace(BURST, ms=250), replace(PAUSE, ms=250))),
        replace(BUSY, name="other", steps=(replace(BURST, hz=(400.0,)), PAUSE)),
        ProgressTone("other", (Step((425.0,)),), 1, 1000),
        replace(BUSY, name="other", dbm0=(-70.0, -45.0)),
    ],
)
def test_two_tones_that_can(other: ProgressTone) -> None:
    assert profile(BUSY, other).named("other") is other


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(ProfileError, match="no such tone"):
        CHINA.named("waltz")
