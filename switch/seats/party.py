"""A third party of a talk: another seat, a service's seat, or an outside number; consulted, later perhaps joined."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import partial

from kmcc.switch.call import Call
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.journal import Field
from kmcc.switch.leg import Leg
from kmcc.switch.queue import effects as fx
from kmcc.switch.queue import events as q
from kmcc.switch.queue.parties import Transferred
from kmcc.switch.seats.dispatch import Guest
from kmcc.switch.seats.order import Data, Target, pop_fields
from kmcc.switch.seats.parts import Parts
from kmcc.switch.seats.phone import PhoneUse
from kmcc.switch.seats.position import Position

OnChange = Callable[["Party"], None]


class Party(ABC):
    """`on_change` is called when it can be heard, has answered, and has ended; each once at most."""

    def __init__(self, target: Target, on_change: OnChange) -> None:
        self.target = target
        self.is_answered = False
        self.ended: str | None = None  # why
        self._on_change = on_change

    @property
    def name(self) -> str:
        return self.target.name

    @property
    @abstractmethod
    def port(self) -> int | None:
        """Where it can be heard; None = not yet."""

    @abstractmethod
    def end(self) -> None:
        """Let it go; nothing is told then."""

    def _change(self, *, ended: str | None = None) -> None:
        self.ended = ended
        self._on_change(self)


class OutsideParty(Party):
    """A leg of the call to another number; its record is one of the call's."""

    def __init__(self, call: Call, target: Target, on_change: OnChange) -> None:
        """ConnectFailed when there is no way to the number."""
        super().__init__(target, on_change)
        self._call = call
        self._leg: Leg = call.place(str(target.number))
        self._is_open = True
        self._leg.alerting.add_done_callback(lambda _: self._on_change(self))
        self._leg.answered.add_done_callback(lambda _: self._answer())
        self._leg.ended.add_done_callback(lambda ended: self._end(ended.result()))

    @property
    def port(self) -> int | None:
        return self._leg.port if self._leg.alerting.done() or self.is_answered else None

    def _answer(self) -> None:
        self.is_answered = True
        self._on_change(self)

    def _end(self, cause: Cause) -> None:
        if self._close():
            self._change(ended=cause.words)

    def end(self) -> None:
        self._close()

    def _close(self) -> bool:
        """Its record is written, once."""
        was_open, self._is_open = self._is_open, False
        if was_open:
            self._call.end_leg(self._leg)
        return was_open


class SeatParty(Party, Guest):
    """Another seat, found by the machine; for it the consultation is a call as any other."""

    def __init__(
        self, call: Call, target: Target, on_change: OnChange, parts: Parts, *, asks: Position, data: Data
    ) -> None:
        super().__init__(target, on_change)
        self._call = call
        self._dispatch = parts.dispatch
        self._asks = asks
        self._data = data
        self._near = parts.settings.place_of(call.port)
        self.key = parts.dispatch.new_key(call.id)
        self.position: Position | None = None
        self.use: PhoneUse | None = None

    def begin(self) -> None:
        """Into the line, before all who were not transferred."""
        self._dispatch.enter(
            self,
            q.CallWaiting(
                self.key,
                self._dispatch.now_ms(),
                service=self.target.service,
                transferred=Transferred.YES,
                only=self.target.seat,
                passed_by=self._asks.id,
                near=self._near,
            ),
        )

    # --- a guest of the machine -----------------------------------------------------------------------------------

    @property
    def call_id(self) -> str:
        return self._call.id

    @property
    def calling(self) -> CallingParty:
        return CallingParty(self._call.calling.number)

    def pop(self) -> Mapping[str, Field]:
        number = self._call.calling.number
        return {"calling": number, "consulted_by": self._asks.id, **pop_fields(self._data)}

    def gave_up(self, why: fx.GiveUpReason) -> None:
        del self._dispatch.guests[self.key]
        self._change(ended=why.value)

    def answered(self, position: Position, use: PhoneUse) -> None:
        self.position, self.use = position, use
        self.is_answered = True
        self._dispatch.accept(position, self.key)
        use.ended.add_done_callback(partial(self._hung_up, use))
        self._on_change(self)

    def withdrawn(self) -> None:
        """The machine looks for another seat, or says that there is none."""

    # --- a party --------------------------------------------------------------------------------------------------

    @property
    def port(self) -> int | None:
        return None if self.use is None else self.use.port

    def _hung_up(self, use: PhoneUse, _: object) -> None:
        if self.use is use:
            self._leave()
            self._change(ended=Cause.CALLED_HUNG_UP.words)

    def end(self) -> None:
        self._on_change = _forget
        self._leave()

    def _leave(self) -> None:
        position, self.position, self.use = self.position, None, None
        if self._dispatch.guests.pop(self.key, None) is None:
            return
        if position is not None:
            position.joined = None
            self._dispatch.let_go(position)
        else:
            self._dispatch.feed(q.CallGone(self.key, self._dispatch.now_ms()))

    def hand_over(self) -> tuple[Position, PhoneUse]:
        """The seat has the call itself from now on, and is no third party any more."""
        position, use = self.position, self.use
        assert position is not None
        assert use is not None
        self.position = self.use = None
        self._on_change = _forget
        del self._dispatch.guests[self.key]
        position.joined = None
        return position, use


def _forget(_: Party) -> None:
    """It was let go: what still happens to it is nobody's concern."""
