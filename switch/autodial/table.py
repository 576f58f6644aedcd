"""Which events a campaign hears in which of its states, and a contact in which of his stages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kmcc.switch.autodial import events as e
from kmcc.switch.autodial.progress import Stage, State

_N, _R, _S, _F = State.NEW, State.RUNNING, State.STOPPED, State.FINISHED

# A restored campaign begins in the state it had, so Started is allowed in all but the last.
TABLE: Final[Mapping[tuple[State, type[e.Event]], State]] = MappingProxyType(
    {
        (_N, e.Started): _R,
        (_N, e.Withdrawn): _N,
        (_N, e.SeatsCounted): _N,
        (_R, e.Started): _R,
        (_R, e.Tick): _R,
        (_R, e.SeatsCounted): _R,
        (_R, e.PersonAnswered): _R,
        (_R, e.SeatJoined): _R,
        (_R, e.CallEnded): _R,
        (_R, e.DialRefused): _R,
        (_R, e.PreviewAsked): _R,
        (_R, e.PreviewTaken): _R,
        (_R, e.PreviewPassed): _R,
        (_R, e.Withdrawn): _R,
        (_R, e.StopRequested): _S,
        (_S, e.Started): _S,
        (_S, e.Tick): _S,  # a timer that had been started before the stop
        (_S, e.SeatsCounted): _S,
        (_S, e.PersonAnswered): _S,
        (_S, e.SeatJoined): _S,
        (_S, e.CallEnded): _S,
        (_S, e.DialRefused): _S,
        (_S, e.PreviewPassed): _S,
        (_S, e.Withdrawn): _S,
        (_S, e.ResumeRequested): _R,
        (_F, e.Tick): _F,  # crossed the last CallEnded
        (_F, e.SeatsCounted): _F,
        (_F, e.Withdrawn): _F,
    }
)

# The stages in which a contact can hear each event.
STAGES: Final[Mapping[type[e.Event], frozenset[Stage]]] = MappingProxyType(
    {
        e.PersonAnswered: frozenset({Stage.DIALLED}),
        e.SeatJoined: frozenset({Stage.ANSWERED}),
        e.CallEnded: frozenset({Stage.DIALLED, Stage.ANSWERED, Stage.TALKING}),
        e.DialRefused: frozenset({Stage.DIALLED}),
        e.PreviewTaken: frozenset({Stage.PREVIEWED}),
        e.PreviewPassed: frozenset({Stage.PREVIEWED}),
    }
)
