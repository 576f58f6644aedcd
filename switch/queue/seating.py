"""All seats and their states: one step of a seat's table with its timers, and who is ready for whom."""

from kmcc.switch.queue.effects import CallBack, Effect, Offer, SeatChanged, Withdraw
from kmcc.switch.queue.errors import UnknownSeatError
from kmcc.switch.queue.forecast import Forecast
from kmcc.switch.queue.lines import Staff
from kmcc.switch.queue.parties import Caller, SeatProfile
from kmcc.switch.queue.seat import IN_CALL, TABLE, In, Out, Seat, SeatState, SeatView
from kmcc.switch.queue.settings import QueueSettings
from kmcc.switch.queue.timers import TimerKind, Timers


class Seating:
    """The one owner of the seats. Effects go to `out`, which belongs to the machine."""

    def __init__(self, settings: QueueSettings, timers: Timers, out: list[Effect]) -> None:
        self.staff = Staff()
        self.forecast = Forecast()
        self._settings = settings
        self._timers = timers
        self._out = out
        self._seats: dict[str, Seat] = {}
        self._seat_of: dict[str, Seat] = {}  # of each call that is offered or in talk

    def views(self) -> tuple[SeatView, ...]:
        """Every seat that ever signed in, in that order."""
        return tuple(seat.view() for seat in self._seats.values())

    def view(self, name: str) -> SeatView | None:
        seat = self._seats.get(name)
        return None if seat is None else seat.view()

    def named(self, name: str, event: object) -> Seat:
        seat = self._seats.get(name)
        if seat is None:
            raise UnknownSeatError(name, type(event).__name__)
        return seat

    def of_call(self, call: str) -> Seat | None:
        """The seat that the call is offered to or talks with."""
        return self._seat_of.get(call)

    def signing_in(self, profile: SeatProfile) -> Seat:
        """The seat that signs in, with its profile of now; SeatStateError when it is there already."""
        seat = self._seats.get(profile.seat) or Seat(profile)
        seat.next(In.SIGN_IN)  # refuses before the profile changes
        seat.profile = profile
        self._seats[seat.id] = seat
        return seat

    def reassign(self, seat: Seat, profile: SeatProfile) -> None:
        """Another profile from now on; a call that the seat has stays with it."""
        is_there, is_ready = seat.state is not SeatState.SIGNED_OUT, seat.state is SeatState.READY
        if is_ready:
            self.staff.remove_ready(seat)
        if is_there:
            self.staff.sign_out(seat)
        seat.profile = profile
        if is_there:
            self.staff.sign_in(seat)
        if is_ready:
            self.staff.add_ready(seat)

    def reserve(self, seat: Seat, caller: Caller, now_ms: int) -> None:
        """Seat and caller for each other; the effect tells who is to ring whom."""
        seat.caller = caller
        self._seat_of[caller.call] = seat
        lease_ms = self._lease_ms(caller)
        if caller.is_callback and caller.number is not None:
            self._out.append(CallBack(caller.call, caller.number, seat.id, lease_ms))
        else:
            self._out.append(Offer(caller.call, seat.id, lease_ms))
        self.step(seat, In.OFFER, now_ms)

    def step(self, seat: Seat, what: In, now_ms: int, reason: str | None = None) -> Caller | None:
        """One row of the seat's table; the caller who lost the seat by it and wants another."""
        state, outs = seat.next(what)
        caller = seat.caller
        if Out.NOTE in outs:
            _note(seat, what, reason)
        for out in outs:
            self._act(seat, out, now_ms)
        if what is In.ACCEPT:
            seat.accepted_ms = now_ms
        if state is SeatState.READY:
            state, reason = _as_noted(seat, reason)
        self._move(seat, state, reason, now_ms)
        return caller if Out.REQUEUE in outs else None

    def _lease_ms(self, caller: Caller) -> int:
        return self._settings.callbacks.ring_ms if caller.is_callback else self._settings.lease_ms

    def _act(self, seat: Seat, out: Out, now_ms: int) -> None:
        match out:
            case Out.START_LEASE if seat.caller is not None:
                self._start_timer(seat, TimerKind.LEASE, self._lease_ms(seat.caller), now_ms)
            case Out.START_WRAP_UP:
                self._start_timer(seat, TimerKind.WRAP_UP, self._settings.wrap_up_ms, now_ms)
            case Out.STOP_TIMER if seat.timer is not None:
                self._out.append(self._timers.stop(seat.timer))
                seat.timer = None
            case Out.WITHDRAW if seat.caller is not None:
                self._out.append(Withdraw(seat.caller.call, seat.id))
            case Out.REQUEUE | Out.PART if seat.caller is not None:
                self._part(seat, seat.caller, now_ms)
            case Out.FORGET:
                seat.noted = seat.noted_reason = None
            case Out.UNFORCE:
                seat.is_forced, seat.forced_reason = False, None

    def _part(self, seat: Seat, caller: Caller, now_ms: int) -> None:
        if seat.state in IN_CALL:
            self.forecast.served(caller.service, now_ms - seat.accepted_ms + self._settings.wrap_up_ms)
        del self._seat_of[caller.call]
        seat.caller = None

    def _start_timer(self, seat: Seat, kind: TimerKind, ms: int, now_ms: int) -> None:
        start = self._timers.start(kind, seat.id, now_ms, ms)
        seat.timer = start.name
        self._out.append(start)

    def _move(self, seat: Seat, state: SeatState, reason: str | None, now_ms: int) -> None:
        old, old_reason = seat.state, seat.reason
        if old is SeatState.READY:
            self.staff.remove_ready(seat)
        if state is SeatState.READY and old not in {SeatState.RESERVED, SeatState.RINGING}:
            seat.idle_since_ms = now_ms  # an offer that came to nothing does not cost a seat its turn
        seat.state = state
        seat.reason = reason if state in {SeatState.PAUSED, SeatState.FORCED} else None
        if (old, old_reason) == (state, seat.reason):
            return
        seat.since_ms = now_ms
        call = None if seat.caller is None else seat.caller.call
        self._out.append(SeatChanged(seat.id, old, state, call, seat.reason))
        if old is SeatState.SIGNED_OUT:
            self.staff.sign_in(seat)
        if state is SeatState.READY:
            self.staff.add_ready(seat)
        if state is SeatState.SIGNED_OUT:
            self.staff.sign_out(seat)


def _note(seat: Seat, what: In, reason: str | None) -> None:
    if what is In.FORCE:
        seat.is_forced, seat.forced_reason = True, reason
    else:
        seat.noted, seat.noted_reason = what, reason


def _as_noted(seat: Seat, reason: str | None) -> tuple[SeatState, str | None]:
    """Where a seat that would be ready goes: what a chief forced comes before the seat's own keys."""
    what, why = (In.FORCE, seat.forced_reason) if seat.is_forced else (seat.noted, seat.noted_reason)
    seat.noted = seat.noted_reason = seat.forced_reason = None
    seat.is_forced = False
    if what is None:
        return SeatState.READY, reason
    return TABLE[SeatState.READY, what][0], why
