"""Settings of the queue machine. The values are ours: the requirements give none for it."""

from dataclasses import dataclass
from enum import Enum

from kmcc.switch.queue.cost import LevelPolicy
from kmcc.switch.queue.errors import QueueSettingError


class WithoutSeats(Enum):
    """What becomes of a caller whom no signed-in seat could ever serve."""

    GIVE_UP = "give up"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """`max_length` counts the waiting callers of one service; None = no limit. `wrap_up_ms` 0 = no wrap-up."""

    lease_ms: int = 20_000
    wrap_up_ms: int = 15_000
    max_wait_ms: int | None = None
    max_length: int | None = None
    without_seats: WithoutSeats = WithoutSeats.GIVE_UP
    levels: LevelPolicy = LevelPolicy.SPARE_HIGHEST

    def __post_init__(self) -> None:
        limits = (
            ("lease_ms", self.lease_ms, 1),
            ("wrap_up_ms", self.wrap_up_ms, 0),
            ("max_wait_ms", self.max_wait_ms, 1),
            ("max_length", self.max_length, 0),
        )
        for name, value, least in limits:
            if value is not None and value < least:
                raise QueueSettingError(name, value, f"at least {least}")
