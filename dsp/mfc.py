"""China No.1 register signals on many ports at once, GB 3377-82 and Q.455 (csrc/mfc.c)."""

from enum import Enum
from typing import Final, Literal

from kmcc.dsp.engine_event import Detect
from kmcc.dsp.errors import DirectionError
from kmcc.dsp.listener import ListenerBank


class Direction(Enum):
    """Which way a register signal goes; each way has its own frequencies."""

    FORWARD = 0
    BACKWARD = 1

    @classmethod
    def named(cls, name: str) -> "Direction":
        """By its name in small letters; DirectionError for any other."""
        if name not in (known := {direction.name.lower(): direction for direction in cls}):
            raise DirectionError(name, tuple(known))
        return known[name]


DETECTORS: Final = {Direction.FORWARD: Detect.MFC_FORWARD, Direction.BACKWARD: Detect.MFC_BACKWARD}

DirectionName = Literal["forward", "backward"]


class MfcBank(ListenerBank):
    """EventKind.MFC_ON: code the signal, 0 for a foreign one; a and b the levels of its tones in 0.01 dBm0, in the
    order of GB 3377-82 (1380 Hz first, 1140 Hz first); a - b is the twist.
    EventKind.MFC_OFF: code as above; a how many samples it lasted, b how many samples ago it ended."""

    def __init__(self, ports: int, direction: Direction | DirectionName) -> None:
        self.direction: Final = direction if isinstance(direction, Direction) else Direction.named(direction)
        super().__init__(ports, DETECTORS[self.direction])
