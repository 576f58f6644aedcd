"""Voice and silence on many ports at once; a lone 450 Hz progress tone counts as silence (csrc/voice.c)."""

from typing import ClassVar

from kmcc.dsp.bank import DetectorBank


class VoiceBank(DetectorBank):
    """EventKind.VOICE_ON when somebody speaks, EventKind.VOICE_OFF after 300 ms without sound."""

    KERNEL: ClassVar[str] = "voice"
