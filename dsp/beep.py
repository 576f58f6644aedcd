"""The signal of an answering machine, a lone tone of 800 to 2000 Hz, on many ports at once (csrc/beep.c)."""

from typing import ClassVar

from kmcc.dsp.engine_event import Detect
from kmcc.dsp.listener import ListenerBank


class BeepBank(ListenerBank):
    """EventKind.BEEP_ON after 100 ms: code the frequency in Hz, a the level in 0.01 dBm0, b samples since it began.
    EventKind.BEEP_OFF: a how many samples it lasted, b how many samples ago it ended. Times are good to 8 ms."""

    DETECTOR: ClassVar[Detect] = Detect.BEEP
