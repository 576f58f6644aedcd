"""The queue machine that the switch runs, fed by random callers and seats that answer at once, in virtual time."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Final

from kmcc.firmware_sim.staffing.plan import GRADES, Seats, StaffingPlan, StaffingPlanError
from kmcc.firmware_sim.staffing.tally import Tally
from kmcc.firmware_sim.staffing.traffic import CallerStream, RandomCaller
from kmcc.signaling.effects import Expired, StartTimer
from kmcc.switch.queue.effects import Effect, GiveUp, Offer, SeatChanged
from kmcc.switch.queue.events import (
    CallGone,
    CallWaiting,
    Event,
    OfferAccepted,
    SeatSignsIn,
    SeatSignsOut,
    TalkEnded,
)
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import SeatKind, SeatProfile
from kmcc.switch.queue.seat import SeatState
from kmcc.switch.queue.settings import QueueSettings, WithoutSeats

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
BUSY: Final = frozenset({SeatState.RESERVED, SeatState.TALKING, SeatState.WRAP_UP})

Step = Callable[[int], None]
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class _Waits:
    caller: RandomCaller
    service: str


class Floor:
    """One run of a plan. `run` may be interrupted; the tally then holds what was seen so far."""

    def __init__(self, plan: StaffingPlan) -> None:
        for misfit in plan.misfits():
            raise StaffingPlanError(misfit)
        self.plan = plan
        begin_ms, length_ms = round(plan.warm_up_s * 1000), round(plan.hours * HOUR_MS)
        self.end_ms = begin_ms + length_ms
        services = tuple(dict.fromkeys(arrivals.service for arrivals in plan.arrivals))
        self.tally = Tally(services, begin_ms, length_ms, plan.answer_limit_s * 1000)
        self._machine = QueueMachine(_settings(plan))
        self._heap: list[tuple[int, int, Step]] = []
        self._order = count()
        self._calls: dict[str, _Waits] = {}
        self._states: dict[str, SeatState] = {}
        self._busy = self._manned = 0
        self._streams = [CallerStream(n, arrivals, plan.seed, 0) for n, arrivals in enumerate(plan.arrivals)]

    def run(self, progress: Progress | None = None) -> Tally:
        """All of the hours, then on until the last caller is served or gone. `progress` hears shares from 0 to 1."""
        for group, seats in enumerate(self.plan.seats):
            for number in range(seats.count):
                self._place(_profile(f"{group + 1}-{number + 1:04}", seats), seats)
        for stream in self._streams:
            self._expect(stream)
        told = 0
        while self._heap and (self._calls or self._heap[0][0] < self.end_ms):
            at_ms, _, step = heapq.heappop(self._heap)
            step(at_ms)
            if progress is not None and at_ms * 100 // self.end_ms > told:
                told = min(100, at_ms * 100 // self.end_ms)
                progress(told / 100)
        self.tally.until(self.end_ms)
        return self.tally

    def _at(self, at_ms: int, step: Step) -> None:
        heapq.heappush(self._heap, (at_ms, next(self._order), step))

    def _place(self, profile: SeatProfile, seats: Seats) -> None:
        if seats.shift is None:
            self._at(0, lambda at_ms: self._tell(SeatSignsIn(profile, at_ms), at_ms))
            return
        begin_ms, end_ms = (_of_day_ms(text) for text in seats.shift)
        if end_ms <= begin_ms:  # over midnight: the first night began yesterday
            end_ms += DAY_MS
            if end_ms > DAY_MS:
                self._shift(profile, 0, end_ms - DAY_MS)
        self._daily(profile, begin_ms, end_ms - begin_ms)

    def _daily(self, profile: SeatProfile, begin_ms: int, length_ms: int) -> None:
        def begin(at_ms: int) -> None:
            self._sign_in(profile, at_ms)
            self._at(at_ms + length_ms, lambda end_ms: self._sign_out(profile, end_ms))
            if at_ms + DAY_MS < self.end_ms:
                self._at(at_ms + DAY_MS, begin)

        if begin_ms < self.end_ms:
            self._at(begin_ms, begin)

    def _shift(self, profile: SeatProfile, begin_ms: int, end_ms: int) -> None:
        self._at(begin_ms, lambda at_ms: self._sign_in(profile, at_ms))
        self._at(end_ms, lambda at_ms: self._sign_out(profile, at_ms))

    def _sign_in(self, profile: SeatProfile, at_ms: int) -> None:
        if self._states.get(profile.seat, SeatState.SIGNED_OUT) is SeatState.SIGNED_OUT:
            self._tell(SeatSignsIn(profile, at_ms), at_ms)

    def _sign_out(self, profile: SeatProfile, at_ms: int) -> None:
        """Whoever talks ends his call first; the machine notes it."""
        self._tell(SeatSignsOut(profile.seat, at_ms), at_ms)

    def _expect(self, stream: CallerStream) -> None:
        caller = stream.next()
        if caller.arrival_ms < self.end_ms:
            self._at(caller.arrival_ms, lambda at_ms: self._arrive(stream, caller, at_ms))

    def _arrive(self, stream: CallerStream, caller: RandomCaller, at_ms: int) -> None:
        arrivals = self.plan.arrivals[caller.stream]
        call = f"{caller.stream}/{next(self._order)}"
        self._calls[call] = _Waits(caller, arrivals.service)
        self.tally.came(arrivals.service, at_ms)
        if caller.patience_ms is not None:
            self._at(at_ms + caller.patience_ms, lambda gone_ms: self._tire(call, gone_ms))
        grade = GRADES[arrivals.grade]
        self._tell(CallWaiting(call, at_ms, arrivals.service, grade, language=arrivals.language), at_ms)
        self._expect(stream)

    def _tire(self, call: str, at_ms: int) -> None:
        if call in self._calls:
            self._lose(call, at_ms)
            self._tell(CallGone(call, at_ms), at_ms)

    def _lose(self, call: str, at_ms: int) -> None:
        gone = self._calls.pop(call)
        self.tally.abandoned(gone.service, gone.caller.arrival_ms, at_ms)

    def _tell(self, event: Event, at_ms: int) -> None:
        pending = [event]
        while pending:
            for effect in self._machine.receive(pending.pop(0)):
                self._obey(effect, at_ms, pending)

    def _obey(self, effect: Effect, at_ms: int, pending: list[Event]) -> None:
        match effect:
            case Offer(call=call, seat=seat):
                served = self._calls.pop(call)
                self.tally.answered(served.service, served.caller.arrival_ms, at_ms)
                pending.append(OfferAccepted(seat, call, at_ms))
                end_ms = at_ms + served.caller.handling_ms
                self._at(end_ms, lambda now_ms: self._tell(TalkEnded(seat, now_ms), now_ms))
            case GiveUp(call=call):
                self._lose(call, at_ms)
            case SeatChanged(seat=seat, old=old, new=new):
                self._count(seat, old, new, at_ms)
            case StartTimer(name=name, ms=ms):
                self._at(at_ms + ms, lambda now_ms: self._tell(Expired(name), now_ms))

    def _count(self, seat: str, old: SeatState, new: SeatState, at_ms: int) -> None:
        self._states[seat] = new
        self._busy += (new in BUSY) - (old in BUSY)
        self._manned += (new is not SeatState.SIGNED_OUT) - (old is not SeatState.SIGNED_OUT)
        self.tally.seats_changed(at_ms, self._busy, self._manned)


def _settings(plan: StaffingPlan) -> QueueSettings:
    max_wait_ms = None if plan.max_wait_s is None else max(1, round(plan.max_wait_s * 1000))
    return QueueSettings(
        wrap_up_ms=round(plan.wrap_up_s * 1000),
        max_wait_ms=max_wait_ms,
        max_length=plan.max_length,
        without_seats=WithoutSeats.WAIT,
    )


def _profile(name: str, seats: Seats) -> SeatProfile:
    return SeatProfile(name, SeatKind(seats.kind), seats.skills, seats.languages)


def _of_day_ms(text: str) -> int:
    hours, minutes = text.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000
