"""What China No.1 (GB 3971.2-83, GB 3377-82) means to the switch: failures as causes, reports as indications."""

from collections.abc import Mapping
from typing import Final

from kmcc.signaling.china1 import messages as m
from kmcc.signaling.china1.terms import Failure, Operator
from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    CallingParty,
    Cause,
    IdleIndication,
    Indication,
    MeterIndication,
    OperatorIndication,
    OperatorWish,
    ProceedingIndication,
    ReleaseIndication,
    ResumeIndication,
    SeizureIndication,
    SetupIndication,
    SuspendIndication,
    ThroughIndication,
)

CAUSES: Final = {
    Failure.VACANT_NUMBER: Cause.VACANT_NUMBER,
    Failure.CALLED_BUSY: Cause.BUSY,
    Failure.CONGESTION: Cause.CONGESTION,
    Failure.NO_ANSWER: Cause.NO_ANSWER,
    Failure.BLOCKED: Cause.CIRCUIT_FAULT,
    Failure.LINE_FAULT: Cause.CIRCUIT_FAULT,
    Failure.PCM_FAULT: Cause.CIRCUIT_FAULT,
    Failure.DOUBLE_SEIZURE: Cause.DOUBLE_SEIZURE,
}
REFUSALS: Final = {
    Cause.VACANT_NUMBER: Failure.VACANT_NUMBER,
    Cause.BUSY: Failure.CALLED_BUSY,
}
RELEASE_TONES: Final = {Cause.VACANT_NUMBER: "vacant", Cause.CONGESTION: "congestion"}

PLAIN: Final[Mapping[type[m.Indication], Indication]] = {
    m.Seized: SeizureIndication(),
    m.Acknowledged: ProceedingIndication(),
    m.Through: ThroughIndication(),
    m.Alerting: AlertingIndication(),
    m.Answered: AnswerIndication(),
    m.Suspended: SuspendIndication(),
    m.Resumed: ResumeIndication(),
    m.MeterUnit: MeterIndication(),
    m.Idle: IdleIndication(),
}
"""Those that carry nothing. Alarm is not among them: it is for the journal only. Blocking is the circuit's own sum."""

WISHES: Final[Mapping[Operator, OperatorWish]] = {
    Operator.RE_RING: OperatorWish.RE_RING,
    Operator.FORCE_RELEASE: OperatorWish.FORCE_RELEASE,
    Operator.RING_BACK: OperatorWish.RING_BACK,
}


def translate(what: m.Indication, *, outgoing: bool) -> Indication | None:
    """The switch's words for what a channel reports; None where the switch needs no word."""
    match what:
        case m.Offered(called, calling, ka, _, prefixes) | m.InTransit(called, calling, ka, prefixes):
            marks = tuple(prefix.value for prefix in prefixes)
            return SetupIndication(called, CallingParty(calling, ka, marks), isinstance(what, m.InTransit))
        case m.FarCleared():
            return ReleaseIndication(Cause.CALLED_HUNG_UP if outgoing else Cause.CALLER_HUNG_UP)
        case m.Failed(failure):
            return ReleaseIndication(CAUSES.get(failure, Cause.SIGNALLING_FAILURE))
        case m.OperatorSignal(signal):
            return OperatorIndication(WISHES[signal])
    return PLAIN.get(type(what))
