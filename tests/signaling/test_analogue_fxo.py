"""A line on which we are a subscriber: ringing, answer, dialling, flash, every way to clear, every (state, event)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.signaling.analogue.fxo import (
    CLOSE,
    IN_CALL,
    OPEN,
    REFUSED,
    RINGING,
    TABLE,
    TIMERS,
    Effect,
    FxoLine,
    Heard,
    In,
    Order,
    Say,
    SendLine,
    State,
    pulse_train,
)
from kmcc.signaling.analogue.profile import FXO_MS, Answer, Dialling, FxoProfile
from kmcc.signaling.analogue.wire import ToExchange, ToSubscriber
from kmcc.signaling.effects import Expired, ProfileError, ProtocolError, RangeError, StartTimer, StopTimer

Event = ToSubscriber | Heard | Order | Expired | str  # a str is a setup with this number
N, RING, REVERSED, DEAD = ToSubscriber.NORMAL, ToSubscriber.RING, ToSubscriber.REVERSED, ToSubscriber.DEAD
BY_REVERSAL = FxoProfile(answer=Answer.REVERSAL)
TALK_IN = (RING, Expired("ring_min"), N, Order.ANSWER)
CALLING = ("114", Heard.DIAL_TONE, Order.DIALLED)

WAY: dict[State, tuple[Event, ...]] = {
    State.IDLE: (),
    State.RING_BEGINS: (RING,),
    State.RING_ON: (RING, Expired("ring_min")),
    State.RING_PAUSE: (RING, Expired("ring_min"), N),
    State.AWAIT_DIAL_TONE: ("114",),
    State.DIALLING: ("114", Heard.DIAL_TONE),
    State.CALLING: CALLING,
    State.TALKING: TALK_IN,
    State.FLASHING: (*TALK_IN, Order.FLASH),
    State.GUARD: (*TALK_IN, Order.RELEASE),
    State.DEAD: (DEAD,),
}


def driven(*events: Event, profile: FxoProfile | None = None) -> tuple[FxoLine, tuple[Effect, ...]]:
    line = FxoLine(profile)
    out: tuple[Effect, ...] = ()
    for event in events:
        out = line.setup(event) if isinstance(event, str) else line.receive(event)
    return line, out


@pytest.mark.parametrize("state", State)
def test_the_way_to_each_state(state: State) -> None:
    assert driven(*WAY[state])[0].state is state


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("what", [*Order, *Heard, "114"], ids=str)
def test_every_order_and_sound_in_every_state(state: State, what: Order | Heard | str) -> None:
    line = driven(*WAY[state])[0]
    row = TABLE.get((state, In.SETUP if isinstance(what, str) else what.value))
    if row is None and (isinstance(what, str) or what.value in REFUSED):
        with pytest.raises(ProtocolError, match=f"not allowed in {state.name}"):
            line.setup(what) if isinstance(what, str) else line.receive(what)
        assert line.state is state
        return
    out = line.setup(what) if isinstance(what, str) else line.receive(what)
    assert line.state is (state if row is None else row[0])
    assert row is not None or out == ()


def test_no_state_without_a_timer_or_a_way_out() -> None:
    for state in State:
        ways = {what for at, what in TABLE if at is state and TABLE[at, what][0] is not state}
        assert ways, state
    assert {to for to, _ in TABLE.values()} == set(State)
    assert {what for _, what in TABLE} == set(In)


def test_a_call_that_rings_is_answered_and_released_by_us() -> None:
    line = FxoLine()
    assert line.start() == (OPEN,)
    assert line.receive(RING) == (StartTimer("ring_min", 160),)
    assert line.receive(Expired("ring_min")) == (Say.RINGS,)
    assert line.receive(N) == (StartTimer("ring_gone", 6_000), Say.RUNG)
    assert line.receive(RING) == (StopTimer("ring_gone"),)
    assert line.receive(N) == (StartTimer("ring_gone", 6_000), Say.RUNG)
    assert line.receive(Order.ANSWER) == (StopTimer("ring_gone"), CLOSE)
    assert line.receive(Order.RELEASE) == (StartTimer("guard", 1_000), OPEN)
    assert line.receive(Expired("guard")) == (Say.IDLE,)


def test_a_spike_is_no_ring() -> None:
    assert driven(RING, N)[1] == (StopTimer("ring_min"),)


def test_a_caller_who_gives_up() -> None:
    assert driven(*WAY[State.RING_PAUSE], Expired("ring_gone"))[1] == (Say.CALLER_GONE, Say.IDLE)


def test_a_call_out_with_reversal_at_answer_and_at_clear() -> None:
    line = FxoLine(BY_REVERSAL)
    assert line.setup("114") == (StartTimer("dial_tone", 8_000), CLOSE)
    assert line.receive(Heard.DIAL_TONE) == (StopTimer("dial_tone"), Say.DIAL)
    assert line.receive(Order.DIALLED) == (StartTimer("answer_timeout", 90_000),)
    assert line.receive(Heard.VOICE) == ()  # an announcement before answer
    assert line.receive(REVERSED) == (StopTimer("answer_timeout"), Say.ANSWERED)
    assert line.receive(N) == (StartTimer("guard", 1_000), OPEN, Say.FAR_RELEASED)


def test_without_reversal_a_voice_is_the_answer_and_polarity_means_nothing() -> None:
    line, out = driven(*CALLING, Heard.VOICE)
    assert out[-1] is Say.ANSWERED
    assert line.receive(REVERSED) == ()
    assert line.receive(N) == ()
    assert line.receive(Heard.RELEASE_TONE)[-1] is Say.FAR_RELEASED


@pytest.mark.parametrize(
    "clears", [(Heard.RELEASE_TONE,), (DEAD,), (Order.RELEASE,)], ids=["tone", "loop break", "ourselves"]
)
@pytest.mark.parametrize("state", [state for state in State if state in IN_CALL])
def test_every_way_to_clear_in_every_state_of_a_call(state: State, clears: tuple[Event, ...]) -> None:
    line, out = driven(*WAY[state], *clears)
    assert OPEN in out
    if line.state is State.DEAD:
        line.receive(N)
    assert line.state is State.GUARD
    assert line.receive(Expired("guard")) == (Say.IDLE,)


def test_no_dial_tone() -> None:
    assert driven("114", Expired("dial_tone"))[1] == (StartTimer("guard", 1_000), OPEN, Say.NO_DIAL_TONE)
    blind = FxoProfile(waits_for_dial_tone=False)
    assert driven("114", profile=blind)[1] == (StartTimer("blind_dial", 3_000), CLOSE)
    assert driven("114", Expired("blind_dial"), profile=blind)[1] == (Say.DIAL,)


def test_nobody_answers() -> None:
    assert driven(*CALLING, Expired("answer_timeout"))[1] == (StartTimer("guard", 1_000), OPEN, Say.NO_ANSWER)


@pytest.mark.parametrize("events", [(RING, "114"), ("114", RING)])
def test_a_call_that_arrives_as_we_seize(events: tuple[Event, ...]) -> None:
    assert Say.GLARE in driven(*events)[1]


def test_a_flash() -> None:
    line, out = driven(*TALK_IN, Order.FLASH)
    assert out == (StartTimer("flash", 200), OPEN)
    assert line.receive(Expired("flash")) == (CLOSE,)


def test_battery_comes_and_goes() -> None:
    assert driven(DEAD)[1] == (Say.DEAD,)
    assert driven(DEAD, N)[1] == (StartTimer("guard", 1_000), Say.ALIVE)
    assert driven(*WAY[State.RING_PAUSE], DEAD)[1] == (StopTimer("ring_gone"), Say.CALLER_GONE, Say.DEAD)


@pytest.mark.parametrize(("number", "dialling"), [("", Dialling.DTMF), ("12x", Dialling.DTMF), ("12*", Dialling.PULSE)])
def test_numbers_that_cannot_be_dialled(number: str, dialling: Dialling) -> None:
    line = FxoLine(FxoProfile(dialling=dialling))
    with pytest.raises(RangeError, match="number must be one or more of"):
        line.setup(number)
    assert line.state is State.IDLE


def test_pulses_of_a_number() -> None:
    """Ten a second, 1.6 to 1 (GB 3378-82), ten of them for 0."""
    train = pulse_train("20", FXO_MS)
    breaks = [ms for bits, ms in train if bits is ToExchange.ON_HOOK]
    assert len(breaks) == 12
    assert set(breaks) == {61}
    assert train[1] == (ToExchange.OFF_HOOK, 39)
    assert train[4] == (ToExchange.OFF_HOOK, 700)


@pytest.mark.parametrize(
    "wrong", [{"times": {"guard": 100}}, {"times": {"answer_timeout": 5}}, {"answers_after_rings": 0}]
)
def test_profiles_that_cannot_be(wrong: dict[str, object]) -> None:
    with pytest.raises(ProfileError):
        FxoProfile(**wrong)  # type: ignore[arg-type]


EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from([N, RING, REVERSED, DEAD, RING | REVERSED]),
    st.sampled_from(Heard),
    st.sampled_from(Order),
    st.sampled_from([Expired(name) for name in (*FXO_MS, "answer_timeout")]),
    st.just("114"),
)
PROFILES = st.builds(FxoProfile, answer=st.sampled_from(Answer), waits_for_dial_tone=st.booleans())


@settings(deadline=None, max_examples=300)
@given(st.lists(EVENTS, max_size=50), PROFILES)
def test_whatever_happens(script: list[Event], profile: FxoProfile) -> None:
    """Timers run exactly where the state has one, the loop is closed only in a call, and it all ends in idle."""
    line, running, bits = FxoLine(profile), list[str](), ToExchange.ON_HOOK

    def feed(event: Event) -> None:
        nonlocal bits
        if isinstance(event, Expired):
            if event.name not in running:
                return
            running.remove(event.name)
        try:
            effects = line.setup(event) if isinstance(event, str) else line.receive(event)
        except ProtocolError:
            return
        for effect in effects:
            match effect:
                case StartTimer(name):
                    running.append(name)
                case StopTimer(name):
                    running.remove(name)
                case SendLine(sent):
                    bits = sent
        blind = In.T_DIAL_TONE if profile.waits_for_dial_tone else In.T_BLIND_DIAL
        timer = blind if line.state is State.AWAIT_DIAL_TONE else TIMERS.get(line.state)
        assert running == ([timer.value] if timer else [])
        assert bool(bits) is (line.state in IN_CALL - {State.FLASHING})

    for event in script:
        feed(event)
    ending: list[Event] = [Order.RELEASE, N, *(Expired(name) for name in ("ring_min", "ring_gone", "guard")), N]
    for event in ending:
        feed(event)
    assert line.state in {State.IDLE, *RINGING}
