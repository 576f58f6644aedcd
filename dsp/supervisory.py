"""The tones of a profile coming and going on many ports at once (csrc/supervisory.c); cadence.py names them."""

from typing import ClassVar, Final

from kmcc.dsp.engine_event import Detect
from kmcc.dsp.listener import ListenerBank
from kmcc.dsp.tone_plans import CHINA
from kmcc.dsp.tone_profile import ToneProfile


class SupervisoryBank(ListenerBank):
    """EventKind.TONE_ON: code the index in `profile.sets`, a the level of its tones together in 0.01 dBm0,
    b how many samples ago it began. EventKind.TONE_OFF: a how many samples it lasted, b how many ago it ended.

    China's 450 Hz alone costs a tenth of this in a ProgressBank."""

    DETECTOR: ClassVar[Detect] = Detect.SUPERVISORY

    def __init__(self, ports: int, profile: ToneProfile = CHINA) -> None:
        super().__init__(ports)
        self.profile: Final = profile
        self._listener.tell_apart(profile)
