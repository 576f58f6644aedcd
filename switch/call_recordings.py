"""The recordings of a switch's calls: one folder, a file a call, and one for every message that is left in it."""

from functools import partial
from pathlib import Path

import structlog

from kmcc.dsp.recorder import RecorderError
from kmcc.switch.journal import Journal
from kmcc.switch.legbook import LegEntry
from kmcc.switch.speech_path import SpeechPath

log = structlog.get_logger()


class CallRecordings:
    """A full disk, or any other fault of a file, ends no call."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self.folder = folder
        self._journal = journal

    def start(self, call_id: str, path: SpeechPath, entry: LegEntry) -> None:
        """Record the call; its record names the file."""
        entry.recording = self.folder / f"{call_id}.wav"
        path.start_recording(entry.recording, partial(self._on_fault, call_id, entry))

    def message_file(self, call_id: str) -> Path:
        """Where the next message left in this call goes."""
        number = len(list(self.folder.glob(f"{call_id}-m*.wav"))) + 1
        return self.folder / f"{call_id}-m{number}.wav"

    def _on_fault(self, call_id: str, entry: LegEntry, fault: RecorderError) -> None:
        log.error("recording lost", call=call_id, error=str(fault))
        self._journal.write("alarm.recording", call=call_id)
        if not fault.path.exists():
            entry.recording = None
