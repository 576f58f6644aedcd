"""A supervisor in a talk: listens, whispers to the seat, barges in, or takes the call over (R-107, R-108, R-112)."""

import asyncio
from enum import Enum
from typing import Final

from kmcc.switch.bridge import NoRoomError, Role
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.queue.seat import SeatState
from kmcc.switch.seats.errors import NotNowError
from kmcc.switch.seats.parts import Parts
from kmcc.switch.seats.phone import PhoneUse, StandingUse
from kmcc.switch.seats.position import Position
from kmcc.switch.seats.talk import Talk


class Manner(Enum):
    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"
    INTERCEPT = "intercept"  # takes the call over as soon as the telephone is lifted


ROLES: Final = {
    Manner.LISTEN: Role.LISTEN,
    Manner.WHISPER: Role.WHISPER,
    Manner.BARGE: Role.TALK,
    Manner.INTERCEPT: Role.LISTEN,
}
FREE_STATES: Final = frozenset({SeatState.SIGNED_OUT, SeatState.PAUSED, SeatState.FORCED})
"""In these no caller is offered to the supervisor's own place meanwhile."""


class Monitor:
    """One supervisor's telephone at one talk, which it follows from seat to seat."""

    def __init__(self, parts: Parts, talk: Talk, position: Position, use: PhoneUse, manner: Manner) -> None:
        self.talk = talk
        self.position = position
        self.manner = manner
        self._parts = parts
        self._use = use
        position.monitor, position.use = self, use
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(parts.settings.ring_s, self._not_answered)
        talk.over.add_done_callback(self._talk_is_over)
        use.answered.add_done_callback(lambda _: self._join())
        use.ended.add_done_callback(lambda _: self.end())

    @property
    def port(self) -> int:
        return self._use.port

    @property
    def role(self) -> Role:
        return ROLES[self.manner]

    @property
    def is_there(self) -> bool:
        """Whether the telephone has been lifted."""
        return self._use.answered.done() and self.position.monitor is self

    def change(self, manner: Manner) -> None:
        self.manner = manner
        if self.is_there:
            self._take_part()

    def end(self, cause: Cause = Cause.NORMAL) -> None:
        """Out of the talk; harmless when it is."""
        if self.position.monitor is not self:
            return
        self._leave()
        self.talk.call.note("supervisor.left", supervisor=self.position.id)
        self.position.use = self._use
        self._parts.dispatch.let_go(self.position, cause)

    def _leave(self) -> None:
        self._timer.cancel()
        self.talk.over.remove_done_callback(self._talk_is_over)
        self.position.monitor = None
        if self.talk.monitors.pop(self.position.id, None) is not None:
            self.talk.arrange()

    def _talk_is_over(self, _: object) -> None:
        self.end()

    def _not_answered(self) -> None:
        if not self._use.answered.done():
            self.end(Cause.NO_ANSWER)

    def _join(self) -> None:
        if self.position.monitor is not self:
            return
        self._timer.cancel()
        self.talk.monitors[self.position.id] = self
        self._take_part()

    def _take_part(self) -> None:
        if self.manner is Manner.INTERCEPT:
            return self._intercept()
        try:
            self.talk.arrange()
        except NoRoomError as error:
            self.talk.call.note("alarm.no_conference_room", what=str(error))
            return self.end(Cause.CONGESTION)
        seat = None if self.talk.position is None else self.talk.position.id
        self.talk.call.note("supervisor.joined", supervisor=self.position.id, seat=seat, manner=self.manner.value)
        return None

    def _intercept(self) -> None:
        seat = None if self.talk.position is None else self.talk.position.id
        self._leave()
        self.talk.call.note("supervisor.intercepted", supervisor=self.position.id, seat=seat)
        if self.talk.consult is not None:
            self.talk.consult.end()
        self.talk.hand_over(self.position, self._use)


def join(parts: Parts, talk: Talk, position: Position, manner: Manner) -> None:
    """Ring the supervisor's telephone, unless it is up, and let him in. NotNowError when he or it is busy."""
    if talk.position is position:
        raise NotNowError(position.id, manner.value, "it is its own talk", "that of another seat")
    present = position.monitor
    if present is not None and present.talk is talk:
        return present.change(manner)
    if position.state not in FREE_STATES:
        raise NotNowError(position.id, manner.value, position.state.value, "signed out or paused")
    if position.is_engaged:
        raise NotNowError(position.id, manner.value, "its telephone is in use", "one that is put down")
    if parts.rooms.free == 0 and not talk.monitors:
        raise NoRoomError(parts.rooms.engine.conferences)
    use = position.phone.call(CallingParty(talk.call.calling.number), action=manner.value)
    Monitor(parts, talk, position, use, manner)
    if isinstance(use, StandingUse) and use.is_up:
        use.answer()
    return None
