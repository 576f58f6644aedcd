"""Recordings that a command was given: files, - for standard input, and folders with every file in them."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from kmcc.dsp.errors import WavError
from kmcc.dsp.wav import Wav, read_wav


def recordings(paths: Iterable[Path]) -> Iterator[tuple[Path, Wav | WavError]]:
    """Each in the order given, a folder's by name; what cannot be read as its error."""
    for path in paths:
        files = sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]
        for file in files:
            try:
                yield file, read_wav(file)
            except WavError as error:
                yield file, error


def readable(paths: Iterable[Path]) -> tuple[list[tuple[Path, Wav]], int]:
    """Those that can be read, and how many cannot: each of these has been told on standard error."""
    good: list[tuple[Path, Wav]] = []
    bad = 0
    for path, wav in recordings(paths):
        if isinstance(wav, WavError):
            print(f"kmcc: {wav}", file=sys.stderr)
            bad += 1
        else:
            good.append((path, wav))
    return good, bad
