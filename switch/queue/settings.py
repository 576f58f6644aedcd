"""Settings of the queue machine. The values are ours: the requirements give none for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from kmcc.switch.queue.cost import LevelPolicy
from kmcc.switch.queue.errors import QueueSettingError


class WithoutSeats(Enum):
    """What becomes of a caller whom no signed-in seat could ever serve."""

    GIVE_UP = "give up"
    WAIT = "wait"


class OnAbandon(Enum):
    """What becomes of a caller who hangs up while he waits and whose number is known (R-293, R-294)."""

    FORGET = "forget"
    CALL_BACK = "call back"


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """How callers are called back (R-294, R-295). `ring_ms` is for dialling and for the customer to answer."""

    on_abandon: OnAbandon = OnAbandon.FORGET
    at_once: int = 1
    ring_ms: int = 60_000
    attempts: int = 2
    retry_ms: int = 300_000
    expires_ms: int = 7_200_000
    redial_ms: int = 600_000  # who calls again within this has his old place

    def __post_init__(self) -> None:
        for name in ("at_once", "ring_ms", "attempts", "retry_ms", "expires_ms"):
            _check(f"callbacks.{name}", getattr(self, name), 1)
        _check("callbacks.redial_ms", self.redial_ms, 0)


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """Limits of one service's line; None = no limit. `max_length` counts its waiting callers.

    After `overflow_ms`, or when the line is full, seats of the service `overflow` may serve its callers, too.
    """

    max_wait_ms: int | None = None
    max_length: int | None = None
    overflow: str | None = None
    overflow_ms: int = 60_000

    def __post_init__(self) -> None:
        _check("max_wait_ms", self.max_wait_ms, 1)
        _check("max_length", self.max_length, 0)
        _check("overflow_ms", self.overflow_ms, 0)


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """`max_wait_ms` and `max_length` are of services that have no rules of their own. `wrap_up_ms` 0 = no wrap-up."""

    lease_ms: int = 20_000
    wrap_up_ms: int = 15_000
    max_wait_ms: int | None = None
    max_length: int | None = None
    without_seats: WithoutSeats = WithoutSeats.GIVE_UP
    levels: LevelPolicy = LevelPolicy.SPARE_HIGHEST
    callbacks: CallbackRules = field(default_factory=CallbackRules)
    services: Mapping[str, ServiceRules] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        _check("lease_ms", self.lease_ms, 1)
        _check("wrap_up_ms", self.wrap_up_ms, 0)
        ServiceRules(self.max_wait_ms, self.max_length)

    def rules(self, service: str | None) -> ServiceRules:
        """Those of this service's line."""
        own = None if service is None else self.services.get(service)
        return own or ServiceRules(self.max_wait_ms, self.max_length)


def _check(name: str, value: int | None, least: int) -> None:
    if value is not None and value < least:
        raise QueueSettingError(name, value, f"at least {least}")
