"""Feeding a seat's plain telephone: ringing 1 s on, 4 s off (GB 3380-82), and its hook with flash (GB 3378-82).

Bits towards the telephone: 1 = ring. From the telephone: 1 = off-hook, which the caller of `receive` makes a Hook.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from kmcc.signaling.effects import Expired, ProfileError, ProtocolError, StartTimer, StopTimer

QUIET_BITS: Final = 0
RING_BITS: Final = 1
OFF_HOOK_BITS: Final = 1


class State(Enum):
    ON_HOOK = "on-hook"
    RING_ON = "ringing"
    RING_PAUSE = "pause of ringing"
    OFF_HOOK = "off-hook"
    MAYBE_FLASH = "on-hook, flash or clear"


class In(Enum):
    """What can happen; a timer's value is its row in TIMER_MS."""

    HOOK_OFF = "hook off"
    HOOK_ON = "hook on"
    RING = "ring"
    STOP_RING = "stop ring"
    T_RING_ON = "ring_on"
    T_RING_OFF = "ring_off"
    T_CLEAR = "clear"


class Hook(Enum):
    """Event: the hook of the telephone has changed."""

    ON = In.HOOK_ON
    OFF = In.HOOK_OFF


class Order(Enum):
    """Commands of the switch. STOP_RING is right also when the telephone has just answered."""

    RING = In.RING
    STOP_RING = In.STOP_RING


class Reason(Enum):
    """Why a telephone went off-hook."""

    ANSWERED = "answered"
    ORIGINATING = "originating"


@dataclass(frozen=True, slots=True)
class SendLine:
    bits: int


@dataclass(frozen=True, slots=True)
class Ringing:
    """The first ring has begun."""


@dataclass(frozen=True, slots=True)
class OffHook:
    reason: Reason


@dataclass(frozen=True, slots=True)
class OnHook:
    """The telephone has cleared."""


Effect = SendLine | Ringing | OffHook | OnHook | StartTimer | StopTimer
Out = SendLine | Ringing | OffHook | OnHook

TIMER_MS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "ring_on": 1_000,  # GB 3380-82
        "ring_off": 4_000,  # GB 3380-82
        "clear": 650,  # on-hook for longer than a flash
    }
)
TIMERS: Final[Mapping[State, In]] = MappingProxyType(
    {State.RING_ON: In.T_RING_ON, State.RING_PAUSE: In.T_RING_OFF, State.MAYBE_FLASH: In.T_CLEAR}
)
RING: Final = SendLine(RING_BITS)
QUIET: Final = SendLine(QUIET_BITS)

TABLE: Final[Mapping[tuple[State, In], tuple[State, tuple[Out, ...]]]] = MappingProxyType(
    {
        (State.ON_HOOK, In.RING): (State.RING_ON, (RING, Ringing())),
        (State.ON_HOOK, In.HOOK_OFF): (State.OFF_HOOK, (OffHook(Reason.ORIGINATING),)),
        (State.ON_HOOK, In.HOOK_ON): (State.ON_HOOK, ()),
        (State.RING_ON, In.T_RING_ON): (State.RING_PAUSE, (QUIET,)),
        (State.RING_ON, In.HOOK_OFF): (State.OFF_HOOK, (QUIET, OffHook(Reason.ANSWERED))),
        (State.RING_ON, In.HOOK_ON): (State.RING_ON, ()),
        (State.RING_ON, In.STOP_RING): (State.ON_HOOK, (QUIET,)),
        (State.RING_PAUSE, In.T_RING_OFF): (State.RING_ON, (RING,)),
        (State.RING_PAUSE, In.HOOK_OFF): (State.OFF_HOOK, (OffHook(Reason.ANSWERED),)),
        (State.RING_PAUSE, In.HOOK_ON): (State.RING_PAUSE, ()),
        (State.RING_PAUSE, In.STOP_RING): (State.ON_HOOK, ()),
        (State.OFF_HOOK, In.HOOK_ON): (State.MAYBE_FLASH, ()),
        (State.OFF_HOOK, In.HOOK_OFF): (State.OFF_HOOK, ()),
        (State.OFF_HOOK, In.STOP_RING): (State.OFF_HOOK, ()),
        # GB 3378-82: a shorter break is a flash, which means nothing here
        (State.MAYBE_FLASH, In.HOOK_OFF): (State.OFF_HOOK, ()),
        (State.MAYBE_FLASH, In.HOOK_ON): (State.MAYBE_FLASH, ()),
        (State.MAYBE_FLASH, In.STOP_RING): (State.MAYBE_FLASH, ()),
        (State.MAYBE_FLASH, In.T_CLEAR): (State.ON_HOOK, (OnHook(),)),
    }
)


class FeedLine:
    """One line; entering a state starts its timer, leaving it stops it."""

    def __init__(self, ms: Mapping[str, int] = MappingProxyType({})) -> None:
        for name, value in ms.items():
            if name not in TIMER_MS or value <= 0:
                raise ProfileError(f"feed line: timer {name} = {value} ms; known are {', '.join(TIMER_MS)}")
        self.state = State.ON_HOOK
        self._ms = {**TIMER_MS, **ms}

    def start(self) -> tuple[Effect, ...]:
        return (QUIET,)

    def receive(self, event: Hook | Order | Expired) -> tuple[Effect, ...]:
        running = TIMERS.get(self.state)
        if isinstance(event, Expired):
            if running is None or event.name != running.value:
                return ()  # it was stopped when it had already run out
            what, running = running, None
        else:
            what = event.value
        if (self.state, what) not in TABLE:
            raise ProtocolError("feed line", self.state.name, what.name)
        self.state, out = TABLE[self.state, what]
        return (*self._hand_over(running), *out)

    def _hand_over(self, running: In | None) -> tuple[Effect, ...]:
        wanted = TIMERS.get(self.state)
        if running is wanted:
            return ()
        stop = () if running is None else (StopTimer(running.value),)
        start = () if wanted is None else (StartTimer(wanted.value, self._ms[wanted.value]),)
        return (*stop, *start)
