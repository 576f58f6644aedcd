"""The seat's table, row by row: each state is reached by real events, then every event is tried in it."""

import pytest

from kmcc.signaling.effects import Expired, StartTimer
from kmcc.switch.queue.effects import Effect, GiveUp, GiveUpReason, Offer, Waiting, Withdraw
from kmcc.switch.queue.errors import SeatStateError
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
from kmcc.switch.queue.parties import SeatKind, SeatProfile
from kmcc.switch.queue.seat import IN_CALL, TABLE, In, SeatState
from kmcc.switch.queue.settings import QueueSettings, WithoutSeats

S = SeatState
PROFILE = SeatProfile("s1", SeatKind.INTEGRATED, {}, ("zh",))
IN = SeatSignsIn(PROFILE, 0)
CALL = CallWaiting("c1", 10)
ACCEPT = OfferAccepted("s1", "c1", 20)
ENDED = TalkEnded("s1", 30)
PAUSE = SeatPauses("s1", "meal", 40)
OUT = SeatSignsOut("s1", 40)
RESUME = SeatResumes("s1", 40)
REFUSE = OfferRefused("s1", "c1", RefusalReason.REFUSED, 40)

HOLD = CallHeld("s1", 25)
CONSULT = ConsultBegins("s1", 25)
FORCE = SeatForced("s1", "briefing", 40)
FREE = SeatFreed("s1", 40)

WAY: dict[SeatState, tuple[Event, ...]] = {
    S.SIGNED_OUT: (IN, SeatSignsOut("s1", 1)),
    S.READY: (IN,),
    S.RESERVED: (IN, CALL),
    S.RINGING: (IN, CALL, SeatRings("s1", "c1", 15)),
    S.TALKING: (IN, CALL, ACCEPT),
    S.HELD: (IN, CALL, ACCEPT, HOLD),
    S.CONSULTING: (IN, CALL, ACCEPT, CONSULT),
    S.WRAP_UP: (IN, CALL, ACCEPT, ENDED),
    S.PAUSED: (IN, SeatPauses("s1", "meeting", 5)),
    S.FORCED: (IN, SeatForced("s1", "training", 5)),
}
EVENTS: dict[str, Event] = {
    "sign in": IN, "sign out": OUT, "pause": PAUSE, "resume": RESUME, "force": FORCE, "free": FREE,
    "call": CallWaiting("c2", 40), "ring": SeatRings("s1", "c1", 40), "accept": ACCEPT, "refuse": REFUSE,
    "gone": CallGone("c1", 40), "hold": CallHeld("s1", 40), "retrieve": CallRetrieved("s1", 40),
    "consult": ConsultBegins("s1", 40), "consult ended": ConsultEnds("s1", 40), "ended": ENDED,
}  # fmt: skip

# Where each event leads; what is not named is refused. The state itself means: heard, no change of state.
DEAF = {"call", "ring", "accept", "refuse", "gone"}  # these never refuse: they may have crossed what came before
LEADS_TO: dict[SeatState, dict[str, SeatState]] = {
    S.SIGNED_OUT: {"sign in": S.READY},
    S.READY: {"sign out": S.SIGNED_OUT, "pause": S.PAUSED, "force": S.FORCED, "call": S.RESERVED},
    S.RESERVED: {"sign out": S.SIGNED_OUT, "pause": S.PAUSED, "force": S.FORCED, "ring": S.RINGING,
                 "accept": S.TALKING, "refuse": S.PAUSED, "gone": S.READY},
    S.RINGING: {"sign out": S.SIGNED_OUT, "pause": S.PAUSED, "force": S.FORCED, "accept": S.TALKING,
                "refuse": S.PAUSED, "gone": S.READY},
    S.TALKING: {"sign out": S.TALKING, "pause": S.TALKING, "resume": S.TALKING, "force": S.TALKING,
                "free": S.TALKING, "hold": S.HELD, "consult": S.CONSULTING, "ended": S.WRAP_UP},
    S.HELD: {"sign out": S.HELD, "pause": S.HELD, "resume": S.HELD, "force": S.HELD, "free": S.HELD,
             "retrieve": S.TALKING, "consult": S.CONSULTING, "ended": S.WRAP_UP},
    S.CONSULTING: {"sign out": S.CONSULTING, "pause": S.CONSULTING, "resume": S.CONSULTING, "force": S.CONSULTING,
                   "free": S.CONSULTING, "consult ended": S.TALKING, "ended": S.WRAP_UP},
    S.WRAP_UP: {"sign out": S.SIGNED_OUT, "pause": S.PAUSED, "resume": S.READY, "force": S.FORCED,
                "free": S.WRAP_UP},
    S.PAUSED: {"sign out": S.SIGNED_OUT, "pause": S.PAUSED, "resume": S.READY, "force": S.FORCED},
    S.FORCED: {"sign out": S.SIGNED_OUT, "free": S.READY, "force": S.FORCED},
}  # fmt: skip
IN_TALK_REFUSED = {"accept", "refuse"}  # of the very call that is talked: a fault of whoever sends it


def driven(*events: Event) -> tuple[QueueMachine, tuple[Effect, ...]]:
    machine = QueueMachine(QueueSettings(without_seats=WithoutSeats.WAIT))
    out: tuple[Effect, ...] = ()
    for event in events:
        out = machine.receive(event)
    return machine, out


@pytest.mark.parametrize("state", list(S), ids=lambda s: s.name)
@pytest.mark.parametrize("name", EVENTS)
def test_every_event_in_every_state(state: SeatState, name: str) -> None:
    machine, _ = driven(*WAY[state])
    (before,) = machine.seats()
    assert before.state is state
    is_deaf = name in DEAF and not (state in IN_CALL and name in IN_TALK_REFUSED)
    expected = LEADS_TO[state].get(name, state if is_deaf else None)
    if expected is None:
        waiting = machine.waiting()
        with pytest.raises(SeatStateError, match=f"not allowed for seat s1 in {state.value}"):
            machine.receive(EVENTS[name])
        assert machine.seats() == (before,)
        assert machine.waiting() == waiting
    else:
        machine.receive(EVENTS[name])
        assert machine.seats()[0].state is expected


def test_every_state_is_reached_and_left_and_every_input_used() -> None:
    assert {to for to, _ in TABLE.values()} == set(SeatState)
    assert {state for state, _ in TABLE} == set(SeatState)
    assert {what for _, what in TABLE} == set(In)


def timer(out: tuple[Effect, ...]) -> Expired:
    (start,) = (effect for effect in out if isinstance(effect, StartTimer))
    return Expired(start.name)


def test_a_lease_that_runs_out_sets_the_seat_aside_and_the_caller_back() -> None:
    machine, out = driven(IN, CALL)
    out = machine.receive(timer(out))
    assert Withdraw("c1", "s1") in out
    assert out[-1] == Waiting("c1", position=1, ahead=0)
    assert (machine.seats()[0].state, machine.seats()[0].reason) == (S.PAUSED, "no answer")
    assert machine.waiting()[0].arrived_ms == 10
    assert machine.receive(SeatResumes("s1", 30_000))[1] == Offer("c1", "s1", 20_000)


def test_wrap_up_ends_by_its_timer() -> None:
    machine, out = driven(IN, CALL, ACCEPT, ENDED)
    machine.receive(timer(out))
    view = machine.seats()[0]
    assert (view.state, view.since_ms) == (S.READY, 30 + 15_000)


@pytest.mark.parametrize("wrap_up_ms", [0, 5_000])
@pytest.mark.parametrize(
    ("noted", "end", "reason"),
    [
        ((PAUSE,), S.PAUSED, "meal"),
        ((OUT,), S.SIGNED_OUT, None),
        ((PAUSE, OUT), S.SIGNED_OUT, None),
        ((PAUSE, RESUME), S.READY, None),
    ],
)
def test_a_key_pressed_in_talk_works_afterwards(
    noted: tuple[Event, ...], end: SeatState, reason: str | None, wrap_up_ms: int
) -> None:
    machine = QueueMachine(QueueSettings(wrap_up_ms=wrap_up_ms))
    for event in (IN, CALL, ACCEPT, *noted):
        machine.receive(event)
    assert (machine.seats()[0].state, machine.seats()[0].call) == (S.TALKING, "c1")
    out = machine.receive(TalkEnded("s1", 50))
    if wrap_up_ms:
        out = machine.receive(timer(out))
    assert (machine.seats()[0].state, machine.seats()[0].reason) == (end, reason)
    # What was noted is done once: the next talk ends in ready.
    if end is S.PAUSED:
        assert out[-1] is not None
        for event in (SeatResumes("s1", 60), CallWaiting("c3", 61), OfferAccepted("s1", "c3", 62)):
            machine.receive(event)
        out = machine.receive(TalkEnded("s1", 63))
        if wrap_up_ms:
            machine.receive(timer(out))
        assert machine.seats()[0].state is S.READY


def test_pausing_or_leaving_during_an_offer_gives_the_caller_back() -> None:
    for event, why in ((PAUSE, None), (OUT, GiveUpReason.NO_SEAT)):
        machine = QueueMachine()
        machine.receive(IN)
        machine.receive(CALL)
        out = machine.receive(event)
        assert Withdraw("c1", "s1") in out
        assert out[-1] == (Waiting("c1", 1, 0) if why is None else GiveUp("c1", why))
