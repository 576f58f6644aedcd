"""What a house records, made of its configuration."""

from pathlib import Path
from typing import Final

from kmcc.config import Config
from kmcc.store.recordings import SqlRecordingIndex
from kmcc.switch.call_recordings import RecordingParts
from kmcc.switch.disk_guard import DiskGuard
from kmcc.switch.journal import Journal
from kmcc.switch.recording_rules import RecordingMode, RecordingRule, RecordingRules

MB: Final = 1_000_000


def recording_parts(config: Config, journal: Journal, index: SqlRecordingIndex) -> RecordingParts:
    folder = Path(config.store.recordings)
    folder.mkdir(parents=True, exist_ok=True)
    rules = (
        RecordingRule(
            RecordingMode(row.mode),
            services=frozenset(row.services),
            seats=frozenset(row.seats),
            groups=frozenset(row.trunk_groups),
            percent=row.percent,
        )
        for row in config.recording_rules
    )
    return RecordingParts(
        folder,
        RecordingRules(tuple(rules), RecordingMode(config.recording.otherwise)),
        DiskGuard(folder, config.recording.free_mb * MB, journal),
        index,
    )
