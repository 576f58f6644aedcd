"""Which calls are recorded (R-126): rules that are data, the first one that fits a call counts."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from kmcc.switch.errors import SwitchError

PERCENT: Final = 100


class RecordingMode(Enum):
    COMPULSORY = "compulsory"  # and nobody can stop it
    ALWAYS = "always"
    ON_DEMAND = "on_demand"
    NEVER = "never"

    @property
    def starts(self) -> bool:
        """Whether it begins by itself."""
        return self in (RecordingMode.COMPULSORY, RecordingMode.ALWAYS)


class RecordingRefusedError(SwitchError):
    """A recording that may not be started, or not be stopped."""


@dataclass(frozen=True, slots=True)
class RecordingRule:
    """Fits calls of these services, seats and trunk groups; none named = all. Of those, `percent` by lot."""

    mode: RecordingMode
    services: frozenset[str] = frozenset()
    seats: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    percent: int = PERCENT

    def fits(self, call: str, service: str | None, seat: str | None, group: str) -> bool:
        return (
            (not self.services or service in self.services)
            and (not self.seats or seat in self.seats)
            and (not self.groups or group in self.groups)
            and lot(call) < self.percent
        )


class RecordingRules:
    """`otherwise` holds where no rule fits."""

    def __init__(self, rules: Sequence[RecordingRule] = (), otherwise: RecordingMode = RecordingMode.ALWAYS) -> None:
        self._rules = tuple(rules)
        self._otherwise = otherwise

    @property
    def records_all(self) -> bool:
        """Whether every call is recorded, whatever it turns out to be: from its seizure on."""
        return self._otherwise.starts and all(rule.mode.starts for rule in self._rules)

    def mode_of(self, call: str, service: str | None, seat: str | None, group: str) -> RecordingMode:
        fitting = (rule.mode for rule in self._rules if rule.fits(call, service, seat, group))
        return next(fitting, self._otherwise)


def lot(call: str) -> int:
    """0 to 99, the same whenever this call is asked for: a call is not drawn again when a seat joins it."""
    return zlib.crc32(call.encode()) % PERCENT
