"""Feeding a telephone: ringing with caller ID in every place, dial tone to lock-out, every (state, event) pair."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.signaling.analogue.fxs import (
    OFF_HOOK,
    TABLE,
    TIMERS,
    Dialled,
    Effect,
    FxsLine,
    In,
    Key,
    Order,
    Say,
    SendLine,
    State,
)
from kmcc.signaling.analogue.hook import Loop
from kmcc.signaling.analogue.profile import FXS_MS, Answer, FxsProfile
from kmcc.signaling.analogue.wire import ToSubscriber
from kmcc.signaling.effects import Expired, ProfileError, ProtocolError, RangeError, StartTimer, StopTimer

Event = Loop | Key | Order | Expired
RING, NORMAL, REVERSED = SendLine(ToSubscriber.RING), SendLine(ToSubscriber.NORMAL), SendLine(ToSubscriber.REVERSED)
LIFT, PUT_DOWN = Loop(True, 0), Loop(False, 1e6)
GONE = (PUT_DOWN, Expired("clear"))

WAY: dict[State, tuple[Event, ...]] = {
    State.IDLE: (),
    State.RING_ON: (Order.RING,),
    State.RING_PAUSE: (Order.RING, Expired("ring_on")),
    State.DIAL_TONE: (LIFT,),
    State.DIALLING: (LIFT, Key("1")),
    State.CALLING: (LIFT, Key("1"), Order.ROUTED),
    State.TALKING: (Order.RING, LIFT),
    State.BUSY_TONE: (LIFT, Expired("dial_tone")),
    State.HOWLER: (LIFT, Expired("dial_tone"), Expired("busy")),
    State.LOCKED_OUT: (LIFT, Expired("dial_tone"), Expired("busy"), Expired("howler")),
}


def driven(*events: Event, profile: FxsProfile | None = None) -> tuple[FxsLine, tuple[Effect, ...]]:
    line = FxsLine(profile)
    out: tuple[Effect, ...] = ()
    for event in events:
        out = line.receive(event)
    return line, out


def in_state(state: State) -> FxsLine:
    if state in {State.CALLER_ID, State.FIRST_PAUSE}:
        line = FxsLine(FxsProfile(delivery="china-dtmf" if state is State.CALLER_ID else "china"))
        line.ring(has_caller=True)
        line.receive(Expired("ring_on"))
        return line
    return driven(*WAY[state])[0]


@pytest.mark.parametrize("state", State)
def test_the_way_to_each_state(state: State) -> None:
    assert in_state(state).state is state


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("order", Order)
def test_every_order_in_every_state(state: State, order: Order) -> None:
    line = in_state(state)
    if (state, order.value) in TABLE:
        line.receive(order)
        assert line.state is TABLE[state, order.value][0]
        return
    with pytest.raises(ProtocolError, match=f"FXS line: {order.name} is not allowed in {state.name}"):
        line.receive(order)
    assert line.state is state


@pytest.mark.parametrize("state", State)
def test_every_state_takes_its_timer_key_and_hook(state: State) -> None:
    if state in TIMERS:
        assert (state, TIMERS[state]) in TABLE
    in_state(state).receive(Key("5"))
    for name in (*FXS_MS, "digit_end"):
        in_state(state).receive(Expired(name))
    line = in_state(state)
    if state in OFF_HOOK:
        assert [*line.receive(PUT_DOWN), *line.receive(Expired("clear"))][-1] is Say.CLEARED
        assert line.state is State.IDLE
    else:
        line.receive(LIFT)
        assert line.state in OFF_HOOK


def test_no_state_without_a_timer_or_a_way_out() -> None:
    for state in State:
        ways = {what for at, what in TABLE if at is state and TABLE[at, what][0] is not state}
        assert ways & {In.PUT_DOWN, In.RELEASE, In.RING}, state
    assert {to for to, _ in TABLE.values()} == set(State)
    assert {what for _, what in TABLE} == set(In)


def test_ringing_without_caller_id() -> None:
    line = FxsLine()
    assert line.start() == (NORMAL,)
    assert line.receive(Order.RING) == (StartTimer("ring_on", 1000), RING, Say.RINGS)
    assert line.receive(Expired("ring_on")) == (StartTimer("ring_off", 4000), NORMAL)
    assert line.receive(Expired("ring_off")) == (StartTimer("ring_on", 1000), RING)
    assert line.receive(LIFT) == (StopTimer("ring_on"), NORMAL, Say.ANSWERED)
    assert line.receive(Order.RELEASE) == (StartTimer("busy", 40_000), NORMAL, Say.BUSY_TONE)
    assert line.receive(PUT_DOWN) == (StartTimer("clear", 650),)
    assert line.receive(Expired("clear")) == (StopTimer("busy"), Say.QUIET, NORMAL, Say.CLEARED)


def test_caller_id_after_the_first_ring_and_only_there() -> None:
    line = FxsLine(FxsProfile(delivery="china"))
    line.ring(has_caller=True)
    assert line.receive(Expired("ring_on")) == (StartTimer("ring_off", 4000), NORMAL, Say.SEND_CALLER_ID)
    assert line.receive(Order.DATA_SENT) == ()
    assert line.receive(Expired("ring_off")) == (StartTimer("ring_on", 1000), Say.QUIET, RING)
    assert line.receive(Expired("ring_on")) == (StartTimer("ring_off", 4000), NORMAL)


@pytest.mark.parametrize(("delivery", "before"), [("china-dtmf", NORMAL), ("china-dtmf-reversal", REVERSED)])
def test_caller_id_before_the_first_ring(delivery: str, before: SendLine) -> None:
    line = FxsLine(FxsProfile(delivery=delivery))
    assert line.ring(has_caller=True) == (before, Say.SEND_CALLER_ID)
    assert line.receive(Order.DATA_SENT) == (StartTimer("ring_on", 1000), RING, Say.RINGS)
    assert line.receive(Expired("ring_on")) == (StartTimer("ring_off", 4000), NORMAL)


def test_lifted_while_caller_id_is_sent_is_answered() -> None:
    for delivery in ("china", "china-dtmf"):
        line = FxsLine(FxsProfile(delivery=delivery))
        line.ring(has_caller=True)
        line.receive(Expired("ring_on"))
        out = line.receive(LIFT)
        assert Say.QUIET in out
        assert out[-1] is Say.ANSWERED


def test_without_a_caller_nothing_is_told() -> None:
    line = FxsLine(FxsProfile(delivery="china-dtmf"))
    assert line.ring(has_caller=False)[-1] is Say.RINGS


def test_a_call_of_the_telephones_own_with_reversal_at_answer() -> None:
    line = FxsLine(FxsProfile(answer=Answer.REVERSAL))
    assert line.receive(LIFT) == (StartTimer("dial_tone", 15_000), Say.ORIGINATES, Say.DIAL_TONE)
    assert line.receive(Key("1")) == (
        StopTimer("dial_tone"), StartTimer("inter_digit", 10_000), Say.QUIET, Dialled("1"),
    )  # fmt: skip
    assert line.receive(Key("1")) == (StopTimer("inter_digit"), StartTimer("inter_digit", 10_000), Dialled("1"))
    assert line.receive(Order.ROUTED) == (StopTimer("inter_digit"),)
    assert line.receive(Order.CONNECT) == (REVERSED,)
    assert line.receive(Order.RELEASE) == (StartTimer("busy", 40_000), NORMAL, Say.BUSY_TONE)


def test_an_answered_call_is_not_reversed() -> None:
    line = FxsLine(FxsProfile(answer=Answer.REVERSAL))
    line.receive(Order.RING)
    assert line.receive(LIFT) == (StopTimer("ring_on"), NORMAL, Say.ANSWERED)


def test_nobody_dials_dial_tone_busy_howler_lock_out() -> None:
    line = FxsLine()
    line.receive(LIFT)
    assert line.receive(Expired("dial_tone")) == (StartTimer("busy", 40_000), Say.DIALLED_ALL, Say.BUSY_TONE)
    assert line.receive(Expired("busy")) == (StartTimer("howler", 60_000), Say.HOWLER)
    assert line.receive(Expired("howler")) == (Say.QUIET, Say.LOCKED_OUT)
    assert line.receive(Key("1")) == ()
    assert line.receive(PUT_DOWN) == (StartTimer("clear", 650),)
    assert line.receive(Expired("clear")) == (Say.QUIET, NORMAL, Say.CLEARED)


def test_a_seats_telephone_may_not_call() -> None:
    line = FxsLine(FxsProfile(originates=False))
    assert line.receive(LIFT) == (StartTimer("busy", 40_000), Say.BARRED, Say.BUSY_TONE)


def test_pulses_are_digits_while_dialling_and_a_flash_in_a_call() -> None:
    line, _ = driven(LIFT)
    for at_ms in (1000, 1100):
        line.receive(Loop(False, at_ms))
        line.receive(Loop(True, at_ms + 61))
    assert line.receive(Expired("digit_end"))[-1] == Dialled("2")
    line, _ = driven(Order.RING, LIFT, Loop(False, 5000))
    assert line.receive(Loop(True, 5200)) == (StopTimer("clear"), Say.FLASHED)


def test_a_digit_that_is_none_is_refused_before_anything_is_done() -> None:
    line, _ = driven(LIFT)
    with pytest.raises(RangeError, match="digit must be one of 0-9"):
        line.receive(Key("x"))
    assert line.state is State.DIAL_TONE


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ({"clear": 0}, "row clear is 0, expected 1..600000 ms"),
        ({"flash": 300}, "no row flash; known are ring_on"),
        ({"flash_max": 700}, "flash_max is 700 ms, expected less than clear, 650 ms"),
        ({"pulse_break_min": 100}, "pulse_break_min is 100 ms, expected less than pulse_break_max"),
        ({"busy": True}, "row busy is True"),
    ],
)
def test_times_that_cannot_be(times: dict[str, int], words: str) -> None:
    with pytest.raises(ProfileError, match=words):
        FxsProfile(times)


@pytest.mark.parametrize("delivery", ["carrier pigeon", "china-waiting"])
def test_deliveries_that_cannot_be(delivery: str) -> None:
    with pytest.raises(ProfileError, match=f"delivery.*{delivery}"):
        FxsProfile(delivery=delivery)


EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Loop, st.booleans(), st.just(0.0)),
    st.builds(Key, st.sampled_from("0123456789*#ABCD")),
    st.sampled_from(Order),
    st.sampled_from([Expired(name) for name in (*FXS_MS, "digit_end")]),
)
PROFILES = st.builds(
    FxsProfile,
    answer=st.sampled_from(Answer),
    delivery=st.sampled_from([None, "china", "china-dtmf", "china-dtmf-reversal"]),
    originates=st.booleans(),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(EVENTS, st.integers(1, 900)), max_size=50), PROFILES)
def test_whatever_happens(script: list[tuple[Event, int]], profile: FxsProfile) -> None:
    """Timers run exactly where the state has one, ringing voltage is on only while it rings, and putting the receiver
    down always ends in idle."""
    line, running, bits, at_ms = FxsLine(profile), list[str](), ToSubscriber.NORMAL, 0

    def feed(event: Event) -> None:
        nonlocal bits
        if isinstance(event, Expired):
            if event.name not in running:
                return
            running.remove(event.name)
        try:
            effects = line.receive(event)
        except ProtocolError:
            assert isinstance(event, Order)
            return
        for effect in effects:
            match effect:
                case StartTimer(name):
                    assert name not in running
                    running.append(name)
                case StopTimer(name):
                    running.remove(name)
                case SendLine(sent):
                    bits = sent
        timer = TIMERS.get(line.state)
        assert [name for name in running if name not in {"clear", "digit_end"}] == ([timer.value] if timer else [])
        assert bool(bits & ToSubscriber.RING) is (line.state is State.RING_ON)

    for event, later_ms in script:
        at_ms += later_ms
        feed(Loop(event.is_closed, at_ms) if isinstance(event, Loop) else event)
    for event in (Loop(True, at_ms + 10), Loop(False, at_ms + 2000), Expired("clear"), Order.RELEASE):
        feed(event)
    assert line.state is State.IDLE
    assert running == []
    assert bits is ToSubscriber.NORMAL
