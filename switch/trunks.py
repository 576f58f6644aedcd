"""Trunk groups: circuits of one route, and the idle search for an outgoing call."""

from collections.abc import Callable, Sequence
from enum import Enum

from kmcc.switch.circuit import Cause, Circuit, CircuitState, TrunkCircuit
from kmcc.switch.digit_rules import BorderRules
from kmcc.switch.errors import SwitchError
from kmcc.switch.journal import Journal
from kmcc.switch.traffic import GroupTraffic


class Direction(Enum):
    IN = "in"
    OUT = "out"
    BOTH = "both"


class Search(Enum):
    """Which idle circuit is taken. Two ends of a two-way group search from opposite ends to avoid double seizure."""

    LOWEST = "lowest"
    HIGHEST = "highest"
    CYCLIC = "cyclic"  # the next one after the last taken
    LONGEST_IDLE = "longest idle"


class TrunkGroupError(SwitchError):
    """A trunk group that cannot be, or cannot do this."""

    def __init__(self, group: str, why: str) -> None:
        super().__init__(f"trunk group {group}: {why}")
        self.group = group


class AllTrunksBusyError(TrunkGroupError):
    def __init__(self, group: str, busy: int, blocked: int) -> None:
        super().__init__(group, f"no idle circuit ({busy} busy, {blocked} blocked)")


class TrunkGroup:
    """One group. A circuit that was seized is the caller's until `release`, whatever state it shows meanwhile."""

    def __init__(
        self,
        name: str,
        circuits: Sequence[Circuit],
        direction: Direction,
        search: Search,
        rules: BorderRules | None = None,
        *,
        when_busy: Cause = Cause.CONGESTION,
    ) -> None:
        """`when_busy` is what a call without an idle circuit has met: BUSY where the group is one subscriber."""
        if not circuits:
            raise TrunkGroupError(name, "has no circuit")
        self.name = name
        self.direction = direction
        self.search = search
        self.rules = BorderRules() if rules is None else rules
        self.when_busy = when_busy
        self.traffic = GroupTraffic()
        self._is_out = False
        self.withdrawn: set[str] = set()  # circuits that we have blocked
        self._circuits = tuple(circuits)
        self._index = {circuit.name: n for n, circuit in enumerate(circuits)}
        if len(self._index) < len(self._circuits):
            raise TrunkGroupError(name, "two circuits have one name")
        self._seized = [False] * len(circuits)
        self._released_at = [0] * len(circuits)
        self._releases = 0
        self._last = -1

    @property
    def circuits(self) -> tuple[Circuit, ...]:
        return self._circuits

    @property
    def idle(self) -> int:
        """How many can be seized now."""
        return sum(map(self._is_idle, range(len(self._circuits))))

    @property
    def blocked(self) -> int:
        """Out of service; a circuit whose far side is not known yet counts too."""
        unusable = (CircuitState.BLOCKED, CircuitState.STARTING)
        return sum(circuit.state in unusable for circuit in self._circuits)

    @property
    def busy(self) -> int:
        """In use or seized. The three counts add up to the size of the group."""
        return len(self._circuits) - self.idle - self.blocked

    def seize(self) -> Circuit:
        """An idle circuit for an outgoing call, now reserved; give it back with `release`."""
        if self.direction is Direction.IN:
            raise TrunkGroupError(self.name, "is for incoming calls only")
        free = [n for n in range(len(self._circuits)) if self._is_idle(n)]
        if not free:
            self.traffic.overflowed += 1
            raise AllTrunksBusyError(self.name, self.busy, self.blocked)
        self._last = min(free, key=self._order())
        self._seized[self._last] = True
        self.traffic.seized_out += 1
        return self._circuits[self._last]

    def release(self, circuit: Circuit) -> None:
        """The call on it, outgoing or incoming, is over: it goes behind those that have been idle longer."""
        number = self._index.get(circuit.name)
        if number is None:
            raise TrunkGroupError(self.name, f"circuit {circuit.name} is none of ours")
        self._seized[number] = False
        self._releases += 1
        self._released_at[number] = self._releases

    def note_blocking(self, circuit: Circuit, journal: Journal, *, is_blocked: bool) -> None:
        """By the far end, the span, or no release guard; an alarm when none is left in service, and its end."""
        journal.write("circuit.blocked" if is_blocked else "circuit.unblocked", circuit=circuit.name)
        is_out = self.blocked == len(self._circuits)
        if is_out is not self._is_out:
            self._is_out = is_out
            journal.write("alarm.trunk_group_out" if is_out else "trunk_group.in_service", group=self.name)

    def block(self, name: str) -> None:
        """Take this circuit out of service, now or when its call is over; the far end is told."""
        self._trunk(name).block()
        self.withdrawn.add(name)

    def unblock(self, name: str) -> None:
        """Give it back."""
        self._trunk(name).unblock()
        self.withdrawn.discard(name)

    def _trunk(self, name: str) -> TrunkCircuit:
        number = self._index.get(name)
        if number is None:
            raise TrunkGroupError(self.name, f"circuit {name} is none of ours")
        circuit = self._circuits[number]
        if not isinstance(circuit, TrunkCircuit):
            raise TrunkGroupError(self.name, f"circuit {name} cannot be blocked")
        return circuit

    def _is_idle(self, number: int) -> bool:
        return self._circuits[number].state is CircuitState.IDLE and not self._seized[number]

    def _order(self) -> Callable[[int], int]:
        size = len(self._circuits)
        orders: dict[Search, Callable[[int], int]] = {
            Search.LOWEST: lambda n: n,
            Search.HIGHEST: lambda n: -n,
            Search.CYCLIC: lambda n: (n - self._last - 1) % size,
            Search.LONGEST_IDLE: lambda n: self._released_at[n],
        }
        return orders[self.search]
