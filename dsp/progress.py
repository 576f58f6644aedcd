"""The 450 Hz call progress tone coming and going on many ports at once (csrc/progress.c); cadence.py names the tone."""

from typing import ClassVar

from kmcc.dsp.bank import DetectorBank


class ProgressBank(DetectorBank):
    """EventKind.TONE_ON: a the level in 0.01 dBm0, b how many samples ago the tone began.
    EventKind.TONE_OFF: a how many samples it lasted, b how many samples ago it ended."""

    KERNEL: ClassVar[str] = "progress"
