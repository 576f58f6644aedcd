"""The recordings of a switch's calls: when they begin and end, by rules and on demand, and what the index is told."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog

from kmcc.dsp.recorder import RecorderError, Recording
from kmcc.switch.calendar import Calendar
from kmcc.switch.disk_guard import DiskGuard
from kmcc.switch.journal import Journal
from kmcc.switch.legbook import LegEntry
from kmcc.switch.recording_entry import NoIndex, RecordingEntry, RecordingIndex
from kmcc.switch.recording_rules import RecordingMode, RecordingRefusedError, RecordingRules
from kmcc.switch.speech_path import SpeechPath

log = structlog.get_logger()


@dataclass(slots=True)
class _Tape:
    """One call's recordings; `began` is when the present one did, None = there is none."""

    path: SpeechPath
    entry: LegEntry
    group: str
    mode: RecordingMode
    files: int = 0
    is_lost: bool = False  # by a fault of its file: not tried again unless asked for
    began: tuple[datetime, float] | None = None


@dataclass(frozen=True, slots=True)
class RecordingParts:
    """What recordings of a switch are made with."""

    folder: Path
    rules: RecordingRules
    guard: DiskGuard
    index: RecordingIndex

    @classmethod
    def plain(cls, folder: Path, journal: Journal) -> "RecordingParts":
        """Every call, as long as the disk takes it; files only."""
        return cls(folder, RecordingRules(), DiskGuard(folder, 0, journal), NoIndex())


class CallRecordings:
    """A full disk, or any other fault of a file, ends no call."""

    def __init__(self, parts: RecordingParts, journal: Journal, calendar: Calendar) -> None:
        self.parts = parts
        self._journal = journal
        self._calendar = calendar
        self._tapes: dict[str, _Tape] = {}

    def open(self, call: str, path: SpeechPath, entry: LegEntry, group: str) -> None:
        """A call has begun; what it wants is not known yet."""
        tape = self._tapes[call] = _Tape(path, entry, group, self.parts.rules.mode_of(call, None, None, group))
        if self.parts.rules.records_all:
            self._start(call, tape)

    def decide(self, call: str, service: str | None, seat: str | None) -> None:
        """More is known of the call: its service, and who talks with it. What must be recorded stays recorded."""
        tape = self._tapes.get(call)
        if tape is None:
            return
        wanted = self.parts.rules.mode_of(call, service, seat, tape.group)
        if tape.mode is not RecordingMode.COMPULSORY or tape.began is None:
            tape.mode = wanted
        if seat is not None:
            tape.entry.seat = seat
        tape.entry.service = service
        if tape.mode.starts and tape.began is None and not tape.is_lost:
            self._start(call, tape)
        elif tape.mode is RecordingMode.NEVER:
            self._stop(call, tape)

    def start(self, call: str) -> None:
        """On demand. RecordingRefusedError when it may not be, or there is no room."""
        tape = self._tape(call)
        if tape.mode is RecordingMode.NEVER:
            raise RecordingRefusedError(f"call {call} is never recorded")
        if tape.began is None:
            self._start(call, tape)
        if tape.began is None:
            raise RecordingRefusedError(f"call {call}: no recording, see the alarms")

    def stop(self, call: str) -> None:
        """RecordingRefusedError when the recording is compulsory (R-126)."""
        tape = self._tape(call)
        if tape.mode is RecordingMode.COMPULSORY:
            raise RecordingRefusedError(f"call {call}: its recording is compulsory")
        self._stop(call, tape)

    def close(self, call: str) -> None:
        """The call is over, its path still open."""
        tape = self._tapes.pop(call, None)
        if tape is not None:
            self._stop(call, tape)

    def message_file(self, call_id: str) -> Path:
        """Where the next message left in this call goes."""
        number = len(list(self.parts.folder.glob(f"{call_id}-m*.wav"))) + 1
        return self.parts.folder / f"{call_id}-m{number}.wav"

    def _tape(self, call: str) -> _Tape:
        if call not in self._tapes:
            raise RecordingRefusedError(f"call {call} is not up")
        return self._tapes[call]

    def _start(self, call: str, tape: _Tape) -> None:
        if not self.parts.guard.has_room():
            return
        tape.files += 1
        name = f"{call}.wav" if tape.files == 1 else f"{call}-{tape.files}.wav"
        file = self.parts.folder / name
        if tape.files == 1:
            tape.entry.recording = file
        tape.began = (self._calendar.now(), asyncio.get_running_loop().time())
        tape.path.start_recording(file, partial(self._on_fault, call, tape))

    def _stop(self, call: str, tape: _Tape) -> None:
        began, tape.began = tape.began, None
        recording = tape.path.stop_recording()
        if began is not None and recording is not None:
            self._index(call, tape, began, recording)

    def _index(self, call: str, tape: _Tape, began: tuple[datetime, float], recording: Recording) -> None:
        started_at, began_s = began
        entry = RecordingEntry(
            file=Path(recording.path.name),
            call=call,
            mode=tape.mode.value,
            started_at=started_at,
            talk_ms=round((asyncio.get_running_loop().time() - began_s) * 1000),
            duration_ms=round(recording.duration_s * 1000),
            lost_octets=recording.lost,
            service=tape.entry.service,
            seat=tape.entry.seat,
            called=tape.entry.called,
            calling=tape.entry.calling.number,
        )
        if not entry.is_whole:
            log.error("recording has a gap", call=call, file=str(entry.file), gap_ms=entry.gap_ms)
            self._journal.write("alarm.recording_gap", call=call, gap_ms=entry.gap_ms, lost_octets=entry.lost_octets)
        tape.path.when_written(partial(self.parts.index.add, entry))  # it reads the whole file

    def _on_fault(self, call: str, tape: _Tape, fault: RecorderError) -> None:
        tape.began, tape.is_lost = None, True
        log.error("recording lost", call=call, error=str(fault))
        self._journal.write("alarm.recording", call=call)
        if not fault.path.exists():
            tape.entry.recording = None
