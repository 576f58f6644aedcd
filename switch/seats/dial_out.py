"""A seat calls a number by order (click to dial): for the machine a call that only this seat may have."""

import asyncio
from collections.abc import Mapping
from typing import Final

from kmcc.switch.circuit import CallingParty
from kmcc.switch.journal import Field
from kmcc.switch.queue import effects as fx
from kmcc.switch.queue import events as q
from kmcc.switch.queue.parties import Transferred
from kmcc.switch.queue.seat import SeatState
from kmcc.switch.seats.dispatch import Guest
from kmcc.switch.seats.errors import NotNowError
from kmcc.switch.seats.order import Order, pop_fields
from kmcc.switch.seats.outbound import Outbound, Serve
from kmcc.switch.seats.parts import Parts
from kmcc.switch.seats.phone import PhoneUse
from kmcc.switch.seats.position import Position

OUTSIDE_THE_MACHINE: Final = frozenset({SeatState.PAUSED, SeatState.FORCED})


class DialOut(Guest):
    """A call that a seat makes."""

    def __init__(self, parts: Parts, position: Position, number: str, order: Order, serve: Serve) -> None:
        self.number = number
        self.attempt: Outbound | None = None
        self._parts = parts
        self._position = position
        self._order = order
        self._serve = serve
        self._key = parts.dispatch.new_key(f"{position.id}-dials")

    def start(self) -> None:
        """The seat's telephone rings, or its line is there. NotNowError when the seat is not free for it."""
        dispatch, position = self._parts.dispatch, self._position
        if position.state not in OUTSIDE_THE_MACHINE | {SeatState.READY}:
            raise NotNowError(position.id, "dial", position.state.value, "ready or paused")
        if not position.phone.can_ring:
            raise NotNowError(position.id, "dial", "its telephone is in use", "one that is put down")
        if position.state is SeatState.READY:
            event = q.CallWaiting(
                self._key, dispatch.now_ms(), only=position.id, transferred=Transferred.YES, service=self._order.service
            )
            dispatch.enter(self, event)
            return
        use = position.use = position.phone.call(self.calling, action="dial")
        loop = asyncio.get_running_loop()
        ringing = loop.call_later(self._parts.settings.ring_s, self._not_lifted, use)
        use.answered.add_done_callback(lambda _: ringing.cancel())
        use.answered.add_done_callback(lambda _: self._lifted(use))
        use.ended.add_done_callback(lambda _: ringing.cancel())
        use.ended.add_done_callback(lambda _: self._put_down(use))

    def _not_lifted(self, use: PhoneUse) -> None:
        if self._position.use is use:
            self._failed("the seat did not answer")

    def _lifted(self, use: PhoneUse) -> None:
        if self._position.use is use:
            self._dial(use)

    def _put_down(self, use: PhoneUse) -> None:
        if self._position.use is use:
            self._parts.dispatch.let_go(self._position)

    # --- a guest of the machine -----------------------------------------------------------------------------------

    @property
    def call_id(self) -> str | None:
        call = None if self.attempt is None else self.attempt.call
        return None if call is None else call.id

    @property
    def calling(self) -> CallingParty:
        return CallingParty(self.number)

    def pop(self) -> Mapping[str, Field]:
        return {"dials": self.number, "service": self._order.service, **pop_fields(self._order.data)}

    def gave_up(self, _why: fx.GiveUpReason) -> None:
        self._forget()

    def answered(self, position: Position, use: PhoneUse) -> None:
        self._parts.dispatch.accept(position, self._key)
        use.idle.add_done_callback(lambda _: self._forget())
        self._dial(use)

    def withdrawn(self) -> None:
        """Not lifted in time: the call is off, the seat was set aside."""
        dispatch = self._parts.dispatch
        if self._key in dispatch.guests:
            dispatch.feed(q.CallGone(self._key, dispatch.now_ms()))
            self._forget()

    def _forget(self) -> None:
        self._parts.dispatch.guests.pop(self._key, None)

    # --- the call -------------------------------------------------------------------------------------------------

    def _dial(self, use: PhoneUse) -> None:
        self.attempt = Outbound(
            self._parts,
            self.number,
            self._order,
            self._position,
            use,
            serve=self._serve,
            on_answer=lambda: None,
            on_failure=self._failed,
        )

    def _failed(self, why: str) -> None:
        self._parts.journal.write(
            "seat.dial_failed", call=self.call_id, seat=self._position.id, called=self.number, why=why
        )
        self._parts.dispatch.let_go(self._position)
