"""Recording on one port: the call as a whole, and beside it a message that the caller leaves.

A call goes on without its recording: a file that cannot be opened or written ends the recording and is told once.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from kmcc.dsp.engine import Track
from kmcc.dsp.recorder import Recorder, RecorderError, Recording, Sides
from kmcc.switch.media import Media

OnFault = Callable[[RecorderError], None]


class PortRecording:
    """One track of one port; records one file after the other."""

    def __init__(self, media: Media, port: int, track: Track) -> None:
        self._media = media
        self._port = port
        self._track = track
        self._recorder: Recorder | None = None
        self._told: set[Recorder] = set()  # of whose fault it has been told

    @property
    def is_on(self) -> bool:
        return self._recorder is not None

    def start(self, path: Path, sides: Sides, on_fault: OnFault) -> None:
        """`on_fault` is told once when the file cannot be opened, or is not written any more: no recording then."""
        try:
            recorder = Recorder(path, sides=sides)
        except RecorderError as fault:
            on_fault(fault)
            return
        self._recorder = recorder
        self._media.writer.take(recorder, partial(self._fail, recorder, on_fault))
        self._media.engine.record(self._port, recorder, self._track)

    def stop(self) -> Recording | None:
        """The finished recording, as long as it is when it is written; None when there is none."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return None
        self._media.engine.stop_record(self._port, self._track)
        recording = recorder.recorded()
        self._media.writer.close(recorder)
        if recorder in self._told:
            self._told.discard(recorder)
            return None
        return recording

    def drain(self) -> None:
        """Half of the ring is full."""
        if self._recorder is not None:
            self._media.writer.drain(self._recorder)

    def _fail(self, recorder: Recorder, on_fault: OnFault, fault: RecorderError) -> None:
        if recorder in self._told:
            return
        self._told.add(recorder)
        on_fault(fault)
        if self._recorder is recorder:
            self.stop()
