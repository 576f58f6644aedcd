"""The tone profiles that come with the house: China (GB 3380-82), ITU-T (E.180, E.180 Supplement 2), North America."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kmcc.dsp.tone import CHINA_TONES
from kmcc.dsp.tone_profile import SILENCE, Hz, ProgressTone, Step, Tolerance, ToneProfile


def _cadence(hz: Hz, *on_off_ms: float) -> tuple[Step, ...]:
    return tuple(Step(SILENCE if place % 2 else hz, ms) for place, ms in enumerate(on_off_ms)) or (Step(hz),)


def _sent(
    name: str, needed: int, early_ms: float | None = None, dbm0: tuple[float, float] = (-45.0, 4.0)
) -> ProgressTone:
    """As our own exchange sends it."""
    tone = CHINA_TONES[name]
    steps = _cadence(tone.hz, *(ms for pair in tone.cadence_ms for ms in pair))
    return ProgressTone(name, steps, needed, early_ms, dbm0)


# queue sounds like ring_back and number_changed like vacant: they have no name of their own.
CHINA: Final = ToneProfile(
    "china",
    (
        _sent("dial", 1, 2000),  # a tone that just goes on
        _sent("special_dial", 5),
        _sent("ring_back", 2, 2000),  # a ring, then silence longer than any other tone's but the call waiting's
        _sent("busy", 5),
        _sent("congestion", 5),
        _sent("vacant", 8),
        _sent("intrusion", 4),
        _sent("call_waiting", 3),
        _sent("confirmation", 1, 500, (-45.0, -9.0)),
        _sent("howler", 1, 500, (-9.0, 4.0)),
        _sent("record_notice", 2, 6000),
    ),
    hz_share=0.055,  # 450 +-25 Hz, 950 +-50 Hz
)

_SIT: Final = (Step((950.0,), 330), Step((1400.0,), 330), Step((1800.0,), 330), Step(SILENCE, 1000))
_WIDE: Final = Tolerance(share=0.25)

# E.180 leaves networks a range; these are its recommended values. 425 +-15 Hz, and room for 913.8 to 985.2 Hz.
ITU: Final = ToneProfile(
    "itu",
    (
        ProgressTone("dial", _cadence((425.0,)), 1, 2000),
        ProgressTone("ring_back", _cadence((425.0,), 1000, 4000), 2, 2000, tolerance=_WIDE),
        ProgressTone("busy", _cadence((425.0,), 500, 500), 5),
        ProgressTone("congestion", _cadence((425.0,), 250, 250), 5),
        ProgressTone("special_information", _SIT, 3, tolerance=Tolerance(70)),  # Q.35: 330 +-70 ms
        ProgressTone("call_waiting", _cadence((425.0,), 200, 600, 200, 3000), 3),
    ),
    hz_share=0.04,
)

NORTH_AMERICA: Final = ToneProfile(
    "north-america",
    (
        ProgressTone("dial", _cadence((350.0, 440.0)), 1, 1000),
        ProgressTone("ring_back", _cadence((440.0, 480.0), 2000, 4000), 2, 2000),
        ProgressTone("busy", _cadence((480.0, 620.0), 500, 500), 5),
        ProgressTone("congestion", _cadence((480.0, 620.0), 250, 250), 5),
        ProgressTone("call_waiting", _cadence((440.0,), 300, 9700), 2, 5000),
    ),
    hz_share=0.015,
)

PROFILES: Final[Mapping[str, ToneProfile]] = MappingProxyType(
    {profile.name: profile for profile in (CHINA, ITU, NORTH_AMERICA)}
)
