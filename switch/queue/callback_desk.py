"""Callers who are called back: each keeps his place, is dialled when a seat is reserved for him, and once at a time."""

from collections.abc import Callable
from dataclasses import replace

from kmcc.switch.queue.callbacks import Callback, CallbackState, Redials
from kmcc.switch.queue.effects import CallbackEnd, CallbackKept, CallbackOff, Effect
from kmcc.switch.queue.errors import UnknownCallError
from kmcc.switch.queue.events import CallbackAsked, CallWaiting
from kmcc.switch.queue.parties import Caller
from kmcc.switch.queue.seating import Seating
from kmcc.switch.queue.settings import CallbackRules, OnAbandon
from kmcc.switch.queue.timers import TimerKind, Timers
from kmcc.switch.queue.waiting import WaitingRoom

FreeSeat = Callable[[str], None]
"""Takes a call from the seat that is reserved for it; the machine then looks for others who may have the seat."""


class CallbackDesk:
    """All that happens to a promise. Effects go to `out`, which belongs to the machine."""

    def __init__(
        self, rules: CallbackRules, timers: Timers, room: WaitingRoom, seating: Seating, out: list[Effect]
    ) -> None:
        self._rules = rules
        self._timers = timers
        self._room = room
        self._seating = seating
        self._out = out
        self._redials = Redials(rules.redial_ms)

    def asked(self, event: CallbackAsked, now_ms: int) -> None:
        caller = self._room.line.get(event.call)
        if caller is None or caller.is_callback:
            raise UnknownCallError(event.call, "CallbackAsked", "a caller who waits on the line")
        number = self._free_number(event.call, event.number or caller.number, "CallbackAsked")
        self._room.leave(caller)
        self.promise(caller, number, now_ms)

    def wanted(self, event: CallWaiting) -> str:
        """The number of somebody who is not on the line and wants to be called back; UnknownCallError without one."""
        return self._free_number(event.call, event.number, "CallWaiting")

    def _free_number(self, call: str, number: str | None, event: str) -> str:
        if number is None:
            raise UnknownCallError(call, event, "a caller whose number is known")
        if self._room.book.of_number(number) is not None:
            raise UnknownCallError(call, event, f"a number without a promise, {number} has one")
        return number

    def hung_up(self, caller: Caller, now_ms: int) -> None:
        """A waiting caller has left the line by himself."""
        if caller.number is None:
            return
        if self._rules.on_abandon is OnAbandon.CALL_BACK and self._room.book.of_number(caller.number) is None:
            self.promise(caller, caller.number, now_ms)
        else:
            self._redials.note(caller.number, caller.arrived_ms, now_ms)

    def take_place(self, number: str | None, now_ms: int) -> tuple[int | None, str | None]:
        """When the caller of this number first came, if he has a place by it; he takes it himself now, and his promise
        is off. Second, the promise whose seat is still reserved: the machine frees it when it knows for whom."""
        callback = self._room.book.of_number(number)
        if callback is None:
            return self._redials.take(number, now_ms), None
        is_dialling = callback.state is CallbackState.DIALLING
        self._end(callback, CallbackEnd.REDIALLED)
        return callback.caller.arrived_ms, callback.caller.call if is_dialling else None

    def failed(self, call: str, free_seat: FreeSeat, now_ms: int) -> None:
        """Dialled and not reached; a word that crossed the end of the promise says nothing new."""
        callback = self._room.book.get(call)
        if callback is None or callback.state is not CallbackState.DIALLING:
            return
        callback.attempts += 1
        if callback.attempts >= self._rules.attempts:
            self._end_and_free(callback, CallbackEnd.FAILED, free_seat, now_ms)
            return
        start = self._timers.start(TimerKind.RETRY, call, now_ms, self._rules.retry_ms)
        self._out.append(start)
        self._room.book.set_state(callback, CallbackState.RESTING, start.name)
        free_seat(call)
        self._room.dial_callbacks(now_ms)

    def cancelled(self, call: str, free_seat: FreeSeat, now_ms: int) -> None:
        callback = self._room.book.get(call)
        if callback is None:
            raise UnknownCallError(call, "CallbackCancelled", "one that was promised")
        self._end_and_free(callback, CallbackEnd.CANCELLED, free_seat, now_ms)

    def changed(self, caller: Caller) -> None:
        """A chief gave the caller another grade or seat."""
        callback = self._room.book.get(caller.call)
        if callback is not None:
            callback.caller = caller

    def retry(self, call: str, now_ms: int) -> None:
        callback = self._room.book.get(call)
        if callback is not None:
            self._room.book.set_state(callback, CallbackState.WAITING)
            self._room.seek_seat(callback.caller, None, now_ms)

    def expired(self, call: str, free_seat: FreeSeat, now_ms: int) -> None:
        """Who is being dialled just now is not let down."""
        callback = self._room.book.get(call)
        if callback is None:
            return
        callback.expiry = None
        if callback.state is not CallbackState.DIALLING:
            self._end_and_free(callback, CallbackEnd.EXPIRED, free_seat, now_ms)

    def connected(self, call: str, now_ms: int) -> None:
        """Customer and seat talk: the promise is kept."""
        callback = self._room.book.get(call)
        if callback is not None:
            self._forget(callback)
            self._room.dial_callbacks(now_ms)

    def withdrawn(self, call: str, free_seat: FreeSeat, now_ms: int) -> bool:
        """His seat has gone; True when his time was over meanwhile."""
        callback = self._room.book.get(call)
        if callback is None:
            return False
        self._room.book.set_state(callback, CallbackState.WAITING)
        if callback.expiry is None:
            self._end_and_free(callback, CallbackEnd.EXPIRED, free_seat, now_ms)
        return callback.expiry is None

    def promise(self, caller: Caller, number: str, now_ms: int) -> None:
        start = self._timers.start(TimerKind.CALLBACK, caller.call, now_ms, self._rules.expires_ms)
        self._out.append(start)
        waiting = replace(caller, number=number, is_callback=True)
        self._room.book.add(Callback(waiting, number, start.name))
        self._room.seek_seat(waiting, None, now_ms)
        position, _ = self._room.line.place_of(waiting) if waiting.call in self._room.line else (0, 0)
        self._out.append(CallbackKept(waiting.call, number, position))

    def _end_and_free(self, callback: Callback, why: CallbackEnd, free_seat: FreeSeat, now_ms: int) -> None:
        is_dialling = callback.state is CallbackState.DIALLING
        self._end(callback, why)
        if is_dialling:
            free_seat(callback.caller.call)
            self._room.dial_callbacks(now_ms)

    def _end(self, callback: Callback, why: CallbackEnd) -> None:
        call = callback.caller.call
        self._forget(callback)
        if call in self._room.line:
            self._room.leave(callback.caller)
        self._out.append(CallbackOff(call, callback.number, why))

    def _forget(self, callback: Callback) -> None:
        self._room.book.remove(callback)
        for timer in (callback.expiry, callback.retry):
            if timer is not None:
                self._out.append(self._timers.stop(timer))
