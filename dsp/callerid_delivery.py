"""When and how an exchange delivers caller ID on a line, as data (YDN 069-1997, GR-30-CORE, EN 300 659-1 and -2)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Final

import numpy as np

from kmcc.dsp.callerid import Caller, CallerIdError
from kmcc.dsp.callerid_dtmf import DtmfForm
from kmcc.dsp.callerid_message import MessageType, MultipleMessage, SingleMessage
from kmcc.dsp.fsk import Burst, Standard
from kmcc.dsp.g711 import encode_alaw
from kmcc.dsp.tone import SAMPLES_PER_MS, Samples, Tone

MOST_MS: Final = 10_000


class Moment(Enum):
    """What the data follow."""

    FIRST_RING = "the end of the first ring"
    BEFORE_RING = "nothing: they come before the first ring"
    REVERSAL = "a reversal of the line's polarity, before the first ring"
    CONVERSATION = "the alerting signal, in a call (call waiting; type II)"


CHINA_BURST: Final = Burst()
WAITING_BURST: Final = Burst(seizure=0, marks=80)
ALERTING: Final = Tone((2130, 2750), (-15, -15), ((80, 0),), repeats=1)


@dataclass(frozen=True, slots=True)
class FskForm:
    """FSK messages of one type, and the burst that carries them."""

    burst: Burst = CHINA_BURST
    message: MessageType = MessageType.MULTIPLE

    def render(self, caller: Caller) -> Samples:
        kind = SingleMessage if self.message is MessageType.SINGLE else MultipleMessage
        return self.burst.render(kind.of(caller).encode())


@dataclass(frozen=True, slots=True)
class Alert:
    """The alerting signal of type II, and the digit by which a telephone that will listen answers it."""

    tone: Tone = ALERTING
    acknowledge: str = "D"
    wait_ms: int = 165  # for the acknowledgement, from the end of the tone


CHINA_FORM: Final = FskForm()
ETSI_FORM: Final = FskForm(replace(CHINA_BURST, standard=Standard.V23))
ETSI_WAITING: Final = FskForm(replace(WAITING_BURST, standard=Standard.V23))


@dataclass(frozen=True, slots=True)
class Delivery:
    """One exchange's way. The pauses: from the end of what the data follow to the data, from the data to the next
    ring (or to the speech)."""

    moment: Moment = Moment.FIRST_RING
    form: FskForm | DtmfForm = CHINA_FORM
    before_ms: int = 600
    after_ms: int = 300
    alert: Alert | None = None

    def __post_init__(self) -> None:
        for what, value in (("pause before", self.before_ms), ("pause after", self.after_ms)):
            if not 0 <= value <= MOST_MS:
                raise CallerIdError(what, f"{value} ms", f"0..{MOST_MS} ms")
        if (self.moment is Moment.CONVERSATION) != (self.alert is not None):
            raise CallerIdError(f"data after {self.moment.value}", self.alert, "an alert in a conversation, else none")

    def clip(self, caller: Caller) -> bytes:
        """Both pauses with the data between them, as A-law octets for Engine.play."""
        before, after = (np.zeros(ms * SAMPLES_PER_MS, np.int16) for ms in (self.before_ms, self.after_ms))
        return encode_alaw(np.concatenate((before, self.form.render(caller), after))).tobytes()


DELIVERIES: Final[Mapping[str, Delivery]] = MappingProxyType(
    {
        "china": Delivery(),
        "china-single": Delivery(form=FskForm(message=MessageType.SINGLE)),
        "china-dtmf": Delivery(Moment.BEFORE_RING, DtmfForm(), before_ms=250),
        "china-dtmf-reversal": Delivery(Moment.REVERSAL, DtmfForm(), before_ms=250),
        "china-waiting": Delivery(Moment.CONVERSATION, FskForm(WAITING_BURST), 75, 50, Alert()),
        "etsi": Delivery(form=ETSI_FORM),
        "etsi-reversal": Delivery(Moment.REVERSAL, ETSI_FORM, before_ms=250),
        "etsi-waiting": Delivery(Moment.CONVERSATION, ETSI_WAITING, 75, 50, Alert()),
    }
)
