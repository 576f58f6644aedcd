"""Callers who are called back, as stories and at random: R-293 to R-295. A place is never lost, never given twice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.signaling.effects import Expired, StartTimer, StopTimer
from kmcc.switch.queue.effects import (
    CallBack,
    CallbackEnd,
    CallbackKept,
    CallbackOff,
    Effect,
    GiveUp,
    Offer,
    Waiting,
    Withdraw,
)
from kmcc.switch.queue.errors import DuplicateCallError, QueueError, UnknownCallError
from kmcc.switch.queue.events import (
    CallbackAsked,
    CallbackCancelled,
    CallbackFailed,
    CallGone,
    CallRegraded,
    CallWaiting,
    Event,
    OfferAccepted,
    SeatPauses,
    SeatResumes,
    SeatSignsIn,
    SeatSignsOut,
    TalkEnded,
)
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import Grade, SeatKind, SeatProfile
from kmcc.switch.queue.seat import OFFERED, SeatState
from kmcc.switch.queue.settings import CallbackRules, OnAbandon, QueueSettings

KEEP = CallbackRules(on_abandon=OnAbandon.CALL_BACK, attempts=2, retry_ms=300_000, expires_ms=7_200_000)


def manned(seats: int = 1, rules: CallbackRules = KEEP, max_length: int | None = None) -> QueueMachine:
    machine = QueueMachine(QueueSettings(wrap_up_ms=0, callbacks=rules, max_length=max_length))
    for n in range(seats):
        machine.receive(SeatSignsIn(SeatProfile(f"s{n}", SeatKind.INTEGRATED, {}, ()), 0))
        machine.receive(CallWaiting(f"busy{n}", 1))
        machine.receive(OfferAccepted(f"s{n}", f"busy{n}", 2))
    return machine


def timer(out: tuple[Effect, ...], kind: str) -> Expired:
    (name,) = (e.name for e in out if isinstance(e, StartTimer) and e.name.startswith(kind))
    return Expired(name)


def order(machine: QueueMachine) -> list[str]:
    return [caller.call for caller in machine.waiting()]


def test_who_hangs_up_while_waiting_is_called_back_when_his_turn_has_come() -> None:
    machine = manned()
    machine.receive(CallWaiting("c1", 10, number="3181001"))
    machine.receive(CallWaiting("c2", 20, number="3181002"))
    kept = machine.receive(CallGone("c1", 30))
    assert kept[-1] == CallbackKept("c1", "3181001", 1)
    assert order(machine) == ["c1", "c2"]
    out = machine.receive(TalkEnded("s0", 40))
    assert CallBack("c1", "3181001", "s0", 60_000) in out
    out = machine.receive(OfferAccepted("s0", "c1", 50))
    assert timer(kept, "callback").name in [e.name for e in out if isinstance(e, StopTimer)]
    assert order(machine) == ["c2"]
    assert Offer("c2", "s0", 20_000) in machine.receive(TalkEnded("s0", 60))


def test_by_default_who_hangs_up_is_forgotten_but_has_his_place_again_when_he_calls() -> None:
    machine = manned(rules=CallbackRules(redial_ms=1_000))
    for n in (1, 2, 3):
        machine.receive(CallWaiting(f"c{n}", 10 * n, number=f"n{n}"))
    assert machine.receive(CallGone("c1", 40)) == ()
    assert machine.receive(CallGone("c2", 50)) == ()
    assert machine.receive(CallWaiting("c1 again", 900, number="n1")) == (Waiting("c1 again", 1, 0),)
    assert machine.receive(CallWaiting("c2 too late", 1_050, number="n2")) == (Waiting("c2 too late", 3, 2),)


def test_a_caller_may_ask_for_it_and_at_another_number() -> None:
    machine = manned(rules=CallbackRules())
    machine.receive(CallWaiting("c1", 10))
    with pytest.raises(UnknownCallError, match="expected a caller whose number is known"):
        machine.receive(CallbackAsked("c1", 20))
    assert order(machine) == ["c1"]
    assert machine.receive(CallbackAsked("c1", 20, "3181001"))[-1] == CallbackKept("c1", "3181001", 1)
    assert machine.receive(CallGone("c1", 30)) == ()
    assert order(machine) == ["c1"]
    with pytest.raises(UnknownCallError, match="expected a caller who waits on the line"):
        machine.receive(CallbackAsked("c1", 40, "3181001"))
    with pytest.raises(DuplicateCallError, match="already waiting"):
        machine.receive(CallWaiting("c1", 50))


def test_who_does_not_wait_at_all_may_have_a_place_too() -> None:
    """Asked for in the voice menu: in the line as of now, never offered as if he were on the line."""
    machine = manned()
    machine.receive(CallWaiting("live", 5))
    out = machine.receive(CallWaiting("menu", 6, number="3190001", is_callback=True))
    assert CallbackKept("menu", "3190001", 2) in out
    assert order(machine) == ["live", "menu"]
    for call, number in (("again", "3190001"), ("nobody", None)):
        with pytest.raises(UnknownCallError):
            machine.receive(CallWaiting(call, 7, number=number, is_callback=True))
    machine.receive(CallGone("live", 8))
    out = machine.receive(TalkEnded("s0", 9))
    assert CallBack("menu", "3190001", "s0", KEEP.ring_ms) in out


def test_with_a_seat_that_is_ready_he_is_called_at_once() -> None:
    machine = QueueMachine(QueueSettings(callbacks=KEEP))
    machine.receive(SeatSignsIn(SeatProfile("s0", SeatKind.INTEGRATED, {}, ()), 0))
    out = machine.receive(CallWaiting("menu", 6, number="3190001", is_callback=True))
    assert CallBack("menu", "3190001", "s0", KEEP.ring_ms) in out
    assert CallbackKept("menu", "3190001", 0) in out


def test_a_number_has_one_promise() -> None:
    machine = manned(rules=CallbackRules())
    for name in ("c1", "c2"):
        machine.receive(CallWaiting(name, 10))
    machine.receive(CallbackAsked("c1", 20, "3181001"))
    with pytest.raises(UnknownCallError, match="3181001 has one"):
        machine.receive(CallbackAsked("c2", 21, "3181001"))
    assert order(machine) == ["c1", "c2"]


def test_never_two_at_once_and_seats_go_on_serving_those_on_the_line() -> None:
    machine = manned(seats=3)
    for n in (1, 2, 3):
        machine.receive(CallWaiting(f"c{n}", 10 * n, number=f"n{n}"))
    machine.receive(CallGone("c1", 40))
    machine.receive(CallGone("c2", 40))
    assert CallBack("c1", "n1", "s0", 60_000) in machine.receive(TalkEnded("s0", 50))
    assert Offer("c3", "s1", 20_000) in machine.receive(TalkEnded("s1", 60))
    assert machine.receive(TalkEnded("s2", 70))[-1].__class__.__name__ == "SeatChanged"  # c2 must wait, s2 is ready
    assert CallBack("c2", "n2", "s2", 60_000) in machine.receive(OfferAccepted("s0", "c1", 80))


def test_more_at_once_by_the_rules() -> None:
    machine = manned(seats=2, rules=CallbackRules(on_abandon=OnAbandon.CALL_BACK, at_once=2))
    for n in (1, 2):
        machine.receive(CallWaiting(f"c{n}", 10 * n, number=f"n{n}"))
        machine.receive(CallGone(f"c{n}", 30))
    for n in (0, 1):
        assert CallBack(f"c{n + 1}", f"n{n + 1}", f"s{n}", 60_000) in machine.receive(TalkEnded(f"s{n}", 50))


@pytest.mark.parametrize("how", ["told", "lease", "gone"])
def test_who_is_not_reached_is_tried_again_and_the_seat_is_free_at_once(how: str) -> None:
    machine = manned()
    machine.receive(CallWaiting("c1", 10, number="n1"))
    machine.receive(CallWaiting("c2", 20))
    machine.receive(CallGone("c1", 30))

    def not_reached(out: tuple[Effect, ...], at_ms: int) -> tuple[Effect, ...]:
        if how == "lease":
            return machine.receive(timer(out, "lease"))
        return machine.receive(CallbackFailed("c1", at_ms) if how == "told" else CallGone("c1", at_ms))

    first = not_reached(machine.receive(TalkEnded("s0", 40)), 50)
    assert Withdraw("c1", "s0") in first
    assert Offer("c2", "s0", 20_000) in first
    machine.receive(OfferAccepted("s0", "c2", 60_100))
    machine.receive(CallWaiting("c3", 60_200))
    assert machine.receive(timer(first, "retry")) == ()
    assert order(machine) == ["c1", "c3"]  # at his old place
    last = not_reached(machine.receive(TalkEnded("s0", 400_000)), 400_100)
    assert CallbackOff("c1", "n1", CallbackEnd.FAILED) in last
    assert Offer("c3", "s0", 20_000) in last
    assert machine.receive(CallbackFailed("c1", 500_000)) == ()


def test_a_promise_expires() -> None:
    machine = manned()
    machine.receive(CallWaiting("c1", 10, number="n1"))
    kept = machine.receive(CallGone("c1", 30))
    assert machine.receive(timer(kept, "callback")) == (CallbackOff("c1", "n1", CallbackEnd.EXPIRED),)
    assert order(machine) == []


def test_who_is_being_dialled_is_not_let_down_by_the_clock() -> None:
    machine = manned(rules=CallbackRules(on_abandon=OnAbandon.CALL_BACK, expires_ms=100, attempts=1))
    machine.receive(CallWaiting("c1", 10, number="n1"))
    kept = machine.receive(CallGone("c1", 30))
    machine.receive(TalkEnded("s0", 40))
    assert machine.receive(timer(kept, "callback")) == ()
    machine.receive(OfferAccepted("s0", "c1", 200))
    assert machine.seats()[0].state is SeatState.TALKING


def test_who_calls_again_himself_has_his_place_and_needs_no_callback() -> None:
    machine = manned(max_length=1)
    machine.receive(CallWaiting("c1", 10, number="n1"))
    machine.receive(CallGone("c1", 30))
    out = machine.receive(CallWaiting("c1 again", 40, number="n1"))
    assert out[-1] == Waiting("c1 again", 1, 0)
    assert CallbackOff("c1", "n1", CallbackEnd.REDIALLED) in out
    assert order(machine) == ["c1 again"]
    assert machine.waiting()[0].arrived_ms == 10


def test_who_calls_while_he_is_being_dialled_gets_the_seat_that_waits_for_him() -> None:
    machine = manned()
    machine.receive(CallWaiting("c1", 10, number="n1"))
    machine.receive(CallGone("c1", 30))
    machine.receive(TalkEnded("s0", 40))
    out = machine.receive(CallWaiting("c1 again", 50, number="n1"))
    assert Withdraw("c1", "s0") in out
    assert Offer("c1 again", "s0", 20_000) in out


def test_a_promise_can_be_cancelled() -> None:
    machine = manned()
    machine.receive(CallWaiting("c1", 10, number="n1"))
    machine.receive(CallGone("c1", 30))
    assert CallbackOff("c1", "n1", CallbackEnd.CANCELLED) in machine.receive(CallbackCancelled("c1", 40))
    with pytest.raises(UnknownCallError, match="expected one that was promised"):
        machine.receive(CallbackCancelled("c1", 50))


def test_the_seat_that_goes_away_while_dialling_leaves_the_place() -> None:
    machine = manned(seats=2)
    machine.receive(CallWaiting("c1", 10, number="n1"))
    machine.receive(CallGone("c1", 30))
    machine.receive(TalkEnded("s0", 40))
    assert Withdraw("c1", "s0") in machine.receive(SeatPauses("s0", "meal", 50))
    assert order(machine) == ["c1"]
    assert CallBack("c1", "n1", "s1", 60_000) in machine.receive(TalkEnded("s1", 60))


def test_a_chief_may_change_the_grade_of_a_promise() -> None:
    machine = manned()
    for n in (1, 2):
        machine.receive(CallWaiting(f"c{n}", 10 * n, number=f"n{n}"))
        machine.receive(CallGone(f"c{n}", 30))
    machine.receive(CallRegraded("c2", 40, Grade.VIP))
    assert order(machine) == ["c2", "c1"]
    assert CallBack("c2", "n2", "s0", 60_000) in machine.receive(TalkEnded("s0", 50))


# --- at random --------------------------------------------------------------------------------------------------------

CALLS, NUMBERS, SEATS = 8, 4, 3
steps = st.lists(
    st.tuples(
        st.sampled_from(["call", "gone", "ask", "fail", "cancel", "accept", "end", "pause", "out", "in", "timer"]),
        st.integers(0, 30),
        st.integers(1, 50),
    ),
    max_size=60,
)
rule_sets = st.builds(
    CallbackRules,
    on_abandon=st.sampled_from(OnAbandon),
    at_once=st.integers(1, 2),
    attempts=st.integers(1, 2),
    retry_ms=st.just(40),
    expires_ms=st.just(300),
    redial_ms=st.just(100),
)


class Trial:
    """Knows from effects alone who has a promise, who is dialled and which timers run."""

    def __init__(self, rules: CallbackRules) -> None:
        self.rules = rules
        self.machine = QueueMachine(QueueSettings(wrap_up_ms=0, callbacks=rules))
        self.promised: dict[str, str] = {}
        self.timers: list[str] = []
        self.over: set[str] = set()
        self.calls = 0

    def event(self, what: str, which: int, at_ms: int) -> Event | None:
        seat, call = f"s{which % SEATS}", f"c{which % max(1, self.calls)}"
        view = next((v for v in self.machine.seats() if v.profile.seat == seat), None)
        if what == "timer":
            return Expired(self.timers[which % len(self.timers)]) if self.timers else None
        if what == "call":
            self.calls += 1
            return CallWaiting(f"c{self.calls - 1}", at_ms, number=f"n{which % NUMBERS}")
        events: dict[str, Event] = {
            "gone": CallGone(call, at_ms),
            "ask": CallbackAsked(call, at_ms),
            "fail": CallbackFailed(call, at_ms),
            "cancel": CallbackCancelled(call, at_ms),
            "accept": OfferAccepted(seat, (view.call if view else None) or "c0", at_ms),
            "end": TalkEnded(seat, at_ms),
            "pause": SeatPauses(seat, "meal", at_ms),
            "out": SeatSignsOut(seat, at_ms),
            "in": SeatSignsIn(SeatProfile(seat, SeatKind.INTEGRATED, {}, ()), at_ms),
        }
        return events[what]

    def step(self, event: Event) -> None:
        before = (self.machine.seats(), self.machine.waiting())
        try:
            effects = self.machine.receive(event)
        except QueueError:
            assert (self.machine.seats(), self.machine.waiting()) == before
            return
        if isinstance(event, Expired):
            self.timers.remove(event.name)
        if isinstance(event, OfferAccepted) and (event.seat, event.call) in self.held():
            self.promised.pop(event.call, None)
        for effect in effects:
            self.note(effect)
        self.check()

    def held(self) -> set[tuple[str, str | None]]:
        """An answer of another seat than the one that has the call keeps no promise."""
        return {(view.profile.seat, view.call) for view in self.machine.seats()}

    def note(self, effect: Effect) -> None:
        match effect:
            case CallbackKept(call=call, number=number):
                assert number not in self.promised.values(), "a number has one promise"
                self.promised[call] = number
            case CallbackOff(call=call):
                assert call not in self.over, "a promise ends once"
                self.over.add(call)
                self.promised.pop(call, None)
            case StartTimer(name=name):
                self.timers.append(name)
            case StopTimer(name=name):
                self.timers.remove(name)

    def check(self) -> None:
        waiting = {c.call: c for c in self.machine.waiting()}
        dialled = {v.call for v in self.machine.seats() if v.state in OFFERED and v.call in self.promised}
        resting = {name.split("/")[1] for name in self.timers if name.startswith("retry/")}
        callbacks = {call for call, caller in waiting.items() if caller.is_callback}
        assert len(dialled) <= self.rules.at_once
        assert callbacks | dialled | resting == set(self.promised), "no place is lost"
        assert not callbacks & dialled
        assert not callbacks & resting
        assert not dialled & resting
        ready = [v for v in self.machine.seats() if v.state is SeatState.READY]
        if ready:
            assert callbacks == set(waiting), "who is on the line gets a ready seat"
            assert not callbacks or len(dialled) == self.rules.at_once


@settings(deadline=None, max_examples=300)
@given(steps, rule_sets)
def test_no_place_is_lost_or_given_twice(script: list[tuple[str, int, int]], rules: CallbackRules) -> None:
    trial, at_ms = Trial(rules), 0
    for n in range(SEATS - 1):
        trial.step(SeatSignsIn(SeatProfile(f"s{n}", SeatKind.INTEGRATED, {}, ()), 0))
    for what, which, later_ms in script:
        at_ms += later_ms
        event = trial.event(what, which, at_ms)
        if event is not None:
            trial.step(event)


def test_give_up_is_not_for_those_who_are_called_back() -> None:
    machine = manned()
    machine.receive(CallWaiting("c1", 10, number="n1"))
    machine.receive(CallGone("c1", 30))
    machine.receive(TalkEnded("s0", 40))
    out = machine.receive(SeatSignsOut("s0", 50))  # nobody is left; the promise stands
    assert not any(isinstance(effect, GiveUp) for effect in out)
    assert order(machine) == ["c1"]


def two_seats(*calls: tuple[str, str], at_once: int = 1) -> QueueMachine:
    """A professional seat that suits everybody better and an integrated one, both away; promises in this order."""
    machine = QueueMachine(QueueSettings(wrap_up_ms=0, callbacks=CallbackRules(attempts=2, at_once=at_once)))
    for seat, kind in (("pro", SeatKind.PROFESSIONAL), ("int", SeatKind.INTEGRATED)):
        machine.receive(SeatSignsIn(SeatProfile(seat, kind, {"bills": 1}, ()), 0))
        machine.receive(SeatPauses(seat, "meal", 0))
    for n, (call, number) in enumerate(calls):
        machine.receive(CallWaiting(call, 10 + n, service="bills", number=number))
        machine.receive(CallbackAsked(call, 20 + n))
    return machine


def dialled(out: tuple[Effect, ...]) -> list[tuple[str, str]]:
    return [(effect.call, effect.seat) for effect in out if isinstance(effect, CallBack)]


def test_who_calls_while_he_is_dialled_may_have_the_seat_that_was_kept_for_it() -> None:
    machine = two_seats(("c1", "n1"))
    assert dialled(machine.receive(SeatResumes("pro", 30))) == [("c1", "pro")]
    machine.receive(SeatResumes("int", 31))
    out = machine.receive(CallWaiting("again", 40, service="bills", number="n1"))
    assert Offer("again", "pro", 20_000) in out
    assert {view.profile.seat: view.state for view in machine.seats()}["int"] is SeatState.READY


def test_who_calls_while_he_is_dialled_overtakes_nobody() -> None:
    machine = two_seats(("c1", "n1"))
    machine.receive(SeatResumes("pro", 30))
    machine.receive(CallWaiting("vip", 31, service="bills", grade=Grade.VIP))
    out = machine.receive(CallWaiting("again", 40, service="bills", number="n1"))
    assert [effect.call for effect in out if isinstance(effect, Offer)] == ["vip"]
    assert order(machine) == ["again"]


def test_who_had_to_wait_for_leave_to_be_dialled_gets_the_seat_that_suits_him_best() -> None:
    machine = two_seats(("c1", "n1"), ("c2", "n2"))
    assert dialled(machine.receive(SeatResumes("int", 30))) == [("c1", "int")]
    assert dialled(machine.receive(SeatResumes("pro", 31))) == []
    assert dialled(machine.receive(CallbackFailed("c1", 40))) == [("c2", "pro")]


def test_a_callback_whose_seat_has_gone_comes_behind_those_who_came_before_him() -> None:
    machine = two_seats(("c1", "n1"), ("c2", "n2"))
    machine.receive(SeatResumes("int", 30))
    machine.receive(CallbackFailed("c1", 40))  # rests; c2 is dialled meanwhile
    machine.receive(Expired(next(name for name in machine._timers._running if name.startswith("retry"))))
    assert order(machine) == ["c1"]
    machine.receive(SeatResumes("pro", 400_000))
    assert dialled(machine.receive(SeatPauses("int", "meal", 400_001))) == [("c1", "pro")]
    assert order(machine) == ["c2"]
