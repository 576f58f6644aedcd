"""Call ids: unique also after a restart, and in order of time."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path


class CallIds(Iterator[str]):
    """Those of one run; `next` gives the next one."""

    def __init__(self, start: datetime, recordings: Path) -> None:
        self._series = _unused_series(f"{start:%y%m%d%H%M%S}", recordings)
        self._serial = 0

    def __next__(self) -> str:
        self._serial += 1
        return f"{self._series}-{self._serial:05d}"


def _unused_series(series: str, recordings: Path) -> str:
    """Those of an earlier run in the same second, or of a clock set back, keep theirs: their recordings are there."""
    number, unused = 1, series
    while any(recordings.glob(f"{unused}-*")):
        number += 1
        unused = f"{series}.{number}"
    return unused
