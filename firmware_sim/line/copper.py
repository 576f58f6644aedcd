"""A subscriber's pair in volts, ohms and milliamperes, and what the line card at its end sees (GB 3378-82).

The board shows bits; this says which bits. Direct current only, and one ringing frequency: as far as hook and ringing
need it.
"""

from dataclasses import dataclass
from math import inf

from kmcc.errors import KmccError


class CopperError(KmccError):
    """A pair that cannot be."""

    def __init__(self, what: str, found: float, expected: str) -> None:
        super().__init__(f"copper pair: {what} is {found}, expected {expected}")


@dataclass(frozen=True, slots=True)
class LineCard:
    """The exchange's end: battery through feed resistors, thresholds of the loop current, the ringing generator."""

    battery_v: float = 48.0
    feed_ohm: float = 400.0
    off_hook_ma: float = 18.0  # at least so much closes the loop
    on_hook_ma: float = 8.0  # at most so much opens it; between them it stays as it was
    ringing_v: float = 90.0
    ringing_source_ohm: float = 500.0

    def __post_init__(self) -> None:
        if not 0 < self.on_hook_ma < self.off_hook_ma:
            raise CopperError("on_hook_ma", self.on_hook_ma, f"more than 0 and less than {self.off_hook_ma}")
        if not 0 <= self.battery_v <= 57:
            raise CopperError("battery_v", self.battery_v, "0..57")


@dataclass(frozen=True, slots=True)
class Pair:
    """The pair with its telephone. 1800 ohm with the set is the longest loop of the standard; leakage >= 20 kohm."""

    resistance_ohm: float = 600.0
    set_ohm: float = 200.0  # the telephone, off-hook
    leakage_ohm: float = inf  # between the wires
    ringer_ohm: float = 7_000.0  # the bell, at 25 Hz
    bell_v: float = 35.0  # less does not ring
    loss_db: float = 3.0  # of speech, one way

    def __post_init__(self) -> None:
        for what in ("resistance_ohm", "set_ohm", "leakage_ohm", "ringer_ohm", "loss_db"):
            if not getattr(self, what) >= 0:
                raise CopperError(what, getattr(self, what), "0 or more")


def loop_ma(card: LineCard, pair: Pair, *, is_off_hook: bool) -> float:
    """The direct current that the line card sees."""
    paths = [pair.leakage_ohm] + ([pair.resistance_ohm + pair.set_ohm] if is_off_hook else [])
    conductance = sum(1 / ohm for ohm in paths if ohm > 0)
    if conductance == 0:
        return 0.0
    return 1000 * card.battery_v / (card.feed_ohm + 1 / conductance)


def bell_volts(card: LineCard, pair: Pair) -> float:
    """Ringing voltage at the bell, rms."""
    return card.ringing_v * pair.ringer_ohm / (card.ringing_source_ohm + pair.resistance_ohm + pair.ringer_ohm)


class LoopSensor:
    """Off-hook or not, with the hysteresis of the line card."""

    def __init__(self, card: LineCard) -> None:
        self._card = card
        self.is_closed = False

    def sees(self, ma: float) -> bool:
        if ma >= self._card.off_hook_ma:
            self.is_closed = True
        elif ma <= self._card.on_hook_ma:
            self.is_closed = False
        return self.is_closed
