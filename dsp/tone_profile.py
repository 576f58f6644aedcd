"""What a network's progress tones sound like to a receiver: frequencies and cadences as data (E.180, GB 3380-82).

A profile is refused as a whole when one of its tones cannot be, or cannot be told from another one: what is heard
then has at most one name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, permutations
from typing import Final

from kmcc.dsp.errors import ProfileError

LOWEST_HZ: Final = 300.0
HIGHEST_HZ: Final = 3400.0
MOST_HZ: Final = 2  # at once
MOST_SETS: Final = 12  # of frequencies in a profile
MOST_STEPS: Final = 12
SHORTEST_MS: Final = 40.0  # of a burst or a pause: what the detectors promise to see
HZ_SHARES: Final = (0.005, 0.06)
MOST_WITHIN_HZ: Final = 50.0
APART_HZ: Final = 40.0  # two frequencies of one tone

Hz = tuple[float, ...]
SILENCE: Final[Hz] = ()
LEVELS_DBM0: Final = (-45.0, 4.0)


@dataclass(frozen=True, slots=True)
class Step:
    """A burst of one or two frequencies, or with no frequency a pause; ms None = it goes on."""

    hz: Hz
    ms: float | None = None


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far from its nominal length a burst or pause may be heard; the larger of both counts."""

    ms: float = 30
    share: float = 0.12

    def allows(self, heard_ms: float, nominal_ms: float) -> bool:
        return abs(heard_ms - nominal_ms) <= self.of(nominal_ms)

    def of(self, nominal_ms: float) -> float:
        return max(self.ms, self.share * nominal_ms)


@dataclass(frozen=True, slots=True)
class ProgressTone:
    """`needed` parts (bursts and pauses) in a row name the tone, begun anywhere in its cadence.

    The last of them need not have ended when it has lasted `early_ms`. `dbm0` is the range of levels at the receiver.
    """

    name: str
    steps: tuple[Step, ...]
    needed: int
    early_ms: float | None = None
    dbm0: tuple[float, float] = LEVELS_DBM0
    tolerance: Tolerance | None = None  # None = the profile's

    def step(self, place: int) -> Step:
        return self.steps[place % len(self.steps)]

    @property
    def longest_pause_ms(self) -> float:
        return max((step.ms or 0.0 for step in self.steps if step.hz == SILENCE), default=0.0)


@dataclass(frozen=True, slots=True)
class ToneProfile:
    """The tones of a network that a receiver tells apart. ProfileError names the first tone that cannot be."""

    name: str
    tones: tuple[ProgressTone, ...]
    hz_share: float = 0.02  # a frequency may be off by this share of itself
    tolerance: Tolerance = field(default_factory=Tolerance)

    def __post_init__(self) -> None:
        if not self.tones:
            raise ProfileError(self.name, "", "no tone", "at least one")
        names = [tone.name for tone in self.tones]
        for tone in self.tones:
            if not tone.name or names.count(tone.name) > 1:
                raise ProfileError(self.name, tone.name, "a name that is empty or given twice", "a name of its own")
            self._check_tone(tone)
        self._check_frequencies()
        for heard, sent in permutations(self.tones, 2):
            if _is_mistaken(self, heard, sent):
                raise ProfileError(self.name, heard.name, f"what {sent.name!r} also sounds like", "a difference")

    @property
    def sets(self) -> tuple[Hz, ...]:
        """The sets of frequencies, in order of their first use: what a receiver calls its codes."""
        return tuple(dict.fromkeys(step.hz for tone in self.tones for step in tone.steps if step.hz))

    @property
    def frequencies(self) -> tuple[float, ...]:
        return tuple(sorted({hz for hz_set in self.sets for hz in hz_set}))

    def within_hz(self, hz: float) -> float:
        """How far a frequency may be off: its share, but no more than Q.35's 50 Hz."""
        return min(self.hz_share * hz, MOST_WITHIN_HZ)

    @property
    def longest_pause_ms(self) -> float:
        return max(tone.longest_pause_ms for tone in self.tones)

    def tolerance_of(self, tone: ProgressTone) -> Tolerance:
        return tone.tolerance or self.tolerance

    def named(self, name: str) -> ProgressTone:
        try:
            return next(tone for tone in self.tones if tone.name == name)
        except StopIteration:
            raise ProfileError(self.name, name, "no such tone", ", ".join(t.name for t in self.tones)) from None

    def _check_tone(self, tone: ProgressTone) -> None:
        for found, expected in _faults(tone):
            raise ProfileError(self.name, tone.name, found, expected)

    def _check_frequencies(self) -> None:
        if len(self.sets) > MOST_SETS:
            raise ProfileError(self.name, "", f"{len(self.sets)} sets of frequencies", f"up to {MOST_SETS}")
        low, high = HZ_SHARES
        if not low <= self.hz_share <= high:
            raise ProfileError(self.name, "", f"hz_share {self.hz_share:g}", f"{low:g}..{high:g}")
        for one, other in combinations(self.frequencies, 2):
            if other - one < self.within_hz(one) + self.within_hz(other):
                found = f"{one:g} and {other:g} Hz, each off by up to {self.hz_share:.1%}"
                raise ProfileError(self.name, "", found, "frequencies that cannot be taken for each other")


def _faults(tone: ProgressTone) -> Iterator[tuple[str, str]]:
    """What is wrong with a tone taken by itself, and what was expected."""
    if not 1 <= len(tone.steps) <= MOST_STEPS:
        yield f"{len(tone.steps)} steps", f"1..{MOST_STEPS}"
    if all(step.hz == SILENCE for step in tone.steps):
        yield "no burst", "a step with a frequency"
    for step in tone.steps:
        yield from _step_faults(step)
    if any(step.ms is None for step in tone.steps) and len(tone.steps) > 1:
        yield "a step without an end among others", "an end in ms"
    if len(tone.steps) > 1 and any(one.hz == tone.step(at + 1).hz for at, one in enumerate(tone.steps)):
        yield "the same frequencies twice in a row", "one longer step"
    if not 1 <= tone.needed <= 2 * MOST_STEPS:
        yield f"needed {tone.needed}", f"1..{2 * MOST_STEPS} parts"
    if tone.early_ms is not None and not SHORTEST_MS <= tone.early_ms <= 60_000:
        yield f"early_ms {tone.early_ms:g}", f"{SHORTEST_MS:g}..60000 ms"
    if tone.early_ms is None and any(step.ms is None for step in tone.steps):
        yield "a tone that goes on without early_ms", "after how many ms it is sure"
    if not -70 <= tone.dbm0[0] < tone.dbm0[1] <= 4:
        yield f"levels {tone.dbm0}", "lowest and highest, -70..4 dBm0"


def _step_faults(step: Step) -> Iterator[tuple[str, str]]:
    if len(step.hz) > MOST_HZ or not all(LOWEST_HZ <= hz <= HIGHEST_HZ for hz in step.hz):
        yield f"frequencies {step.hz}", f"up to {MOST_HZ}, {LOWEST_HZ:g}..{HIGHEST_HZ:g} Hz"
    if len(step.hz) == MOST_HZ and step.hz[1] - step.hz[0] < APART_HZ:
        yield f"frequencies {step.hz}", f"the lower one first, {APART_HZ:g} Hz apart"
    if step.ms is None and step.hz == SILENCE:
        yield "a pause without an end", "an end in ms"
    if step.ms is not None and not SHORTEST_MS <= step.ms <= 60_000:
        yield f"a step of {step.ms:g} ms", f"{SHORTEST_MS:g}..60000 ms"


def _is_mistaken(profile: ToneProfile, heard: ProgressTone, sent: ProgressTone) -> bool:
    """Whether `sent`, each part as long as its tolerance lets it be, can be named `heard`."""
    if heard.dbm0[1] <= sent.dbm0[0] or sent.dbm0[1] <= heard.dbm0[0]:
        return False
    return any(
        all(_is_near(profile, (heard, at + place), (sent, to + place)) for place in range(heard.needed - 1))
        and _is_last(profile, (heard, at + heard.needed - 1), (sent, to + heard.needed - 1))
        for at in range(len(heard.steps))
        for to in range(len(sent.steps))
    )


_Place = tuple[ProgressTone, int]


def _is_near(profile: ToneProfile, heard: _Place, sent: _Place) -> bool:
    wanted, there = heard[0].step(heard[1]), sent[0].step(sent[1])
    if wanted.hz != there.hz or wanted.ms is None or there.ms is None:
        return False
    room = profile.tolerance_of(sent[0]).of(there.ms) + profile.tolerance_of(heard[0]).of(wanted.ms)
    return abs(wanted.ms - there.ms) <= room


def _is_last(profile: ToneProfile, heard: _Place, sent: _Place) -> bool:
    """The last part that a name needs, whole or long enough."""
    wanted, there, early_ms = heard[0].step(heard[1]), sent[0].step(sent[1]), heard[0].early_ms
    if early_ms is None or (wanted.ms is not None and wanted.ms < early_ms):
        return _is_near(profile, heard, sent)
    is_long = there.ms is None or there.ms + profile.tolerance_of(sent[0]).of(there.ms) >= early_ms
    return wanted.hz == there.hz and is_long
