"""A tone profile from a file: read as it stands, or refused with the place."""

from pathlib import Path

import pytest

from kmcc.config.errors import ConfigError
from kmcc.config.tone_profile_file import load_tone_profile
from kmcc.dsp.tone_profile import SILENCE, ProgressTone, Step, Tolerance, ToneProfile

GOOD = """\
name = "britain"
hz_share = 0.02

[[tones]]
name = "dial"
steps = [{ hz = [350.0, 440.0] }]
needed = 1
early_ms = 1000.0

[[tones]]
name = "busy"
steps = [{ hz = [400.0], ms = 375.0 }, { ms = 375.0 }]
needed = 5
tolerance_ms = 40.0
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "tones.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    busy = (Step((400.0,), 375), Step(SILENCE, 375))
    dial = ProgressTone("dial", (Step((350.0, 440.0)),), 1, 1000, tolerance=Tolerance())
    expected = ToneProfile("britain", (dial, ProgressTone("busy", busy, 5, tolerance=Tolerance(ms=40))), 0.02)
    assert load_tone_profile(written(tmp_path, GOOD)) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("needed = 5", "needed = 500"), "tones.toml:10: tones[1]: tone profile 'britain', tone 'busy'"),
        (
            GOOD.replace("hz_share = 0.02", "hz_share = 0.5"),
            "tones.toml:1: name: tone profile 'britain': found hz_share",
        ),
        (GOOD.replace("[400.0]", '["400"]'), "tones.toml:12: tones[1].steps[0].hz[0]"),
        (GOOD.replace("ms = 40.0", "ms = nan"), "tolerance_ms"),
        (GOOD + "waltz = 3\n", "waltz"),
        ("tones = 3", "tones"),
        ("[[", "no TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_tone_profile(written(tmp_path, text))
    assert words in str(refused.value)
