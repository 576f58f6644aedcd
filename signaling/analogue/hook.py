"""What a telephone's loop means: lifted, put down, flash, or a dial pulse (GB 3378-82 4 and 5).

Breaks and makes are measured between the changes themselves, which carry their time; timers tell only that nothing
came. While a number is dialled, breaks are pulses and no flash is known; in a call it is the other way round.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from kmcc.signaling.effects import Expired, StartTimer, StopTimer

CLEAR = "clear"
DIGIT_END = "digit_end"
MOST_PULSES = 10


class HookState(Enum):
    ON_HOOK = "on-hook"
    CLOSED = "loop closed"
    OPEN = "loop open for the moment"


@dataclass(frozen=True, slots=True)
class Loop:
    """Event: the loop was closed or opened, so many ms after the start of time."""

    is_closed: bool
    at_ms: float


@dataclass(frozen=True, slots=True)
class Lifted:
    """The telephone went off-hook."""


@dataclass(frozen=True, slots=True)
class PutDown:
    """It is on-hook, longer than any flash."""


@dataclass(frozen=True, slots=True)
class Flash:
    """A short break in a call: the subscriber wants something else."""


@dataclass(frozen=True, slots=True)
class PulseDigit:
    digit: str


@dataclass(frozen=True, slots=True)
class BadPulses:
    """Breaks that make no digit: too many, too short or too long."""


Meaning = Lifted | PutDown | Flash | PulseDigit | BadPulses
Effect = Meaning | StartTimer | StopTimer


class HookReader:
    """One loop. `dialling` is set by whoever knows what the breaks are for."""

    def __init__(self, ms: Mapping[str, int]) -> None:
        self.state = HookState.ON_HOOK
        self.dialling = False
        self._ms = ms
        self._changed_ms = 0.0
        self._pulses = 0
        self._is_bad = False
        self._ends_digit = False

    def receive(self, event: Loop | Expired) -> tuple[Effect, ...]:
        if isinstance(event, Expired):
            return self._expired(event.name)
        if event.is_closed is (self.state is HookState.CLOSED):
            return ()  # what it was before
        lasted_ms, self._changed_ms = event.at_ms - self._changed_ms, event.at_ms
        match self.state:
            case HookState.ON_HOOK:
                if not event.is_closed:
                    return ()
                self.state = HookState.CLOSED
                self._forget()
                return (Lifted(),)
            case HookState.CLOSED:
                return self._opened(lasted_ms)
            case HookState.OPEN:
                self.state = HookState.CLOSED
                return (StopTimer(CLEAR), *self._closed_again(lasted_ms))

    def _opened(self, make_ms: float) -> tuple[Effect, ...]:
        self.state = HookState.OPEN
        if self._pulses and make_ms < self._ms["pulse_make_min"]:
            self._is_bad = True
        return (*self._stop_digit_end(), StartTimer(CLEAR, self._ms["clear"]))

    def _closed_again(self, break_ms: float) -> tuple[Effect, ...]:
        is_flash = self._ms["flash_min"] <= break_ms <= self._ms["flash_max"]
        if not self.dialling:
            self._forget()
            return (Flash(),) if is_flash else ()
        if is_flash and not self._pulses and break_ms > self._ms["pulse_break_max"]:
            return (Flash(),)  # over dial tone, too, somebody may press the key
        self._pulses += 1
        if not self._ms["pulse_break_min"] <= break_ms <= self._ms["pulse_break_max"]:
            self._is_bad = True
        self._ends_digit = True
        return (StartTimer(DIGIT_END, self._ms["pulse_gap"]),)

    def _expired(self, name: str) -> tuple[Effect, ...]:
        if name == CLEAR and self.state is HookState.OPEN:
            self.state = HookState.ON_HOOK
            self._forget()
            return (PutDown(),)
        if name == DIGIT_END and self._ends_digit:
            return (self._digit(),)
        return ()  # it was stopped when it had already run out

    def _digit(self) -> Meaning:
        pulses, is_bad = self._pulses, self._is_bad
        self._forget()
        if is_bad or pulses > MOST_PULSES:
            return BadPulses()
        return PulseDigit(str(pulses % MOST_PULSES))

    def _stop_digit_end(self) -> tuple[Effect, ...]:
        was, self._ends_digit = self._ends_digit, False
        return (StopTimer(DIGIT_END),) if was else ()

    def _forget(self) -> None:
        self._pulses, self._is_bad, self._ends_digit = 0, False, False
