"""A far end that breaks the register rules, with real tones: each fault ends in the documented way and time."""

import asyncio

import pytest
from tests.switch.china1_far_end import (
    IDLE,
    LEVEL_DBM0,
    SLACK_S,
    FarEnd,
    backward,
    called,
    calling,
    forward,
    play,
)

from kmcc.dsp.engine import EventKind
from kmcc.dsp.mfc import Direction
from kmcc.dsp.tone import MFC_HZ, mfc_tone
from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair

# --- the outgoing end -----------------------------------------------------------------------------------------------


def test_t1_no_backward_signal(clock: Clock, e1_pair: E1Pair) -> None:
    async def story() -> None:
        line, far = await calling(e1_pair)
        began_s = far.now_s
        far.heard.clear()
        cleared_s = await far.until_bits(IDLE)
        assert cleared_s - began_s == pytest.approx(15.0, abs=SLACK_S)
        assert line.failures == line.alarms == ["T1: no backward signal"]
        await line.comes_to_idle(far)

    play(clock, e1_pair, story)


def test_t2_the_backward_signal_does_not_stop(clock: Clock, e1_pair: E1Pair) -> None:
    async def story() -> None:
        line, far = await calling(e1_pair)
        far.send(backward(1))
        silent_s = await far.until(EventKind.MFC_OFF)  # compelled: our digit stops
        far.heard.clear()
        cleared_s = await far.until_bits(IDLE)
        assert cleared_s - silent_s == pytest.approx(24.0, abs=SLACK_S)
        assert line.failures == line.alarms == ["T2: the backward signal does not stop"]
        await line.comes_to_idle(far)

    play(clock, e1_pair, story)


FOREIGN_BACKWARD = {
    "660 Hz": (1140, 660),
    "540 Hz": (780, 540),
    "three frequencies": (1140, 1020, 900),
}


@pytest.mark.parametrize("hz", FOREIGN_BACKWARD.values(), ids=FOREIGN_BACKWARD)
def test_a_foreign_backward_signal(clock: Clock, e1_pair: E1Pair, hz: tuple[float, ...]) -> None:
    """Clear forward at once."""

    async def story() -> None:
        line, far = await calling(e1_pair)
        far.heard.clear()
        began_s = far.now_s
        far.send_mixture(*hz)
        cleared_s = await far.until_bits(IDLE)
        assert line.failures == line.alarms == ["foreign or meaningless register signal"]
        assert cleared_s - began_s < SLACK_S
        await line.comes_to_idle(far)

    play(clock, e1_pair, story)


def test_out_of_turn_a6_twice(clock: Clock, e1_pair: E1Pair) -> None:
    """A6 in answer to KA is no signal of the standard."""

    async def story() -> None:
        line, far = await calling(e1_pair)
        for signal in (6, 6):
            far.send(backward(signal))
            await far.until(EventKind.MFC_OFF)
            far.stop()
            far.heard.clear()
            await asyncio.sleep(0.2)
        await asyncio.sleep(0.2)
        assert line.failures == line.alarms == ["foreign or meaningless register signal"]
        await line.comes_to_idle(far)

    play(clock, e1_pair, story)


@pytest.mark.parametrize("ms", [100, 150, 200])
@pytest.mark.parametrize(("signal", "failure"), [(4, "congestion"), (5, "vacant number")])
def test_a_pulse_while_our_digit_is_on(clock: Clock, e1_pair: E1Pair, signal: int, failure: str, ms: int) -> None:
    """Q.442: 150 ms, +- 50."""

    async def story() -> None:
        line, far = await calling(e1_pair)
        far.heard.clear()
        far.send(mfc_tone(Direction.BACKWARD, signal, pulse_ms=ms, dbm0=LEVEL_DBM0))
        await far.until_bits(IDLE)
        assert line.failures == [failure]
        assert line.alarms == []  # the far end said so
        await line.comes_to_idle(far)

    play(clock, e1_pair, story)


# --- the incoming end -----------------------------------------------------------------------------------------------


def pulse_heard(far: FarEnd) -> tuple[float, float]:
    """When the one backward signal began, and for how long it was on, in ms."""
    (on_s,) = (at_s for at_s, event in far.heard if event.kind == EventKind.MFC_ON)
    (off_s,) = (at_s for at_s, event in far.heard if event.kind == EventKind.MFC_OFF)
    return on_s, (off_s - on_s) * 1000


@pytest.mark.parametrize("digits", [(), (1,), (1, 10, 10)], ids=["none", "one", "three"])
def test_t3_no_forward_signal(clock: Clock, e1_pair: E1Pair, digits: tuple[int, ...]) -> None:
    async def story() -> None:
        line, far = await called(e1_pair)
        for digit in digits:
            far.send(forward(digit))
            await far.until(EventKind.MFC_ON)
            far.stop()
            await far.until(EventKind.MFC_OFF)
            far.heard.clear()
        began_s = far.now_s
        await far.until(EventKind.MFC_ON, 4)
        await far.until(EventKind.MFC_OFF)
        on_s, ms = pulse_heard(far)
        assert on_s - began_s == pytest.approx(15.0, abs=SLACK_S)
        assert ms == pytest.approx(150, abs=30)
        assert line.failures == line.alarms == ["T3: no forward signal"]
        await line.comes_to_idle(far)

    # with the digits the register asks for the calling number after the first one: KA is what does not come
    play(clock, e1_pair, story)


def test_t4_the_forward_signal_does_not_stop(clock: Clock, e1_pair: E1Pair) -> None:
    async def story() -> None:
        line, far = await called(e1_pair)
        far.send(forward(1))
        began_s = await far.until(EventKind.MFC_ON, 6)
        stopped_s = await far.until(EventKind.MFC_OFF)
        assert stopped_s - began_s == pytest.approx(15.0, abs=SLACK_S)
        far.heard.clear()
        await far.until(EventKind.MFC_ON, 4)
        await far.until(EventKind.MFC_OFF)
        on_s, ms = pulse_heard(far)
        assert on_s - stopped_s == pytest.approx(0.1, abs=0.05)  # the pulse gap of Q.442
        assert ms == pytest.approx(150, abs=30)
        assert line.failures == line.alarms == ["T4: the forward signal does not stop"]
        await line.comes_to_idle(far)

    play(clock, e1_pair, story)


FIVE_PAIRS = MFC_HZ[Direction.FORWARD]
FOREIGN_FORWARD = {
    "15 as a first digit": FIVE_PAIRS[4:6],
    "11 as a first digit": (FIVE_PAIRS[0], FIVE_PAIRS[5]),
    "three frequencies": FIVE_PAIRS[:3],
}


@pytest.mark.parametrize("hz", FOREIGN_FORWARD.values(), ids=FOREIGN_FORWARD)
def test_a_foreign_forward_signal(clock: Clock, e1_pair: E1Pair, hz: tuple[float, ...]) -> None:
    """A4 at once."""

    async def story() -> None:
        line, far = await called(e1_pair)
        began_s = far.now_s
        far.send_mixture(*hz)
        heard_s = await far.until(EventKind.MFC_ON, 4)
        assert line.failures == line.alarms == ["foreign or meaningless register signal"]
        assert heard_s - began_s < SLACK_S
        await line.comes_to_idle(far)

    play(clock, e1_pair, story)


def test_silence_after_a3(clock: Clock, e1_pair: E1Pair) -> None:
    """KD does not come: T3 again, and a pulse of A4."""

    async def story() -> None:
        line, far = await called(e1_pair)
        for signal in (1, 1, 15, 10, 10, 10):  # 1000, KA 1, no calling number
            far.send(forward(signal))
            await far.until(EventKind.MFC_ON)
            far.stop()
            off_s = await far.until(EventKind.MFC_OFF)
            far.heard.clear()
        assert "backward A3 number complete, send KD" in [
            entry.fields["what"] for entry in line.journal.of("register.signal")
        ]
        assert await far.until(EventKind.MFC_ON, 4) - off_s == pytest.approx(15.0, abs=SLACK_S)
        assert line.failures == ["T3: no forward signal"]
        await line.comes_to_idle(far)

    play(clock, e1_pair, story)
