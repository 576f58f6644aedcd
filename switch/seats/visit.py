"""A caller's visit to the queue: waits with tone and place, talks with a seat, and goes on where the seat sends him."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from kmcc.dsp.tone import CHINA_TONES
from kmcc.switch.announce import say_count
from kmcc.switch.call import OWN, Call, QueueGaveUp
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.journal import Field
from kmcc.switch.queue import effects as fx
from kmcc.switch.queue import events as q
from kmcc.switch.seats.dispatch import Guest
from kmcc.switch.seats.order import Order, Unserved, pop_fields
from kmcc.switch.seats.parts import Parts
from kmcc.switch.seats.phone import PhoneUse
from kmcc.switch.seats.position import Position
from kmcc.switch.seats.talk import Talk

if TYPE_CHECKING:
    from kmcc.switch.seats.promise import Promises

MINUTE_MS: Final = 60_000


class Visit(Guest):
    """A caller on the line."""

    is_customer = True

    def __init__(self, parts: Parts, promises: "Promises", call: Call, order: Order) -> None:
        self.call = call
        self.order = order
        self.key = parts.dispatch.new_key(call.id)
        self.place: fx.Waiting | None = None
        self.since_s = asyncio.get_running_loop().time()
        self._arrived_ms = parts.dispatch.now_ms()
        self.talk: Talk | None = None
        self._parts = parts
        self._promises = promises
        self._gave_up: str | None = None
        self._is_promised = False
        self._is_offered = False
        self._changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> Order | None:
        """Where the caller goes next; None when the talk has ended. QueueGaveUp without a seat."""
        self.call.unserved = None
        self.call.note("queue.entered", service=self.order.service, grade=int(self.order.grade))
        try:
            self._parts.dispatch.enter(self, self._event())
            await self._wait_for_seat()
            talk = self.talk
            if talk is None:
                return None
            await self.call.until(talk.over)
            return talk.onward
        finally:
            self._part()

    def _event(self) -> q.CallWaiting:
        order = self.order
        number = None if self.call.group == OWN else self.number  # whom we have called is not called back for it
        return q.CallWaiting(
            self.key,
            self._parts.dispatch.now_ms(),
            service=order.service,
            grade=order.grade,
            transferred=order.transferred,
            language=None if order.only is not None else self.call.language.value,
            passed_by=order.passed_by,
            only=order.only,
            number=number,
            near=self._parts.settings.place_of(self.call.port),
            last_seat=self._promises.last_seat(number),
        )

    # --- the caller's side ----------------------------------------------------------------------------------------

    async def _wait_for_seat(self) -> None:
        if not self._is_offered and self._gave_up is None:
            await self.call.play(self._notice(), until=self._changed)
        while self.talk is None:
            if self._gave_up is not None:
                self.call.path.stop_tone()
                if self._is_promised:
                    await self.call.play(("will-call-back",))
                    await self.call.release(Cause.NORMAL)
                raise QueueGaveUp(self._gave_up)
            self.call.path.send_tone(CHINA_TONES["ring_back"])
            if not await self.call.until(self._changed, timeout_s=self._parts.settings.announce_s or None):
                self.call.path.stop_tone()
                await self._tell_place_again()
        self.call.path.stop_tone()

    async def _tell_place_again(self) -> None:
        place = self._parts.dispatch.machine.place_of(self.key)
        if place is not None and not self._changed.done():
            expected_ms = self._parts.dispatch.machine.expected_ms(self.key)
            self.place = fx.Waiting(self.key, *place, expected_ms)
            await self.call.play(self._notice(), until=self._changed)

    def _notice(self) -> tuple[str, ...]:
        """What a caller hears who is not offered to a seat at once: how many are before him, and for how long."""
        place, language = self.place, self.call.language
        words = ["all-busy"]
        if place is not None and place.ahead > 0:
            words += ["queue-ahead", *say_count(place.ahead, language), "queue-callers"]
        if place is not None and place.expected_ms is not None:
            minutes = max(1, round(place.expected_ms / MINUTE_MS))
            words += ["queue-expected", *say_count(minutes, language), "queue-minutes"]
        return tuple(words)

    def _part(self) -> None:
        """Whatever happened: nothing of the visit is left, and the machine knows."""
        self.call.path.stop_tone()
        if self.talk is not None:
            self.talk.close()
        else:
            self._note_waited()
            if self._gave_up is None:
                self.call.note("queue.abandoned", waited_ms=self.call.waiting_ms)
            if self._parts.dispatch.guests.get(self.key) is self:
                self._parts.dispatch.feed(q.CallGone(self.key, self._parts.dispatch.now_ms()))
        if self._parts.dispatch.guests.get(self.key) is self:
            del self._parts.dispatch.guests[self.key]

    def _note_waited(self) -> None:
        self.call.waiting_ms = round((asyncio.get_running_loop().time() - self.since_s) * 1000)

    def _step(self) -> None:
        self._changed.set_result(None)
        self._changed = asyncio.get_running_loop().create_future()

    # --- a guest of the machine -----------------------------------------------------------------------------------

    @property
    def call_id(self) -> str:
        return self.call.id

    @property
    def calling(self) -> CallingParty:
        return CallingParty(self.number)

    @property
    def number(self) -> str | None:
        """The other party's own: who called, or whom we have called."""
        return self.call.called if self.call.group == OWN else self.call.calling.number

    def pop(self) -> Mapping[str, Field]:
        return {
            "calling": self.number,
            "service": self.order.service,
            "grade": self.order.grade.name.lower(),
            "transferred_by": self.order.passed_by,
            **pop_fields(self.order.data),
        }

    def waits(self, place: fx.Waiting) -> None:
        self.place = place
        arrived_ms = self._parts.dispatch.machine.arrived_ms(self.key)
        self._arrived_ms = self._arrived_ms if arrived_ms is None else arrived_ms

    def gave_up(self, why: fx.GiveUpReason) -> None:
        self.call.unserved = Unserved(self.order, self._arrived_ms)
        self._gave_up = why.value
        self._step()

    def offered(self, _position: Position, _use: PhoneUse) -> None:
        self._is_offered = True
        self._step()

    def withdrawn(self) -> None:
        self._is_offered = False
        self._step()

    def answered(self, position: Position, use: PhoneUse) -> None:
        """From this moment on they talk, not from when the flow is woken."""
        self._note_waited()
        self.call.seat = position.id
        self._parts.dispatch.accept(position, self.key)
        self.talk = Talk(self._parts, self.call, self.order, position, use)
        self.call.note("seat.connected", seat=position.id, waited_ms=self.call.waiting_ms)
        self._promises.talked(self.number, position.id)
        self.call.path.stop_play()
        self.call.path.stop_tone()
        self.talk.begin()
        self._step()

    def promised(self, kept: fx.CallbackKept) -> None:
        """The machine keeps his place; another guest stands in for him."""
        self._promises.keep(self.key, kept, self.call, self.order)
        if not self.call.leg.ended.done():
            self._is_promised, self._gave_up = True, "to be called back"
            self._step()
