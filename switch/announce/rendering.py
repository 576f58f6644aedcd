"""Recordings made by a synthetic voice from the catalogue: espeak-ng speaks, sox makes it 8 kHz A-law mono (G.711).

Silence is cut off at both ends and every prompt gets the same loudness. What was rendered, from which text, is noted in
`rendered.toml` beside the recordings, so a second run makes only what changed. A recording without a note there was
made by a person and is left alone unless it is forced.
"""

import hashlib
import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kmcc.dsp.wav import write_alaw_wav
from kmcc.switch.announce.catalogue import PromptText
from kmcc.switch.announce.language import Language
from kmcc.switch.errors import SwitchError

STATE_FILE: Final = "rendered.toml"
INSTALL_LINE: Final = "apt-get install espeak-ng sox"

# The voice "cmn" reads Chinese as the English letters of its pinyin; "cmn-latn-pinyin" says the syllables.
VOICES: Final[Mapping[Language, tuple[str, ...]]] = {
    Language.ZH: ("-v", "cmn-latn-pinyin", "-s", "165"),
    Language.EN: ("-v", "en-gb", "-s", "160"),
}
LOUDNESS_DBFS: Final = -20.0  # mean power of the voice; speech on a line is some -16 to -20 dBm0
PEAK_DBFS: Final = -1.0
_VOICED_DB: Final = 30.0  # blocks weaker than the strongest by more than this are pauses
_BLOCK: Final = 80  # samples = 10 ms
_RAW: Final = ("-t", "raw", "-r", "8000", "-c", "1", "-b", "16", "-e", "signed-integer", "-L")
_ALAW: Final = ("-t", "raw", "-r", "8000", "-c", "1", "-b", "8", "-e", "a-law")
_TRIM: Final = ("silence", "1", "0.005", "0.4%")


class RenderError(SwitchError):
    """The voice or the converter is not there, or failed."""


class Outcome(Enum):
    RENDERED = "rendered"
    UP_TO_DATE = "up to date"
    KEPT = "kept, somebody recorded it"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of one recording."""

    language: Language
    name: str
    path: Path
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class RenderJob:
    """One recording to be made."""

    language: Language
    prompt: PromptText

    @property
    def text(self) -> str:
        return self.prompt.voiced[self.language]

    @property
    def file(self) -> str:
        return f"{self.language.value}/{self.prompt.name}.wav"

    def digest(self) -> str:
        """Changes when the text, the voice or the loudness does."""
        made_of = "\0".join((*VOICES[self.language], str(LOUDNESS_DBFS), str(PEAK_DBFS), *_TRIM, self.text))
        return hashlib.sha256(made_of.encode()).hexdigest()[:16]


def check_programs() -> None:
    """RenderError with the line to install them when one is missing."""
    missing = [program for program in ("espeak-ng", "sox") if shutil.which(program) is None]
    if missing:
        raise RenderError(f"{' and '.join(missing)} not found; install with: {INSTALL_LINE}")


def render(jobs: tuple[RenderJob, ...], directory: Path, *, force: bool = False) -> Iterator[Rendered]:
    """Make the recordings one after the other; each is on disk, and noted, when it is yielded."""
    check_programs()
    state = _read_state(directory / STATE_FILE)
    for job in jobs:
        path = directory / job.file
        outcome = _outcome(job, path, state.get(job.file), force=force)
        if outcome is Outcome.RENDERED:
            path.parent.mkdir(parents=True, exist_ok=True)
            octets = _recording(job)
            with _replacing(path) as part:
                write_alaw_wav(part, octets)
            state[job.file] = job.digest()
            with _replacing(directory / STATE_FILE) as part:
                part.write_text(_state_text(state), encoding="utf-8")
        yield Rendered(job.language, job.prompt.name, path, outcome)


def _outcome(job: RenderJob, path: Path, noted: str | None, *, force: bool) -> Outcome:
    if force or not path.exists():
        return Outcome.RENDERED
    if noted is None:
        return Outcome.KEPT
    return Outcome.UP_TO_DATE if noted == job.digest() else Outcome.RENDERED


def _recording(job: RenderJob) -> bytes:
    """A-law octets of the trimmed prompt at its loudness."""
    spoken = _run(("espeak-ng", *VOICES[job.language], "--stdin", "--stdout"), job.text.encode(), job)
    cut = (*_TRIM, "reverse", *_TRIM, "reverse")
    raw = _run(("sox", "-D", "--ignore-length", "-t", "wav", "-", *_RAW, "-", "highpass", "80", *cut), spoken, job)
    samples = np.frombuffer(raw, dtype="<i2").astype(np.float64) / 32768
    if not samples.any():
        raise RenderError(f"{job.file}: the voice says nothing for this text")
    gain = ("gain", f"{_gain_db(samples):.2f}")
    return _run(("sox", "-D", *_RAW, "-", *_ALAW, "-", *gain), raw, job)


def _gain_db(samples: NDArray[np.float64]) -> float:
    """To the loudness of all prompts, but no peak over the limit."""
    whole = samples[: max(len(samples) // _BLOCK, 1) * _BLOCK]
    blocks = whole.reshape(-1, min(_BLOCK, len(whole)))
    power = np.square(blocks).mean(axis=1)
    voiced = power[power > power.max() / 10 ** (_VOICED_DB / 10)]
    loudness = 10 * float(np.log10(voiced.mean()))
    peak = 20 * float(np.log10(np.abs(samples).max()))
    return min(LOUDNESS_DBFS - loudness, PEAK_DBFS - peak)


def _run(command: tuple[str, ...], octets: bytes, job: RenderJob) -> bytes:
    try:
        done = subprocess.run(command, input=octets, capture_output=True, check=True)
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip().splitlines()
        raise RenderError(f"{job.file}: {command[0]} failed: {reason[-1] if reason else error.returncode}") from None
    return done.stdout


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Write to this name instead; a break in the middle leaves the old file."""
    part = path.with_name(path.name + ".part")
    yield part
    os.replace(part, path)


def _read_state(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RenderError(f"{path}: expected TOML: {error}; delete it to render all again") from None
    return {file: str(digest) for file, digest in rows.items()}


def _state_text(state: Mapping[str, str]) -> str:
    rows = "".join(f'"{file}" = "{digest}"\n' for file, digest in sorted(state.items()))
    return "# Which text and voice each recording was made from; written by `kmcc prompts render`.\n" + rows
