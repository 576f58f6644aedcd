"""Routes: the trunk groups that are tried in turn for a number, from the direct one to the last choice."""

from collections.abc import Mapping, Sequence
from typing import Final

from kmcc.switch.errors import SwitchError
from kmcc.switch.trunks import Direction, TrunkGroup


class RouteError(SwitchError):
    """A route that no call could take."""

    def __init__(self, route: str, found: str, expected: str) -> None:
        super().__init__(f"route {route}: {found}, expected {expected}")
        self.route = route


class Routes:
    """By name. The name of a trunk group is a route of this group alone."""

    def __init__(self, groups: Mapping[str, TrunkGroup], lists: Mapping[str, Sequence[str]]) -> None:
        self._groups: Final = dict(groups)
        self._lists: Final = {name: self._checked(name, tuple(members)) for name, members in lists.items()}

    def of(self, name: str) -> tuple[TrunkGroup, ...]:
        """The groups in the order in which they are tried; none = there is no such route."""
        members = self._lists.get(name, (name,))
        return tuple(self._groups[member] for member in members if member in self._groups)

    def _checked(self, name: str, members: tuple[str, ...]) -> tuple[str, ...]:
        if name in self._groups:
            raise RouteError(name, "a trunk group has this name", "another name")
        if not members:
            raise RouteError(name, "no trunk group", "one or more")
        for n, member in enumerate(members):
            if member in members[:n]:
                raise RouteError(name, f"{member} twice", "each group once")
            if member not in self._groups or self._groups[member].direction is Direction.IN:
                raise RouteError(name, f"{member}", "trunk groups with direction out or both")
        return members
