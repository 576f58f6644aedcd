"""The 450 Hz call progress tone coming and going on many ports at once (csrc/progress.c); cadence.py names the tone."""

from typing import ClassVar

from kmcc.dsp.engine_event import Detect
from kmcc.dsp.listener import ListenerBank


class ProgressBank(ListenerBank):
    """EventKind.TONE_ON: a the level in 0.01 dBm0, b how many samples ago the tone began.
    EventKind.TONE_OFF: a how many samples it lasted, b how many samples ago it ended."""

    DETECTOR: ClassVar[Detect] = Detect.PROGRESS
