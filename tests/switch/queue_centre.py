"""Call centres whose waits two programs tell: ours, and Ciw (queue_ciw.py). Here what both are given, and our side."""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Final

from tests.switch.queue_rules import Desk, Wish

from kmcc.signaling.effects import Expired, StartTimer
from kmcc.switch.queue.effects import Effect, Offer
from kmcc.switch.queue.events import CallGone, CallWaiting, Event, OfferAccepted, SeatSignsIn, TalkEnded
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import Grade, SeatKind, SeatProfile, Transferred
from kmcc.switch.queue.settings import QueueSettings, ServiceRules, WithoutSeats

HOUR_MS: Final = 3_600_000
PASSED_ON: Final = " passed on"


@dataclass(frozen=True, slots=True)
class Stream:
    """Callers alike: Poisson arrivals, exponential talks and patience. `wish.name` names the stream."""

    wish: Wish
    per_hour: float
    handling_s: float = 120.0
    patience_s: float | None = None
    transfer_share: float = 0.0  # of the talks after which the call is passed on, once

    @property
    def name(self) -> str:
        return self.wish.name


@dataclass(frozen=True, slots=True)
class Centre:
    """`overflow`: the second service of a service, and after how many seconds."""

    name: str
    streams: tuple[Stream, ...]
    desks: tuple[Desk, ...]
    overflow: Mapping[str, tuple[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one caller; `stream` ends in PASSED_ON for the second talk of a call that was passed on."""

    stream: str
    entered_s: float
    wait_s: float
    is_answered: bool
    seat: str | None


class Chances:
    """Random times of one stream, each kind from a sequence of its own."""

    def __init__(self, stream: Stream, seed: object) -> None:
        self.stream = stream
        self._gaps, self._talks, self._tempers, self._ways = (
            Random(f"{seed}/{stream.name}/{what}") for what in ("gaps", "talks", "tempers", "ways")
        )

    def gap_ms(self) -> int:
        return max(1, round(self._gaps.expovariate(self.stream.per_hour / HOUR_MS)))

    def talk_ms(self, _entered_ms: int) -> int:
        return max(1, round(self._talks.expovariate(1 / (self.stream.handling_s * 1000))))

    def patience_ms(self, _entered_ms: int) -> int | None:
        if self.stream.patience_s is None:
            return None
        return round(self._tempers.expovariate(1 / (self.stream.patience_s * 1000)))

    def is_passed_on(self) -> bool:
        return self._ways.random() < self.stream.transfer_share


class FixedChances(Chances):
    """Times that follow from when a caller entered, so that two programs meet the very same callers."""

    def __init__(self, stream: Stream, seed: object) -> None:
        super().__init__(stream, seed)
        self._seed = seed

    def talk_ms(self, entered_ms: int) -> int:
        chance = Random(f"{self._seed}/{self.stream.name}/{entered_ms}/talk")
        return max(1, round(chance.expovariate(1 / (self.stream.handling_s * 1000))))

    def patience_ms(self, entered_ms: int) -> int | None:
        if self.stream.patience_s is None:
            return None
        chance = Random(f"{self._seed}/{self.stream.name}/{entered_ms}/patience")
        return round(chance.expovariate(1 / (self.stream.patience_s * 1000)))


@dataclass(slots=True)
class _Caller:
    chances: Chances
    stream: str
    entered_ms: int
    talk_ms: int


class OurCentre:
    """The queue machine under these callers; seats answer at once."""

    def __init__(self, centre: Centre, seed: object, chances: Callable[[Stream, object], Chances] = Chances) -> None:
        self._chances = [chances(stream, seed) for stream in centre.streams]
        rules = {
            service: ServiceRules(overflow=second, overflow_ms=round(after_s * 1000))
            for service, (second, after_s) in centre.overflow.items()
        }
        self._machine = QueueMachine(QueueSettings(wrap_up_ms=0, without_seats=WithoutSeats.WAIT, services=rules))
        for desk in centre.desks:
            kind = SeatKind.INTEGRATED if desk.is_integrated else SeatKind.PROFESSIONAL
            self._machine.receive(SeatSignsIn(SeatProfile(desk.name, kind, desk.skills, desk.languages), 0))
        self._heap: list[tuple[int, int, Callable[[int], None]]] = []
        self._order = count()
        self._calls: dict[str, _Caller] = {}
        self.fates: list[Fate] = []

    def run(self, hours: float) -> list[Fate]:
        for chances in self._chances:
            self._expect(chances, 0)
        end_ms = round(hours * HOUR_MS)
        while self._heap and self._heap[0][0] < end_ms:
            at_ms, _, act = heapq.heappop(self._heap)
            act(at_ms)
        return self.fates

    def _at(self, at_ms: int, act: Callable[[int], None]) -> None:
        heapq.heappush(self._heap, (at_ms, next(self._order), act))

    def _expect(self, chances: Chances, now_ms: int) -> None:
        def arrive(at_ms: int) -> None:
            self._expect(chances, at_ms)
            call = f"{next(self._order)}"
            self._calls[call] = _Caller(chances, chances.stream.name, at_ms, chances.talk_ms(at_ms))
            patience_ms = chances.patience_ms(at_ms)
            if patience_ms is not None:
                self._at(at_ms + patience_ms, lambda gone_ms: self._tire(call, gone_ms))
            self._tell(call_waiting(call, chances.stream.wish, at_ms), at_ms)

        self._at(now_ms + chances.gap_ms(), arrive)

    def _tire(self, call: str, at_ms: int) -> None:
        gone = self._calls.pop(call, None)
        if gone is not None:
            self.fates.append(
                Fate(
                    gone.stream, gone.entered_ms / 1000, (at_ms - gone.entered_ms) / 1000, is_answered=False, seat=None
                )
            )
            self._tell(CallGone(call, at_ms), at_ms)

    def _note(self, caller: _Caller, at_ms: int, seat: str | None) -> None:
        entered_s, wait_s = caller.entered_ms / 1000, (at_ms - caller.entered_ms) / 1000
        self.fates.append(Fate(caller.stream, entered_s, wait_s, seat is not None, seat))

    def _tell(self, event: Event, at_ms: int) -> None:
        pending = [event]
        while pending:
            for effect in self._machine.receive(pending.pop()):
                self._obey(effect, at_ms, pending)

    def _obey(self, effect: Effect, at_ms: int, pending: list[Event]) -> None:
        match effect:
            case Offer(call, seat, _):
                caller = self._calls.pop(call)
                self._note(caller, at_ms, seat)
                pending.append(OfferAccepted(seat, call, at_ms))
                self._at(at_ms + caller.talk_ms, lambda end_ms: self._end_talk(caller, seat, end_ms))
            case StartTimer(name, ms) if name.startswith("overflow"):
                self._at(at_ms + ms, lambda due_ms: self._tell(Expired(name), due_ms))

    def _end_talk(self, caller: _Caller, seat: str, at_ms: int) -> None:
        self._tell(TalkEnded(seat, at_ms), at_ms)
        if not caller.stream.endswith(PASSED_ON) and caller.chances.is_passed_on():
            call = f"{next(self._order)}"
            self._calls[call] = _Caller(caller.chances, caller.stream + PASSED_ON, at_ms, caller.chances.talk_ms(at_ms))
            wish = caller.chances.stream.wish
            self._tell(call_waiting(call, wish, at_ms, passed_by=seat), at_ms)


def call_waiting(call: str, wish: Wish, at_ms: int, passed_by: str | None = None) -> CallWaiting:
    transferred = Transferred.NO if passed_by is None else Transferred.YES
    return CallWaiting(call, at_ms, wish.needs[0], Grade[wish.grade.upper()], transferred, passed_by=passed_by)


# --- the centres that are compared ------------------------------------------------------------------------------------


def desks(kind: str, number: int, **skills: int) -> tuple[Desk, ...]:
    return tuple(
        Desk(f"{kind}{n:02}", is_integrated=kind.startswith("integrated"), skills=skills) for n in range(number)
    )


BILLS, FAULTS = Wish("bills", ("bills",)), Wish("faults", ("faults",))
ANYTHING, IMPORTANT = Wish("need unknown", (None,)), Wish("VIP", ("bills",), grade="vip")
MIXED: Final = (*desks("bills", 4, bills=1), *desks("faults", 3, faults=1), *desks("integrated", 3, bills=2, faults=2))
LEVELS: Final = (*desks("low", 4, bills=1), *desks("middle", 3, bills=2), *desks("high", 3, bills=3))


def centres(load: float) -> tuple[Centre, ...]:
    """Ten seats each; talks of 120 s, so 300 an hour are all that they can do. The busiest part is loaded so."""
    rate = 300 * load
    return (
        Centre(
            "rules 1 and 2: professional, integrated, need unknown",
            (Stream(BILLS, 0.5 * rate), Stream(FAULTS, 0.35 * rate), Stream(ANYTHING, 0.15 * rate)),
            MIXED,
        ),
        Centre(
            "rule 3: a fifth of the talks is passed on and goes first",
            (Stream(BILLS, rate / 1.2, transfer_share=0.2),),
            LEVELS,
        ),
        Centre(
            "rule 4: a fifth is VIP, levels 1 to 3",
            (Stream(BILLS, 0.8 * rate), Stream(IMPORTANT, 0.2 * rate)),
            LEVELS,
        ),
        Centre(
            "patience of 60 s, a fifth is VIP",
            (Stream(BILLS, 0.9 * rate, patience_s=60.0), Stream(IMPORTANT, 0.2 * rate, patience_s=60.0)),
            LEVELS,
        ),
        Centre(
            "overflow to seats of another service after 20 s",
            (Stream(BILLS, 0.62 * rate), Stream(FAULTS, 0.3 * rate)),
            (*desks("bills", 5, bills=1), *desks("faults", 5, faults=1)),
            overflow={"bills": ("faults", 20.0)},
        ),
    )
