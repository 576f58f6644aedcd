"""A tone profile of one's own as a TOML file; docs/dsp.md shows one."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from kmcc.config.finding import Finding
from kmcc.config.load import load_file
from kmcc.config.sections import Section
from kmcc.dsp.errors import ProfileError
from kmcc.dsp.tone_profile import LEVELS_DBM0, ProgressTone, Step, Tolerance, ToneProfile

Number = Annotated[float, Field(allow_inf_nan=False)]
_DEFAULT = Tolerance()


class StepRow(Section):
    """No `hz`: a pause. No `ms`: it goes on."""

    hz: tuple[Number, ...] = ()
    ms: Number | None = None


class ToneRow(Section):
    name: Annotated[str, Field(min_length=1)]
    steps: tuple[StepRow, ...]
    needed: int
    early_ms: Number | None = None
    dbm0: tuple[Number, Number] = LEVELS_DBM0
    tolerance_ms: Number = _DEFAULT.ms
    tolerance_share: Number = _DEFAULT.share

    def made(self) -> ProgressTone:
        steps = tuple(Step(step.hz, step.ms) for step in self.steps)
        tolerance = Tolerance(self.tolerance_ms, self.tolerance_share)
        return ProgressTone(self.name, steps, self.needed, self.early_ms, self.dbm0, tolerance)


class ProfileFile(Section):
    name: Annotated[str, Field(min_length=1)]
    hz_share: Number = 0.02
    tones: tuple[ToneRow, ...]

    def made(self) -> ToneProfile:
        return ToneProfile(self.name, tuple(tone.made() for tone in self.tones), self.hz_share)


def load_tone_profile(path: Path) -> ToneProfile:
    """ConfigError names what is wrong and the line where it stands."""
    return load_file(path, ProfileFile, _contradictions).made()


def _contradictions(file: ProfileFile) -> list[Finding]:
    try:
        file.made()
    except ProfileError as error:
        names = [tone.name for tone in file.tones]
        place = ("tones", names.index(error.tone)) if error.tone in names else ("name",)
        return [Finding(place, str(error), None)]
    return []
