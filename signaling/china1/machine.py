"""One state table at work, as the state tables of Q.422 and Q.470 are read: a row a step, a timer a state.

A state that has a timer starts it when it is entered and stops it when it is left, so no row can forget one. Two
states that share a timer hand it on running. A row that is not there is ProtocolError and changes nothing.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Generic, TypeVar

from kmcc.signaling.china1.profile import Profile
from kmcc.signaling.effects import ProtocolError, StartTimer, StopTimer

StateT = TypeVar("StateT", bound=Enum)
InT = TypeVar("InT", bound=Enum)
OutT = TypeVar("OutT")


class Machine(Generic[StateT, InT, OutT]):
    """The value of an In that stands for a timer is the name of the timer's row in the profile."""

    def __init__(
        self,
        name: str,
        state: StateT,
        table: Mapping[tuple[StateT, InT], tuple[StateT, tuple[OutT, ...]]],
        timers: Mapping[StateT, InT],
        profile: Profile,
    ) -> None:
        self.state = state
        self._name = name
        self._table = table
        self._timers = timers
        self._profile = profile

    @property
    def timer(self) -> str | None:
        """The timer that is running now."""
        row = self._timers.get(self.state)
        return None if row is None else str(row.value)

    def lay(self, table: Mapping[tuple[StateT, InT], tuple[StateT, tuple[OutT, ...]]]) -> None:
        """Go on by this table, which has the same states."""
        self._table = table

    def has_row(self, what: InT) -> bool:
        return (self.state, what) in self._table

    def receive(self, what: InT) -> tuple[OutT | StartTimer | StopTimer, ...]:
        """Take one step; on ProtocolError the state has not changed."""
        try:
            state, out = self._table[self.state, what]
        except KeyError:
            raise ProtocolError(self._name, self.state.name, what.name) from None
        # The timer whose end brought us here is not running any more.
        running = None if self.timer == what.value else self.timer
        self.state = state
        return (*self._hand_over(running), *out)

    def _hand_over(self, running: str | None) -> tuple[StartTimer | StopTimer, ...]:
        wanted = self.timer
        if running == wanted:
            return ()
        stop = () if running is None else (StopTimer(running),)
        start = () if wanted is None else (StartTimer(wanted, self._profile.ms(wanted)),)
        return (*stop, *start)
