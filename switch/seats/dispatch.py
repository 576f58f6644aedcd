"""Dispatch: the queue machine's effects on telephones and timers, and the guests it knows by their keys.

A guest is whoever waits in the machine for a seat: a caller, a seat's question, a call that a seat or a promise makes.
The machine knows him by a key of his own, which begins with the call's id: a call that is passed on waits anew while
its first seat still has to put its telephone down.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping
from functools import partial
from itertools import count
from typing import ClassVar, Final

from kmcc.signaling.effects import Expired, StartTimer, StopTimer
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.journal import Field, Journal
from kmcc.switch.leg import Leg
from kmcc.switch.queue import effects as fx
from kmcc.switch.queue import events as q
from kmcc.switch.queue.errors import QueueError
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.seat import SeatState
from kmcc.switch.seats.errors import NoSuchCallError
from kmcc.switch.seats.phone import PhoneUse
from kmcc.switch.seats.position import Position

MARK: Final = "+"  # no call id has it


class Guest(ABC):
    """Who waits for a seat. What a kind of guest has no use for it leaves as it is here."""

    is_customer: ClassVar[bool] = False  # or somebody who waits on a seat's behalf

    @property
    @abstractmethod
    def call_id(self) -> str | None:
        """In the journal; None = not dialled yet."""

    @property
    @abstractmethod
    def calling(self) -> CallingParty:
        """What the seat's telephone is shown."""

    @abstractmethod
    def pop(self) -> Mapping[str, Field]:
        """What the seat's screen shows when it is offered."""

    @abstractmethod
    def gave_up(self, why: fx.GiveUpReason) -> None:
        """There is no seat for him; the machine does not know him any more."""

    @abstractmethod
    def answered(self, position: Position, use: PhoneUse) -> None:
        """The seat's telephone was lifted; `Dispatch.accept` makes the seat his."""

    @abstractmethod
    def withdrawn(self) -> None:
        """The seat is not his any more; its telephone is released already."""

    def offered(self, position: Position, use: PhoneUse) -> None:  # noqa: B027
        """The seat's telephone rings for him."""

    def waits(self, place: fx.Waiting) -> None:  # noqa: B027
        """He is in the line, at this place."""

    def promised(self, kept: fx.CallbackKept) -> None:
        """He will be called back."""
        raise AssertionError(f"{kept.call}: only a caller on the line is promised a call")

    def called_off(self, off: fx.CallbackOff) -> None:
        """And now he will not."""
        raise AssertionError(f"{off.call}: only a promise can be called off")


class Dispatch:
    """The one who talks to the machine."""

    def __init__(self, machine: QueueMachine, positions: Mapping[str, Position], journal: Journal) -> None:
        self.machine = machine
        self.positions = positions
        self.journal = journal
        self.guests: dict[str, Guest] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._serial = count(1)
        self._pending: deque[fx.Effect] = deque()
        self._is_performing = False

    def new_key(self, call_id: str) -> str:
        return f"{call_id}{MARK}{next(self._serial)}"

    def now_ms(self) -> int:
        return round(asyncio.get_running_loop().time() * 1000)

    # --- towards the machine --------------------------------------------------------------------------------------

    def enter(self, guest: Guest, event: q.CallWaiting) -> None:
        self.guests[event.call] = guest
        try:
            self.feed(event)
        except QueueError:
            del self.guests[event.call]
            raise

    def feed(self, event: q.Event) -> None:
        """One step, and all that follows from it, in order. QueueError when the event cannot be; nothing changed."""
        self._pending += self.machine.receive(event)
        if self._is_performing:
            return
        self._is_performing = True
        try:
            while self._pending:
                self._perform(self._pending.popleft())
        finally:
            self._is_performing = False

    def accept(self, position: Position, key: str) -> None:
        """Guest and seat talk from now on."""
        position.offer, position.key = None, key
        self.feed(q.OfferAccepted(position.id, key, self.now_ms()))

    def let_go(self, position: Position, cause: Cause = Cause.NORMAL) -> None:
        """The seat's part in its call is over; it is free when its telephone is."""
        use = position.use
        if use is None:
            return
        use.release(cause)
        if use.idle.done():
            self._cleared(position, use)
        else:
            use.idle.add_done_callback(lambda _: self._cleared(position, use))

    def _cleared(self, position: Position, use: PhoneUse) -> None:
        if position.use is not use:
            return
        position.use = None
        if position.key is not None:
            position.key = None
            self.feed(q.TalkEnded(position.id, self.now_ms()))

    # --- from the machine -----------------------------------------------------------------------------------------

    def _perform(self, effect: fx.Effect) -> None:
        match effect:
            case fx.Offer(key, seat, _) | fx.CallBack(key, _, seat, _):
                self._offer(key, self.positions[seat])
            case fx.Withdraw(key, seat):
                self._withdraw(key, self.positions[seat])
            case fx.SeatChanged():
                self._changed(effect)
            case StartTimer(name, ms):
                self._start_timer(name, ms)
            case StopTimer(name):
                self._stop_timer(name)
            case _:
                self._tell(effect)

    def _tell(self, effect: fx.Effect) -> None:
        """What a guest is told, and the journal; one who was let go within this very step is told no more."""
        if not isinstance(effect, fx.Waiting | fx.GiveUp | fx.CallbackKept | fx.CallbackOff):
            return
        guest = self.guests.get(effect.call)
        if guest is None:
            return
        match effect:
            case fx.Waiting(_, position, ahead, expected_ms):
                self._note(guest, "queue.waiting", position=position, ahead=ahead, expected_ms=expected_ms)
                guest.waits(effect)
            case fx.GiveUp(_, why):
                self._note(guest, "queue.gave_up", why=why.value)
                guest.gave_up(why)
            case fx.CallbackKept(_, number, position):
                self._note(guest, "callback.promised", number=number, position=position)
                guest.promised(effect)
            case fx.CallbackOff(_, number, why):
                self._note(guest, "callback.off", number=number, why=why.value)
                guest.called_off(effect)

    def _note(self, guest: Guest, kind: str, **fields: Field) -> None:
        self.journal.write(kind, call=guest.call_id, **fields)

    def call_of(self, key: str | None) -> str | None:
        """The call's id, of a machine's key."""
        guest = None if key is None else self.guests.get(key)
        if guest is not None:
            return guest.call_id
        return None if key is None else key.partition(MARK)[0]

    def _changed(self, change: fx.SeatChanged) -> None:
        position = self.positions[change.seat]
        position.state, position.reason = change.new, change.reason
        position.since_s = asyncio.get_running_loop().time()
        if change.new is SeatState.SIGNED_OUT:
            position.phone.put_up()
        self.journal.write(
            "seat.state",
            seat=change.seat,
            old=change.old.value,
            new=change.new.value,
            call=self.call_of(change.call),
            reason=change.reason,
        )

    # --- offers ---------------------------------------------------------------------------------------------------

    def _offer(self, key: str, position: Position) -> None:
        phone = position.phone
        old = phone.use
        if phone.can_ring:
            self._ring(key, position)
        elif old is not None and phone.is_clearing:  # of a call that is over; the lease runs
            old.idle.add_done_callback(lambda _: self._ring_late(key, position))
        else:
            self._later(q.OfferRefused(position.id, key, q.RefusalReason.REFUSED, self.now_ms()))

    def _ring_late(self, key: str, position: Position) -> None:
        """If it is still his."""
        if position.phone.can_ring and self.is_reserved(position, key):
            self._ring(key, position)

    def is_reserved(self, position: Position, key: str) -> bool:
        view = self.machine.seat(position.id)
        return view is not None and view.call == key

    def _ring(self, key: str, position: Position) -> None:
        guest = self.guests[key]
        use = position.use = position.phone.call(guest.calling, action="ring")
        position.offer = key
        self.journal.write("seat.offered", call=guest.call_id, seat=position.id, **guest.pop())
        guest.offered(position, use)
        if isinstance(use, Leg):
            use.alerting.add_done_callback(partial(self._rings, key, position, use))
        use.answered.add_done_callback(partial(self._on_answer, key, position, use))
        use.ended.add_done_callback(partial(self._on_refusal, key, position, use))

    def _has(self, key: str, position: Position, use: PhoneUse) -> bool:
        return position.use is use and position.offer == key

    def _rings(self, key: str, position: Position, use: PhoneUse, _: object) -> None:
        if self._has(key, position, use):
            self.feed(q.SeatRings(position.id, key, self.now_ms()))

    def _on_answer(self, key: str, position: Position, use: PhoneUse, _: object) -> None:
        guest = self.guests.get(key)
        if guest is not None and self._has(key, position, use):
            guest.answered(position, use)

    def _on_refusal(self, key: str, position: Position, use: PhoneUse, _: object) -> None:
        """The line that stays up was put down instead."""
        if self._has(key, position, use) and not use.answered.done():
            self.refuse(position, q.RefusalReason.REFUSED)

    def refuse(self, position: Position, why: q.RefusalReason) -> None:
        """The seat does not take whom it is offered; it is set aside when its telephone is free."""
        key, use = position.offer, position.use
        if key is None or use is None:
            return
        position.offer = None
        use.release(Cause.NORMAL)
        use.idle.add_done_callback(partial(self._refused, key, position, use, why))

    def _refused(self, key: str, position: Position, use: PhoneUse, why: q.RefusalReason, _: object) -> None:
        if position.use is use:
            position.use = None
        if self.is_reserved(position, key):
            self.feed(q.OfferRefused(position.id, key, why, self.now_ms()))

    def _withdraw(self, key: str, position: Position) -> None:
        guest = self.guests.get(key)
        if key in (position.offer, position.key):
            position.offer = position.key = None
            self.let_go(position)
        if guest is not None:
            guest.withdrawn()

    def _later(self, event: q.Event) -> None:
        asyncio.get_running_loop().call_soon(self.feed, event)

    # --- timers ---------------------------------------------------------------------------------------------------

    def _start_timer(self, name: str, ms: int) -> None:
        self._stop_timer(name)
        self._timers[name] = asyncio.get_running_loop().call_later(ms / 1000, self._expire, name)

    def _stop_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _expire(self, name: str) -> None:
        self._timers.pop(name, None)
        self.feed(Expired(name))


def waiting_key(dispatch: Dispatch, call: str) -> str:
    """The machine's key of a customer's call that waits; NoSuchCallError."""
    for key, guest in dispatch.guests.items():
        if guest.is_customer and guest.call_id == call and dispatch.machine.place_of(key) is not None:
            return key
    raise NoSuchCallError(call, "one that waits in the queue")
