"""What a chief orders (R-107, R-108): be in a talk, take it over, give a call to a seat, set seats and services."""

from collections.abc import Mapping
from dataclasses import replace

from kmcc.switch.queue import events as q
from kmcc.switch.queue.parties import Grade, SeatKind
from kmcc.switch.queue.seat import SeatState
from kmcc.switch.seats.dispatch import waiting_key
from kmcc.switch.seats.errors import BadOrderError, NoSuchSeatError, NotNowError
from kmcc.switch.seats.monitor import Manner, join
from kmcc.switch.seats.parts import Parts
from kmcc.switch.seats.position import Position
from kmcc.switch.seats.talk import Talk


class Supervision:
    """Every order leaves an event that names who gave it (`by`)."""

    def __init__(self, parts: Parts, positions: Mapping[str, Position]) -> None:
        self._parts = parts
        self._positions = positions

    # --- talks ----------------------------------------------------------------------------------------------------

    def join(self, seat: str, supervisor: str, manner: Manner) -> None:
        """Be in this seat's talk with the telephone of the supervisor's own place, or be there in another manner."""
        talk = self._talk(seat, manner.value)
        join(self._parts, talk, self._named(supervisor), manner)

    def leave(self, supervisor: str) -> None:
        position = self._named(supervisor)
        if position.monitor is None:
            raise NotNowError(supervisor, "leave", "in no other seat's talk", "in one")
        position.monitor.end()

    def force_release(self, seat: str, by: str) -> None:
        """End this seat's call; its caller is released."""
        talk = self._talk(seat, "be released by force")
        talk.note("supervisor.released", by=by)
        talk.end()

    # --- waiting calls --------------------------------------------------------------------------------------------

    def insert(self, call: str, seat: str, by: str) -> None:
        """This waiting call is for this seat, whatever its skills, as soon as it is ready."""
        position = self._named(seat)
        key = waiting_key(self._parts.dispatch, call)
        if position.state is SeatState.SIGNED_OUT:  # the machine would let the caller go: nobody else may have him
            raise NotNowError(seat, "be given a call", SeatState.SIGNED_OUT.value, "signed in")
        caller = next(caller for caller in self._parts.dispatch.machine.waiting() if caller.call == key)
        self._parts.dispatch.feed(q.CallRegraded(key, self._now_ms(), caller.grade, only=seat))
        self._parts.journal.write("supervisor.inserted", call=call, seat=seat, by=by)

    def regrade(self, call: str, grade: Grade, by: str) -> None:
        """A waiting call is more or less important from now on."""
        key = waiting_key(self._parts.dispatch, call)
        self._parts.journal.write("supervisor.regraded", call=call, grade=grade.name.lower(), by=by)
        self._parts.dispatch.feed(q.CallRegraded(key, self._now_ms(), grade))

    # --- seats and services ---------------------------------------------------------------------------------------

    def force(self, seat: str, reason: str, by: str) -> None:
        """Set it aside, now or when its call is over."""
        self._signed_in(seat, "be set aside")
        self._parts.dispatch.feed(q.SeatForced(seat, reason, self._now_ms()))
        self._parts.journal.write("supervisor.forced", seat=seat, reason=reason, by=by)

    def free(self, seat: str, by: str) -> None:
        """What was forced is undone."""
        self._signed_in(seat, "be freed")
        self._parts.dispatch.feed(q.SeatFreed(seat, self._now_ms()))
        self._parts.journal.write("supervisor.freed", seat=seat, by=by)

    def sign_out(self, seat: str, by: str) -> None:
        """Its shift is over, now or when its call is."""
        self._signed_in(seat, "be signed out")
        self._parts.dispatch.feed(q.SeatSignsOut(seat, self._now_ms()))
        self._parts.journal.write("supervisor.signed_out", seat=seat, by=by)

    def reassign(
        self, seat: str, by: str, *, kind: SeatKind, skills: Mapping[str, int], languages: tuple[str, ...]
    ) -> None:
        """Other skills, kind or languages; what the seat is doing goes on."""
        position = self._named(seat)
        if not skills or not languages:
            raise BadOrderError("profile", "no skill or no language", "one or more of each")
        profile = replace(position.profile, kind=kind, skills=dict(skills), languages=languages)
        if position.has_signed_in:
            self._parts.dispatch.feed(q.SeatReassigned(profile, self._now_ms()))
        position.profile = profile
        words = " ".join(f"{service}={level}" for service, level in sorted(skills.items()))
        self._parts.journal.write("supervisor.reassigned", seat=seat, skills=words, kind=kind.value, by=by)

    def open_service(self, service: str, by: str) -> None:
        self._parts.dispatch.feed(q.ServiceOpens(service, self._now_ms()))
        self._parts.journal.write("service.opened", service=service, by=by)

    def close_service(self, service: str, by: str) -> None:
        """New calls are refused, those that wait are served."""
        self._parts.dispatch.feed(q.ServiceCloses(service, self._now_ms()))
        self._parts.journal.write("service.closed", service=service, by=by)

    def _now_ms(self) -> int:
        return self._parts.dispatch.now_ms()

    def _named(self, seat: str) -> Position:
        position = self._positions.get(seat)
        if position is None:
            raise NoSuchSeatError(seat)
        return position

    def _signed_in(self, seat: str, action: str) -> Position:
        position = self._named(seat)
        if not position.has_signed_in:
            raise NotNowError(seat, action, "signed out", "signed in")
        return position

    def _talk(self, seat: str, action: str) -> Talk:
        talk = self._named(seat).talk
        if talk is None or talk.position is None:
            raise NotNowError(seat, action, "no talk", "a talk")
        return talk
