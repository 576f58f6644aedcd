"""Legs that are over, on whose circuits the far end has still to clear before their groups have them back."""

import asyncio

from kmcc.switch.leg import Leg
from kmcc.switch.trunks import TrunkGroup


class Clearing:
    """One for a call server."""

    def __init__(self) -> None:
        self._groups: dict[Leg, TrunkGroup] = {}

    @property
    def idle(self) -> tuple[asyncio.Future[None], ...]:
        """What is still waited for."""
        return tuple(leg.idle for leg in self._groups)

    def take(self, leg: Leg, group: TrunkGroup) -> None:
        """The circuit goes back to its group, now or when it is idle."""
        self._groups[leg] = group
        if leg.idle.done():
            self._give_back(leg)
        else:
            leg.idle.add_done_callback(lambda _: self._give_back(leg))

    def _give_back(self, leg: Leg) -> None:
        group = self._groups.pop(leg)
        group.traffic.usage_s += asyncio.get_running_loop().time() - leg.since_s
        group.release(leg.circuit)
