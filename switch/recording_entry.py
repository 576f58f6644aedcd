"""What the index keeps of a recording, and whether it holds all of the talk."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

SLACK_MS: Final = 250  # the first tick, and the command's way to the engine
SLACK_SHARE: Final = 0.001  # clocks of a board


@dataclass(frozen=True, slots=True)
class RecordingEntry:
    """One file. `talk_ms` is how long the call was to be recorded, `duration_ms` what the file holds."""

    file: Path
    call: str
    mode: str
    started_at: datetime
    talk_ms: int
    duration_ms: int
    lost_octets: int
    service: str | None = None
    seat: str | None = None
    called: str = ""
    calling: str | None = None

    @property
    def gap_ms(self) -> int:
        """What is missing; 0 = nothing that matters."""
        missing = abs(self.talk_ms - self.duration_ms)
        slack = SLACK_MS + self.talk_ms * SLACK_SHARE
        return missing if missing > slack or self.lost_octets else 0

    @property
    def is_whole(self) -> bool:
        return not self.lost_octets and not self.gap_ms


class RecordingIndex(Protocol):
    """Where entries go: kmcc.store.recordings.SqlRecordingIndex."""

    def add(self, entry: RecordingEntry) -> None:
        """Never blocks the switch."""
        ...


class NoIndex:
    """Recordings that are files only."""

    def add(self, entry: RecordingEntry) -> None: ...
