"""A seat's telephone in use: rung and lifted, or with its line up all day long for a headset.

An analogue telephone answers by being lifted, and the seat is free again when it has been put down. Where a seat keeps
its line up, the first ring is answered by lifting; from then on an offer is told by a short tone, and answered by order
(or by itself). Putting down ends talk and line; the next offer rings.
"""

import asyncio
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Final, Protocol

from kmcc.dsp.engine import Engine
from kmcc.dsp.tone import Tone
from kmcc.switch.circuit import CallingParty, Cause, Circuit, CircuitState, Listener
from kmcc.switch.leg import Leg
from kmcc.switch.seats.errors import NotNowError

OFFER_TONE: Final = Tone((450,), (-10.0,), ((200, 100), (200, 0)), repeats=1)


class Answering(Enum):
    """How the seat's telephone answers."""

    LIFT = "lift"  # it rings and is lifted, for each call
    HEADSET = "headset"  # its line stays up; an order answers
    AUTO = "auto"  # its line stays up, and the caller is there after a tone


class PhoneUse(Protocol):
    """One use of a telephone: `kmcc.switch.leg.Leg`, or a part of a line that stays up."""

    answered: asyncio.Future[None]
    ended: asyncio.Future[Cause]
    idle: asyncio.Future[None]

    @property
    def port(self) -> int: ...

    def release(self, cause: Cause) -> None: ...


class StandingUse:
    """One use of a line that stays up between uses; the telephone tells it what becomes of the line."""

    def __init__(self, line: Leg, *, is_up: bool) -> None:
        loop = asyncio.get_running_loop()
        self.answered: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[Cause] = loop.create_future()
        self.idle: asyncio.Future[None] = loop.create_future()
        self.is_up = is_up
        self._line = line

    @property
    def port(self) -> int:
        return self._line.port

    def answer(self) -> None:
        if not self.answered.done() and not self.ended.done():
            self.answered.set_result(None)

    def release(self, cause: Cause) -> None:
        self.end(cause)
        if self.is_up:
            self.clear()
        else:
            self._line.release(cause)

    def end(self, cause: Cause) -> None:
        if not self.ended.done():
            self.ended.set_result(cause)

    def clear(self) -> None:
        if not self.idle.done():
            self.idle.set_result(None)


class SeatPhone:
    """The telephone of one seat; `on_free` hears it while it has no call."""

    def __init__(self, seat: str, circuit: Circuit, engine: Engine, on_free: Listener, answering: Answering) -> None:
        self.seat = seat
        self.answering = answering
        self._circuit = circuit
        self._engine = engine
        self._on_free = on_free
        self._line: Leg | None = None  # that stays up
        self._use: PhoneUse | None = None

    def start(self) -> None:
        self._circuit.attach(self._on_free)
        self._circuit.start()

    @property
    def use(self) -> PhoneUse | None:
        """That of now; also while the receiver has still to be put down."""
        return None if self._use is None or self._use.idle.done() else self._use

    @property
    def is_up(self) -> bool:
        """Whether the line stays up and is."""
        line = self._line
        return line is not None and line.answered.done() and not line.ended.done()

    @property
    def can_ring(self) -> bool:
        return self.use is None and (self.is_up or self._circuit.state is CircuitState.IDLE)

    @property
    def is_off_hook(self) -> bool:
        """Lifted, for a call or for none; a telephone that rings is not."""
        is_rung = self.use is not None and not self.is_up and not self.use.answered.done()
        return self._circuit.state is not CircuitState.IDLE and not is_rung

    @property
    def is_clearing(self) -> bool:
        """Its use is over, but the receiver is not put down yet."""
        return self.use is not None and self.use.ended.done()

    def call(self, calling: CallingParty, *, action: str) -> PhoneUse:
        """Ring it, or tell of the call by a tone. NotNowError when it is in use."""
        if not self.can_ring:
            raise NotNowError(self.seat, action, "its telephone is in use", "one that is put down")
        self._use = self._ring(calling) if self.answering is Answering.LIFT else self._call_standing(calling)
        return self._use

    def answer(self) -> None:
        """By order, on a line that is up. NotNowError when it is not, or nothing waits for an answer."""
        use = self.use
        if use is None or use.ended.done() or use.answered.done():
            raise NotNowError(self.seat, "answer", "nothing is offered", "an offer")
        if not isinstance(use, StandingUse) or not self.is_up:
            raise NotNowError(self.seat, "answer", "the telephone rings", "that it is lifted")
        self._engine.stop_tone(use.port)
        use.answer()

    def put_up(self) -> None:
        """The shift is over: a line that stays up is released."""
        if self._line is not None:
            self._line.release(Cause.NORMAL)

    def _ring(self, calling: CallingParty) -> Leg:
        leg = Leg(self._circuit, then=self._on_free)
        self._circuit.setup(self.seat, calling)
        return leg

    def _call_standing(self, calling: CallingParty) -> StandingUse:
        if self._line is not None and self.is_up:
            use = StandingUse(self._line, is_up=True)
            self._announce(use)
            return use
        line = self._line = self._ring(calling)
        line.answered.add_done_callback(lambda _: self._on_line(StandingUse.answer, is_up=True))
        line.ended.add_done_callback(lambda ended: self._on_line(partial(StandingUse.end, cause=ended.result())))
        line.idle.add_done_callback(lambda _: self._on_line(StandingUse.clear))
        return StandingUse(line, is_up=False)

    def _on_line(self, tell: Callable[[StandingUse], None], *, is_up: bool = False) -> None:
        if isinstance(self._use, StandingUse):
            self._use.is_up |= is_up
            tell(self._use)

    def _announce(self, use: StandingUse) -> None:
        self._engine.send_tone(use.port, OFFER_TONE)
        timer = None
        if self.answering is Answering.AUTO:
            timer = asyncio.get_running_loop().call_later(OFFER_TONE_S, use.answer)
        use.ended.add_done_callback(partial(self._hush, use, timer))

    def _hush(self, use: StandingUse, timer: asyncio.TimerHandle | None, _: object) -> None:
        if timer is not None:
            timer.cancel()
        if self.is_up and not use.answered.done():  # else the tone on the line is the exchange's own
            self._engine.stop_tone(use.port)


OFFER_TONE_S: Final = sum(on + off for on, off in OFFER_TONE.cadence_ms) / 1000
