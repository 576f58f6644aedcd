"""A leg: one circuit while it carries one side of a call, with its milestones as futures."""

import asyncio

from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    Cause,
    Circuit,
    IdleIndication,
    IncompleteIndication,
    Indication,
    Listener,
    ReleaseIndication,
    SetupIndication,
    ThroughIndication,
)


class Leg:
    """One side of a call.

    Milestones: `setup` and `through` (incoming: the number is complete, speech passes), `alerting`, `answered`, `ended`
    (with the cause), `idle`. Each is reached once or never. `then` hears the circuit from the moment it is idle: the
    next seizure may come in the same frame.
    """

    def __init__(self, circuit: Circuit, then: Listener | None = None) -> None:
        loop = asyncio.get_running_loop()
        self.circuit = circuit
        self.setup: asyncio.Future[SetupIndication] = loop.create_future()
        self.through: asyncio.Future[None] = loop.create_future()
        self.alerting: asyncio.Future[None] = loop.create_future()
        self.answered: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[Cause] = loop.create_future()
        self.idle: asyncio.Future[None] = loop.create_future()
        self.ended_by_far_side = False
        self.incomplete: IncompleteIndication | None = None  # what had come when the number was not to be complete
        self._then = then
        circuit.attach(self.hear)

    @property
    def port(self) -> int:
        return self.circuit.port

    def hear(self, indication: Indication) -> None:
        match indication:
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
            case ReleaseIndication(cause):
                if not self.ended.done():
                    self.ended_by_far_side = True
                    self.ended.set_result(cause)
            case IdleIndication():
                if not self.ended.done():
                    self.ended.set_result(Cause.SIGNALLING_FAILURE)
                _reach(self.idle)
                if self._then is not None:
                    self.circuit.attach(self._then)

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
