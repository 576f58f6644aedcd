"""Dialling tones on many ports at once, Q.23 and Q.24 (csrc/dtmf.c)."""

from typing import ClassVar

from kmcc.dsp.engine_event import Detect
from kmcc.dsp.listener import ListenerBank


class DtmfBank(ListenerBank):
    """EventKind.DTMF_ON: code the digit, a and b the levels of low and high tone in 0.01 dBm0.
    EventKind.DTMF_OFF: a how many samples it lasted, b how many samples ago it ended."""

    DETECTOR: ClassVar[Detect] = Detect.DTMF
