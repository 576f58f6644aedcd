"""A call that a seat makes: its own telephone first, then the number, so that nobody who answers hears nobody.

The same for a customer who was promised a call: the seat is reserved for him, hears his line ring, and both talk when
he has answered. A seat that lets it ring is set aside; the customer is not bothered then.
"""

import asyncio
from collections.abc import Awaitable, Callable

from kmcc.switch.call import Call, CallEnded, ConnectFailed
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.overload import Priority
from kmcc.switch.seats.order import Order
from kmcc.switch.seats.parts import Parts
from kmcc.switch.seats.phone import PhoneUse
from kmcc.switch.seats.position import Position
from kmcc.switch.seats.talk import Talk

Serve = Callable[[Call, Order], Awaitable[None]]


class Outbound:
    """One attempt. `on_answer` when the number has answered, `on_failure` with the reason when it will not."""

    def __init__(
        self,
        parts: Parts,
        number: str,
        order: Order,
        position: Position,
        use: PhoneUse,
        *,
        serve: Serve,
        on_answer: Callable[[], None],
        on_failure: Callable[[str], None],
        continues: str | None = None,
    ) -> None:
        """`continues`: the call in which the customer was promised this one."""
        self.number = number
        self.order = order
        self.position = position
        self.call: Call | None = None
        self._parts = parts
        self._use = use
        self._serve = serve
        self._continues = continues
        self._on_answer = on_answer
        self._on_failure = on_failure
        self._is_over = False
        use.ended.add_done_callback(lambda _: self.give_up("the seat hung up"))
        self._task = asyncio.get_running_loop().create_task(self._dial())
        self._task.add_done_callback(_report)

    async def _dial(self) -> None:
        calling = CallingParty(self._parts.settings.calling)
        dials = self._parts.dials
        assert dials is not None
        try:
            priority = Priority.ORDINARY if self._continues is None else Priority.TRANSFERRED
            await dials.dial(self.number, calling, self._flow, priority=priority, continues=self._continues)
        except ConnectFailed as failed:
            self._fail(failed.cause.words)

    async def _flow(self, call: Call) -> None:
        """The call from its first bit on."""
        self.call = call
        if self._is_over:
            await call.release(Cause.NORMAL)
        talk = Talk(self._parts, call, self.order, self.position, self._use)
        call.seat = self.position.id
        call.note("seat.dials", seat=self.position.id, called=self.number)
        try:
            await self._until_answered(call, talk)
            await call.until(talk.over)
        finally:
            talk.close()
        if talk.onward is not None:
            await self._serve(call, talk.onward)

    async def _until_answered(self, call: Call, talk: Talk) -> None:
        """The seat hears the line meanwhile."""
        try:
            await call.until(call.leg.alerting, call.leg.answered, talk.over)
            talk.begin()
            await call.until(call.leg.answered, talk.over)
        except CallEnded as ended:
            self._fail(ended.cause.words)
            raise
        if talk.over.done() and not call.answered:
            self._fail("the seat hung up")
            return
        self._is_over = True
        call.note("call.answered")
        self._on_answer()
        call.note("seat.connected", seat=self.position.id, waited_ms=0)

    def _fail(self, why: str) -> None:
        if not self._is_over:
            self._is_over = True
            self._on_failure(why)

    def give_up(self, why: str) -> None:
        """Before the answer: the number is dialled no longer."""
        if self._is_over:
            return
        self._fail(why)
        if self.call is not None:
            self.call.end(Cause.NORMAL)


def _report(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and task.exception() is not None:
        what = {"message": "a call of a seat failed", "exception": task.exception(), "task": task}
        task.get_loop().call_exception_handler(what)
