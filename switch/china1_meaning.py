"""What China No.1 (GB 3971.2-83, GB 3377-82) means to the switch: failures as causes, reports as indications."""

from collections.abc import Mapping
from typing import Final

from kmcc.signaling.china1 import messages as m
from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    BlockingIndication,
    CallingParty,
    Cause,
    IdleIndication,
    Indication,
    ReleaseIndication,
    SeizureIndication,
    SetupIndication,
)

CAUSES: Final = {
    m.Failure.VACANT_NUMBER: Cause.VACANT_NUMBER,
    m.Failure.CALLED_BUSY: Cause.BUSY,
    m.Failure.CONGESTION: Cause.CONGESTION,
    m.Failure.NO_ANSWER: Cause.NO_ANSWER,
    m.Failure.BLOCKED: Cause.CIRCUIT_FAULT,
    m.Failure.LINE_FAULT: Cause.CIRCUIT_FAULT,
}
REFUSALS: Final = {
    Cause.VACANT_NUMBER: m.Failure.VACANT_NUMBER,
    Cause.BUSY: m.Failure.CALLED_BUSY,
}
RELEASE_TONES: Final = {Cause.VACANT_NUMBER: "vacant", Cause.CONGESTION: "congestion"}

PLAIN: Final[Mapping[type[m.Indication], Indication]] = {
    m.Seized: SeizureIndication(),
    m.Alerting: AlertingIndication(),
    m.Answered: AnswerIndication(),
    m.Idle: IdleIndication(),
}
"""Those that carry nothing. Alarm is not among them: it is for the journal only."""


def translate(what: m.Indication, *, outgoing: bool) -> Indication | None:
    """The switch's words for what a channel reports; None where the switch needs no word."""
    match what:
        case m.Offered(called, calling, ka, _):
            return SetupIndication(called, CallingParty(calling, ka))
        case m.FarCleared():
            return ReleaseIndication(Cause.CALLED_HUNG_UP if outgoing else Cause.CALLER_HUNG_UP)
        case m.Failed(failure):
            return ReleaseIndication(CAUSES.get(failure, Cause.SIGNALLING_FAILURE))
        case m.Blocked() | m.Unblocked():
            return BlockingIndication(isinstance(what, m.Blocked))
    return PLAIN.get(type(what))
