"""What the engine's C has been lent: kept alive until C has let go of it, whichever thread ticks."""

from collections import deque
from typing import Any, Final

from kmcc.dsp._core import lib


class Lent:
    """By number of the command that ends the loan, as C counts those carried out; plays by their PLAY_DONE."""

    def __init__(self, state: Any) -> None:
        self._state: Final = state
        self._until_taken: Final[deque[tuple[int, object]]] = deque()
        self._plays_begun: Final[dict[int, int]] = {}
        self._plays: Final[dict[int, deque[tuple[int, object]]]] = {}

    def until_taken(self, number: int, what: object) -> None:
        """Until C has carried out so many commands."""
        taken = int(lib.engine_taken(self._state))
        while self._until_taken and self._until_taken[0][0] <= taken:
            self._until_taken.popleft()
        self._until_taken.append((number, what))

    def until_played(self, port: int, what: object) -> None:
        begun = self._plays_begun.get(port, 0) + 1
        self._plays_begun[port] = begun
        self._plays.setdefault(port, deque()).append((begun, what))

    @property
    def has_plays(self) -> bool:
        return bool(self._plays)

    def played(self, port: int, serial: int) -> None:
        """This play is over, and earlier ones, whose events may have been lost."""
        plays = self._plays[port]
        while plays and plays[0][0] <= serial:
            plays.popleft()
