"""The named timers of the queue machine. A name is used once: an expiry that crossed a stop is told from a live one."""

from dataclasses import dataclass
from enum import Enum

from kmcc.signaling.effects import StartTimer, StopTimer


class TimerKind(Enum):
    LEASE = "lease"  # of an offer: how long a seat may ring
    WRAP_UP = "wrap-up"  # of a seat after a talk
    WAIT = "wait"  # of a caller: the longest wait
    OVERFLOW = "overflow"  # of a caller: until seats of another service may serve him
    CALLBACK = "callback"  # of a caller who is to be called back: how long that is promised
    RETRY = "retry"  # of the same: until he is called again


@dataclass(frozen=True, slots=True)
class Running:
    kind: TimerKind
    owner: str
    due_ms: int


class Timers:
    """Those that run, and when they are due."""

    def __init__(self) -> None:
        self._running: dict[str, Running] = {}
        self._count = 0

    def start(self, kind: TimerKind, owner: str, now_ms: int, ms: int) -> StartTimer:
        self._count += 1
        name = f"{kind.value}/{owner}/{self._count}"
        self._running[name] = Running(kind, owner, now_ms + ms)
        return StartTimer(name, ms)

    def stop(self, name: str) -> StopTimer:
        del self._running[name]
        return StopTimer(name)

    def expire(self, name: str) -> Running | None:
        """The timer that ran out; None when it had been stopped meanwhile."""
        return self._running.pop(name, None)
