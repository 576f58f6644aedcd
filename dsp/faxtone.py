"""Tones by which fax machines and modems know each other, on many ports at once: T.30, V.25, V.8 (csrc/faxtone.c)."""

from typing import ClassVar

from kmcc.dsp.engine_event import Detect
from kmcc.dsp.listener import ListenerBank


class FaxToneBank(ListenerBank):
    """EventKind.FAX_ON: code an engine_event.FaxTone, a the level in 0.01 dBm0, b how many samples ago it began.
    EventKind.FAX_OFF: a how many samples it lasted, b how many samples ago it ended."""

    DETECTOR: ClassVar[Detect] = Detect.FAX
