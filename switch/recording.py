"""Recording on one port: the call as a whole, and beside it a message that the caller leaves.

A call goes on without its recording: a file that cannot be opened or written ends the recording and is told once.
"""

from collections.abc import Callable
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
        self._on_fault: OnFault | None = None

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
        self._recorder, self._on_fault = recorder, on_fault
        self._media.engine.record(self._port, recorder, self._track)

    def stop(self) -> Recording | None:
        """The finished recording; None when there is none."""
        if self._recorder is None:
            return None
        recorder, self._recorder = self._recorder, None
        self._media.engine.stop_record(self._port, self._track)
        try:
            return recorder.close()
        except RecorderError as fault:
            self._tell_fault(fault)
            return None
        finally:
            self._on_fault = None  # it may know of us

    def drain(self) -> None:
        """Half of the ring is full."""
        if self._recorder is None:
            return
        try:
            self._recorder.drain()
        except RecorderError as fault:
            self._tell_fault(fault)
            self.stop()

    def _tell_fault(self, fault: RecorderError) -> None:
        on_fault, self._on_fault = self._on_fault, None
        if on_fault is not None:
            on_fault(fault)
