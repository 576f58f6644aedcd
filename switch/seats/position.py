"""A seat's place: its telephone, and what it is engaged in."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmcc.switch.queue.parties import SeatProfile
from kmcc.switch.queue.seat import SeatState
from kmcc.switch.seats.phone import PhoneUse, SeatPhone

if TYPE_CHECKING:
    from kmcc.switch.seats.monitor import Monitor
    from kmcc.switch.seats.talk import Talk


@dataclass(slots=True)
class Position:
    """One place. Only the desk's parts change it; `state` follows the queue machine."""

    profile: SeatProfile
    phone: SeatPhone
    state: SeatState = SeatState.SIGNED_OUT
    reason: str | None = None
    since_s: float = 0.0
    has_signed_in: bool = False
    use: PhoneUse | None = None
    offer: str | None = None  # the machine's key of whoever it rings for
    key: str | None = None  # and of whoever it talks with
    talk: "Talk | None" = field(default=None, repr=False)  # which is the seat's own
    joined: "Talk | None" = field(default=None, repr=False)  # in which it is consulted, or takes part
    monitor: "Monitor | None" = field(default=None, repr=False)

    @property
    def id(self) -> str:
        return self.profile.seat

    @property
    def is_engaged(self) -> bool:
        """Whether the telephone is in use, or has still to be put down."""
        return self.phone.use is not None
