"""The recordings that are played: the packaged set with the operator's own laid over it, checked before use.

A recording is `<language>/<name>.wav`, mono, of any coding and rate that kmcc.dsp.wav reads. A file of the same
relative name in the operator's directory replaces the packaged one; so does a row of its catalogue.toml.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final, Self

import numpy as np

from kmcc.dsp.g711 import decode_alaw
from kmcc.dsp.wav import WavError, read_wav
from kmcc.switch.announce.catalogue import CATALOGUE_FILE, Catalogue, packaged_catalogue, parse_catalogue
from kmcc.switch.announce.language import Language
from kmcc.switch.errors import SwitchError

FORMAT: Final = "a mono WAV file"
FINGERPRINT_OCTETS: Final = 256
MIN_OCTETS: Final = 64  # 8 ms; shorter is no word, and no fingerprint
_STEP: Final = 8


class PromptError(SwitchError):
    """A recording that is missing or cannot be played: which file, what is expected."""

    def __init__(self, place: str, expected: str) -> None:
        super().__init__(f"{place}: expected {expected}")


def packaged_directory() -> Path:
    """Where the recordings that come with the program are."""
    return Path(str(resources.files("kmcc.switch").joinpath("prompts")))


def load_catalogue(directory: Path | None) -> Catalogue:
    """The packaged catalogue, with the directory's own catalogue.toml laid over it where there is one."""
    packaged = packaged_catalogue()
    if directory is None or not (directory / CATALOGUE_FILE).exists():
        return packaged
    own = directory / CATALOGUE_FILE
    return parse_catalogue(own.read_text(encoding="utf-8"), str(own), packaged)


@dataclass(frozen=True, slots=True)
class PromptSet:
    """Every prompt of the catalogue in both languages, as A-law octets in memory."""

    catalogue: Catalogue
    paths: Mapping[tuple[Language, str], Path]
    octets: Mapping[tuple[Language, str], bytes]

    @classmethod
    def load(cls, directory: Path | None) -> Self:
        """Read all; PromptError for the first fault."""
        catalogue = load_catalogue(directory)
        if directory is not None:
            for error in _strangers(catalogue, directory):
                raise error
        paths = {(lang, name): _path(directory, lang, name) for lang in Language for name in catalogue.prompts}
        return cls(catalogue, paths, {key: _read(path) for key, path in paths.items()})

    def clips(self, names: tuple[str, ...], lang: Language) -> list[bytes]:
        """The octets to play, one clip a name."""
        return [self._clip(name, lang) for name in names]

    def fingerprint(self, name: str, lang: Language) -> bytes:
        """The loudest 32 ms that no other prompt has; whoever hears them in a call has heard this prompt.

        A clip shorter than 32 ms is its own fingerprint; two equal recordings have the same one.
        """
        own = self._clip(name, lang)
        others = [octets for key, octets in self.octets.items() if key != (lang, name)]
        windows = _by_energy(own)
        return next((window for window in windows if not any(window in other for other in others)), windows[0])

    def _clip(self, name: str, lang: Language) -> bytes:
        try:
            return self.octets[lang, name]
        except KeyError:
            raise PromptError(f"prompt {name!r}", "a name of the catalogue") from None


def faults(directory: Path) -> tuple[PromptError, ...]:
    """Everything that keeps this operator's directory from being used, in the order of the catalogue."""
    if not directory.is_dir():
        return (PromptError(str(directory), "a directory of recordings"),)
    catalogue = load_catalogue(directory)
    found = list(_strangers(catalogue, directory))
    for lang in Language:
        for name in catalogue.prompts:
            try:
                _read(_path(directory, lang, name))
            except PromptError as error:
                found.append(error)
    return tuple(found)


def own_recordings(directory: Path) -> int:
    """How many recordings of this operator's directory replace packaged ones."""
    catalogue = load_catalogue(directory)
    return sum((directory / lang.value / f"{name}.wav").exists() for lang in Language for name in catalogue.prompts)


def _strangers(catalogue: Catalogue, directory: Path) -> Iterator[PromptError]:
    """Files that would never be played, because no prompt has their name."""
    if not directory.is_dir():
        yield PromptError(str(directory), "a directory of recordings")
    folders = {lang.value for lang in Language}
    for path in sorted(directory.rglob("*.wav")):
        place = path.relative_to(directory)
        if len(place.parts) != 2 or place.parts[0] not in folders:
            yield PromptError(str(path), f"recordings in {' or '.join(sorted(folders))}, such as zh/welcome.wav")
        elif path.stem not in catalogue.prompts:
            yield PromptError(str(path), f"a name of the catalogue, not {path.stem!r}")


def _path(directory: Path | None, lang: Language, name: str) -> Path:
    relative = Path(lang.value, f"{name}.wav")
    if directory is not None and (directory / relative).exists():
        return directory / relative
    packaged = packaged_directory() / relative
    return packaged if packaged.exists() or directory is None else directory / relative


def _read(path: Path) -> bytes:
    if not path.exists():
        raise PromptError(str(path), f"{FORMAT}; the file is missing")
    try:
        wav = read_wav(path)
    except WavError as error:
        raise PromptError(str(path), f"{FORMAT}; {error}") from None
    if wav.channels != 1:
        raise PromptError(str(path), f"{FORMAT}, got {wav.channels} channels")
    octets = wav.alaw()
    if len(octets) < MIN_OCTETS:
        raise PromptError(str(path), f"at least {MIN_OCTETS} samples of 8 kHz, got {len(octets)}")
    return octets


def _by_energy(octets: bytes) -> list[bytes]:
    """The windows a fingerprint can be, in steps of 1 ms, the loudest first."""
    energy = np.concatenate(([0.0], np.cumsum(np.square(decode_alaw(octets).astype(np.float64)))))
    width = min(FINGERPRINT_OCTETS, len(octets))
    windows = (energy[width:] - energy[:-width])[::_STEP]
    starts = np.argsort(-windows, kind="stable") * _STEP
    return [octets[start : start + width] for start in starts]
