"""A talk: a call, the seat that has it, and whoever else comes in. Its speech follows from who is in which part.

  talking      caller, seat, members
  held         the caller, and members with him, wait; he hears the waiting tone
  consulting   as held; the seat talks with the party it asks
Supervisors are where the seat is. A talk goes on when its seat passes it to another, and ends with its call.
"""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

from kmcc.dsp.tone import CHINA_TONES
from kmcc.switch.bridge import Bridge, Role
from kmcc.switch.call import Call
from kmcc.switch.circuit import Cause
from kmcc.switch.journal import Field
from kmcc.switch.queue import events as q
from kmcc.switch.seats.errors import NotNowError
from kmcc.switch.seats.order import Order
from kmcc.switch.seats.parts import Parts
from kmcc.switch.seats.party import Party, SeatParty
from kmcc.switch.seats.phone import PhoneUse
from kmcc.switch.seats.position import Position

if TYPE_CHECKING:
    from kmcc.switch.seats.monitor import Monitor

HOLD_TONE: Final = CHINA_TONES["queue"]
HOLD_NOTICE: Final = "please-hold"


class Talk:
    """One call with a seat. `over` is done when the seat's side has ended; `onward` says whether the caller goes on."""

    def __init__(self, parts: Parts, call: Call, order: Order, position: Position, use: PhoneUse) -> None:
        self.call = call
        self.order = order
        self.parts = parts
        self.position: Position | None = None
        self.use: PhoneUse | None = None
        self.is_held = False
        self.consult: Party | None = None
        self.members: list[Party] = []
        self.monitors: dict[str, Monitor] = {}
        self.onward: Order | None = None
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._bridge = Bridge(parts.rooms)
        self._is_open = True
        self._seat(position, use)

    def _seat(self, position: Position, use: PhoneUse) -> None:
        self.position, self.use = position, use
        position.talk = self
        position.use = use
        use.ended.add_done_callback(partial(self._on_seat_ended, use))

    # --- speech ---------------------------------------------------------------------------------------------------

    @property
    def caller_waits(self) -> bool:
        return self.is_held or self.consult is not None

    def arrange(self) -> None:
        """Who is in which part now. NoRoomError changes nothing."""
        if not self._is_open:
            return
        parties = {monitor.port: monitor.role for monitor in self.monitors.values()}
        if self.use is not None:
            parties[self.use.port] = Role.SEAT if self.monitors else Role.TALK
        if self.consult is not None and self.consult.port is not None:
            parties[self.consult.port] = Role.TALK
        if not self.caller_waits:
            parties[self.call.port] = Role.TALK
            parties |= {member.port: Role.TALK for member in self.members if member.port is not None}
        self._bridge.arrange(parties)

    def begin(self) -> None:
        """Caller and seat hear each other, also what keys the caller presses from now on."""
        self.parts.rooms.engine.guard(self.call.port, 0)
        self.arrange()

    def _keep_waiting(self) -> None:
        notice = self.parts.prompts.clips((HOLD_NOTICE,), self.call.language)
        self.call.path.play(notice).add_done_callback(self._send_hold_tone)

    def _send_hold_tone(self, _: object) -> None:
        if self._is_open and self.caller_waits:
            self.call.path.send_tone(HOLD_TONE)

    def _stop_waiting(self) -> None:
        self.call.path.stop_play()
        self.call.path.stop_tone()

    # --- hold -----------------------------------------------------------------------------------------------------

    def hold(self) -> None:
        position = self.own("hold")
        if self.caller_waits:
            raise NotNowError(position.id, "hold", self.words, "talking")
        self.tell(q.CallHeld)
        self._set_held(is_held=True)

    def retrieve(self) -> None:
        position = self.own("retrieve")
        if not self.is_held or self.consult is not None:
            raise NotNowError(position.id, "retrieve", self.words, "held")
        self.tell(q.CallRetrieved)
        self._set_held(is_held=False)

    def _set_held(self, *, is_held: bool) -> None:
        self.is_held = is_held
        self.note("seat.held" if is_held else "seat.retrieved")
        self.arrange()
        if is_held:
            self._keep_waiting()
        else:
            self._stop_waiting()

    @property
    def words(self) -> str:
        """What it is doing."""
        return "consulting" if self.consult is not None else "held" if self.is_held else "talking"

    # --- consultation ---------------------------------------------------------------------------------------------

    def consults(self, party: Party) -> None:
        """The seat asks somebody; the caller waits."""
        self.tell(q.ConsultBegins)
        was_waiting, self.consult = self.caller_waits, party
        self.is_held = False
        self.note("seat.consults", target=party.name)
        self.arrange()
        if not was_waiting:
            self._keep_waiting()

    def on_party(self, party: Party) -> None:
        """A third party can be heard, has answered, or has ended."""
        if party is self.consult:
            self._on_consult(party)
        elif party in self.members:
            self._on_member(party)

    def _on_consult(self, party: Party) -> None:
        if party.ended is not None:
            self.note("seat.consult_ended", target=party.name, why=party.ended)
            self.back_to_caller()
            return
        if party.is_answered:
            self.note("seat.consult_answered", target=party.name)
            if isinstance(party, SeatParty) and party.position is not None:
                party.position.joined = self
        self.arrange()

    def _on_member(self, party: Party) -> None:
        if party.ended is None:
            return self.arrange()
        self.members.remove(party)
        self.note("seat.member_left", target=party.name, why=party.ended)
        self.arrange()
        if self.use is None and not self.members:
            self.end()
        return None

    def drop_consult(self) -> None:
        position = self.own("end the consultation")
        if self.consult is None:
            raise NotNowError(position.id, "end the consultation", self.words, "consulting")
        party = self.consult
        party.end()
        self.note("seat.consult_ended", target=party.name, why=Cause.NORMAL.words)
        self.back_to_caller()

    def back_to_caller(self) -> None:
        self.consult = None
        self.tell(q.ConsultEnds)
        self._stop_waiting()
        self.arrange()

    def conference(self) -> None:
        """Whom the seat asks, and the caller, and the seat: all together."""
        party = self.answered_consult("make a conference")
        self.members.append(party)
        self.note("seat.conference", target=party.name, parties=2 + len(self.members))
        self.back_to_caller()

    def answered_consult(self, action: str) -> Party:
        position = self.own(action)
        if self.consult is None:
            raise NotNowError(position.id, action, self.words, "consulting")
        if not self.consult.is_answered:
            raise NotNowError(position.id, action, f"{self.consult.name} has not answered", "that it has")
        return self.consult

    def complete_transfer(self) -> None:
        """The caller goes on with whom the seat has asked; the seat is let go."""
        party = self.answered_consult("complete the transfer")
        self.note("seat.transferred", target=party.name, attended=True)
        if isinstance(party, SeatParty):
            self.hand_over(*party.hand_over())
        else:
            self._go_on_without_seat(party)

    # --- its seat -------------------------------------------------------------------------------------------------

    def own(self, action: str) -> Position:
        """The seat; NotNowError when the talk goes on without one, or is over."""
        if self.position is None or self.over.done():
            raise NotNowError("of a talk that is over", action, "no talk", "a talk")
        return self.position

    def tell(self, kind: type[q.CallHeld | q.CallRetrieved | q.ConsultBegins | q.ConsultEnds]) -> None:
        """The machine, of a seat that it knows to be in this talk."""
        if self.position is not None and self.position.key is not None:
            self.parts.dispatch.feed(kind(self.position.id, self.parts.dispatch.now_ms()))

    def note(self, kind: str, **fields: Field) -> None:
        seat = None if self.position is None else self.position.id
        self.call.note(kind, seat=seat, **fields)

    def hand_over(self, position: Position, use: PhoneUse) -> None:
        """Another seat has the call from now on; the old one is let go."""
        self.let_seat_go()
        self._seat(position, use)
        self.call.seat = position.id
        self.consult, self.is_held = None, False
        self._stop_waiting()
        self.note("seat.connected", waited_ms=self.call.waiting_ms)
        self.arrange()

    def _go_on_without_seat(self, party: Party) -> None:
        """The caller and the outside party whom the seat has asked; until either hangs up."""
        self.let_seat_go()
        self.consult, self.is_held = None, False
        self.members.append(party)
        self._stop_waiting()
        self.arrange()

    def let_seat_go(self) -> None:
        position, self.position, self.use = self.position, None, None
        if position is None:
            return
        self.call.note("seat.parted", seat=position.id)
        position.talk = None
        self.arrange()
        self.parts.dispatch.let_go(position)

    def _on_seat_ended(self, use: PhoneUse, _: object) -> None:
        if self.use is use:
            self.seat_hangs_up()

    def seat_hangs_up(self) -> None:
        """By telephone or by order: its question becomes a transfer when it was answered."""
        if self.over.done():
            return
        if self.consult is not None and self.consult.is_answered:
            self.complete_transfer()
        elif self.members:
            self.let_seat_go()
            self._stop_waiting()
        else:
            self.end()

    # --- the end --------------------------------------------------------------------------------------------------

    def end(self, onward: Order | None = None) -> None:
        """The seat's side is over; the caller goes `onward`, or his flow goes on."""
        if not self.over.done():
            self.onward = onward
            self.over.set_result(None)
            self.let_seat_go()

    def close(self) -> None:
        """Nothing of it is left: no speech, no party, no supervisor, no telephone."""
        if not self._is_open:
            return
        self._stop_waiting()
        self._bridge.arrange({})
        self._is_open = False
        for party in (*self.members, *(() if self.consult is None else (self.consult,))):
            party.end()
        for monitor in tuple(self.monitors.values()):
            monitor.end()
        self.end()  # who is still being rung for it hears so
        self.let_seat_go()
