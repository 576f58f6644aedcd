"""The queue machine under random events, judged by a ledger of its own and by brute force over all pairs.

The ledger knows only events and effects. After each step it holds: one caller - one seat; every timer has an owner; no
ready seat may serve a waiting call; each offer was the best of all eligible pairs; a refused event changed nothing.
Longer than 300 lines because ledger, script and judge are one oracle and tests cannot import each other.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.signaling.effects import Expired, StartTimer, StopTimer
from kmcc.switch.queue.effects import Effect, GiveUp, Offer, Waiting, Withdraw
from kmcc.switch.queue.errors import QueueError
from kmcc.switch.queue.events import (
    CallGone,
    CallHeld,
    CallRetrieved,
    CallWaiting,
    ConsultBegins,
    ConsultEnds,
    Event,
    OfferAccepted,
    OfferRefused,
    RefusalReason,
    SeatForced,
    SeatFreed,
    SeatPauses,
    SeatResumes,
    SeatRings,
    SeatSignsIn,
    SeatSignsOut,
    TalkEnded,
)
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import Caller, Grade, Place, SeatKind, SeatProfile, Transferred
from kmcc.switch.queue.seat import IN_CALL, OFFERED, SeatState, SeatView
from kmcc.switch.queue.settings import QueueSettings, WithoutSeats

H1B1, H1B2, H2B1 = Place("h1", "b1"), Place("h1", "b2"), Place("h2", "b1")
PROFILES = (
    SeatProfile("s0", SeatKind.PROFESSIONAL, {"bills": 1}, ("zh",), H1B1),
    SeatProfile("s1", SeatKind.PROFESSIONAL, {"bills": 3, "faults": 1}, ("zh", "en"), H1B2),
    SeatProfile("s2", SeatKind.INTEGRATED, {"bills": 2}, ("zh",), H1B1),
    SeatProfile("s3", SeatKind.INTEGRATED, {"bills": 2}, ("zh",), H1B1),
    SeatProfile("s4", SeatKind.INTEGRATED, {"faults": 3}, ("zh", "en"), H2B1),
    SeatProfile("s5", SeatKind.INTEGRATED, {"faults": 3}, ("zh", "en"), H1B2),
)
Pair = tuple[CallWaiting, SeatView]


def may_serve(call: CallWaiting, profile: SeatProfile) -> bool:
    if call.only:
        return call.only == profile.seat
    if call.passed_by == profile.seat:
        return False
    if call.language and call.language not in profile.languages:
        return False
    return profile.kind is SeatKind.INTEGRATED or call.service in profile.skills


def keep_least(pairs: list[Pair], measure: Callable[[Pair], int]) -> list[Pair]:
    least = min(map(measure, pairs))
    return [pair for pair in pairs if measure(pair) == least]


def hops(a: Place | None, b: Place | None) -> int:
    if a is None or b is None or a.host != b.host:
        return 2
    return 0 if a.board == b.board else 1


@dataclass
class Ledger:
    """What has been asked and promised so far, kept without looking into the machine."""

    arrived: dict[str, tuple[int, int]] = field(default_factory=dict)
    asked: dict[str, CallWaiting] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    seat_of: dict[str, str] = field(default_factory=dict)
    accepted: list[str] = field(default_factory=list)
    ended: dict[str, str] = field(default_factory=dict)
    timers: list[str] = field(default_factory=list)
    ready_since: dict[str, int] = field(default_factory=dict)
    now_ms: int = 0

    def best(self, calls: Iterable[str], ready: list[SeatView]) -> Pair:
        pairs = [(self.asked[c], view) for c in calls for view in ready if may_serve(self.asked[c], view.profile)]
        pairs = keep_least(pairs, lambda pair: 0 if pair[0].transferred is Transferred.YES else 1)
        pairs = keep_least(pairs, lambda pair: -pair[0].grade)
        pairs = keep_least(pairs, lambda pair: self.arrived[pair[0].call][0])
        pairs = keep_least(pairs, lambda pair: self.arrived[pair[0].call][1])
        call = pairs[0][0]
        level = {view.profile.seat: self.level(call, view.profile) for _, view in pairs}
        pairs = keep_least(pairs, lambda pair: int(pair[1].profile.seat != call.last_seat))
        if call.grade is Grade.ORDINARY:
            pairs = keep_least(pairs, lambda pair: int(pair[1].profile.kind is SeatKind.INTEGRATED))
            pairs = keep_least(pairs, lambda pair: level[pair[1].profile.seat])
        else:
            pairs = keep_least(pairs, lambda pair: -level[pair[1].profile.seat])
            pairs = keep_least(pairs, lambda pair: int(pair[1].profile.kind is SeatKind.PROFESSIONAL))
        pairs = keep_least(pairs, lambda pair: hops(call.near, pair[1].profile.near))
        pairs = keep_least(pairs, lambda pair: self.ready_since[pair[1].profile.seat])
        return min(pairs, key=lambda pair: pair[1].profile.seat)

    @staticmethod
    def level(call: CallWaiting, profile: SeatProfile) -> int:
        levels = [level for skill, level in profile.skills.items() if call.service in (None, skill)]
        return max(levels, default=0)

    def heard(self, event: Event) -> None:
        if isinstance(event, Expired):
            self.timers.remove(event.name)
            return
        self.now_ms = event.at_ms
        match event:
            case CallWaiting(call=call):
                self.asked[call] = event
                self.arrived[call] = (event.at_ms, len(self.arrived))
            case CallGone(call=call) if call in self.waiting:
                self.waiting.remove(call)
                self.ended[call] = "gone"
            case CallGone(call=call) if call in self.seat_of and call not in self.accepted:
                self.ended[call] = "gone"
            case OfferAccepted(call=call, seat=seat) if self.seat_of.get(call) == seat:
                self.accepted.append(call)
                self.ended[call] = "accepted"
            case OfferRefused(call=call, seat=seat) if self.seat_of.get(call) == seat:
                del self.seat_of[call]
            case TalkEnded(seat=seat):
                for call in [c for c, s in self.seat_of.items() if s == seat]:
                    del self.seat_of[call]

    def done(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case Offer(call=call, seat=seat):
                    assert call not in self.seat_of, "one caller, one seat"
                    assert seat not in self.seat_of.values(), "one seat, one caller"
                    assert call not in self.ended
                    self.seat_of[call] = seat
                    if call in self.waiting:
                        self.waiting.remove(call)
                case Withdraw(call=call, seat=seat):
                    if self.seat_of.get(call) == seat:
                        assert call not in self.accepted, "a talk is never withdrawn"
                        del self.seat_of[call]
                case Waiting(call=call):
                    assert call not in self.waiting
                    assert call not in self.ended
                    self.waiting.append(call)
                case GiveUp(call=call):
                    assert call not in self.seat_of
                    self.ended[call] = "given up"
                    if call in self.waiting:
                        self.waiting.remove(call)
                case StartTimer() | StopTimer():
                    self.timed(effect)

    def timed(self, effect: StartTimer | StopTimer) -> None:
        if isinstance(effect, StopTimer):
            self.timers.remove(effect.name)
        else:
            assert effect.name not in self.timers
            self.timers.append(effect.name)


class Trial:
    def __init__(self, rules: QueueSettings) -> None:
        self.rules = rules
        self.machine = QueueMachine(rules)
        self.ledger = Ledger()
        self.log: list[tuple[Effect, ...]] = []

    def step(self, event: Event) -> None:
        before = (self.machine.seats(), self.machine.waiting())
        try:
            effects = self.machine.receive(event)
        except QueueError:
            assert (self.machine.seats(), self.machine.waiting()) == before
            return
        self.log.append(effects)
        self.ledger.heard(event)
        self.check_offers(effects, before[0])
        self.ledger.done(effects)
        self.check_rest()

    def check_offers(self, effects: tuple[Effect, ...], before: tuple[SeatView, ...]) -> None:
        """Each offer against all pairs that were possible at that moment."""
        ledger = self.ledger
        returned = [e.call for e in effects if isinstance(e, Withdraw) and e.call not in ledger.ended]
        offers = [e for e in effects if isinstance(e, Offer)]
        assert len(offers) <= 1
        for offer in offers:
            new = [offer.call] if offer.call not in ledger.waiting else []
            free = [view for view in self.machine.seats() if self.was_free(view, offer, before)]
            calls = list(dict.fromkeys([*ledger.waiting, *new, *returned]))
            call, view = ledger.best(calls, free)
            assert (call.call, view.profile.seat) == (offer.call, offer.seat)

    def was_free(self, view: SeatView, offer: Offer, before: tuple[SeatView, ...]) -> bool:
        name = view.profile.seat
        if name == offer.seat and not any(v.profile.seat == name and v.state is SeatState.READY for v in before):
            old = next((v.state for v in before if v.profile.seat == name), SeatState.SIGNED_OUT)
            if old not in OFFERED:
                self.ledger.ready_since[name] = view.since_ms
        return view.state is SeatState.READY or name == offer.seat

    def check_rest(self) -> None:
        ledger, seats, waiting = self.ledger, self.machine.seats(), self.machine.waiting()
        assert sorted(c.call for c in waiting) == sorted(ledger.waiting)
        assert [(c.call, v.profile.seat) for c, v in self.idle_pairs(waiting, seats)] == [], "尽优服务"
        held = {v.call: v.profile.seat for v in seats if v.call is not None}
        assert held == ledger.seat_of
        kinds = sorted(name.split("/")[0] for name in ledger.timers)
        leases = sum(v.state in OFFERED for v in seats)
        wrap_ups = sum(v.state is SeatState.WRAP_UP for v in seats)
        waits = len(waiting) if self.rules.max_wait_ms else 0
        assert kinds == ["lease"] * leases + ["wait"] * waits + ["wrap-up"] * wrap_ups
        for view in seats:
            if view.state is SeatState.READY:
                self.note_ready(view)
            elif view.state not in OFFERED:
                ledger.ready_since.pop(view.profile.seat, None)

    def note_ready(self, view: SeatView) -> None:
        # Idle time goes on behind an offer that came to nothing, so it is set only once.
        self.ledger.ready_since.setdefault(view.profile.seat, view.since_ms)

    def idle_pairs(self, waiting: tuple[Caller, ...], seats: tuple[SeatView, ...]) -> list[tuple[Caller, SeatView]]:
        ready = [view for view in seats if view.state is SeatState.READY]
        return [(c, v) for c in waiting for v in ready if may_serve(self.ledger.asked[c.call], v.profile)]

    def drain(self) -> None:
        """Everybody comes to work and takes what is offered until nobody waits."""
        at_ms = self.ledger.now_ms + 1
        for profile in PROFILES:
            state = {v.profile.seat: v.state for v in self.machine.seats()}.get(profile.seat)
            if state in (None, SeatState.SIGNED_OUT):
                self.step(SeatSignsIn(profile, at_ms))
        for _ in range(4 * len(self.ledger.asked) + 20):
            for view in self.machine.seats():
                self.step(self.next_step(view, at_ms))

    def next_step(self, view: SeatView, at_ms: int) -> Event:
        name = view.profile.seat
        match view.state:
            case state if state in OFFERED and view.call is not None:
                return OfferAccepted(name, view.call, at_ms)
            case state if state in IN_CALL:
                return TalkEnded(name, at_ms)
            case SeatState.SIGNED_OUT:  # signed out in talk, done only now
                return SeatSignsIn(view.profile, at_ms)
            case SeatState.FORCED:
                return SeatFreed(name, at_ms)
            case _:
                return SeatResumes(name, at_ms)


names = st.integers(0, len(PROFILES) - 1)
operations = st.one_of(
    st.tuples(st.just("sign in"), names),
    st.tuples(st.just("sign out"), names),
    st.tuples(st.just("pause"), names),
    st.tuples(st.just("resume"), names),
    st.tuples(st.just("accept"), names),
    st.tuples(st.just("accept"), names),
    st.tuples(st.just("late accept"), names),
    st.tuples(st.sampled_from(["ring", "hold", "retrieve", "consult", "consult ended", "force", "free"]), names),
    st.tuples(st.sampled_from(["ring", "hold", "retrieve", "consult", "consult ended", "force", "free"]), names),
    st.tuples(st.just("refuse"), names),
    st.tuples(st.just("ended"), names),
    st.tuples(st.just("ended"), names),
    st.tuples(st.just("gone"), st.integers(0, 12)),
    st.tuples(st.just("timer"), st.integers(0, 12)),
)
calls = st.builds(
    CallWaiting,
    call=st.just("?"),
    at_ms=st.just(0),
    service=st.sampled_from([None, "bills", "faults"]),
    grade=st.sampled_from([Grade.ORDINARY, Grade.ORDINARY, Grade.IMPORTANT, Grade.VIP]),
    transferred=st.sampled_from([Transferred.NO, Transferred.NO, Transferred.YES]),
    language=st.sampled_from([None, None, "zh", "en"]),
    near=st.sampled_from([None, H1B1, H1B2, H2B1]),
    passed_by=st.sampled_from([None, None, "s2", "s4"]),
    last_seat=st.sampled_from([None, None, "s0", "s3"]),
    only=st.sampled_from([None, None, None, None, "s1"]),
)
Operation = tuple[str, int] | CallWaiting
scripts = st.lists(st.tuples(st.one_of(operations, calls), st.integers(0, 40)), max_size=60)
rule_sets = st.builds(
    QueueSettings,
    wrap_up_ms=st.sampled_from([0, 10]),
    max_wait_ms=st.sampled_from([None, 100]),
    max_length=st.sampled_from([None, 2]),
    without_seats=st.sampled_from(WithoutSeats),
)


def event_of(operation: Operation, at_ms: int, trial: Trial) -> Event | None:
    if isinstance(operation, CallWaiting):
        return replace(operation, call=f"c{len(trial.ledger.asked)}", at_ms=at_ms)
    what, which = operation
    asked, timers = list(trial.ledger.asked), trial.ledger.timers
    if what == "gone":
        return CallGone(asked[which % len(asked)], at_ms) if asked else None
    if what == "timer":
        return Expired(timers[which % len(timers)]) if timers else None
    return seat_event(what, PROFILES[which], at_ms, trial)


def seat_event(what: str, profile: SeatProfile, at_ms: int, trial: Trial) -> Event:
    seat = profile.seat
    call = next((c for c, s in trial.ledger.seat_of.items() if s == seat), "c0")
    events: dict[str, Event] = {
        "sign in": SeatSignsIn(profile, at_ms),
        "sign out": SeatSignsOut(seat, at_ms),
        "pause": SeatPauses(seat, "meal", at_ms),
        "resume": SeatResumes(seat, at_ms),
        "accept": OfferAccepted(seat, call, at_ms),
        "late accept": OfferAccepted(seat, "c0", at_ms),
        "ring": SeatRings(seat, call, at_ms),
        "hold": CallHeld(seat, at_ms),
        "retrieve": CallRetrieved(seat, at_ms),
        "consult": ConsultBegins(seat, at_ms),
        "consult ended": ConsultEnds(seat, at_ms),
        "force": SeatForced(seat, "briefing", at_ms),
        "free": SeatFreed(seat, at_ms),
        "refuse": OfferRefused(seat, call, RefusalReason.REFUSED, at_ms),
        "ended": TalkEnded(seat, at_ms),
    }
    return events[what]


def run(script: list[tuple[Operation, int]], rules: QueueSettings) -> Trial:
    trial, at_ms = Trial(rules), 0
    for profile in PROFILES[::2]:
        trial.step(SeatSignsIn(profile, 0))
    for operation, later_ms in script:
        at_ms += later_ms
        event = event_of(operation, at_ms, trial)
        if event is not None:
            trial.step(event)
    return trial


@settings(deadline=None, max_examples=300)
@given(scripts, rule_sets)
def test_nothing_is_lost_doubled_or_left_waiting(script: list[tuple[Operation, int]], rules: QueueSettings) -> None:
    trial = run(script, rules)
    trial.drain()
    ledger = trial.ledger
    assert sorted(ledger.ended) == sorted(ledger.asked), "accepted, gone or given up"
    assert ledger.timers == []


@settings(deadline=None, max_examples=50)
@given(scripts, rule_sets)
def test_same_events_same_effects(script: list[tuple[Operation, int]], rules: QueueSettings) -> None:
    assert run(script, rules).log == run(script, rules).log
