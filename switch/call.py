"""A call as a flow sees it: answer, play, collect, record, connect, queue, release.

A flow is `async def flow(call: Call) -> None`. Whatever it awaits ends with CallEnded as soon as either side has
hung up, so a flow needs no clean-up of its own; the call server closes the legs, the recording and the CDR.
"""

import asyncio
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Final, NoReturn, Protocol

from kmcc.dsp.recorder import Recording
from kmcc.dsp.tone import CHINA_TONES
from kmcc.switch.announce import Language
from kmcc.switch.circuit import CallingParty, Cause, Circuit
from kmcc.switch.errors import SwitchError
from kmcc.switch.journal import Field, Journal
from kmcc.switch.leg import Leg, Milestone, first_of
from kmcc.switch.message import until_said
from kmcc.switch.pass_on import pass_signals
from kmcc.switch.prompts import PromptSet
from kmcc.switch.queue.parties import Grade
from kmcc.switch.seats.order import Order, Unserved, cut_data
from kmcc.switch.speech_path import SpeechPath

NO_FORM: Final[Mapping[str, str]] = MappingProxyType({})
RING_S: Final = 90.0  # GB 3380-82

OWN: Final = ""
"""In place of a trunk group's name, for calls of our own."""


class Secrecy(Enum):
    """Whether keys may be seen in journals and traces."""

    OPEN = "open"
    SECRET = "secret"


class CallEnded(SwitchError):
    """The call is over. Flows let it pass."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(f"the call has ended: {cause.words}")
        self.cause = cause


class ConnectFailed(SwitchError):
    """The other party was not reached."""

    def __init__(self, number: str, cause: Cause) -> None:
        super().__init__(f"{number} was not reached: {cause.words}")
        self.cause = cause


class QueueGaveUp(SwitchError):
    """No seat for this caller."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"no seat: {reason}")
        self.reason = reason


class Exchange(Protocol):
    """What a call needs of the call server around it."""

    journal: Journal
    prompts: PromptSet

    def place(self, call: "Call", number: str, *, is_end_to_end: bool = False) -> Leg:
        """Start an outgoing leg for this call. ConnectFailed when there is no route or no idle circuit."""
        ...

    def close_leg(self, call: "Call", leg: Leg) -> None:
        """The outgoing leg is over: release what is left and write its CDR."""
        ...

    async def queue(self, call: "Call", order: Order) -> None: ...

    def message_file(self, call: "Call") -> Path:
        """Where the next message left in this call goes."""
        ...

    def seat_has_joined(self, call: "Call") -> None: ...

    def has_ordinary_route(self, call: "Call") -> bool: ...


class Call:
    """One call; `leg` is the caller's side and `group` its trunk group (the called party's and OWN when we dialled)."""

    def __init__(
        self,
        ident: str,
        leg: Leg,
        path: SpeechPath,
        exchange: Exchange,
        *,
        called: str,
        calling: CallingParty,
        language: Language,
        group: str = OWN,
    ) -> None:
        self.id = ident
        self.leg = leg
        self.path = path
        self.called = called
        self.calling = calling
        self.language = language
        self.group = group
        self.service: str | None = None
        self._seat: str | None = None
        self.waiting_ms: int | None = None
        self.unserved: Unserved | None = None  # how it last waited, if it got no seat then
        self._exchange = exchange

    @property
    def seat(self) -> str | None:
        """Who talks with the caller, or did so last."""
        return self._seat

    @seat.setter
    def seat(self, seat: str | None) -> None:
        self._seat = seat
        self._exchange.seat_has_joined(self)

    @property
    def port(self) -> int:
        return self.leg.port

    @property
    def answered(self) -> bool:
        return self.leg.answered.done()

    @property
    def circuit(self) -> Circuit:
        return self.leg.circuit

    def note(self, kind: str, **fields: Field) -> None:
        """A journal entry tied to this call."""
        self._exchange.journal.write(kind, call=self.id, **fields)

    # --- state of the call --------------------------------------------------------------------------------------

    async def alert(self) -> None:
        """Tell the far exchange that the called party is free; speech is through, nothing is charged yet."""
        self._check()
        if not self.leg.alerting.done():
            self.circuit.alert()
            self.leg.alerting.set_result(None)
            self.note("call.alerting")
        await self.until(self.leg.through)

    async def answer(self) -> None:
        """Answer; charging starts with the signal, which keeps its distance from the register signals."""
        await self.alert()
        if not self.leg.answered.done():
            self.circuit.answer()
            await self.until(self.leg.answered)
            self.path.listen_for_keys()
            self.note("call.answered")

    async def release(self, cause: Cause) -> NoReturn:
        """End the call; always raises CallEnded, so a flow may end with it anywhere."""
        self.end(cause)
        raise CallEnded(cause)

    def end(self, cause: Cause) -> None:
        """Release the leg; harmless when it has ended."""
        self.path.stop_tone()
        self.leg.release(cause)

    async def until(self, *milestones: Milestone, timeout_s: float | None = None) -> bool:
        """Wait for one of these; False on time-out, CallEnded when the call ended first."""
        reached = await first_of(*milestones, self.leg.ended, timeout_s=timeout_s)
        self._check()
        return reached

    async def sleep(self, seconds: float) -> None:
        await self.until(timeout_s=seconds)

    def _check(self) -> None:
        if self.leg.ended.done():
            raise CallEnded(self.leg.ended.result())

    # --- speech -------------------------------------------------------------------------------------------------

    async def play(
        self, names: tuple[str, ...], *, times: int = 1, until: "asyncio.Future[None] | None" = None
    ) -> None:
        """Play these prompts to their end, `times` times over; or until this milestone is reached."""
        self._check()
        clips = self._exchange.prompts.clips(names, self.language)
        self.note("prompt.started", prompt=" ".join(names), language=self.language.value)
        done = self.path.play(clips * times)
        await first_of(done, self.leg.ended, *(() if until is None else (until,)))
        if not done.done():
            self.path.stop_play()
        self._check()

    async def collect(
        self,
        names: tuple[str, ...],
        *,
        digits: int,
        timeout_s: float,
        secret: Secrecy = Secrecy.OPEN,
        terminator: str = "#",
    ) -> str:
        """Play, if anything, and take up to `digits` keys; a key stops the prompt. The keys, "" when none came in time.

        Secret keys are masked in the journal and silent in recordings, and from then on all keys are silent there until
        the call is connected.
        """
        self._check()
        self.path.listen_for_keys()
        if secret is Secrecy.SECRET:
            self.path.guard_keys()
        if names:
            self.note("prompt.started", prompt=" ".join(names), language=self.language.value)
            playing = self.path.play(self._exchange.prompts.clips(names, self.language))
            await self.until(playing, self.path.key_pressed())
            self.path.stop_play()
        keys = ""
        while len(keys) < digits:
            key = await self._key(timeout_s)
            if key is None or key == terminator:
                break
            self.note("key.pressed", key="*" if secret is Secrecy.SECRET else key, masked=secret is Secrecy.SECRET)
            keys += key
        return keys

    async def _key(self, timeout_s: float) -> str | None:
        if not await self.until(self.path.key_pressed(), timeout_s=timeout_s):
            return None
        return self.path.take_key()

    async def record(self, *, limit_s: float, silence_s: float = 5.0) -> Recording | None:
        """Take a message: what the caller says until any key, a pause of `silence_s` or `limit_s`.

        None when it could not be recorded. Hanging up keeps what was said until then.
        """
        self._check()
        self.path.listen_for_keys()
        self.path.start_message(
            self._exchange.message_file(self), lambda fault: self.note("alarm.recording", what=str(fault))
        )
        try:
            await until_said(self, limit_s, silence_s)
        finally:
            recording = self.path.stop_message()
            if recording is not None:
                self.note("message.recorded", file=recording.path.name, duration_s=recording.duration_s)
        return recording

    @property
    def has_spoken(self) -> bool:
        """Whether anything was said in the message that was taken last."""
        return self.path.has_spoken

    # --- other parties ------------------------------------------------------------------------------------------

    async def connect(self, number: str) -> Cause:
        """Dial `number` and join both until one side hangs up; why the far side's leg ended.

        Before the far side answers the caller hears what its exchange sends. ConnectFailed when it is not reached.
        """
        self._check()
        leg = self.place(number)
        pass_signals(self, leg)
        try:
            await self.until(leg.alerting, leg.ended)
            if leg.ended.done():
                raise ConnectFailed(number, leg.ended.result())
            await self.alert()
            self.path.connect(leg.port)
            await self._until_answered(number, leg)
            await self.answer()
            await self.until(leg.ended)
            return leg.ended.result()
        finally:
            self.close_leg(leg)

    async def _until_answered(self, number: str, leg: Leg) -> None:
        """The exchanges behind a trunk send ring-back tone and end the attempt in time; for our telephones we do."""
        if leg.circuit.rings_silently:
            self.path.send_tone(CHINA_TONES["ring_back"])
        await self.until(leg.answered, leg.ended, timeout_s=RING_S if leg.circuit.rings_silently else None)
        self.path.stop_tone()
        if not leg.answered.done():
            leg.release(Cause.NO_ANSWER)  # harmless when it has ended
            raise ConnectFailed(number, leg.ended.result())

    def place(self, number: str) -> Leg:
        """Start a leg to another party; `close_leg`, or `end_leg` where others join it, ends it. ConnectFailed."""
        return self._exchange.place(self, number)

    def place_end_to_end(self) -> Leg:
        """A leg over which the caller's exchange will send the number itself; `close_leg` ends it."""
        leg = self._exchange.place(self, self.called, is_end_to_end=True)
        pass_signals(self, leg)
        return leg

    def close_leg(self, leg: Leg) -> None:
        self.path.disconnect(leg.port)
        self.end_leg(leg)

    def end_leg(self, leg: Leg) -> None:
        self._exchange.close_leg(self, leg)

    async def queue(self, service: str | None, *, grade: int = 0, form: Mapping[str, str] = NO_FORM) -> None:
        """Wait for a seat, talk with it; returns when the talk has ended. QueueGaveUp when there is no seat.

        The seat is shown the form when it is offered the call, and so is whoever it passes the caller on to.
        """
        await self.enter_queue(Order(service, Grade(grade), cut_data(form)))

    async def enter_queue(self, order: Order) -> None:
        """The same for one who is given to a seat or goes before others."""
        self._check()
        await self._exchange.queue(self, order)

    async def proceed(self) -> None:
        """Treat as an ordinary call: on by the numbering plan, else vacant number."""
        if not self._exchange.has_ordinary_route(self):
            raise ConnectFailed(self.called, Cause.VACANT_NUMBER)
        cause = await self.connect(self.called)
        await self.release(cause)
