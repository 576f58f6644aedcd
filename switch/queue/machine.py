"""The queue machine 智能排队机: requirements R-113 to R-120 and the human service flow R-281 to R-295.

One writer, no clock, no I/O, no polling: `receive` takes one event and returns what to do. Before and after each step
no ready seat is eligible for a waiting call (尽优服务), so a step looks only at the seat or caller that it made free.
"""

from kmcc.signaling.effects import Expired
from kmcc.switch.queue.errors import DuplicateCallError, UnknownSeatError
from kmcc.switch.queue.events import (
    NO_ANSWER,
    CallGone,
    CallWaiting,
    Effect,
    Event,
    GiveUp,
    GiveUpReason,
    Offer,
    OfferAccepted,
    OfferRefused,
    SeatChanged,
    SeatEvent,
    SeatPauses,
    SeatResumes,
    SeatSignsIn,
    SeatSignsOut,
    TalkEnded,
    Waiting,
    Withdraw,
)
from kmcc.switch.queue.lines import Staff, WaitingLine
from kmcc.switch.queue.parties import Caller, Transferred
from kmcc.switch.queue.seat import TABLE, In, Out, Seat, SeatState, SeatView
from kmcc.switch.queue.settings import QueueSettings, WithoutSeats
from kmcc.switch.queue.timers import TimerKind, Timers


class QueueMachine:
    """The one owner of all waiting calls and all seats."""

    def __init__(self, settings: QueueSettings | None = None) -> None:
        self._settings = settings or QueueSettings()
        self._line = WaitingLine()
        self._staff = Staff()
        self._timers = Timers()
        self._seats: dict[str, Seat] = {}
        self._seat_of: dict[str, Seat] = {}  # of each call that is offered or in talk
        self._wait_timers: dict[str, str] = {}
        self._now_ms = 0
        self._turn = 0
        self._out: list[Effect] = []

    def waiting(self) -> tuple[Caller, ...]:
        """Who waits, in the order in which they would be served."""
        return tuple(self._line)

    def place_of(self, call: str) -> tuple[int, int] | None:
        """Position in the line of its service and number of all callers ahead, to be announced; None = not waiting."""
        caller = self._line.get(call)
        return None if caller is None else self._line.place_of(caller)

    def seats(self) -> tuple[SeatView, ...]:
        """Every seat that ever signed in, in that order."""
        return tuple(seat.view() for seat in self._seats.values())

    def receive(self, event: Event) -> tuple[Effect, ...]:
        """Take one step; on QueueError no call and no seat has changed."""
        self._out = []
        if isinstance(event, Expired):
            self._expired(event)
            return tuple(self._out)
        # Two sources of events may differ by a millisecond; time never runs back here.
        self._now_ms = max(self._now_ms, event.at_ms)
        match event:
            case CallWaiting():
                self._call_waiting(event)
            case CallGone():
                self._call_gone(event.call)
            case SeatSignsIn():
                self._sign_in(event)
            case _:
                self._seat_event(event)
        return tuple(self._out)

    def _call_waiting(self, event: CallWaiting) -> None:
        if event.call in self._line:
            raise DuplicateCallError(event.call, "waiting")
        if event.call in self._seat_of:
            raise DuplicateCallError(event.call, f"with seat {self._seat_of[event.call].id}")
        self._turn += 1
        caller = Caller(
            call=event.call,
            service=event.service,
            language=event.language,
            grade=event.grade,
            transferred=event.transferred,
            near=event.near,
            passed_by=event.passed_by,
            arrived_ms=self._now_ms if event.arrived_ms is None else event.arrived_ms,
            entered_ms=self._now_ms,
            turn=self._turn,
        )
        is_full = self._is_full(caller)
        self._seek_seat(caller, GiveUpReason.MAXIMUM_LENGTH if is_full else None)

    def _is_full(self, caller: Caller) -> bool:
        """A transferred call is let in always: rule 3 puts it ahead of all who wait."""
        limit = self._settings.max_length
        if limit is None or caller.transferred is Transferred.YES:
            return False
        return self._line.length(caller.service) >= limit

    def _call_gone(self, call: str) -> None:
        caller = self._line.get(call)
        seat = self._seat_of.get(call)
        if caller is not None:
            self._leave_line(caller)
        elif seat is not None and seat.state is SeatState.RESERVED:
            self._step(seat, In.CALLER_GONE)

    def _sign_in(self, event: SeatSignsIn) -> None:
        seat = self._seats.get(event.profile.seat) or Seat(event.profile)
        seat.next(In.SIGN_IN)  # refuses before the profile changes
        seat.profile = event.profile
        self._seats[seat.id] = seat
        self._step(seat, In.SIGN_IN)

    def _seat_event(self, event: SeatEvent) -> None:
        seat = self._seats.get(event.seat)
        if seat is None:
            raise UnknownSeatError(event.seat, type(event).__name__)
        match event:
            case SeatSignsOut():
                self._step(seat, In.SIGN_OUT)
            case SeatPauses(reason=reason):
                self._step(seat, In.PAUSE, reason)
            case SeatResumes():
                self._step(seat, In.RESUME)
            case OfferAccepted(call=call):
                self._accepted(seat, call)
            case OfferRefused(call=call, why=why):
                if seat.has(call):  # else the refusal crossed our Withdraw
                    self._step(seat, In.REFUSE, why.value)
            case TalkEnded():
                has_wrap_up = self._settings.wrap_up_ms > 0
                self._step(seat, In.TALK_ENDED if has_wrap_up else In.TALK_ENDED_NO_WRAP_UP)

    def _accepted(self, seat: Seat, call: str) -> None:
        if seat.has(call):
            self._step(seat, In.ACCEPT)
        else:  # the answer crossed our Withdraw: the seat must hear it again
            self._out.append(Withdraw(call, seat.id))

    def _expired(self, event: Expired) -> None:
        timer = self._timers.expire(event.name)
        if timer is None:
            return
        self._now_ms = max(self._now_ms, timer.due_ms)
        match timer.kind:
            case TimerKind.LEASE:
                self._step(self._seats[timer.owner], In.LEASE_OUT, NO_ANSWER)
            case TimerKind.WRAP_UP:
                self._step(self._seats[timer.owner], In.WRAP_UP_OUT)
            case TimerKind.WAIT:
                del self._wait_timers[timer.owner]
                caller = self._line.get(timer.owner)
                if caller is not None:
                    self._give_up(caller, GiveUpReason.MAXIMUM_WAIT)

    def _step(self, seat: Seat, what: In, reason: str | None = None) -> None:
        """One row of the seat's table, then whoever it made free is served."""
        state, outs = seat.next(what)
        caller = seat.caller
        if Out.NOTE in outs:
            seat.noted, seat.noted_reason = what, reason
        for out in outs:
            self._act(seat, out)
        if state is SeatState.READY and seat.noted is not None:
            state, reason = TABLE[state, seat.noted][0], seat.noted_reason
            seat.noted = seat.noted_reason = None
        self._move(seat, state, reason)
        if Out.REQUEUE in outs and caller is not None:
            self._seek_seat(caller, self._overdue(caller))
        if state is SeatState.READY:
            self._seek_caller(seat)

    def _act(self, seat: Seat, out: Out) -> None:
        match out:
            case Out.START_LEASE:
                self._start_timer(seat, TimerKind.LEASE, self._settings.lease_ms)
            case Out.START_WRAP_UP:
                self._start_timer(seat, TimerKind.WRAP_UP, self._settings.wrap_up_ms)
            case Out.STOP_TIMER if seat.timer is not None:
                self._out.append(self._timers.stop(seat.timer))
            case Out.WITHDRAW if seat.caller is not None:
                self._out.append(Withdraw(seat.caller.call, seat.id))
            case Out.REQUEUE | Out.PART if seat.caller is not None:
                del self._seat_of[seat.caller.call]
                seat.caller = None
            case Out.FORGET:
                seat.noted = seat.noted_reason = None

    def _start_timer(self, seat: Seat, kind: TimerKind, ms: int) -> None:
        start = self._timers.start(kind, seat.id, self._now_ms, ms)
        seat.timer = start.name
        self._out.append(start)

    def _move(self, seat: Seat, state: SeatState, reason: str | None) -> None:
        old, old_reason = seat.state, seat.reason
        if old is SeatState.READY:
            self._staff.remove_ready(seat)
        if state is SeatState.READY and old is not SeatState.RESERVED:
            seat.idle_since_ms = self._now_ms  # an offer that came to nothing does not cost a seat its turn
        seat.state, seat.reason = state, reason if state is SeatState.PAUSED else None
        if (old, old_reason) == (state, seat.reason):
            return
        seat.since_ms = self._now_ms
        call = None if seat.caller is None else seat.caller.call
        self._out.append(SeatChanged(seat.id, old, state, call, seat.reason))
        self._count_staff(seat, old)

    def _count_staff(self, seat: Seat, old: SeatState) -> None:
        if old is SeatState.SIGNED_OUT:
            self._staff.sign_in(seat)
        if seat.state is SeatState.READY:
            self._staff.add_ready(seat)
        if seat.state is SeatState.SIGNED_OUT:
            self._staff.sign_out(seat)
            self._dismiss_the_hopeless()

    def _dismiss_the_hopeless(self) -> None:
        """A seat went home: callers whom nobody else could serve are told so."""
        for callers in self._line.classes():
            if not self._has_hope(callers[0]):
                for caller in callers:
                    self._give_up(caller, GiveUpReason.NO_SEAT)

    def _has_hope(self, caller: Caller) -> bool:
        if self._settings.without_seats is WithoutSeats.WAIT:
            return True
        return self._staff.can_ever_serve(caller)

    def _overdue(self, caller: Caller) -> GiveUpReason | None:
        limit = self._settings.max_wait_ms
        if limit is None or self._now_ms < caller.entered_ms + limit:
            return None
        return GiveUpReason.MAXIMUM_WAIT

    def _seek_seat(self, caller: Caller, else_give_up: GiveUpReason | None) -> None:
        """For a caller who is not in the line: the best ready seat, else the line, unless there is a reason to go."""
        seat = self._staff.best_for(caller, self._settings.levels)
        if seat is not None:
            self._offer(caller, seat)
        elif not self._has_hope(caller):
            self._out.append(GiveUp(caller.call, GiveUpReason.NO_SEAT))
        elif else_give_up is not None:
            self._out.append(GiveUp(caller.call, else_give_up))
        else:
            self._join_line(caller)

    def _seek_caller(self, seat: Seat) -> None:
        caller = self._line.best_for(seat.profile)
        if caller is not None:
            self._leave_line(caller)
            self._offer(caller, seat)

    def _offer(self, caller: Caller, seat: Seat) -> None:
        seat.caller = caller
        self._seat_of[caller.call] = seat
        self._out.append(Offer(caller.call, seat.id, self._settings.lease_ms))
        self._step(seat, In.OFFER)

    def _join_line(self, caller: Caller) -> None:
        self._line.add(caller)
        if self._settings.max_wait_ms is not None:
            left_ms = caller.entered_ms + self._settings.max_wait_ms - self._now_ms
            start = self._timers.start(TimerKind.WAIT, caller.call, self._now_ms, left_ms)
            self._wait_timers[caller.call] = start.name
            self._out.append(start)
        self._out.append(Waiting(caller.call, *self._line.place_of(caller)))

    def _leave_line(self, caller: Caller) -> None:
        self._line.remove(caller)
        timer = self._wait_timers.pop(caller.call, None)
        if timer is not None:
            self._out.append(self._timers.stop(timer))

    def _give_up(self, caller: Caller, why: GiveUpReason) -> None:
        self._leave_line(caller)
        self._out.append(GiveUp(caller.call, why))
