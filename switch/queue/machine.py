"""The queue machine 智能排队机: requirements R-113 to R-120 and the human service flow R-281 to R-295.

One writer, no clock, no I/O, no polling: `receive` takes one event and returns what to do. Before and after each step
no ready seat is eligible for a waiting call (尽优服务), so a step looks only at the seat or caller that it made free.
The one exception are callers who are to be called back: no more of them are dialled at a time than the rules allow.
"""

from dataclasses import replace
from typing import Final

from kmcc.signaling.effects import Expired
from kmcc.switch.queue import effects as fx
from kmcc.switch.queue import events as q
from kmcc.switch.queue.callback_desk import CallbackDesk
from kmcc.switch.queue.errors import DuplicateCallError, UnknownCallError
from kmcc.switch.queue.parties import Caller, SeatProfile
from kmcc.switch.queue.seat import OFFERED, In, Seat, SeatState, SeatView
from kmcc.switch.queue.seating import Seating
from kmcc.switch.queue.settings import QueueSettings
from kmcc.switch.queue.timers import Running, TimerKind, Timers
from kmcc.switch.queue.waiting import WaitingRoom

KEYS: Final = {
    q.SeatSignsOut: In.SIGN_OUT,
    q.SeatResumes: In.RESUME,
    q.SeatFreed: In.FREE,
    q.CallHeld: In.HOLD,
    q.CallRetrieved: In.RETRIEVE,
    q.ConsultBegins: In.CONSULT,
    q.ConsultEnds: In.CONSULT_ENDED,
    q.TalkEnded: In.TALK_ENDED,
}


class QueueMachine:
    """The one owner of all waiting calls and all seats."""

    def __init__(self, settings: QueueSettings | None = None) -> None:
        self._settings = settings or QueueSettings()
        self._out: list[fx.Effect] = []
        self._timers = Timers()
        self._seating = Seating(self._settings, self._timers, self._out)
        self._room = WaitingRoom(self._settings, self._timers, self._seating, self._out)
        self._callbacks = CallbackDesk(self._settings.callbacks, self._timers, self._room, self._seating, self._out)
        self._now_ms = 0
        self._turn = 0

    def waiting(self) -> tuple[Caller, ...]:
        """Who waits, in the order in which they would be served; those who are to be called back among them."""
        return tuple(self._room.line)

    def place_of(self, call: str) -> tuple[int, int] | None:
        """Position in the line of its service and number of all callers ahead, to be announced; None = not waiting."""
        caller = self._room.line.get(call)
        return None if caller is None else self._room.line.place_of(caller)

    def arrived_ms(self, call: str) -> int | None:
        """The age by which this call waits: when the caller, or he by an earlier call, came; None = it waits not."""
        caller = self._room.line.get(call)
        return None if caller is None else caller.arrived_ms

    def expected_ms(self, call: str) -> int | None:
        """How long this waiting call will have to wait; None = too few calls were served to tell, or it waits not."""
        caller = self._room.line.get(call)
        return None if caller is None else self._room.expected_ms(caller)

    def seats(self) -> tuple[SeatView, ...]:
        """Every seat that ever signed in, in that order."""
        return self._seating.views()

    def seat(self, name: str) -> SeatView | None:
        """One of them; None when it has never signed in."""
        return self._seating.view(name)

    def receive(self, event: q.Event) -> tuple[fx.Effect, ...]:
        """Take one step; on QueueError no call and no seat has changed."""
        self._out.clear()
        if isinstance(event, Expired):
            timer = self._timers.expire(event.name)
            if timer is not None:
                self._now_ms = max(self._now_ms, timer.due_ms)
                self._expired(timer)
            return tuple(self._out)
        # Two sources of events may differ by a millisecond; time never runs back here.
        self._now_ms = max(self._now_ms, event.at_ms)
        match event:
            case q.CallWaiting() | q.CallGone() | q.CallRegraded():
                self._call_event(event)
            case q.CallbackAsked() | q.CallbackFailed() | q.CallbackCancelled():
                self._callback_event(event)
            case q.ServiceCloses(service=service):
                self._room.closed.add(service)
            case q.ServiceOpens(service=service):
                self._room.closed.discard(service)
            case q.SeatSignsIn(profile=profile):
                self._step(self._seating.signing_in(profile), In.SIGN_IN)
            case _:
                self._seat_event(event)
        return tuple(self._out)

    # --- calls ----------------------------------------------------------------------------------------------------

    def _call_event(self, event: q.CallWaiting | q.CallGone | q.CallRegraded) -> None:
        match event:
            case q.CallWaiting():
                self._call_waiting(event)
            case q.CallGone(call=call):
                self._call_gone(call)
            case q.CallRegraded():
                self._regrade(event)

    def _call_waiting(self, event: q.CallWaiting) -> None:
        self._refuse_double(event.call)
        if event.is_callback:
            number = self._callbacks.wanted(event)
            self._callbacks.promise(self._caller(event, None), number, self._now_ms)
            return
        age_ms, dialled = self._callbacks.take_place(event.number, self._now_ms)
        caller = self._caller(event, age_ms)
        if dialled is None:
            self._room.admit(caller, self._now_ms, has_place=age_ms is not None)
        else:
            self._called_again(caller, dialled)

    def _caller(self, event: q.CallWaiting, age_ms: int | None) -> Caller:
        self._turn += 1
        return Caller(
            call=event.call,
            service=event.service,
            language=event.language,
            grade=event.grade,
            transferred=event.transferred,
            near=event.near,
            passed_by=event.passed_by,
            arrived_ms=next(ms for ms in (event.arrived_ms, age_ms, self._now_ms) if ms is not None),
            entered_ms=self._now_ms,
            turn=self._turn,
            number=event.number,
            last_seat=event.last_seat,
            only=event.only,
        )

    def _called_again(self, caller: Caller, dialled: str) -> None:
        """He calls just while he is dialled: the seat that was reserved for it is free, for him as for any other."""
        seat = self._seating.of_call(dialled)
        if seat is not None:
            self._seating.step(seat, In.CALLER_GONE, self._now_ms)
        if seat is not None and seat.state is SeatState.READY:
            self._room.seek_callers_before(caller, seat, self._now_ms)
        self._room.admit(caller, self._now_ms, has_place=True)
        if seat is not None and seat.state is SeatState.READY:
            self._room.seek_caller(seat, self._now_ms)
        self._room.dial_callbacks(self._now_ms)

    def _refuse_double(self, call: str) -> None:
        seat = self._seating.of_call(call)
        if call in self._room.line:
            raise DuplicateCallError(call, "waiting")
        if seat is not None:
            raise DuplicateCallError(call, f"with seat {seat.id}")
        if call in self._room.book:
            raise DuplicateCallError(call, "to be called back")

    def _call_gone(self, call: str) -> None:
        caller = self._room.line.get(call)
        seat = self._seating.of_call(call)
        if caller is not None and not caller.is_callback:  # of a promise hanging up is a part
            self._room.leave(caller)
            self._callbacks.hung_up(caller, self._now_ms)
        elif seat is not None and seat.state in OFFERED:
            if call in self._room.book:
                self._callbacks.failed(call, self._free_seat, self._now_ms)
            else:
                self._step(seat, In.CALLER_GONE)

    def _regrade(self, event: q.CallRegraded) -> None:
        caller = self._room.line.get(event.call)
        if caller is None:
            raise UnknownCallError(event.call, "CallRegraded", "a call that waits")
        self._room.leave(caller)
        changed = replace(caller, grade=event.grade, only=event.only)
        self._callbacks.changed(changed)
        self._room.seek_seat(changed, None, self._now_ms)

    def _callback_event(self, event: q.CallbackEvent) -> None:
        match event:
            case q.CallbackAsked():
                self._callbacks.asked(event, self._now_ms)
            case q.CallbackFailed(call=call):
                self._callbacks.failed(call, self._free_seat, self._now_ms)
            case q.CallbackCancelled(call=call):
                self._callbacks.cancelled(call, self._free_seat, self._now_ms)

    def _free_seat(self, call: str) -> None:
        """A call that is over before its seat took it."""
        seat = self._seating.of_call(call)
        if seat is not None:
            self._step(seat, In.CALLER_GONE)

    # --- seats ----------------------------------------------------------------------------------------------------

    def _seat_event(self, event: q.SeatEvent) -> None:
        name = event.profile.seat if isinstance(event, q.SeatReassigned) else event.seat
        seat = self._seating.named(name, event)
        match event:
            case q.SeatPauses(reason=reason):
                self._step(seat, In.PAUSE, reason)
            case q.SeatForced(reason=reason):
                self._step(seat, In.FORCE, reason)
            case q.SeatReassigned(profile=profile):
                self._reassign(seat, profile)
            case q.SeatRings(call=call):
                if seat.has(call) and seat.state is SeatState.RESERVED:
                    self._step(seat, In.RING)
            case q.OfferAccepted(call=call):
                self._accepted(seat, call)
            case q.OfferRefused(call=call, why=why):
                if seat.has(call):  # else the refusal crossed our Withdraw
                    self._step(seat, In.REFUSE, why.value)
            case q.TalkEnded() if self._settings.wrap_up_ms == 0:
                self._step(seat, In.TALK_ENDED_NO_WRAP_UP)
            case _:
                self._step(seat, KEYS[type(event)])

    def _accepted(self, seat: Seat, call: str) -> None:
        if seat.has(call):
            self._step(seat, In.ACCEPT)
            self._callbacks.connected(call, self._now_ms)
        else:  # the answer crossed our Withdraw: the seat must hear it again
            self._out.append(fx.Withdraw(call, seat.id))

    def _reassign(self, seat: Seat, profile: SeatProfile) -> None:
        self._seating.reassign(seat, profile)
        if seat.state is SeatState.READY:
            self._room.seek_caller(seat, self._now_ms)
        self._room.dismiss_the_hopeless()

    def _step(self, seat: Seat, what: In, reason: str | None = None) -> None:
        """One row of the seat's table, then whoever it made free is served."""
        caller = self._seating.step(seat, what, self._now_ms, reason)
        if seat.state is SeatState.SIGNED_OUT:
            self._room.dismiss_the_hopeless()
        if caller is not None and not self._callbacks.withdrawn(caller.call, self._free_seat, self._now_ms):
            self._room.seek_seat(caller, self._room.overdue(caller, self._now_ms), self._now_ms)
        if seat.state is SeatState.READY:
            self._room.seek_caller(seat, self._now_ms)

    # --- timers ---------------------------------------------------------------------------------------------------

    def _expired(self, timer: Running) -> None:
        match timer.kind:
            case TimerKind.LEASE:
                self._lease_out(self._seating.named(timer.owner, timer))
            case TimerKind.WRAP_UP:
                seat = self._seating.named(timer.owner, timer)
                seat.timer = None
                self._step(seat, In.WRAP_UP_OUT)
            case TimerKind.WAIT:
                self._room.waited_too_long(timer.owner)
            case TimerKind.OVERFLOW:
                self._room.overflows(timer.owner, self._now_ms)
            case TimerKind.CALLBACK:
                self._callbacks.expired(timer.owner, self._free_seat, self._now_ms)
            case TimerKind.RETRY:
                self._callbacks.retry(timer.owner, self._now_ms)

    def _lease_out(self, seat: Seat) -> None:
        """The seat did not answer; of a callback it was the customer who did not."""
        seat.timer = None
        if seat.caller is not None and seat.caller.is_callback:
            self._callbacks.failed(seat.caller.call, self._free_seat, self._now_ms)
        else:
            self._step(seat, In.LEASE_OUT, q.NO_ANSWER)
