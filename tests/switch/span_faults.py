"""Calls in every state while the span between two of our ends has a fault; how many of them are lost."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from tests.switch.china1_ends import CLEAR_S, LI, SETTLE_S, analyse

from kmcc.dsp.engine import Engine
from kmcc.firmware_sim.clock import VirtualLoop, run_virtual
from kmcc.firmware_sim.faults import FaultyBoard, SpanWay
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.signaling.china1.codes import Control
from kmcc.signaling.china1.line_rules import LineRules
from kmcc.signaling.china1.profile import LOCAL
from kmcc.switch.china1_circuit import China1Circuit, Use
from kmcc.switch.circuit import (
    AlertingIndication,
    Cause,
    CircuitState,
    Indication,
    ReleaseIndication,
    SetupIndication,
    SuspendIndication,
)
from kmcc.switch.frames import FrameClock
from kmcc.switch.media import Media

CALLS: Final = 4
"""At a time in each state, on one span."""
SEEDS: Final = (1, 2, 3, 4, 5)

PROFILE: Final = replace(LOCAL, line=LineRules(control=Control.CALLING))
LONGEST_S: Final = (LOCAL.ms("await_clear") + LOCAL.ms("release_guard")) / 1000


class Stage(Enum):
    """Where a call is when the fault begins."""

    IDLE = "idle"
    SEIZING = "seizing"
    REGISTER = "register"
    RINGING = "ringing"
    TALKING = "talking"
    CLEARED_BACK = "cleared back"
    RELEASING = "releasing"


DUE: Final[Mapping[Stage, type[Indication]]] = {
    Stage.SEIZING: AlertingIndication,
    Stage.REGISTER: AlertingIndication,
    Stage.CLEARED_BACK: SuspendIndication,
}
"""What a call that goes on has come to."""

Fault = Callable[[SpanWay, SpanWay], Awaitable[None]]


def bit_errors(ratio: float, seconds: float = 5.0) -> Fault:
    async def fault(*ways: SpanWay) -> None:
        for way in ways:
            way.bit_error_ratio = ratio
        await asyncio.sleep(seconds)
        for way in ways:
            way.bit_error_ratio = 0.0

    return fault


def slips(count: int) -> Fault:
    """Frames dropped and repeated in turn, 100 ms apart."""

    async def fault(*ways: SpanWay) -> None:
        for n in range(count):
            for way in ways:
                (way.repeat_frame if n % 2 else way.drop_frame)()
            await asyncio.sleep(0.1)

    return fault


def loss(what: str, seconds: float) -> Fault:
    async def fault(*ways: SpanWay) -> None:
        for way in ways:
            setattr(way, what, True)
        await asyncio.sleep(seconds)
        for way in ways:
            setattr(way, what, False)

    return fault


UNANSWERED: Final = frozenset({Stage.SEIZING, Stage.REGISTER, Stage.RINGING})
IN_REGISTER: Final = frozenset({Stage.SEIZING, Stage.REGISTER})
ANSWERED: Final = frozenset({Stage.TALKING, Stage.CLEARED_BACK})
NONE: Final = frozenset[Stage]()

ALL: Final = frozenset(Stage)

FAULTS: Final[Mapping[str, tuple[Fault, frozenset[Stage]]]] = {
    "bit errors 1e-5, 5 s": (bit_errors(1e-5), NONE),
    "bit errors 1e-4, 5 s": (bit_errors(1e-4), NONE),
    "bit errors 1e-3, 5 s": (bit_errors(1e-3), NONE),
    "bit errors 1e-2, 5 s": (bit_errors(1e-2), ALL),
    "10 slips": (slips(10), NONE),
    "loss of frame 50 ms": (loss("is_frame_lost", 0.05), IN_REGISTER),
    "loss of frame 1 s": (loss("is_frame_lost", 1.0), UNANSWERED),
    "loss of frame 5 s": (loss("is_frame_lost", 5.0), UNANSWERED | ANSWERED),
    "loss of multiframe 50 ms": (loss("is_multiframe_lost", 0.05), IN_REGISTER),
    "loss of multiframe 1 s": (loss("is_multiframe_lost", 1.0), UNANSWERED),
    "loss of multiframe 5 s": (loss("is_multiframe_lost", 5.0), UNANSWERED | ANSWERED),
}
"""The fault, and in which stages Q.424 lets it end calls: register signals need the line at every moment, unanswered
calls end with a span alarm, answered ones outlive it for `pcm_grace` (3 s). Errors up to 1e-3 and slips end
none; beyond 1e-3 the span is unusable (G.821).
"""


class Ends:
    """The circuit of one channel at both ends; the far one takes its calls by the stage."""

    def __init__(self, n: int, stage: Stage, near: Media, far: Media, journal: MemoryJournal) -> None:
        self.stage = stage
        self.told: list[Indication] = []
        self.out = self._circuit(f"out/{n}", n, near, Use.OUTGOING, journal)
        self.into = self._circuit(f"in/{n}", n, far, Use.INCOMING, journal)
        self.out.attach(self.told.append)
        self.into.attach(self._take)
        self.has_wrong_number = False

    @staticmethod
    def _circuit(name: str, n: int, media: Media, use: Use, journal: MemoryJournal) -> China1Circuit:
        circuit = China1Circuit(name, n, media, PROFILE, use=use, analyse=analyse, journal=journal)
        circuit.start()
        return circuit

    def _take(self, indication: Indication) -> None:
        if isinstance(indication, SetupIndication):
            self.has_wrong_number |= indication != SetupIndication("1000", LI)
            loop = asyncio.get_running_loop()
            loop.call_soon(self.into.alert)
            if self.stage in (Stage.TALKING, Stage.CLEARED_BACK, Stage.RELEASING):
                loop.call_later(0.5, self.into.answer)

    def begin(self) -> None:
        if self.stage is not Stage.IDLE:
            self.out.setup("1000", LI)

    def before_the_fault(self) -> None:
        if self.stage is Stage.CLEARED_BACK:
            self.into.suspend()
        elif self.stage is Stage.RELEASING:
            self.out.release(Cause.NORMAL)

    @property
    def is_lost(self) -> bool:
        """The fault ended it, or did not let it come to be."""
        if any(isinstance(told, ReleaseIndication) for told in self.told) or self.has_wrong_number:
            return True
        wanted = DUE.get(self.stage)
        return wanted is not None and not any(isinstance(told, wanted) for told in self.told)

    @property
    def is_idle(self) -> bool:
        return self.out.state is self.into.state is CircuitState.IDLE

    def hang_up(self) -> None:
        self.out.release(Cause.NORMAL)


# When a call is begun, so that it is in its stage when the fault begins; a call takes 1.3 s to ring here.
BEGINS_S: Final = {Stage.SEIZING: 4.0 - 0.02, Stage.REGISTER: 4.0 - 0.5}


@dataclass(frozen=True, slots=True)
class Loss:
    """Of the calls of one stage: how many were lost, and how many of them reached a wrong number."""

    lost: int
    wrong: int


def suffer(fault: Fault, seed: int) -> Mapping[Stage, Loss]:
    """One span with calls in each stage. Everything must be idle again within the longest timer."""
    far: list[Media] = []
    near = Media(Engine(spans=1))

    async def main() -> Mapping[Stage, Loss]:
        with VirtualLoop.running().moved_by(FrameClock(board, near)):
            journal = MemoryJournal()
            channels = [Ends(n, stage, near, far[0], journal) for n, stage in enumerate([*Stage] * CALLS)]
            await _to_the_fault(channels)
            await fault(*board.ways)
            await asyncio.sleep(4.0)  # calls that go on come to where they wanted to be
            counted = {stage: _count(channels, stage) for stage in Stage}
            await _all_hang_up(channels)
            return counted

    with FaultyBoard(far.append, seed=seed) as board:
        board.bind(near.engine)
        return run_virtual(main())


def _count(channels: list[Ends], stage: Stage) -> Loss:
    those = [ends for ends in channels if ends.stage is stage]
    return Loss(sum(ends.is_lost for ends in those), sum(ends.has_wrong_number for ends in those))


async def _all_hang_up(channels: list[Ends]) -> None:
    for ends in channels:
        ends.hang_up()
    await asyncio.sleep(CLEAR_S)
    left_s = LONGEST_S
    while busy := [ends.out.name for ends in channels if not ends.is_idle]:
        assert left_s > 0, f"{busy} stay busy"
        await asyncio.sleep(1.0)
        left_s -= 1.0


async def _to_the_fault(channels: list[Ends]) -> None:
    await asyncio.sleep(SETTLE_S)
    loop = asyncio.get_running_loop()
    for ends in channels:
        loop.call_later(BEGINS_S.get(ends.stage, 0.0), ends.begin)
    await asyncio.sleep(4.0 - 0.1)
    for ends in channels:
        ends.before_the_fault()
    await asyncio.sleep(0.1)
