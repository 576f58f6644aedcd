"""The seats' desk: one queue machine, the seats' telephones, the callers who wait, and what seats may order."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from kmcc.switch.bridge import Rooms
from kmcc.switch.call import Call
from kmcc.switch.circuit import Circuit, IdleIndication, Indication
from kmcc.switch.journal import Journal
from kmcc.switch.media import Media
from kmcc.switch.prompts import PromptSet
from kmcc.switch.queue import events as q
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import Caller, Grade, SeatProfile
from kmcc.switch.queue.seat import SeatState
from kmcc.switch.seats.dispatch import Dispatch, waiting_key
from kmcc.switch.seats.errors import NoSuchCallError, NoSuchSeatError, NotNowError
from kmcc.switch.seats.order import NO_DATA, Data, Order, cut_data
from kmcc.switch.seats.parts import DeskSettings, Dials, Parts
from kmcc.switch.seats.phone import Answering, SeatPhone
from kmcc.switch.seats.position import Position
from kmcc.switch.seats.promise import Promise, Promises
from kmcc.switch.seats.supervision import Supervision
from kmcc.switch.seats.talk_orders import TalkOrders
from kmcc.switch.seats.view import SeatStatus, WaitingStatus, seat_status, waiting_status
from kmcc.switch.seats.visit import Visit

SET_ASIDE: Final = frozenset(reason.value for reason in q.RefusalReason)
BEFORE_READY: Final = frozenset({SeatState.PAUSED, SeatState.WRAP_UP})
MOST_TRANSFERS: Final = 20  # of one call; more is a ring of seats that pass it on to each other


@dataclass(frozen=True, slots=True)
class SeatPlace:
    """A seat as it is furnished: what it can do, its telephone, and how that answers."""

    profile: SeatProfile
    circuit: Circuit
    answering: Answering = Answering.LIFT


class SeatDesk:
    """All of it. `talks` are the orders of a seat that has a call, `supervision` those of a chief.

    Every order raises SeatError or QueueError when it does not fit the state, and has changed nothing then.
    """

    def __init__(
        self,
        machine: QueueMachine,
        places: Iterable[SeatPlace],
        journal: Journal,
        media: Media,
        prompts: PromptSet,
        *,
        settings: DeskSettings | None = None,
    ) -> None:
        self.positions: dict[str, Position] = {}
        self._dispatch = Dispatch(machine, self.positions, journal)
        self._parts = Parts(self._dispatch, Rooms(media.engine), prompts, journal, settings or DeskSettings())
        self._promises = Promises(self._parts, self.serve)
        for place in places:
            seat = place.profile.seat
            on_free = partial(self._on_free_phone, seat)
            phone = SeatPhone(seat, place.circuit, media.engine, on_free, place.answering)
            self.positions[seat] = Position(place.profile, phone)
        self.talks = TalkOrders(self._parts, self.positions, self.serve)
        self.supervision = Supervision(self._parts, self.positions)

    def start(self, dials: Dials | None = None) -> None:
        """Telephones into service; `dials` places the calls that seats make."""
        self._parts.dials = dials
        for position in self.positions.values():
            position.phone.start()

    def close(self) -> None:
        """Lines that stay up are released."""
        for position in self.positions.values():
            position.phone.put_up()

    # --- the callers' side ----------------------------------------------------------------------------------------

    async def serve(self, call: Call, order: Order) -> None:
        """Wait for a seat with tone and position, talk; returns when the seats are done with the caller.

        QueueGaveUp without a seat.
        """
        onward: Order | None = order
        for _ in range(MOST_TRANSFERS):
            if onward is None:
                return
            if onward.number is not None:
                await call.connect(onward.number)
                return
            onward = await Visit(self._parts, self._promises, call, onward).run()

    # --- what a seat orders ---------------------------------------------------------------------------------------

    def sign_in(self, seat: str) -> None:
        """NotNowError while its telephone cannot ring: its first offer would set it aside."""
        position = self._named(seat)
        self._check_phone(position, "sign in")
        self._dispatch.feed(q.SeatSignsIn(position.profile, self._dispatch.now_ms()))
        position.has_signed_in = True

    def sign_out(self, seat: str) -> None:
        """Now, or when its call is over."""
        self._working(seat, "sign out")
        self._dispatch.feed(q.SeatSignsOut(seat, self._dispatch.now_ms()))

    def ready(self, seat: str) -> None:
        """After a pause, or before the wrap-up time is over."""
        position = self._working(seat, "be ready")
        if position.state in BEFORE_READY:  # in a call the order undoes a pause that was to follow
            self._check_phone(position, "be ready")
        self._dispatch.feed(q.SeatResumes(seat, self._dispatch.now_ms()))

    def pause(self, seat: str, reason: str) -> None:
        """Now, or when its call is over."""
        self._working(seat, "pause")
        self._dispatch.feed(q.SeatPauses(seat, reason, self._dispatch.now_ms()))

    def answer(self, seat: str) -> None:
        """Take the offer on a line that stays up; an ordinary telephone is lifted."""
        self._named(seat).phone.answer()

    def _on_free_phone(self, seat: str, indication: Indication) -> None:
        """Put down without a call: whoever was set aside and lifts the receiver for a moment is back at work."""
        position = self.positions[seat]
        if not isinstance(indication, IdleIndication) or position.is_engaged:
            return
        if position.state is SeatState.PAUSED and position.reason in SET_ASIDE:
            self._dispatch.feed(q.SeatResumes(seat, self._dispatch.now_ms()))

    def _named(self, seat: str) -> Position:
        position = self.positions.get(seat)
        if position is None:
            raise NoSuchSeatError(seat)
        return position

    def _check_phone(self, position: Position, action: str) -> None:
        phone = position.phone
        if not phone.can_ring:
            found = "its telephone is off the hook" if phone.is_off_hook else "its telephone is in use"
            raise NotNowError(position.id, action, found, "one that is put down")

    def _working(self, seat: str, action: str) -> Position:
        position = self._named(seat)
        if not position.has_signed_in:
            raise NotNowError(seat, action, SeatState.SIGNED_OUT.value, "signed in")
        return position

    # --- what can be seen -----------------------------------------------------------------------------------------

    @property
    def states(self) -> dict[str, SeatState]:
        """Of all seats that ever signed in."""
        return {seat: position.state for seat, position in self.positions.items() if position.has_signed_in}

    @property
    def waiting(self) -> int:
        """How many callers on the line have no seat yet."""
        return sum(isinstance(guest, Visit) and guest.talk is None for guest in self._dispatch.guests.values())

    @property
    def free_rooms(self) -> int:
        return self._parts.rooms.free

    @property
    def is_at_rest(self) -> bool:
        """No guest, no promise, no telephone in use."""
        is_free = all(not position.is_engaged and position.use is None for position in self.positions.values())
        return is_free and not self._dispatch.guests and not self._promises.kept

    def status(self, seat: str) -> SeatStatus:
        return seat_status(self._named(seat))

    def statuses(self) -> tuple[SeatStatus, ...]:
        return tuple(seat_status(position) for position in self.positions.values())

    def queue(self) -> tuple[WaitingStatus, ...]:
        """Who waits, in the order in which they are served; those who are to be called back among them."""
        return tuple(self._waiting(caller) for caller in self._dispatch.machine.waiting())

    def _waiting(self, caller: Caller) -> WaitingStatus:
        guest = self._dispatch.guests[caller.call]
        place = self._dispatch.machine.place_of(caller.call) or (0, 0)
        expected_ms = self._dispatch.machine.expected_ms(caller.call)
        data = guest.order.data if isinstance(guest, Visit | Promise) else NO_DATA
        call = self._dispatch.call_of(caller.call) or ""
        return waiting_status(caller, call, data, place=place, expected_ms=expected_ms, now_ms=self._dispatch.now_ms())

    @property
    def promised(self) -> tuple[str, ...]:
        """The calls whose customers are to be called back, whether they are in the line, being dialled, or resting."""
        return tuple(promise.origin for promise in self._promises.kept.values())

    def promise(self, call: Call, service: str | None, number: str, *, grade: int = 0, form: Data = NO_DATA) -> None:
        """Call this caller back when his turn comes. QueueError when that is promised.

        Who has just waited in vain keeps his place (R-294): service, grade, age and form; what `form` says is newer.
        Who has not, or wants another service, waits from now on.
        """
        waited = call.unserved
        if waited is not None and service in (None, waited.order.service):
            order = replace(waited.order, data=cut_data({**waited.order.data, **form}))
            self._promises.make(call, order, number, waited.arrived_ms)
        else:
            self._promises.make(call, Order(service, Grade(grade), cut_data(form)), number)

    def ask_callback(self, call: str, number: str | None = None) -> None:
        """A waiting caller may hang up and keeps his place; he is called at `number`, None = his own."""
        key = waiting_key(self._dispatch, call)
        self._dispatch.feed(q.CallbackAsked(key, self._dispatch.now_ms(), number))

    def cancel_callback(self, call: str) -> None:
        for key, promise in self._promises.kept.items():
            if promise.origin == call:
                return self._dispatch.feed(q.CallbackCancelled(key, self._dispatch.now_ms()))
        raise NoSuchCallError(call, "one that is to be called back")
