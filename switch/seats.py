"""The seats at work: runs the queue machine's effects on telephones, timers and waiting calls."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from kmcc.dsp.tone import CHINA_TONES
from kmcc.signaling.effects import Expired, StartTimer, StopTimer
from kmcc.switch.announce import say_count
from kmcc.switch.call import Call, QueueGaveUp
from kmcc.switch.circuit import CallingParty, Cause, Circuit, CircuitState, IdleIndication, Indication
from kmcc.switch.journal import Journal
from kmcc.switch.leg import Leg
from kmcc.switch.queue import effects as fx
from kmcc.switch.queue import events as q
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import Grade, SeatProfile
from kmcc.switch.queue.seat import SeatState


@dataclass(slots=True)
class _Wait:
    """A call that waits, and what became of it. `changed` is renewed at every step of its fate."""

    call: Call
    seat: str | None = None
    leg: Leg | None = None
    gave_up: fx.GiveUpReason | None = None
    ahead: int = 0
    is_talking: bool = False
    since_s: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    changed: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def step(self) -> None:
        self.changed.set_result(None)
        self.changed = asyncio.get_running_loop().create_future()


class SeatDesk:
    """One queue machine, the seats' telephones and the callers that wait for them."""

    def __init__(self, machine: QueueMachine, phones: Mapping[str, Circuit], journal: Journal) -> None:
        self._machine = machine
        self._phones = phones
        self._journal = journal
        self._waits: dict[str, _Wait] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self.states: dict[str, SeatState] = {}

    def sign_in(self, profile: SeatProfile) -> None:
        phone = self._phones[profile.seat]
        phone.attach(partial(self._on_free_phone, profile.seat))
        phone.start()
        self._feed(q.SeatSignsIn(profile, self._now_ms()))

    @property
    def waiting(self) -> int:
        """How many calls have no seat yet."""
        return sum(not wait.is_talking for wait in self._waits.values())

    async def serve(self, call: Call, service: str | None, grade: int) -> None:
        """Wait for a seat with tone and position, talk; returns when the seat hung up. QueueGaveUp without a seat."""
        wait = self._waits[call.id] = _Wait(call)
        call.note("queue.entered", service=service, grade=grade)
        try:
            self._feed(
                q.CallWaiting(
                    call.id, self._now_ms(), service=service, grade=Grade(grade), language=call.language.value
                )
            )
            await self._wait_for_seat(call, wait)
            await self._talk(call, wait)
        finally:
            self._part(call, wait)

    # --- the caller's side ----------------------------------------------------------------------------------------

    async def _wait_for_seat(self, call: Call, wait: _Wait) -> None:
        if wait.seat is None and wait.gave_up is None:
            await call.play(_busy_notice(call, wait), until=wait.changed)
        while not wait.is_talking:
            if wait.gave_up is not None:
                call.path.stop_tone()
                raise QueueGaveUp(wait.gave_up.value)
            call.path.send_tone(CHINA_TONES["ring_back"])
            await call.until(wait.changed)
        call.path.stop_tone()

    async def _talk(self, call: Call, wait: _Wait) -> None:
        leg = wait.leg
        if leg is None:  # the phone went down again before this task ran
            return
        call.seat = wait.seat
        call.path.connect(leg.port)
        call.note("seat.connected", seat=wait.seat, waited_ms=call.waiting_ms)
        await call.until(leg.ended)

    def _part(self, call: Call, wait: _Wait) -> None:
        """Whatever happened: ports apart, phone down, the machine told."""
        call.path.stop_tone()
        if not wait.is_talking:
            self._leave(call, wait)
        del self._waits[call.id]
        leg, seat = wait.leg, wait.seat
        if not wait.is_talking or leg is None or seat is None:
            return
        call.path.disconnect(leg.port)
        leg.release(Cause.NORMAL)
        call.note("seat.parted", seat=seat)
        if leg.idle.done():
            self._end_talk(seat, leg.idle)
        else:  # the telephone is off the hook: the seat is not free before it is put down
            leg.idle.add_done_callback(partial(self._end_talk, seat))

    def _leave(self, call: Call, wait: _Wait) -> None:
        """Without a seat: the caller has hung up, or there is none for him."""
        self._note_waited(wait)
        if wait.gave_up is None:
            call.note("queue.abandoned", waited_ms=call.waiting_ms)
        self._feed(q.CallGone(call.id, self._now_ms()))

    def _end_talk(self, seat: str, _: object) -> None:
        self._feed(q.TalkEnded(seat, self._now_ms()))

    def _note_waited(self, wait: _Wait) -> None:
        wait.call.waiting_ms = round((asyncio.get_running_loop().time() - wait.since_s) * 1000)

    # --- the machine's side ---------------------------------------------------------------------------------------

    def _feed(self, event: q.Event) -> None:
        for effect in self._machine.receive(event):
            self._perform(effect)

    def _perform(self, effect: fx.Effect) -> None:
        match effect:
            case fx.Offer(call, seat, _):
                self._ring(call, seat)
            case fx.Withdraw(call, seat):
                self._withdraw(call)
            case fx.Waiting(call, position, ahead):
                self._waits[call].ahead = ahead
                self._journal.write("queue.waiting", call=call, position=position, ahead=ahead)
            case fx.GiveUp(call, why):
                self._journal.write("queue.gave_up", call=call, why=why.value)
                self._waits[call].gave_up = why
                self._waits[call].step()
            case fx.SeatChanged(seat, old, new, call_of_seat, reason):
                self.states[seat] = new
                self._journal.write(
                    "seat.state", seat=seat, old=old.value, new=new.value, call=call_of_seat, reason=reason
                )
            case StartTimer(name, ms):
                self._start_timer(name, ms)
            case StopTimer(name):
                self._stop_timer(name)

    def _ring(self, call_id: str, seat: str) -> None:
        wait = self._waits[call_id]
        phone = self._phones[seat]
        if phone.state is not CircuitState.IDLE:  # off the hook without a call
            refused = q.OfferRefused(seat, call_id, q.RefusalReason.REFUSED, self._now_ms())
            asyncio.get_running_loop().call_soon(self._feed, refused)
            return
        leg = Leg(phone, then=partial(self._on_free_phone, seat))
        wait.seat, wait.leg = seat, leg
        phone.setup(seat, CallingParty(wait.call.calling.number))
        self._journal.write("seat.offered", call=call_id, seat=seat)
        leg.answered.add_done_callback(partial(self._on_answer, wait, leg, seat))
        wait.step()

    def _on_answer(self, wait: _Wait, leg: Leg, seat: str, _: object) -> None:
        if wait.leg is leg and wait.call.id in self._waits:
            wait.is_talking = True
            self._note_waited(wait)
            self._feed(q.OfferAccepted(seat, wait.call.id, self._now_ms()))
            wait.step()

    def _on_free_phone(self, seat: str, indication: Indication) -> None:
        """Put down without a call: whoever was set aside and lifts the receiver for a moment is back at work."""
        if isinstance(indication, IdleIndication) and self.states.get(seat) is SeatState.PAUSED:
            self._feed(q.SeatResumes(seat, self._now_ms()))

    def _withdraw(self, call_id: str) -> None:
        wait = self._waits.get(call_id)
        if wait is None or wait.leg is None:
            return
        wait.leg.release(Cause.NORMAL)
        wait.seat = wait.leg = None
        wait.step()

    def _start_timer(self, name: str, ms: int) -> None:
        self._stop_timer(name)
        self._timers[name] = asyncio.get_running_loop().call_later(ms / 1000, self._expire, name)

    def _stop_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _expire(self, name: str) -> None:
        self._timers.pop(name, None)
        self._feed(Expired(name))

    def _now_ms(self) -> int:
        return round(asyncio.get_running_loop().time() * 1000)


def _busy_notice(call: Call, wait: _Wait) -> tuple[str, ...]:
    """What a caller hears who is not offered to a seat at once."""
    if wait.ahead == 0:
        return ("all-busy",)
    return ("all-busy", "queue-ahead", *say_count(wait.ahead, call.language), "queue-callers")
