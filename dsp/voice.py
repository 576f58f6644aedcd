"""Voice and silence on many ports at once; a lone 450 Hz progress tone counts as silence (csrc/voice.c)."""

from typing import ClassVar

from kmcc.dsp.engine_event import Detect
from kmcc.dsp.listener import ListenerBank


class VoiceBank(ListenerBank):
    """EventKind.VOICE_ON when somebody speaks, EventKind.VOICE_OFF after 300 ms without sound."""

    DETECTOR: ClassVar[Detect] = Detect.VOICE
