"""A small call centre whose every history is looked at: its machine, a ledger of its own, and what must hold after each
event. The ledger knows events and effects alone; timers, places and owners of the machine are held against it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from tests.switch.queue_rules import Desk, Wish, fits, goes_first, is_better_for

from kmcc.signaling.effects import Expired, StartTimer, StopTimer
from kmcc.switch.queue import effects as fx
from kmcc.switch.queue import events as q
from kmcc.switch.queue.callbacks import CallbackState
from kmcc.switch.queue.errors import QueueError
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import Grade, SeatKind, SeatProfile, Transferred
from kmcc.switch.queue.seat import OFFERED, SeatState
from kmcc.switch.queue.settings import OnAbandon, QueueSettings
from kmcc.switch.queue.timers import TimerKind

TIME_PASSES: Final = "nobody"
"""Hanging up of a call that is not there: it says nothing, but when it is."""


@dataclass(frozen=True, slots=True)
class System:
    """Who can call, who can serve, by which settings, and which events there are."""

    name: str
    settings: QueueSettings
    desks: tuple[Desk, ...]
    calls: tuple[q.CallWaiting, ...]
    keys: tuple[str, ...]
    """Events of a seat and of a call, by the names of `events_of`; what is not named does not happen."""

    @property
    def by_call(self) -> Mapping[str, q.CallWaiting]:
        return {call.call: call for call in self.calls}

    @property
    def by_seat(self) -> Mapping[str, Desk]:
        return {desk.name: desk for desk in self.desks}


@dataclass(slots=True)
class Ledger:
    """What has been asked and promised. `age` is the place of a call: when it came, and as which of all."""

    now_ms: int = 0
    turn: int = 0
    age: dict[str, tuple[int, int]] = field(default_factory=dict)
    second: set[str] = field(default_factory=set)  # calls whose second service counts by now
    promised: set[str] = field(default_factory=set)
    gone: dict[str, tuple[int, int]] = field(default_factory=dict)  # by number: when it hung up, its age
    idle: dict[str, int] = field(default_factory=dict)  # when each seat became ready
    vip: set[str] = field(default_factory=set)


@dataclass(slots=True)
class World:
    """One state. It is copied by its pickle."""

    machine: QueueMachine
    ledger: Ledger = field(default_factory=Ledger)


def profile_of(desk: Desk) -> SeatProfile:
    kind = SeatKind.INTEGRATED if desk.is_integrated else SeatKind.PROFESSIONAL
    return SeatProfile(desk.name, kind, desk.skills, desk.languages)


# --- the events -------------------------------------------------------------------------------------------------------


def events_of(system: System, world: World) -> Iterator[q.Event]:
    """Everything that can be told at this moment, whether or not it makes sense; and one millisecond more."""
    now_ms = world.ledger.now_ms
    running = world.machine._timers._running
    for name, timer in running.items():
        if timer.due_ms <= now_ms:
            yield Expired(name)
    if all(timer.due_ms >= now_ms for timer in running.values()):  # a timer is a millisecond late at most
        yield q.CallGone(TIME_PASSES, now_ms + 1)
    for call in system.calls:
        yield from _call_events(system, call, now_ms)
    for desk in system.desks:
        yield from _seat_events(system, desk, now_ms)
    if "close" in system.keys:
        yield from (q.ServiceCloses("a", now_ms), q.ServiceOpens("a", now_ms))


def _call_events(system: System, call: q.CallWaiting, now_ms: int) -> Iterator[q.Event]:
    name = call.call
    events: Mapping[str, q.Event] = {
        "gone": q.CallGone(name, now_ms),
        "callback": q.CallbackAsked(name, now_ms),
        "not reached": q.CallbackFailed(name, now_ms),
        "cancel": q.CallbackCancelled(name, now_ms),
        "important": q.CallRegraded(name, now_ms, Grade.VIP),
    }
    yield q.CallWaiting(
        name,
        now_ms,
        call.service,
        call.grade,
        call.transferred,
        passed_by=call.passed_by,
        number=call.number,
        last_seat=call.last_seat,
    )
    yield from (event for key, event in events.items() if key in system.keys)


def _seat_events(system: System, desk: Desk, now_ms: int) -> Iterator[q.Event]:
    seat = desk.name
    keys: Mapping[str, q.Event] = {
        "sign in": q.SeatSignsIn(profile_of(desk), now_ms),
        "sign out": q.SeatSignsOut(seat, now_ms),
        "pause": q.SeatPauses(seat, "meal", now_ms),
        "resume": q.SeatResumes(seat, now_ms),
        "force": q.SeatForced(seat, "briefing", now_ms),
        "free": q.SeatFreed(seat, now_ms),
        "hold": q.CallHeld(seat, now_ms),
        "retrieve": q.CallRetrieved(seat, now_ms),
        "consult": q.ConsultBegins(seat, now_ms),
        "consult ended": q.ConsultEnds(seat, now_ms),
        "ended": q.TalkEnded(seat, now_ms),
    }
    yield from (event for key, event in keys.items() if key in system.keys)
    for call in system.by_call:
        if "ring" in system.keys:
            yield q.SeatRings(seat, call, now_ms)
        yield q.OfferAccepted(seat, call, now_ms)
        if "refuse" in system.keys:
            yield q.OfferRefused(seat, call, q.RefusalReason.REFUSED, now_ms)


# --- one step and what must hold --------------------------------------------------------------------------------------


def step(system: System, world: World, event: q.Event) -> tuple[fx.Effect, ...] | None:
    """The effects; None when the event was refused. AssertionError when something does not hold."""
    machine = world.machine
    armed = set(machine._timers._running)
    occupied = {view.profile.seat: view.call for view in machine.seats() if view.call is not None}
    waiting = {caller.call for caller in machine.waiting()}
    try:
        effects = machine.receive(event)
    except QueueError:
        assert not machine._out, "a refused event has no effects"
        return None
    _hear(system, world, event, occupied, waiting)
    _timers_are_armed(machine, armed, event, effects)
    _one_caller_one_seat(world, event, effects, occupied)
    _nobody_is_lost(world)
    _nobody_overtakes(system, world, effects)
    _no_free_seat_for_one_who_waits(system, world)
    return effects


def _hear(system: System, world: World, event: q.Event, occupied: Mapping[str, str], waiting: set[str]) -> None:
    """What the ledger learns from the event itself."""
    ledger = world.ledger
    if isinstance(event, Expired):
        if event.name.startswith(TimerKind.OVERFLOW.value):
            ledger.second.add(event.name.split("/")[1])
        return
    ledger.now_ms = event.at_ms
    match event:
        case q.CallWaiting(call=call, number=number):
            ledger.turn += 1
            came_ms = _place_kept(system, ledger, number)
            if came_ms is None and _goes_to_second(system, event, waiting):
                ledger.second.add(call)
            ledger.age[call] = (ledger.now_ms if came_ms is None else came_ms, ledger.turn)
        case q.CallGone(call=call) if call in waiting and call not in ledger.promised:
            number = system.by_call[call].number
            is_promised = system.settings.callbacks.on_abandon is OnAbandon.CALL_BACK and not _has_promise(
                system, ledger, number
            )
            if number is not None and not is_promised:
                ledger.gone[number] = (ledger.now_ms, ledger.age[call][0])
            if number is None or not is_promised:
                _end(ledger, call)
        case q.CallGone(call=call) if call in occupied.values() and call not in ledger.promised:
            if world.machine._seating.of_call(call) is None:  # in talk nothing new is said
                _end(ledger, call)
        case q.TalkEnded(seat=seat):
            _end(ledger, occupied[seat])
        case q.CallRegraded(call=call):
            ledger.vip.add(call)


def _goes_to_second(system: System, event: q.CallWaiting, waiting: set[str]) -> bool:
    """The line of his service is full, that of the second one is not."""
    second = system.settings.rules(event.service).overflow
    if second is None or event.transferred is Transferred.YES:
        return False
    return _is_full(system, event.service, waiting) and not _is_full(system, second, waiting)


def _is_full(system: System, service: str | None, waiting: set[str]) -> bool:
    limit = system.settings.rules(service).max_length
    return limit is not None and sum(system.by_call[call].service == service for call in waiting) >= limit


def _place_kept(system: System, ledger: Ledger, number: str | None) -> int | None:
    """When the caller of this number first came, by a promise or because he was here a moment ago."""
    if number is None:
        return None
    for call in ledger.promised:
        if system.by_call[call].number == number:
            return ledger.age[call][0]
    gone_ms, came_ms = ledger.gone.pop(number, (0, None))
    return came_ms if ledger.now_ms - gone_ms < system.settings.callbacks.redial_ms else None


def _has_promise(system: System, ledger: Ledger, number: str | None) -> bool:
    return any(system.by_call[call].number == number for call in ledger.promised)


def _end(ledger: Ledger, call: str) -> None:
    del ledger.age[call]
    ledger.second.discard(call)
    ledger.vip.discard(call)
    ledger.promised.discard(call)


def _timers_are_armed(machine: QueueMachine, armed: set[str], event: q.Event, effects: tuple[fx.Effect, ...]) -> None:
    """Those that the effects started and did not stop are those that the machine waits for; each has its owner."""
    if isinstance(event, Expired):
        armed.discard(event.name)
    for effect in effects:
        match effect:
            case StartTimer(name):
                assert name not in armed, "a timer's name is used once"
                armed.add(name)
            case StopTimer(name):
                armed.remove(name)
    running = machine._timers._running
    assert armed == set(running), "the timers of the machine are those that are armed"
    owners = sorted((timer.kind.value, timer.owner) for timer in running.values())
    assert owners == sorted(_owners(machine)), "no timer outlives its owner, and none is missing"


def _owners(machine: QueueMachine) -> Iterator[tuple[str, str]]:
    settings, book = machine._settings, machine._room.book
    for view in machine.seats():
        if view.state in OFFERED:
            yield TimerKind.LEASE.value, view.profile.seat
        if view.state is SeatState.WRAP_UP:
            yield TimerKind.WRAP_UP.value, view.profile.seat
    for caller in machine.waiting():
        rules = settings.rules(caller.service)
        if rules.max_wait_ms is not None and not caller.is_callback:
            yield TimerKind.WAIT.value, caller.call
        if rules.overflow is not None and caller.overflow is None and not caller.is_callback:
            yield TimerKind.OVERFLOW.value, caller.call
    for call, callback in book._by_call.items():
        if callback.state is CallbackState.RESTING:
            yield TimerKind.RETRY.value, call
        if callback.expiry is not None:
            yield TimerKind.CALLBACK.value, call


def _one_caller_one_seat(
    world: World, event: q.Event, effects: tuple[fx.Effect, ...], occupied: dict[str, str]
) -> None:
    """Effect by effect: no seat has two calls, no call two seats, and the machine has what its effects say."""
    ledger = world.ledger
    if isinstance(event, q.TalkEnded):
        del occupied[event.seat]
    if isinstance(event, q.OfferRefused) and occupied.get(event.seat) == event.call:
        del occupied[event.seat]
    for effect in effects:
        match effect:
            case fx.Offer(call, seat) | fx.CallBack(call, _, seat):
                assert seat not in occupied, "one seat, one caller"
                assert call not in occupied.values(), "one caller, one seat"
                assert isinstance(effect, fx.CallBack) == (call in ledger.promised)
                occupied[seat] = call
            case fx.Withdraw(call, seat) if occupied.get(seat) == call:
                del occupied[seat]
            case fx.GiveUp(call):
                _end(ledger, call)
            case fx.CallbackKept(call):
                ledger.promised.add(call)
            case fx.CallbackOff(call):
                _end(ledger, call)
            case fx.SeatChanged(seat, old, new) if new is SeatState.READY and old not in OFFERED:
                ledger.idle[seat] = world.machine._now_ms
    if isinstance(event, q.OfferAccepted) and occupied.get(event.seat) == event.call:
        ledger.promised.discard(event.call)
    views = world.machine.seats()
    assert occupied == {view.profile.seat: view.call for view in views if view.call is not None}


def _nobody_is_lost(world: World) -> None:
    """Who came and was neither served nor sent away waits, is with a seat, or is to be called back: one of them."""
    machine, ledger = world.machine, world.ledger
    waiting = [caller.call for caller in machine.waiting()]
    seated = [view.call for view in machine.seats() if view.call is not None]
    resting = [c for c, one in machine._room.book._by_call.items() if one.state is CallbackState.RESTING]
    assert sorted(chain(waiting, seated, resting)) == sorted(ledger.age)
    assert set(machine._room.book._by_call) == ledger.promised
    assert sum(one.state is CallbackState.DIALLING for one in machine._room.book._by_call.values()) <= (
        machine._settings.callbacks.at_once
    )


def _nobody_overtakes(system: System, world: World, effects: tuple[fx.Effect, ...]) -> None:
    """Whoever still waits comes behind everybody whom the step gave a seat that would have fitted him, too."""
    machine, ledger = world.machine, world.ledger
    waiting = [_wish(system, ledger, caller.call) for caller in machine.waiting()]
    assert waiting == _sorted(waiting), "the line is in the order of the rules"
    ready = [v.profile.seat for v in machine.seats() if v.state is SeatState.READY]
    for effect in effects:
        if not isinstance(effect, fx.Offer | fx.CallBack):
            continue
        wish, desk = _wish(system, ledger, effect.call), system.by_seat[effect.seat]
        assert fits(wish, desk), "eligible"
        for other in waiting:
            if fits(other, desk) and _may_be_dialled(world, other.name, effect.call):
                assert goes_first(wish, other), "nobody overtakes but by rule"
        for name in ready:
            other_desk = system.by_seat[name]
            if fits(wish, other_desk):
                assert is_better_for(wish, _idle(desk, ledger), _idle(other_desk, ledger)), "the best seat"


def _sorted(wishes: list[Wish]) -> list[Wish]:
    return sorted(wishes, key=lambda one: sum(goes_first(other, one) for other in wishes))


def _no_free_seat_for_one_who_waits(system: System, world: World) -> None:
    ready = [system.by_seat[v.profile.seat] for v in world.machine.seats() if v.state is SeatState.READY]
    for caller in world.machine.waiting():
        if _may_be_dialled(world, caller.call, None):
            wish = _wish(system, world.ledger, caller.call)
            assert not any(fits(wish, desk) for desk in ready), "尽优服务"


def _may_be_dialled(world: World, call: str, instead_of: str | None) -> bool:
    """Who is on the line may always have a seat; of those who are to be called back no more than allowed."""
    if call not in world.ledger.promised:
        return True
    dialled = [
        name
        for name, one in world.machine._room.book._by_call.items()
        if one.state is CallbackState.DIALLING and name != instead_of
    ]
    return len(dialled) < world.machine._settings.callbacks.at_once


def _wish(system: System, ledger: Ledger, call: str) -> Wish:
    asked = system.by_call[call]
    second = system.settings.rules(asked.service).overflow if call in ledger.second else None
    return Wish(
        call,
        needs=(asked.service,) if second is None else (asked.service, second),
        grade="vip" if call in ledger.vip or asked.grade is Grade.VIP else "ordinary",
        is_transferred=asked.transferred is Transferred.YES,
        came=ledger.age[call],
        passed_by=asked.passed_by,
        talked_with=asked.last_seat,
    )


def _idle(desk: Desk, ledger: Ledger) -> Desk:
    return Desk(
        desk.name, desk.is_integrated, desk.skills, desk.languages, desk.host, desk.board, ledger.idle.get(desk.name, 0)
    )
