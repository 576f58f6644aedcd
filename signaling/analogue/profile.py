"""Times and habits of two-wire lines as data laid over the defaults of GB 3378-82 and GB 3380-82.

Rows that the standards leave open (dial time-outs, the order of tones, the flash) are settings like all others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from kmcc.dsp.callerid_delivery import DELIVERIES, Delivery, Moment
from kmcc.signaling.effects import ProfileError

LONGEST_MS: Final = 600_000


class Answer(Enum):
    """How an exchange tells its subscriber's line that the called party has answered."""

    REVERSAL = "reversal"  # polarity is reversed from answer to the called party's clearing
    NONE = "none"  # nothing is told; what is heard must do


def _laid_over(default: Mapping[str, int], given: Mapping[str, int], what: str) -> Mapping[str, int]:
    """The rows with those that were given instead; ProfileError names the row."""
    for name, value in given.items():
        if name not in default:
            raise ProfileError(f"{what}: no row {name}; known are {', '.join(default)}")
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LONGEST_MS:
            raise ProfileError(f"{what}: row {name} is {value!r}, expected 1..{LONGEST_MS} ms")
    rows = {**default, **given}
    for least, most in _PAIRS:
        if least in rows and rows[least] >= rows[most]:
            raise ProfileError(f"{what}: {least} is {rows[least]} ms, expected less than {most}, {rows[most]} ms")
    return MappingProxyType(rows)


# The first must be less than the second: else a pulse would be a flash, or a flash a clear.
_PAIRS: Final = (
    ("pulse_break_min", "pulse_break_max"),
    ("pulse_make_min", "pulse_gap"),
    ("flash_min", "flash_max"),
    ("flash_max", "clear"),
    ("pulse_break_max", "clear"),
    ("flash", "guard"),
)

FXS_MS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "ring_on": 1_000,  # GB 3380-82, +-10 %
        "ring_off": 4_000,
        "clear": 650,  # on-hook for so long is the end of the call
        "flash_min": 80,
        "flash_max": 640,
        # 8..14 pulses a second, break to make 1.3..2.5 (GB 3378-82): break 40..89 ms, make 20..54 ms, and a tick of
        # 8 ms each way by which a board sees an edge late
        "pulse_break_min": 32,
        "pulse_break_max": 100,
        "pulse_make_min": 12,
        "pulse_gap": 250,  # a longer make ends the digit; telephones leave 500 ms, exchanges accept 350
        "dial_tone": 15_000,  # no digit: 10..20 s
        "inter_digit": 10_000,
        "busy": 40_000,  # then the howler
        "howler": 60_000,  # then the line is locked out
    }
)

FXO_MS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "ring_min": 160,  # shorter is a spike on the line
        "ring_gone": 6_000,  # no ring for so long: the caller has given up; more than the pause of 4 s
        "dial_tone": 8_000,  # none came: the line is of no use
        "dial_tone_min": 500,  # a tone that goes on for so long
        "blind_dial": 3_000,  # where the profile dials without dial tone
        "answer": 90_000,  # nobody has answered: GB 3380-82 rings 90 s
        "flash": 200,  # sent: 80..300 ms
        "guard": 1_000,  # on-hook for so long before the next call: the exchange must see the clear
        "pulse_break": 61,  # 10 a second, 1.6 to 1
        "pulse_make": 39,
        "pulse_gap": 700,
    }
)


@dataclass(frozen=True, slots=True)
class FxsProfile:
    """How we feed telephones. `delivery` names a way of kmcc.dsp.callerid_delivery, None = caller ID is not told."""

    times: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    answer: Answer = Answer.NONE
    delivery: str | None = None
    originates: bool = True  # may place calls; a seat's telephone only takes them

    def __post_init__(self) -> None:
        _laid_over(FXS_MS, self.times, "FXS profile")
        if self.delivery is not None and self.delivery not in DELIVERIES:
            raise ProfileError(f"FXS profile: delivery is {self.delivery!r}, expected one of {', '.join(DELIVERIES)}")
        how = self.how_delivered
        if how is not None and how.moment is Moment.CONVERSATION:
            raise ProfileError(f"FXS profile: delivery {self.delivery!r} is for calls that wait, not for a first ring")

    @property
    def ms(self) -> Mapping[str, int]:
        return _laid_over(FXS_MS, self.times, "FXS profile")

    @property
    def how_delivered(self) -> Delivery | None:
        return None if self.delivery is None else DELIVERIES[self.delivery]


class Dialling(Enum):
    DTMF = "dtmf"
    PULSE = "pulse"


@dataclass(frozen=True, slots=True)
class FxoProfile:
    """The exchange whose subscriber we are."""

    times: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    answer: Answer = Answer.NONE
    dialling: Dialling = Dialling.DTMF
    waits_for_dial_tone: bool = True
    answers_after_rings: int = 1  # 2 leaves time for caller ID between the first ring and the second

    def __post_init__(self) -> None:
        _laid_over(FXO_MS, self.times, "FXO profile")
        if not 1 <= self.answers_after_rings <= 9:
            raise ProfileError(f"FXO profile: answers_after_rings is {self.answers_after_rings}, expected 1..9")

    @property
    def ms(self) -> Mapping[str, int]:
        return _laid_over(FXO_MS, self.times, "FXO profile")
