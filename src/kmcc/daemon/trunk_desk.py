"""The trunk groups of a house as the console shows and blocks them."""

from collections.abc import Mapping

from kmcc.console.trunks import CircuitLine, GroupLine, UnknownTrunkError
from kmcc.switch.trunks import TrunkGroup


class TrunkDesk:
    """Implements kmcc.console.trunks.Trunks."""

    def __init__(self, groups: Mapping[str, TrunkGroup]) -> None:
        self._groups = groups

    def lines(self) -> tuple[GroupLine, ...]:
        return tuple(_line(group) for group in self._groups.values())

    def block(self, group: str, channels: tuple[str, ...]) -> GroupLine:
        found = self._found(group)
        for name in _names(found, channels):
            if name not in found.withdrawn:
                found.block(name)
        return _line(found)

    def unblock(self, group: str, channels: tuple[str, ...]) -> GroupLine:
        found = self._found(group)
        for name in _names(found, channels):
            if name in found.withdrawn:
                found.unblock(name)
        return _line(found)

    def _found(self, group: str) -> TrunkGroup:
        if group not in self._groups:
            raise UnknownTrunkError(f"trunk group {group}", ", ".join(self._groups) or "none")
        return self._groups[group]


def _names(group: TrunkGroup, channels: tuple[str, ...]) -> tuple[str, ...]:
    """Of the circuits on these channels, all of which are there; none given = all."""
    names = {_channel(circuit.name): circuit.name for circuit in group.circuits}
    for channel in channels:
        if channel not in names:
            raise UnknownTrunkError(f"channel {channel} of trunk group {group.name}", ", ".join(names))
    return tuple(names[channel] for channel in channels or names)


def _channel(circuit: str) -> str:
    return circuit.rpartition("/")[2]


def _line(group: TrunkGroup) -> GroupLine:
    traffic = group.traffic
    return GroupLine(
        group=group.name,
        direction=group.direction.value,
        search=group.search.value,
        idle=group.idle,
        busy=group.busy,
        blocked=group.blocked,
        seized_in=traffic.seized_in,
        seized_out=traffic.seized_out,
        answer_seizure_ratio=traffic.answer_seizure_ratio,
        overflowed=traffic.overflowed,
        usage_s=round(traffic.usage_s, 3),
        circuits=tuple(
            CircuitLine(_channel(circuit.name), circuit.state.value, circuit.name in group.withdrawn)
            for circuit in group.circuits
        ),
    )
