"""A seat's telephone: ringing cadence of GB 3380-82, answer, flash and clear."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.signaling.analogue.loop import (
    TABLE,
    TIMER_MS,
    TIMERS,
    Effect,
    FeedLine,
    Hook,
    In,
    OffHook,
    OnHook,
    Order,
    Reason,
    Ringing,
    SendLine,
    State,
)
from kmcc.signaling.effects import Expired, ProfileError, ProtocolError, StartTimer, StopTimer

Event = Hook | Order | Expired
RING, QUIET = SendLine(1), SendLine(0)
RING_ON, RING_OFF = StartTimer("ring_on", 1_000), StartTimer("ring_off", 4_000)

ANSWERED: list[tuple[Event, tuple[Effect, ...]]] = [
    (Order.RING, (RING_ON, RING, Ringing())),
    (Expired("ring_on"), (RING_OFF, QUIET)),
    (Expired("ring_off"), (RING_ON, RING)),
    (Hook.OFF, (StopTimer("ring_on"), QUIET, OffHook(Reason.ANSWERED))),
    (Order.STOP_RING, ()),
    (Hook.ON, (StartTimer("clear", 650),)),
    (Expired("clear"), (OnHook(),)),
]
ANSWERED_IN_THE_PAUSE: list[tuple[Event, tuple[Effect, ...]]] = [
    (Order.RING, (RING_ON, RING, Ringing())),
    (Expired("ring_on"), (RING_OFF, QUIET)),
    (Hook.OFF, (StopTimer("ring_off"), OffHook(Reason.ANSWERED))),
]
GIVEN_UP: list[tuple[Event, tuple[Effect, ...]]] = [
    (Order.RING, (RING_ON, RING, Ringing())),
    (Order.STOP_RING, (StopTimer("ring_on"), QUIET)),
    (Hook.OFF, (OffHook(Reason.ORIGINATING),)),
]
FLASH: list[tuple[Event, tuple[Effect, ...]]] = [
    (Hook.OFF, (OffHook(Reason.ORIGINATING),)),
    (Hook.ON, (StartTimer("clear", 650),)),
    (Hook.OFF, (StopTimer("clear"),)),
    (Expired("clear"), ()),  # it was stopped just as it ran out
    (Hook.ON, (StartTimer("clear", 650),)),
    (Expired("clear"), (OnHook(),)),
]


@pytest.mark.parametrize("story", [ANSWERED, ANSWERED_IN_THE_PAUSE, GIVEN_UP, FLASH])
def test_story(story: list[tuple[Event, tuple[Effect, ...]]]) -> None:
    line = FeedLine()
    assert line.start() == (QUIET,)
    for event, effects in story:
        assert line.receive(event) == effects


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("order", list(Order))
def test_every_order(state: State, order: Order) -> None:
    line = FeedLine()
    line.state = state
    if (state, order.value) in TABLE:
        line.receive(order)
        return
    with pytest.raises(ProtocolError, match=f"feed line: {order.name} is not allowed in {state.name}"):
        line.receive(order)
    assert line.state is state


def test_every_state_is_reached_left_and_takes_both_hooks() -> None:
    assert {to for to, _ in TABLE.values()} == set(State)
    assert {at for (at, _), (to, _) in TABLE.items() if to is not at} == set(State)
    assert all((state, hook.value) in TABLE for state in State for hook in Hook)
    assert all((state, timer) in TABLE for state, timer in TIMERS.items())
    assert {timer.value for timer in TIMERS.values()} == set(TIMER_MS)


EVENTS: st.SearchStrategy[Event] = (
    st.sampled_from(Hook) | st.sampled_from(Order) | st.sampled_from([Expired(name) for name in TIMER_MS])
)


@settings(deadline=None)
@given(st.lists(EVENTS, max_size=40))
def test_whatever_happens(events: list[Event]) -> None:
    line, running, bits = FeedLine(), list[str](), 0
    for event in events:
        if isinstance(event, Expired) and event.name in running:
            running.remove(event.name)
        try:
            effects = line.receive(event)
        except ProtocolError:
            assert isinstance(event, Order)
            continue
        for effect in effects:
            match effect:
                case StartTimer(name):
                    running.append(name)
                case StopTimer(name):
                    running.remove(name)
                case SendLine(sent):
                    bits = sent
        timer = TIMERS.get(line.state)
        assert running == ([] if timer is None else [timer.value])
        assert bits == (1 if line.state is State.RING_ON else 0)


@pytest.mark.parametrize("ms", [{"clear": 0}, {"flash": 300}])
def test_timers_that_cannot_be(ms: dict[str, int]) -> None:
    with pytest.raises(ProfileError, match=next(iter(ms))):
        FeedLine(ms)


def test_a_timer_of_the_configuration() -> None:
    line = FeedLine({In.T_CLEAR.value: 900})
    line.receive(Hook.OFF)
    assert line.receive(Hook.ON) == (StartTimer("clear", 900),)
