"""An order: whom a caller is to be served by, and what travels with him (R-117)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from kmcc.switch.journal import Field
from kmcc.switch.queue.parties import Grade, Transferred
from kmcc.switch.seats.errors import BadOrderError

MOST_FIELDS: Final = 20
LONGEST_NAME: Final = 40
LONGEST_VALUE: Final = 500
DIGITS: Final = re.compile("[0-9]{1,24}")

Data = Mapping[str, str]
NO_DATA: Final[Data] = MappingProxyType({})


def check_data(data: Data) -> Data:
    """The form that goes with a transferred call; BadOrderError when it is larger than a form."""
    if len(data) > MOST_FIELDS:
        raise BadOrderError("data", f"{len(data)} fields", f"{MOST_FIELDS} at most")
    for name, value in data.items():
        if not 1 <= len(name) <= LONGEST_NAME or len(value) > LONGEST_VALUE:
            expected = f"a name of 1 to {LONGEST_NAME} characters and a value of {LONGEST_VALUE} at most"
            raise BadOrderError("data", f"{name[:LONGEST_NAME]!r}: {len(value)} characters", expected)
    return MappingProxyType(dict(data))


def cut_data(data: Data) -> Data:
    """A form of our own, which is never refused: what is too long is cut, what is too much left out."""
    rows = list(data.items())[:MOST_FIELDS]
    return MappingProxyType({name[:LONGEST_NAME]: value[:LONGEST_VALUE] for name, value in rows if name})


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a seat consults or transfers to: another seat, a service's queue, or an outside number; one of them."""

    seat: str | None = None
    service: str | None = None
    number: str | None = None

    def __post_init__(self) -> None:
        given = [name for name in ("seat", "service", "number") if getattr(self, name) is not None]
        if len(given) != 1:
            raise BadOrderError("target", " and ".join(given) or "nothing", "one of seat, service and number")
        if self.number is not None and DIGITS.fullmatch(self.number) is None:
            raise BadOrderError("number", repr(self.number[:30]), "1 to 24 digits")

    @property
    def name(self) -> str:
        return f"seat {self.seat}" if self.seat else f"service {self.service}" if self.service else str(self.number)


@dataclass(frozen=True, slots=True)
class Order:
    """What a caller wants of the queue. `number` = on to an outside number instead."""

    service: str | None = None
    grade: Grade = Grade.ORDINARY
    data: Data = field(default_factory=lambda: NO_DATA)
    transferred: Transferred = Transferred.NO
    passed_by: str | None = None
    only: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Unserved:
    """A wait that ended without a seat; by `arrived_ms`, of the queue machine's clock, it keeps its place (R-294)."""

    order: Order
    arrived_ms: int


def pop_fields(data: Data) -> dict[str, Field]:
    """The form as fields of an event."""
    return {f"data.{name}": value for name, value in data.items()}
