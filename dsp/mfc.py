"""China No.1 register signals on many ports at once, GB 3377-82 and Q.455 (csrc/mfc.c)."""

from enum import Enum
from typing import ClassVar

from kmcc.dsp.bank import DetectorBank


class Direction(Enum):
    """Which way a register signal goes; each way has its own frequencies."""

    FORWARD = 0
    BACKWARD = 1


class MfcBank(DetectorBank):
    """EventKind.MFC_ON and MFC_OFF: code the signal, 0 for a foreign one; a the direction's value."""

    KERNEL: ClassVar[str] = "mfc"

    def __init__(self, ports: int, direction: Direction) -> None:
        super().__init__(ports, direction.value)
        self.direction = direction
