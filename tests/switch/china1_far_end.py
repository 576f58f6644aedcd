"""A far end of one circuit that does what a test tells it, with real tones on an E1, in simulated time."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np

from kmcc.dsp.engine import Detect, EngineEvent, EventKind
from kmcc.dsp.g711 import encode_alaw
from kmcc.dsp.mfc import Direction
from kmcc.dsp.tone import Tone, mfc_tone
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
