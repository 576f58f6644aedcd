"""Customers who are called back (R-294, R-295), and which seat talked last with a number."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final

from kmcc.switch.call import Call
from kmcc.switch.circuit import CallingParty
from kmcc.switch.journal import Field
from kmcc.switch.queue import effects as fx
from kmcc.switch.queue import events as q
from kmcc.switch.queue.errors import QueueError
from kmcc.switch.seats.dispatch import Guest
from kmcc.switch.seats.order import Order, pop_fields
from kmcc.switch.seats.outbound import Outbound, Serve
from kmcc.switch.seats.parts import Parts
from kmcc.switch.seats.phone import PhoneUse
from kmcc.switch.seats.position import Position

KNOWN_NUMBERS: Final = 10_000


class Promises:
    """All of one desk. `serve` takes a caller through the queue."""

    def __init__(self, parts: Parts, serve: Serve) -> None:
        self._parts = parts
        self._serve = serve
        self._last_seats: OrderedDict[str, str] = OrderedDict()
        self.kept: dict[str, Promise] = {}

    def last_seat(self, number: str | None) -> str | None:
        return None if number is None else self._last_seats.get(number)

    def talked(self, number: str | None, seat: str) -> None:
        """The seat is preferred when this number calls again."""
        if number is None:
            return
        self._last_seats[number] = seat
        self._last_seats.move_to_end(number)
        if len(self._last_seats) > KNOWN_NUMBERS:
            self._last_seats.popitem(last=False)

    def make(self, call: Call, order: Order, number: str, arrived_ms: int | None = None) -> None:
        """A caller who does not wait, or no longer: he is called back when the turn of who came then comes; None = now.

        QueueError when he has a promise.
        """
        dispatch = self._parts.dispatch
        key = dispatch.new_key(call.id)
        self.kept[key] = Promise(self._parts, key, call.id, number, order=order, serve=self._serve, on_end=self._end)
        event = q.CallWaiting(
            key,
            dispatch.now_ms(),
            service=order.service,
            grade=order.grade,
            transferred=order.transferred,
            language=None if order.only is not None else call.language.value,
            passed_by=order.passed_by,
            only=order.only,
            arrived_ms=arrived_ms,
            number=number,
            near=self._parts.settings.place_of(call.port),
            last_seat=self.last_seat(number),
            is_callback=True,
        )
        try:
            dispatch.enter(self.kept[key], event)
        except QueueError:
            del self.kept[key]
            raise

    def keep(self, key: str, kept: fx.CallbackKept, call: Call, order: Order) -> None:
        """From now on this guest stands in for the caller."""
        promise = Promise(self._parts, key, call.id, kept.number, order=order, serve=self._serve, on_end=self._end)
        self.kept[key] = self._parts.dispatch.guests[key] = promise

    def _end(self, key: str) -> None:
        del self.kept[key]
        self._parts.dispatch.guests.pop(key, None)


class Promise(Guest):
    """A customer who has hung up. `origin` is the call he waited in."""

    is_customer = True

    def __init__(
        self,
        parts: Parts,
        key: str,
        origin: str,
        number: str,
        *,
        order: Order,
        serve: Serve,
        on_end: Callable[[str], None],
    ) -> None:
        self.key = key
        self.origin = origin
        self.number = number
        self.order = order
        self.attempt: Outbound | None = None
        self._parts = parts
        self._serve = serve
        self._on_end = on_end
        self._ringing: asyncio.TimerHandle | None = None
        self._position: Position | None = None

    @property
    def call_id(self) -> str:
        return self.origin

    @property
    def calling(self) -> CallingParty:
        return CallingParty(self.number)

    def pop(self) -> Mapping[str, Field]:
        return {
            "calling": self.number,
            "service": self.order.service,
            "grade": self.order.grade.name.lower(),
            "callback": True,
            **pop_fields(self.order.data),
        }

    def promised(self, _kept: fx.CallbackKept) -> None:
        """He asked for it himself."""

    def gave_up(self, _why: fx.GiveUpReason) -> None:
        self._on_end(self.key)

    def offered(self, position: Position, use: PhoneUse) -> None:
        loop = asyncio.get_running_loop()
        self._ringing = loop.call_later(self._parts.settings.ring_s, self._not_answered, position)
        use.ended.add_done_callback(lambda _: self._stop_ringing())

    def _not_answered(self, position: Position) -> None:
        self._parts.dispatch.refuse(position, q.RefusalReason.NO_ANSWER)

    def _stop_ringing(self) -> None:
        if self._ringing is not None:
            self._ringing.cancel()
            self._ringing = None

    def answered(self, position: Position, use: PhoneUse) -> None:
        """The seat is there: now the customer."""
        self._stop_ringing()
        self._position = position
        self.attempt = Outbound(
            self._parts,
            self.number,
            self.order,
            position,
            use,
            serve=self._serve,
            on_answer=self._reached,
            on_failure=self._failed,
            continues=self.origin,
        )

    def _reached(self) -> None:
        position, self.attempt = self._position, None
        assert position is not None
        self._parts.dispatch.accept(position, self.key)
        self._on_end(self.key)

    def _failed(self, why: str) -> None:
        """The seat is free when its telephone is put down; then the customer is told to have failed, or the seat."""
        position, self.attempt = self._position, None
        if position is None or position.use is None:
            return
        use, position.offer = position.use, None
        is_seats_doing = use.ended.done()
        self._parts.journal.write("callback.failed", call=self.origin, number=self.number, why=why)
        self._parts.dispatch.let_go(position)
        use.idle.add_done_callback(lambda _: self._told(position, is_seats_doing))

    def _told(self, position: Position, is_seats_doing: bool) -> None:
        dispatch = self._parts.dispatch
        if not dispatch.is_reserved(position, self.key):
            return
        now_ms = dispatch.now_ms()
        if is_seats_doing:
            dispatch.feed(q.OfferRefused(position.id, self.key, q.RefusalReason.REFUSED, now_ms))
        else:
            dispatch.feed(q.CallbackFailed(self.key, now_ms))

    def withdrawn(self) -> None:
        self._stop_ringing()
        attempt, self.attempt = self.attempt, None
        self._position = None
        if attempt is not None:
            attempt.give_up("the seat was taken away")

    def called_off(self, _off: fx.CallbackOff) -> None:
        self._stop_ringing()
        self._on_end(self.key)
