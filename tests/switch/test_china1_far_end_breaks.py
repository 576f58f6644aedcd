"""A far end that breaks the register rules, with real tones: each fault ends in the documented way and time."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from kmcc.dsp.engine import Detect, EngineEvent, EventKind
from kmcc.dsp.g711 import encode_alaw
from kmcc.dsp.mfc import Direction
from kmcc.dsp.tone import MFC_HZ, Tone, mfc_tone
from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL
from kmcc.switch.china1_circuit import China1Circuit, Use
from kmcc.switch.circuit import CallingParty, CircuitState

IDLE, SEIZURE, ACK = 0b1011, 0b0011, 0b1111
SETTLE_S = 0.2
LEVEL_DBM0 = -11.5
PEAK_DBM0 = 3.14  # of a sine that fills 16 bits (G.711)
SLACK_S = 0.15  # ticks, detection, persistence


class FarEnd:
    """A port that sends what it is told and notes what it hears, and when."""

    def __init__(self, pair: E1Pair, hears: Detect) -> None:
        self._engine = pair.far.engine
        self.heard: list[tuple[float, EngineEvent]] = []
        pair.far.subscribe(0, lambda event: self.heard.append((self.now_s, event)))
        pair.far.listen(0, hears)

    @property
    def now_s(self) -> float:
        return asyncio.get_running_loop().time()

    def bits(self, abcd: int) -> None:
        self._engine.signal(0, abcd)

    def send(self, tone: Tone) -> None:
        self._engine.send_tone(0, tone)

    def stop(self) -> None:
        self._engine.stop_tone(0)

    def send_mixture(self, *hz: float) -> None:
        """For a minute: as many frequencies as it takes."""
        t = np.arange(8000) / 8000
        peak = 32767 * 10 ** ((LEVEL_DBM0 - PEAK_DBM0) / 20)
        mixed = sum(peak * np.sin(2 * np.pi * one * t) for one in hz)
        self._engine.play(0, (encode_alaw(np.round(mixed).astype(np.int16)).tobytes(),) * 60)

    async def until(self, kind: EventKind, code: int | None = None) -> float:
        """When it was heard."""
        while True:
            for at_s, event in self.heard:
                if event.kind == kind and code in (None, event.code):
                    return at_s
            await asyncio.sleep(0.01)

    async def until_bits(self, abcd: int) -> float:
        return await self.until(EventKind.SIGNAL, abcd)


class Line:
    """Our circuit at the near end."""

    def __init__(self, pair: E1Pair, use: Use) -> None:
        self.journal = MemoryJournal()
        self.circuit = China1Circuit("line/1", 0, pair.near, LOCAL, use=use, analyse=four_digits, journal=self.journal)
        self.circuit.start()

    @property
    def failures(self) -> list[str]:
        return [str(entry.fields["reason"]) for entry in self.journal.of("circuit.failed")]

    @property
    def alarms(self) -> list[str]:
        return [str(entry.fields["what"]) for entry in self.journal.of("circuit.alarm")]

    @property
    def failed_s(self) -> float:
        return self.journal.of("circuit.failed")[0].at_s

    async def comes_to_idle(self, far: FarEnd) -> None:
        """The far end goes idle at last, and so do we."""
        far.stop()
        far.bits(IDLE)
        await asyncio.sleep(1.5)
        assert self.circuit.state is CircuitState.IDLE


def four_digits(called: str) -> Verdict:
    return Verdict.COMPLETE if len(called) == 4 else Verdict.MORE


def play(clock: Clock, pair: E1Pair, story: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(120):
            await story()

    clock(main(), pair.frames)


async def calling(pair: E1Pair) -> tuple[Line, FarEnd]:
    """We have seized the circuit, it is acknowledged, and our first digit is on."""
    line, far = Line(pair, Use.OUTGOING), FarEnd(pair, Detect.MFC_FORWARD)
    far.bits(IDLE)
    await asyncio.sleep(SETTLE_S)
    line.circuit.setup("1000", CallingParty("88", 1))
    await far.until_bits(SEIZURE)
    far.bits(ACK)
    await far.until(EventKind.MFC_ON, 1)
    return line, far


async def called(pair: E1Pair) -> tuple[Line, FarEnd]:
    """It has seized the circuit and has the acknowledgement."""
    line, far = Line(pair, Use.INCOMING), FarEnd(pair, Detect.MFC_BACKWARD)
    far.bits(IDLE)
    await asyncio.sleep(SETTLE_S)
    far.bits(SEIZURE)
    await far.until_bits(ACK)
    return line, far


def backward(signal: int) -> Tone:
    return mfc_tone(Direction.BACKWARD, signal, dbm0=LEVEL_DBM0)


def forward(signal: int) -> Tone:
    return mfc_tone(Direction.FORWARD, signal, dbm0=LEVEL_DBM0)


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
    """Clear forward at once, or T1 where the receiver takes it for no signal at all."""

    async def story() -> None:
        line, far = await calling(e1_pair)
        far.heard.clear()
        began_s = far.now_s
        far.send_mixture(*hz)
        cleared_s = await far.until_bits(IDLE)
        assert line.failures == line.alarms
        (failure,) = line.failures
        if failure == "T1: no backward signal":
            assert cleared_s - began_s == pytest.approx(15.0, abs=SLACK_S)
        else:
            assert failure == "foreign or meaningless register signal"
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
    """A4, or T3 with its pulse of A4 where the receiver takes it for no signal at all."""

    async def story() -> None:
        line, far = await called(e1_pair)
        began_s = far.now_s
        far.send_mixture(*hz)
        heard_s = await far.until(EventKind.MFC_ON, 4)
        assert line.failures == line.alarms
        (failure,) = line.failures
        if failure == "T3: no forward signal":
            assert heard_s - began_s == pytest.approx(15.0, abs=SLACK_S)
        else:
            assert failure == "foreign or meaningless register signal"
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
