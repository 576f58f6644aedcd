"""HDLC on 64 kbit/s timeslots, many at once, for common channel signalling: Q.703 and ISO 13239 (csrc/hdlc.h).

Octets are those of the timeslot: the highest bit comes first on the line. Frames are without flags and FCS.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory
from kmcc.dsp.errors import DspError, SamplesError
from kmcc.dsp.turn import Turn

MOST_SLOTS: Final = 65_536
MOST_OCTETS: Final = 4096  # of a frame with its FCS
MOST_FILL: Final = 16
QUEUES: Final = (64, 1 << 20)
FCS_OCTETS: Final = 2
FEED_OCTETS: Final = 512  # of a slot at once: what the room for frames is made for

Octets = npt.NDArray[np.uint8]


class HdlcError(DspError):
    """A slot, a frame or a limit that cannot be."""

    def __init__(self, what: str, found: object, expected: str) -> None:
        super().__init__(f"HDLC {what} {found}: expected {expected}")


class Status(IntEnum):
    """What came between two flags; csrc/hdlc.h says what each means."""

    GOOD = lib.HDLC_GOOD
    BAD_FCS = lib.HDLC_BAD_FCS
    SHORT = lib.HDLC_SHORT
    LONG = lib.HDLC_LONG
    UNEVEN = lib.HDLC_UNEVEN
    ABORT = lib.HDLC_ABORT
    COUNTED = lib.HDLC_COUNTED


@dataclass(frozen=True, slots=True)
class Frame:
    """`octets` are there when it is GOOD; `at` counts the slot's octets from the receiver's beginning."""

    slot: int
    status: Status
    octets: bytes
    at: int


def _check(what: str, value: int, lowest: int, highest: int) -> int:
    if not lowest <= value <= highest:
        raise HdlcError(what, value, f"{lowest}..{highest}")
    return value


class HdlcReceiver:
    """Frames out of the octets of so many timeslots.

    `shortest` and `longest` count the FCS; `counting` is the octet counting mode of Q.703: on from the beginning, after
    an abort and after too long a frame, until a good frame; 16 octets are then told as COUNTED, and nothing else."""

    def __init__(self, slots: int, *, shortest: int = 5, longest: int = 279, counting: bool = True) -> None:
        self.slots: Final = _check("slots", slots, 1, MOST_SLOTS)
        self._turn: Final = Turn("HDLC receiver")
        _check("longest frame", longest, 3, MOST_OCTETS)
        _check("shortest frame", shortest, 3, longest)
        limits = ffi.new("struct hdlc_limits *", (shortest, longest, int(counting)))
        memory, self._owner = aligned_memory(lib.hdlc_receiver_size(slots, limits))
        self._state = lib.hdlc_receiver_init(memory, slots, limits)
        self._frames = ffi.new("struct hdlc_frame[]", 2 * FEED_OCTETS * slots)
        self._octets = ffi.new("uint8_t[]", (FEED_OCTETS + longest) * slots)
        self._at = 0

    def restart(self, slot: int) -> None:
        """Forget what was heard on it, as at the beginning."""
        _check("slot", slot, 0, self.slots - 1)
        with self._turn:
            lib.hdlc_receiver_restart(self._state, slot)

    def feed(self, line: Octets) -> list[Frame]:
        """(slots, samples) octets, or any view with positive strides; what was complete, slot by slot within each
        half thousand octets."""
        stride = _stride(line, self.slots)
        frames: list[Frame] = []
        with self._turn:
            for at in range(0, line.shape[1], FEED_OCTETS):
                frames += self._feed(line[:, at : at + FEED_OCTETS], stride)
        return frames

    def _feed(self, line: Octets, stride: Any) -> list[Frame]:
        rooms = (len(self._frames), len(self._octets))
        found = ffi.new("struct hdlc_found *", (self._frames, self._octets, *rooms, 0, 0, 0))
        lib.hdlc_feed(self._state, ffi.cast("uint8_t *", line.ctypes.data), stride[0], line.shape[1], found)
        octets = bytes(ffi.buffer(self._octets, found.used))
        made = [
            Frame(one.slot, Status(one.status), octets[one.begin : one.begin + one.length], self._at + one.offset)
            for one in (self._frames[n] for n in range(found.count))
        ]
        self._at += line.shape[1]
        return made


class HdlcSender:
    """Frames onto so many timeslots, flags where there are none.

    `flags` come between two frames; idle flags may share their zeros; `queue` octets of frames may wait on each slot,
    two more a frame."""

    def __init__(self, slots: int, *, flags: int = 1, shared_zero: bool = False, queue: int = 4096) -> None:
        self.slots: Final = _check("slots", slots, 1, MOST_SLOTS)
        self._turn: Final = Turn("HDLC sender")
        _check("flags between frames", flags, 1, 0xFFFF)
        _check("octets of the queue", queue, *QUEUES)
        sending = ffi.new("struct hdlc_sending *", (flags, int(shared_zero), queue))
        memory, self._owner = aligned_memory(lib.hdlc_sender_size(slots, sending))
        self._state = lib.hdlc_sender_init(memory, slots, sending)

    def queue(self, slot: int, octets: bytes) -> bool:
        """Send this frame after those that wait; False when there is no room for it now."""
        _check("slot", slot, 0, self.slots - 1)
        _check("octets of a frame", len(octets), 1, MOST_OCTETS - FCS_OCTETS)
        with self._turn:
            return bool(lib.hdlc_queue(self._state, slot, ffi.from_buffer("uint8_t[]", octets), len(octets)) == 0)

    def fill(self, slot: int, octets: bytes) -> None:
        """Send this frame again and again while none waits; empty: send flags."""
        _check("slot", slot, 0, self.slots - 1)
        _check("octets of the fill", len(octets), 0, MOST_FILL)
        with self._turn:
            lib.hdlc_fill(self._state, slot, ffi.from_buffer("uint8_t[]", octets), len(octets))

    def abort(self, slot: int) -> None:
        """Break off the frame that is being sent, and forget those that wait."""
        _check("slot", slot, 0, self.slots - 1)
        with self._turn:
            lib.hdlc_abort(self._state, slot)

    def waiting(self, slot: int) -> int:
        """Octets that wait, with two for each frame."""
        return int(lib.hdlc_waiting(self._state, _check("slot", slot, 0, self.slots - 1)))

    def transmit(self, samples: int) -> Octets:
        """(slots, samples): the next octets of each timeslot."""
        line = np.empty((self.slots, _check("samples", samples, 0, 1 << 24)), np.uint8)
        self.transmit_into(line)
        return line

    def transmit_into(self, line: Octets) -> None:
        """The same into an array or view of shape (slots, samples), such as E1 frames transposed."""
        stride = _stride(line, self.slots)
        if not line.flags.writeable:
            raise SamplesError("HDLC line", "a read-only array", "one that can be written")
        with self._turn:
            lib.hdlc_transmit(self._state, ffi.cast("uint8_t *", line.ctypes.data), stride[0], line.shape[1])


def _stride(line: object, slots: int) -> Any:
    """The strides for C, in an array of one that owns them."""
    expected = f"a uint8 array of shape ({slots}, samples) with positive strides"
    if not isinstance(line, np.ndarray):
        raise SamplesError("HDLC line", type(line).__name__, expected)
    if line.dtype != np.uint8 or line.ndim != 2 or line.shape[0] != slots or min(line.strides) < 0:
        raise SamplesError("HDLC line", f"{line.dtype} of shape {line.shape}", expected)
    return ffi.new("struct hdlc_stride[]", [line.strides])
