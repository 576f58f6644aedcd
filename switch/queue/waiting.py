"""The callers' side: the line with its limits, and the two searches, for a seat and for a caller."""

from dataclasses import replace

from kmcc.switch.queue.callbacks import CallbackBook, CallbackState
from kmcc.switch.queue.cost import call_rank
from kmcc.switch.queue.effects import Effect, GiveUp, GiveUpReason, Waiting
from kmcc.switch.queue.lines import WaitingLine
from kmcc.switch.queue.parties import Caller, Transferred
from kmcc.switch.queue.seat import Seat, SeatState
from kmcc.switch.queue.seating import Seating
from kmcc.switch.queue.settings import QueueSettings, WithoutSeats
from kmcc.switch.queue.timers import TimerKind, Timers


class WaitingRoom:
    """Who waits, and why he may not wait longer. Effects go to `out`, which belongs to the machine."""

    def __init__(self, settings: QueueSettings, timers: Timers, seating: Seating, out: list[Effect]) -> None:
        self.line = WaitingLine()
        self.book = CallbackBook(settings.callbacks.at_once)
        self.closed: set[str] = set()
        self._settings = settings
        self._timers = timers
        self._seating = seating
        self._out = out
        self._timer_names: dict[tuple[TimerKind, str], str] = {}

    def admit(self, caller: Caller, now_ms: int, *, has_place: bool) -> None:
        """A new call. Who has a place already (a redial) and who was transferred (rule 3) is let into a full line."""
        if caller.service in self.closed and not has_place:
            self._out.append(GiveUp(caller.call, GiveUpReason.CLOSED))
            return
        is_let_in = has_place or caller.transferred is Transferred.YES or not self._is_full(caller.service)
        second = self._settings.rules(caller.service).overflow
        if not is_let_in and second is not None and not self._is_full(second):
            caller, is_let_in = replace(caller, overflow=second), True
        self.seek_seat(caller, None if is_let_in else GiveUpReason.MAXIMUM_LENGTH, now_ms)

    def seek_seat(self, caller: Caller, else_give_up: GiveUpReason | None, now_ms: int) -> None:
        """For a caller who is not in the line: the best ready seat, else the line, unless there is a reason to go."""
        if caller.is_callback:  # others may have waited for leave to be dialled, too
            self.line.add(caller)
            self.dial_callbacks(now_ms)
            return
        seat = self._seating.staff.best_for(caller, self._settings.levels)
        if seat is not None:
            self._give(caller, seat, now_ms)
        elif not self._has_hope(caller):
            self._out.append(GiveUp(caller.call, GiveUpReason.NO_SEAT))
        elif else_give_up is not None:
            self._out.append(GiveUp(caller.call, else_give_up))
        else:
            self._join(caller, now_ms)

    def seek_caller(self, seat: Seat, now_ms: int) -> None:
        """For a seat that is ready. Whoever is to be called back may have had to wait beside a seat that suits him
        better: he gets that one, and this seat the next caller."""
        while seat.state is SeatState.READY:
            caller = self.line.best_for(seat.profile, self.book.has_slot())
            if caller is None:
                return
            better = self._seating.staff.best_for(caller, self._settings.levels) if caller.is_callback else None
            self.leave(caller)
            self._give(caller, better or seat, now_ms)

    def seek_callers_before(self, caller: Caller, seat: Seat, now_ms: int) -> None:
        """For a seat that is ready, when somebody comes who has a place: those who are ahead of him."""
        first = self.line.best_for(seat.profile, self.book.has_slot())
        if first is not None and call_rank(first) < call_rank(caller):
            self.seek_caller(seat, now_ms)

    def dial_callbacks(self, now_ms: int) -> None:
        """A callback has ended: seats that are ready may have others to call."""
        for caller in self.line.callbacks():
            if not self.book.has_slot():
                return
            seat = self._seating.staff.best_for(caller, self._settings.levels)
            if seat is not None:
                self.leave(caller)
                self._give(caller, seat, now_ms)

    def leave(self, caller: Caller) -> None:
        self.line.remove(caller)
        for kind in (TimerKind.WAIT, TimerKind.OVERFLOW):
            name = self._timer_names.pop((kind, caller.call), None)
            if name is not None:
                self._out.append(self._timers.stop(name))

    def give_up(self, caller: Caller, why: GiveUpReason) -> None:
        self.leave(caller)
        self._out.append(GiveUp(caller.call, why))

    def waited_too_long(self, call: str) -> None:
        del self._timer_names[TimerKind.WAIT, call]
        caller = self.line.get(call)
        if caller is not None:
            self.give_up(caller, GiveUpReason.MAXIMUM_WAIT)

    def overflows(self, call: str, now_ms: int) -> None:
        """From now on seats of a second service may serve him, too."""
        del self._timer_names[TimerKind.OVERFLOW, call]
        caller = self.line.get(call)
        if caller is not None:
            self.leave(caller)
            self.seek_seat(replace(caller, overflow=self._settings.rules(caller.service).overflow), None, now_ms)

    def overdue(self, caller: Caller, now_ms: int) -> GiveUpReason | None:
        """Whether a caller who comes back from an offer has waited long enough."""
        limit = self._settings.rules(caller.service).max_wait_ms
        if limit is None or caller.is_callback or now_ms < caller.entered_ms + limit:
            return None
        return GiveUpReason.MAXIMUM_WAIT

    def dismiss_the_hopeless(self) -> None:
        """A seat went home: callers whom nobody else could serve are told so."""
        for callers in self.line.classes():
            if not self._has_hope(callers[0]):
                for caller in callers:
                    self.give_up(caller, GiveUpReason.NO_SEAT)

    def _is_full(self, service: str | None) -> bool:
        limit = self._settings.rules(service).max_length
        return limit is not None and self.line.length(service) >= limit

    def _has_hope(self, caller: Caller) -> bool:
        if self._settings.without_seats is WithoutSeats.WAIT or caller.is_callback:  # a promise has time
            return True
        return self._seating.staff.can_ever_serve(caller)

    def _give(self, caller: Caller, seat: Seat, now_ms: int) -> None:
        callback = self.book.get(caller.call)
        if callback is not None:
            self.book.set_state(callback, CallbackState.DIALLING)
        self._seating.reserve(seat, caller, now_ms)

    def _join(self, caller: Caller, now_ms: int) -> None:
        self.line.add(caller)
        rules = self._settings.rules(caller.service)
        if rules.max_wait_ms is not None:
            self._start(TimerKind.WAIT, caller, rules.max_wait_ms, now_ms)
        if rules.overflow is not None and caller.overflow is None:
            self._start(TimerKind.OVERFLOW, caller, rules.overflow_ms, now_ms)
        position, ahead = self.line.place_of(caller)
        self._out.append(Waiting(caller.call, position, ahead, self.expected_ms(caller)))

    def expected_ms(self, caller: Caller) -> int | None:
        """By what the calls that were served tell; None when they are too few."""
        position, _ = self.line.place_of(caller)
        return self._seating.forecast.expected_ms(caller.service, position, self._seating.staff.count_for(caller))

    def _start(self, kind: TimerKind, caller: Caller, limit_ms: int, now_ms: int) -> None:
        """What is left of a limit that counts from when he entered."""
        left_ms = max(0, caller.entered_ms + limit_ms - now_ms)
        start = self._timers.start(kind, caller.call, now_ms, left_ms)
        self._timer_names[kind, caller.call] = start.name
        self._out.append(start)
