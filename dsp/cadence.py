"""Which tone of a profile a row of bursts and pauses is; told of each burst's beginning and end, in samples."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from kmcc.dsp.tone import SAMPLES_PER_MS
from kmcc.dsp.tone_plans import CHINA
from kmcc.dsp.tone_profile import MOST_STEPS, SILENCE, Hz, ProgressTone, Step, ToneProfile

SPLICE_MS: Final = 35.0  # a pause between bursts of different frequencies that is none: E.180 allows 30 ms


@dataclass(frozen=True, slots=True)
class Part:
    """A burst, or with no frequency a pause."""

    hz: Hz
    start: int  # sample
    ms: float
    dbm0: float | None = None


class CadenceMatcher:
    """Names a tone once, as soon as it is sure, and again only after something else was heard."""

    def __init__(self, profile: ToneProfile = CHINA) -> None:
        self.profile = profile
        self._sets = profile.sets
        self._parts: deque[Part] = deque(maxlen=2 * MOST_STEPS)  # whole ones, oldest first
        self._present: Part | None = None  # what began last; None = nothing heard yet
        self._named: ProgressTone | None = None
        self._told = 0  # sample of the last news

    def on(self, at_sample: int, code: int = 0, dbm0: float | None = None) -> str | None:
        """A burst of the profile's set `code` began."""
        return self._turn(at_sample, self._sets[code], dbm0)

    def off(self, at_sample: int) -> str | None:
        return self._turn(at_sample, SILENCE, None)

    def tick(self, at_sample: int) -> str | None:
        """Nothing happened until now: what the length of the present burst or pause alone tells."""
        self._told = at_sample
        if self._present is None:
            return None
        now = self._lasted(self._present, at_sample)
        for tone in self.profile.tones:
            if tone.early_ms is not None and now.ms >= tone.early_ms and self._fits(tone, [*self._parts, now], now):
                return self._name(tone)
        if now.hz == SILENCE and now.ms > self._longest_pause_ms():
            self._forget()
        return None

    @property
    def named(self) -> str | None:
        """The tone last named, while what is heard fits it."""
        return None if self._named is None else self._named.name

    @property
    def since(self) -> int | None:
        """Sample at which the present burst or pause began; None = a silence that belongs to no tone."""
        return None if self._present is None else self._present.start

    @property
    def fitting_since(self) -> int:
        """Sample at which the row of parts began that is a piece of the cadence last named."""
        if self._named is None or self._present is None:
            return self._told
        running = self._lasted(self._present, self._told)
        for parts in ([*self._parts, running], list(self._parts)):
            for start in range(len(parts)):
                if self._fits_anywhere(self._named, parts[start:], running):
                    return parts[start].start
        return running.start

    def _turn(self, at_sample: int, hz: Hz, dbm0: float | None) -> str | None:
        if hz == (SILENCE if self._present is None else self._present.hz):
            return None
        named = self.tick(at_sample)
        if self._present is not None:
            self._keep(self._lasted(self._present, at_sample), hz)
        self._present = Part(hz, at_sample, 0.0, dbm0)
        self._told = at_sample
        return named or self._match()

    def _keep(self, whole: Part, following: Hz) -> None:
        is_splice = whole.hz == SILENCE and whole.ms <= SPLICE_MS and bool(self._parts)
        if not (is_splice and self._parts[-1].hz != following):
            self._parts.append(whole)

    def _match(self) -> str | None:
        parts = list(self._parts)
        for tone in self.profile.tones:
            if (tone.early_ms is None or tone.needed > 1) and self._fits(tone, parts, None):
                return self._name(tone)
        if self._named is not None and parts and not self._fits_anywhere(self._named, parts[-1:]):
            self._named = None
        return None

    def _fits(self, tone: ProgressTone, parts: list[Part], running: Part | None) -> bool:
        """Whether the last parts are what the tone needs, begun anywhere; `running` is the last of them, not over."""
        if len(parts) < tone.needed:
            return False
        return self._fits_anywhere(tone, parts[-tone.needed :], running)

    def _fits_anywhere(self, tone: ProgressTone, parts: list[Part], running: Part | None = None) -> bool:
        return any(
            all(self._fits_step(tone, tone.step(place), part, part is running) for place, part in enumerate(parts, at))
            for at in range(len(tone.steps))
        )

    def _fits_step(self, tone: ProgressTone, step: Step, part: Part, is_running: bool) -> bool:
        if part.hz != step.hz or not _is_level(tone, part):
            return False
        if is_running or step.ms is None:
            return part.ms >= (tone.early_ms or 0.0) and (step.ms is None or step.ms >= (tone.early_ms or 0.0))
        return self.profile.tolerance_of(tone).allows(part.ms, step.ms)

    def _longest_pause_ms(self) -> float:
        """After a longer one the tone is over."""
        longest = self.profile.longest_pause_ms if self._named is None else self._named.longest_pause_ms
        tolerance = self.profile.tolerance if self._named is None else self.profile.tolerance_of(self._named)
        return longest + tolerance.of(longest)

    @staticmethod
    def _lasted(part: Part, at_sample: int) -> Part:
        return Part(part.hz, part.start, (at_sample - part.start) / SAMPLES_PER_MS, part.dbm0)

    def _name(self, tone: ProgressTone) -> str | None:
        """The name when it is news."""
        if tone == self._named:
            return None
        self._named = tone
        return tone.name

    def _forget(self) -> None:
        self._parts.clear()
        self._named = None
        self._present = None


def _is_level(tone: ProgressTone, part: Part) -> bool:
    return part.dbm0 is None or tone.dbm0[0] <= part.dbm0 <= tone.dbm0[1]
