"""A leg: one circuit while it carries one side of a call, with its milestones as futures."""

import asyncio
from collections.abc import Callable

from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    Cause,
    Circuit,
    IdleIndication,
    IncompleteIndication,
    Indication,
    Listener,
    MeterIndication,
    OperatorIndication,
    ProceedingIndication,
    ReleaseIndication,
    ResumeIndication,
    SetupIndication,
    SuspendIndication,
    ThroughIndication,
)

SeizeAgain = Callable[[], bool]
"""Whether a call whose seizure has met one of the far end has gone on to another circuit."""


class Leg:
    """One side of a call.

    Milestones: `setup` and `through` (incoming: the number is complete, speech passes), `proceeding` (outgoing: the
    circuit is ours), `alerting`, `answered`, `ended` (with the cause), `idle`. Each is reached once or never. `then`
    hears the circuit from the moment it is idle: the next seizure may come in the same frame.

    A far party that has hung up and may come back ends the leg, unless `on_suspension` is there to hear of both.
    """

    def __init__(self, circuit: Circuit, then: Listener | None = None) -> None:
        loop = asyncio.get_running_loop()
        self.circuit = circuit
        self.since_s = loop.time()
        self.setup: asyncio.Future[SetupIndication] = loop.create_future()
        self.through: asyncio.Future[None] = loop.create_future()
        self.proceeding: asyncio.Future[None] = loop.create_future()
        self.alerting: asyncio.Future[None] = loop.create_future()
        self.answered: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[Cause] = loop.create_future()
        self.idle: asyncio.Future[None] = loop.create_future()
        self.ended_by_far_side = False
        self.incomplete: IncompleteIndication | None = None  # what had come when the number was not to be complete
        self.on_suspension: Callable[[bool], None] | None = None
        self.on_meter: Callable[[], None] | None = None
        self.on_operator: Callable[[], None] | None = None
        self.seize_again: SeizeAgain | None = None
        self._then = then
        circuit.attach(self.hear)

    @property
    def port(self) -> int:
        return self.circuit.port

    def move(self, circuit: Circuit, then: Listener) -> None:
        """Go on with this circuit; `then` hears it afterwards."""
        self.circuit, self._then = circuit, then
        circuit.attach(self.hear)

    def hear(self, indication: Indication) -> None:
        match indication:
            case ProceedingIndication():
                _reach(self.proceeding)
            case SetupIndication():
                if not self.setup.done():
                    self.setup.set_result(indication)
            case IncompleteIndication():
                self.incomplete = indication
            case ThroughIndication():
                _reach(self.through)
            case AlertingIndication():
                _reach(self.alerting)
            case AnswerIndication():
                _reach(self.answered)
            case SuspendIndication() | ResumeIndication() | MeterIndication() | OperatorIndication():
                self._hear_in_talk(indication)
            case ReleaseIndication(cause):
                self._end(cause)
            case IdleIndication():
                if not self.ended.done():
                    self.ended.set_result(Cause.SIGNALLING_FAILURE)
                _reach(self.idle)
                if self._then is not None:
                    self.circuit.attach(self._then)

    def _hear_in_talk(self, indication: Indication) -> None:
        match indication:
            case MeterIndication():
                if self.on_meter is not None:
                    self.on_meter()
            case OperatorIndication():
                if self.on_operator is not None:
                    self.on_operator()
            case _:
                self._suspend(is_suspended=isinstance(indication, SuspendIndication))

    def _end(self, cause: Cause) -> None:
        if self.ended.done():
            return
        if cause is Cause.DOUBLE_SEIZURE and self.seize_again is not None and self.seize_again():
            return
        self.ended_by_far_side = True
        self.ended.set_result(cause)

    def _suspend(self, *, is_suspended: bool) -> None:
        if self.on_suspension is not None:
            self.on_suspension(is_suspended)
        elif is_suspended and not self.ended.done():
            self._end(Cause.CALLED_HUNG_UP)
            self.circuit.release(Cause.CALLED_HUNG_UP)

    async def wait_ended(self, timeout_s: float) -> bool:
        """Whether it ended within this time."""
        return await first_of(self.ended, timeout_s=timeout_s)

    def release(self, cause: Cause) -> None:
        """End it from our side; harmless when it has ended."""
        if not self.ended.done():
            self.ended.set_result(cause)
            self.circuit.release(cause)


def _reach(milestone: asyncio.Future[None]) -> None:
    if not milestone.done():
        milestone.set_result(None)


Milestone = asyncio.Future[None] | asyncio.Future[Cause] | asyncio.Future[bool] | asyncio.Future[SetupIndication]


async def first_of(*milestones: Milestone, timeout_s: float | None = None) -> bool:
    """Wait until one of them is reached; False when the time ran out before."""
    done, _ = await asyncio.wait(milestones, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)
