"""Recorder: an A-law WAV of what a port hears, or of that (left) and what it is sent (right).

The octets go from C to the file.

The sizes in the header are put right at every drain, so a file that a crash left behind can be read.
"""

import os
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.errors import DspError
from kmcc.dsp.wav import wav_header

RATE_HZ: Final = 8000
HEADER_OCTETS: Final = len(wav_header(2, 0))
CHANNELS_AT: Final = 22  # of the number of channels in it
MOST_OCTETS: Final = 0xFFFF_FFFF - 51  # what the 32-bit sizes of RIFF can say; 74 hours


class RecorderError(DspError):
    """A recording that could not be opened, written or closed."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"recording {path}: {what}")
        self.path = path


@dataclass(frozen=True, slots=True)
class Recording:
    """A finished recording; `lost` counts octets that found no room in the ring."""

    path: Path
    duration_s: float
    lost: int


class Sides(IntEnum):
    """Whom a recording holds; the value is the number of channels."""

    HEARD = 1
    BOTH = 2


def ring_octets(seconds: float, sides: Sides) -> int:
    """The power of two that holds so many seconds."""
    return 1 << max(2, (int(seconds * sides * RATE_HZ) - 1).bit_length())


def mend_recording(path: Path) -> bool:
    """Put the header of a recording right whose process was killed; whether it was wrong. RecorderError as always.

    It was wrong if that happened between the writing of speech and that of the header, or before any was written.
    """
    try:
        with path.open("r+b") as file:
            head = file.read(HEADER_OCTETS)
            sides = head[CHANNELS_AT] if len(head) == HEADER_OCTETS else Sides.BOTH
            size = os.fstat(file.fileno()).st_size
            speech = max(0, size - HEADER_OCTETS) // sides * sides
            wanted = wav_header(sides, min(speech, MOST_OCTETS) // sides * sides)
            if head == wanted and size == HEADER_OCTETS + speech:
                return False
            file.seek(0)
            file.write(wanted)
            file.truncate(HEADER_OCTETS + speech)
    except OSError as error:
        raise RecorderError(path, f"cannot be mended: {error.strerror}") from error
    return True


class Recorder:
    """One recording; hand it to `Engine.record`, drain it now and then, close it after `Engine.stop_record`."""

    def __init__(self, path: Path | str, *, sides: Sides = Sides.BOTH, ring_s: float = 8.0) -> None:
        self.path = Path(path)
        self.sides: Final = sides
        if not 0 < ring_s <= 3600:
            raise RecorderError(self.path, f"a ring of {ring_s} s, expected more than 0 and up to 3600")
        self._ring = ffi.new("uint8_t[]", ring_octets(ring_s, sides))
        fields = {"ring": self._ring, "size": len(self._ring), "sides": int(sides)}
        self.state: Final[Any] = ffi.new("struct engine_recorder *", fields)
        self._recording: Recording | None = None
        try:
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise RecorderError(self.path, f"cannot be opened: {error.strerror}") from error
        try:
            self._write_header()
        except RecorderError:
            os.close(self._fd)
            raise
        os.lseek(self._fd, 0, os.SEEK_END)

    @property
    def lost(self) -> int:
        """Octets that found no room so far."""
        return int(self.state.lost)

    @property
    def duration_s(self) -> float:
        """What has reached the file."""
        return int(self.state.drained) / (self.sides * RATE_HZ)

    def recorded(self) -> Recording:
        """What it will be once it is written: all that was recorded until now."""
        return Recording(self.path, int(self.state.written) / (self.sides * RATE_HZ), self.lost)

    def check_open(self) -> None:
        """RecorderError when it is closed."""
        if self._recording is not None:
            raise RecorderError(self.path, "is closed")

    def drain(self) -> int:
        """Write what the ring holds; how many octets that was."""
        self.check_open()
        written = int(lib.recorder_drain(self.state, self._fd))
        if written < 0:
            raise RecorderError(self.path, f"cannot be written: {os.strerror(ffi.errno)}")
        if written:
            self._write_header()
        return written

    def close(self) -> Recording:
        """Drain, put the header right and close; a second close says the same again."""
        if self._recording is None:
            try:
                self.drain()
            finally:
                os.close(self._fd)
                self._recording = Recording(self.path, self.duration_s, self.lost)
        return self._recording

    def _write_header(self) -> None:
        try:
            os.pwrite(
                self._fd,
                wav_header(self.sides, min(int(self.state.drained), MOST_OCTETS) // self.sides * self.sides),
                0,
            )
        except OSError as error:
            raise RecorderError(self.path, f"cannot be written: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
