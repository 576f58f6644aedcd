"""1200 Bd frequency shift keying in start-stop octets, Bell 202 and V.23, both ways (csrc/fsk.h)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.engine_event import Detect
from kmcc.dsp.errors import DspError
from kmcc.dsp.listener import ListenerBank

MOST_BITS: Final = 0xFFFF
MOST_OCTETS: Final = 4096
LEVELS_DBM0: Final = (-70.0, 3.14)
BAUD: Final = 1200

Samples = npt.NDArray[np.int16]


class Standard(IntEnum):
    """Mark and space: 1200 and 2200 Hz, or 1300 and 2100 Hz."""

    BELL202 = lib.FSK_BELL202
    V23 = lib.FSK_V23


DETECTOR: Final = {Standard.BELL202: Detect.FSK_BELL202, Standard.V23: Detect.FSK_V23}


class FskError(DspError):
    """A burst that cannot be sent."""

    def __init__(self, what: str, found: object, expected: str) -> None:
        super().__init__(f"FSK burst with {what} {found}: expected {expected}")


@dataclass(frozen=True, slots=True)
class Burst:
    """What surrounds the octets, in bits: alternate ones (the channel seizure), marks before, marks after each, marks
    at the end; and the level of the two tones."""

    standard: Standard = Standard.BELL202
    seizure: int = 300
    marks: int = 180
    stuffing: int = 0
    closing: int = 10
    mark_dbm0: float = -13.5
    space_dbm0: float = -13.5

    def __post_init__(self) -> None:
        for what in ("seizure", "marks", "stuffing", "closing"):
            if not 0 <= getattr(self, what) <= MOST_BITS:
                raise FskError(f"bits of {what}", getattr(self, what), f"0..{MOST_BITS}")
        low, high = LEVELS_DBM0
        for level in (self.mark_dbm0, self.space_dbm0):
            if not low <= level <= high:
                raise FskError("level", level, f"{low}..{high} dBm0")

    def render(self, octets: bytes) -> Samples:
        """The whole burst that carries these octets, 8000 samples a second, 16 bit linear."""
        if len(octets) > MOST_OCTETS:
            raise FskError("octets", len(octets), f"up to {MOST_OCTETS}")
        kept = ffi.from_buffer("uint8_t[]", octets)
        lengths = (self.seizure, self.marks, self.stuffing, self.closing)
        levels = (self.mark_dbm0, self.space_dbm0)
        burst = ffi.new("struct fsk_burst *", (int(self.standard), *lengths, *levels, len(octets), kept))
        pcm = np.empty(lib.fsk_burst_samples(burst), np.int16)
        sender = ffi.new("struct fsk_sender *")
        lib.fsk_sender_init(sender, burst)
        lib.fsk_send(sender, ffi.from_buffer("int16_t[]", pcm), len(pcm))
        return pcm


class FskBank(ListenerBank):
    """EventKind.FSK_CARRIER: code 1 it came, 0 it went, a its level in 0.01 dBm0.
    EventKind.FSK_OCTET: code the octet, a 1 when its stop bit was a space."""

    def __init__(self, ports: int, standard: Standard = Standard.BELL202) -> None:
        super().__init__(ports, DETECTOR[standard])
