"""What the parts of the seats' desk share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from kmcc.switch.bridge import Rooms
from kmcc.switch.call import Call
from kmcc.switch.circuit import CallingParty
from kmcc.switch.flow import Flow
from kmcc.switch.journal import Journal
from kmcc.switch.overload import Priority
from kmcc.switch.prompts import PromptSet
from kmcc.switch.queue.parties import Place
from kmcc.switch.seats.dispatch import Dispatch


def _anywhere(_port: int) -> Place | None:
    """Of a switch in one place."""
    return None


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """`ring_s`: how long a seat's telephone rings that is not rung by an offer; `calling` is shown to whom seats dial.

    A waiting caller hears his place every `announce_s`; 0 = once. `place_of` says where a port is, for nearness.
    """

    ring_s: float = 20.0
    calling: str | None = None
    announce_s: float = 0.0
    place_of: Callable[[int], Place | None] = _anywhere


class Dials(Protocol):
    """Places calls of our own: kmcc.switch.callserver.CallServer."""

    def dial(
        self,
        number: str,
        calling: CallingParty,
        flow: Flow,
        *,
        priority: Priority,
        continues: str | None,
    ) -> Awaitable[Call]: ...


@dataclass(slots=True)
class Parts:
    """`dials` comes with the call server, which is put together after the desk."""

    dispatch: Final[Dispatch]
    rooms: Final[Rooms]
    prompts: Final[PromptSet]
    journal: Final[Journal]
    settings: Final[DeskSettings]
    dials: Dials | None = None
