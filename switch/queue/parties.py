"""The two sides that the queue machine brings together: the waiting call and the seat."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum

OTHER_BOARD = 1  # one path across the backplane
OTHER_HOST = 3  # one leg between hosts, the dearest way


class Grade(IntEnum):
    """How important the customer is; a higher grade is served first (rule 4)."""

    ORDINARY = 0
    IMPORTANT = 1
    VIP = 2


class Transferred(Enum):
    """Whether another seat passed the call on (rule 3)."""

    NO = "no"
    YES = "yes"


class SeatKind(Enum):
    PROFESSIONAL = "professional"  # serves the services of its skills and no other
    INTEGRATED = "integrated"  # serves every service; a skill only gives its level


@dataclass(frozen=True, slots=True)
class Place:
    """Where a circuit or a seat's phone is plugged in."""

    host: str
    board: str


def path_cost(circuit: Place | None, seat: Place | None) -> int:
    """What the way between them costs: 0 on the same board. An unknown place counts as another host."""
    if circuit is None or seat is None:
        return OTHER_HOST
    if circuit == seat:
        return 0
    return OTHER_BOARD if circuit.host == seat.host else OTHER_HOST


@dataclass(frozen=True, slots=True)
class SeatProfile:
    """What a seat is able to do. `skills` maps a service to the seat's level in it; a higher level is better."""

    seat: str
    kind: SeatKind
    skills: Mapping[str, int]
    languages: tuple[str, ...]
    near: Place | None = None

    def level(self, service: str | None) -> int:
        """Level in a service; its best level when the need is unknown; 0 for a service it has no level in."""
        if service is None:
            return max(self.skills.values(), default=0)
        return self.skills.get(service, 0)


@dataclass(frozen=True, slots=True)
class Caller:
    """One call that wants a seat. `arrived_ms` is his age and never changes; `turn` parts equal arrivals."""

    call: str
    service: str | None
    language: str | None
    grade: Grade
    transferred: Transferred
    near: Place | None
    passed_by: str | None
    arrived_ms: int
    entered_ms: int
    turn: int
    number: str | None = None  # his own, to call him back or to know him again
    last_seat: str | None = None  # who talked with him before
    only: str | None = None  # the one seat that is to have him, whatever its skills
    overflow: str | None = None  # a second service whose seats may serve him by now
    is_callback: bool = False  # he is not on the line; he is called when his turn has come

    @property
    def services(self) -> tuple[str | None, ...]:
        return (self.service,) if self.overflow is None else (self.service, self.overflow)
