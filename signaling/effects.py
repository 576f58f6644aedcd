"""What every protocol machine of this floor shares: timer effects, the trace line and its errors.

A machine is `receive(event) -> tuple[Effect, ...]`. It does no I/O and owns no clock: a timer is an effect when it
starts and the event `Expired` when it ends.
"""

from dataclasses import dataclass

from kmcc.errors import KmccError


class ProtocolError(KmccError):
    """Somebody did what the protocol does not allow; the machine has not changed."""

    def __init__(self, machine: str, state: str, event: str) -> None:
        super().__init__(f"{machine}: {event} is not allowed in {state}")
        self.machine = machine
        self.state = state
        self.event = event


class RangeError(ProtocolError):
    """A command with a value that no signal can carry; nothing was sent."""

    def __init__(self, machine: str, command: str, row: str, found: object, expected: str) -> None:
        KmccError.__init__(self, f"{machine}: {command}: {row} must be {expected}, got {found!r}")
        self.machine = machine
        self.state = ""
        self.event = command


class ProfileError(KmccError):
    """A signalling profile that cannot be used; names the row."""


@dataclass(frozen=True, slots=True)
class StartTimer:
    name: str
    ms: int


@dataclass(frozen=True, slots=True)
class StopTimer:
    name: str


@dataclass(frozen=True, slots=True)
class Expired:
    """Event: the timer of this name ran out."""

    name: str
