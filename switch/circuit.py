"""The one call control interface: all the switch knows of China No.1, ISUP, TUP, analogue loops and SIP.

A circuit is one port that can carry one call. Its owner gives it a listener; the circuit tells what happens through
frozen indications. Causes are worded once here (Q.850 numbers where Q.850 has one) for every signalling system.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable


class Cause(Enum):
    """Why a call ended; value = (Q.850 number or 0, word in the CDR)."""

    NORMAL = (16, "normal")
    CALLER_HUNG_UP = (16, "caller hung up")
    CALLED_HUNG_UP = (16, "called hung up")
    VACANT_NUMBER = (1, "vacant number")
    BUSY = (17, "busy")
    NO_ANSWER = (19, "no answer")
    REFUSED = (21, "refused")
    CONGESTION = (34, "congestion")
    SIGNALLING_FAILURE = (41, "signalling failure")
    CIRCUIT_FAULT = (27, "circuit fault")
    DOUBLE_SEIZURE = (44, "double seizure")
    SYSTEM_FAULT = (41, "system fault")
    SHUTDOWN = (41, "shutdown")
    AUTHENTICATION_FAILED = (21, "authentication failed")
    ABANDONED = (16, "abandoned in queue")

    @property
    def q850(self) -> int:
        return self.value[0]

    @property
    def words(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class CallingParty:
    """Who calls: `number` None = not given; `category` is the KA of China No.1, None = not given.

    `marks` are the KC and KE that came before the number, by their names in the profile; they go on with the call where
    the next circuit has them.
    """

    number: str | None = None
    category: int | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeizureIndication:
    """The far side has taken the circuit; the number is still coming."""


@dataclass(frozen=True, slots=True)
class SetupIndication:
    """A call arrives, its number is complete.

    With `is_end_to_end` it is not: these digits say that another exchange takes the number from its first digit.
    """

    called: str
    calling: CallingParty
    is_end_to_end: bool = False


@dataclass(frozen=True, slots=True)
class IncompleteIndication:
    """A call that arrived ends before its number was complete: what had come by then. ReleaseIndication follows."""

    called: str
    calling: CallingParty


@dataclass(frozen=True, slots=True)
class ThroughIndication:
    """Our register signals are over (after `alert`, or end to end): what we send from now on reaches the far side."""


@dataclass(frozen=True, slots=True)
class ProceedingIndication:
    """Our outgoing call has the circuit: the far side acknowledged the seizure."""


@dataclass(frozen=True, slots=True)
class AlertingIndication:
    """Our outgoing call reached a free party; what is in band now (ring-back, tones, speech) can be heard."""


@dataclass(frozen=True, slots=True)
class AnswerIndication:
    """The answer signal: the called party's, or on an incoming call ours, now that it is sent. Charging starts."""


@dataclass(frozen=True, slots=True)
class SuspendIndication:
    """The far party has hung up and may come back: ResumeIndication or ReleaseIndication follows."""


@dataclass(frozen=True, slots=True)
class ResumeIndication:
    """It has come back in time."""


@dataclass(frozen=True, slots=True)
class MeterIndication:
    """Our outgoing call has cost one more unit."""


class OperatorWish(Enum):
    """What an operator of a semi-automatic circuit can want."""

    RE_RING = "re-ring"
    FORCE_RELEASE = "force release"
    RING_BACK = "ring back"


@dataclass(frozen=True, slots=True)
class OperatorIndication:
    """The operator at the far side has pressed the key."""

    wish: OperatorWish


@dataclass(frozen=True, slots=True)
class ReleaseIndication:
    """The far side ended the call, or the attempt failed. The circuit clears itself; IdleIndication follows."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class IdleIndication:
    """The circuit may be used again."""


@dataclass(frozen=True, slots=True)
class BlockingIndication:
    """The circuit cannot be used, or can be again: the far side, a fault of the span, or no release guard."""

    blocked: bool


Indication = (
    SeizureIndication
    | SetupIndication
    | IncompleteIndication
    | ThroughIndication
    | ProceedingIndication
    | AlertingIndication
    | AnswerIndication
    | SuspendIndication
    | ResumeIndication
    | MeterIndication
    | OperatorIndication
    | ReleaseIndication
    | IdleIndication
    | BlockingIndication
)
Listener = Callable[[Indication], None]


class CircuitState(Enum):
    IDLE = "idle"
    BUSY = "busy"
    BLOCKED = "blocked"
    STARTING = "starting"  # the far side's state is not known yet


class Circuit(Protocol):
    """One circuit. Requests that do not fit the state raise SwitchError and change nothing."""

    @property
    def name(self) -> str:
        """Such as `kunming-in/7`."""
        ...

    @property
    def port(self) -> int:
        """Its port of the engine."""
        ...

    @property
    def rings_silently(self) -> bool:
        """Nothing is heard of its ringing: a telephone of ours, whose caller is to hear our ring-back tone."""
        ...

    @property
    def state(self) -> CircuitState: ...

    def attach(self, listener: Listener) -> None:
        """Who hears the indications from now on."""
        ...

    def start(self) -> None:
        """Tell the far side that we are there."""
        ...

    def setup(self, called: str, calling: CallingParty) -> None:
        """Place a call on this idle circuit."""
        ...

    def alert(self) -> None:
        """The incoming call's party is free, not answered, not charged; ThroughIndication follows."""
        ...

    def answer(self) -> None:
        """The incoming call is answered; AnswerIndication follows when the signal is on the line."""
        ...

    def release(self, cause: Cause) -> None:
        """End the call from our side, with the signal that tells this cause best."""
        ...


@runtime_checkable
class TrunkCircuit(Circuit, Protocol):
    """A circuit to another exchange: it can be taken out of service, be held by one of the parties, and carry the
    register signals of others."""

    def setup_through(self) -> None:
        """Take this idle circuit for a number that another exchange will send; ThroughIndication follows."""
        ...

    def send_on(self) -> None:
        """The caller's register may begin again, the next exchange listens; ThroughIndication follows: join them."""
        ...

    def block(self) -> None:
        """Out of service, now or when its call is over; the far side is told."""
        ...

    def unblock(self) -> None: ...

    def suspend(self) -> None:
        """The party called here has hung up and may come back with `answer`; harmless when there is no such call."""
        ...

    def resume(self) -> None:
        """Our caller has lifted again while the far side holds the circuit."""
        ...

    def ring_operator(self) -> None:
        """Press the operator's key: re-ring or force release forward, ring back backward."""
        ...

    def force_release(self) -> None:
        """Make the far side of this incoming call clear."""
        ...
