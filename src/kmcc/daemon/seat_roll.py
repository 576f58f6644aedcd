"""How many seats of a service could take an outgoing call, counted from the seats' events."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from kmcc.centre.campaigns.desk import SeatsOfService
from kmcc.daemon.journal import HouseJournal
from kmcc.switch.journal import Field
from kmcc.switch.queue.parties import SeatKind, SeatProfile
from kmcc.switch.queue.seat import SeatState

TAKING: Final = frozenset({SeatState.RESERVED, SeatState.RINGING})
BUSY: Final = frozenset({SeatState.TALKING, SeatState.HELD, SeatState.CONSULTING, SeatState.WRAP_UP})


class SeatRoll:
    """`on_change` is told after the step in which a seat has changed, not in it."""

    def __init__(
        self, profiles: Mapping[str, SeatProfile], journal: HouseJournal, on_change: Callable[[], None]
    ) -> None:
        self._profiles = profiles
        self._states = dict.fromkeys(profiles, SeatState.SIGNED_OUT)
        self._on_change = on_change
        journal.listen("seat.state", self._take)

    def of(self, service: str) -> SeatsOfService:
        """A seat that pauses or is set aside does not count: nobody knows when it comes back."""
        states = [self._states[seat] for seat, profile in self._profiles.items() if _serves(profile, service)]
        return SeatsOfService(
            ready=sum(state is SeatState.READY for state in states),
            taking=sum(state in TAKING for state in states),
            busy=sum(state in BUSY for state in states),
        )

    def _take(self, fields: dict[str, Field]) -> None:
        self._states[str(fields["seat"])] = SeatState(str(fields["new"]))
        asyncio.get_running_loop().call_soon(self._on_change)


def _serves(profile: SeatProfile, service: str) -> bool:
    return profile.kind is SeatKind.INTEGRATED or profile.level(service) > 0
