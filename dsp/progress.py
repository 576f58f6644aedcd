"""Call progress tones: 450 Hz on and off (csrc/progress.c), and which tone of GB 3380-82 its cadence makes."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from kmcc.dsp.bank import DetectorBank
from kmcc.dsp.tone import CHINA_TONES, SAMPLES_PER_MS


class ProgressBank(DetectorBank):
    """EventKind.TONE_ON: a the level in 0.01 dBm0, b how many samples ago the tone began.
    EventKind.TONE_OFF: a how many samples it lasted, b how many samples ago it ended."""

    KERNEL: ClassVar[str] = "progress"


@dataclass(frozen=True, slots=True)
class CadenceSettings:
    """How near a cadence must come, and how much of it is needed."""

    tolerance_ms: float = 30
    tolerance_share: float = 0.12
    dial_ms: float = 2000  # a tone that just goes on
    ring_pause_ms: float = 2000  # a ring of 1 s, then silence longer than any other tone's
    silence_ms: float = 6000  # longer than any pause of a cadence: the tone is over


# Parts (bursts and pauses) that must have been heard whole: three bursts, or all of an uneven cadence.
NEEDED_PARTS: Final[Mapping[str, int]] = MappingProxyType(
    {"special_dial": 5, "busy": 5, "congestion": 5, "vacant": 8, "intrusion": 4, "call_waiting": 3}
)
MOST_PARTS: Final = max(NEEDED_PARTS.values())


def _parts(name: str) -> tuple[int, ...]:
    return tuple(ms for pair in CHINA_TONES[name].cadence_ms for ms in pair)


class CadenceMatcher:
    """Told when a 450 Hz tone begins and ends (in samples), names the tone once, as soon as it is sure."""

    def __init__(self, settings: CadenceSettings | None = None) -> None:
        self._settings = settings or CadenceSettings()
        self._parts: deque[tuple[bool, float]] = deque(maxlen=MOST_PARTS)  # (is a burst, ms), oldest first
        self._is_on = False
        self._since: int | None = None  # sample at which the present burst or pause began; None = nothing heard yet
        self._named: str | None = None

    def on(self, at_sample: int) -> str | None:
        return self._turn(at_sample, is_on=True)

    def off(self, at_sample: int) -> str | None:
        return self._turn(at_sample, is_on=False)

    def tick(self, at_sample: int) -> str | None:
        """Nothing happened until now: what the length of the present burst or pause alone tells."""
        ms = self._lasted_ms(at_sample)
        if self._is_on and ms >= self._settings.dial_ms:
            return self._name("dial")
        if not self._is_on and ms >= self._settings.silence_ms:
            self._forget()
        elif not self._is_on and ms >= self._settings.ring_pause_ms and self._is_ring():
            return self._name("ring_back")
        return None

    def _turn(self, at_sample: int, *, is_on: bool) -> str | None:
        if is_on == self._is_on:
            return None
        named = self.tick(at_sample)
        if self._since is not None:
            self._parts.append((self._is_on, self._lasted_ms(at_sample)))
        self._is_on, self._since = is_on, at_sample
        return named or self._match()

    def _match(self) -> str | None:
        for name, needed in NEEDED_PARTS.items():
            if self._fits(_parts(name), needed):
                return self._name(name)
        if self._named is not None and not self._still_fits(self._named):
            self._named = None
        return None

    def _fits(self, cadence: tuple[int, ...], needed: int) -> bool:
        """Whether the last parts are the cadence, begun anywhere."""
        if len(self._parts) < needed:
            return False
        last = list(self._parts)[-needed:]
        return any(self._fits_from(start, cadence, last) for start in range(len(cadence)))

    def _fits_from(self, start: int, cadence: tuple[int, ...], parts: list[tuple[bool, float]]) -> bool:
        return all(
            is_on == (place % 2 == 0) and self._is_near(ms, cadence[place % len(cadence)])
            for place, (is_on, ms) in enumerate(parts, start)
        )

    def _still_fits(self, name: str) -> bool:
        return self._fits(_parts(name) or (0, 0), 1)

    def _is_ring(self) -> bool:
        return bool(self._parts) and self._parts[-1][0] and self._is_near(self._parts[-1][1], _parts("ring_back")[0])

    def _is_near(self, ms: float, wanted_ms: float) -> bool:
        allowed = max(self._settings.tolerance_ms, self._settings.tolerance_share * wanted_ms)
        return abs(ms - wanted_ms) <= allowed

    def _lasted_ms(self, at_sample: int) -> float:
        return 0.0 if self._since is None else (at_sample - self._since) / SAMPLES_PER_MS

    def _name(self, name: str) -> str | None:
        """The name when it is news."""
        if name == self._named:
            return None
        self._named = name
        return name

    def _forget(self) -> None:
        self._parts.clear()
        self._named = None
        self._since = None
