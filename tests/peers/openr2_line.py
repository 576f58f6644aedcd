"""One circuit of ours with libopenr2 at its far end, in virtual time: all of the switch that a register test needs."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from tests.peers.openr2 import OpenR2Board

from kmcc.dsp.engine import Engine
from kmcc.firmware_sim.clock import VirtualLoop, run_virtual
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.signaling.china1.plan import Analyse, Verdict
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.switch.china1_circuit import China1Circuit, Use
from kmcc.switch.circuit import AnswerIndication, Cause, IdleIndication, Indication
from kmcc.switch.circuit import ReleaseIndication as Released
from kmcc.switch.circuit import SetupIndication as Setup
from kmcc.switch.frames import FrameClock
from kmcc.switch.media import Media

LIMIT_S: Final = 60.0
IndicationT = TypeVar("IndicationT")


def whole(number: str) -> Analyse:
    """A plan with one number."""

    def analyse(called: str) -> Verdict:
        if called == number:
            return Verdict.COMPLETE
        return Verdict.MORE if number.startswith(called) else Verdict.VACANT

    return analyse


SEVEN_DIGITS: Final = whole("3190000")


class Line:
    """`heard` is all that the circuit has told; `refuses` None = a call that arrives is answered."""

    def __init__(self, board: OpenR2Board, profile: Profile, analyse: Analyse, refuses: Cause | None) -> None:
        self.media = Media(Engine(spans=1, tick_samples=80))
        board.bind(self.media.engine)
        self.frames = FrameClock(board, self.media)
        self.journal = MemoryJournal()
        self.heard: list[Indication] = []
        self._refuses = refuses
        self.take: Callable[[Setup], None] = self._take_call  # what becomes of a call that arrives
        port = self.media.engine.port(0, board.channel)
        self.circuit = China1Circuit(
            "line/1", port, self.media, profile, use=Use.BOTH, analyse=analyse, journal=self.journal
        )
        self.circuit.attach(self._on_indication)

    def _on_indication(self, indication: Indication) -> None:
        self.heard.append(indication)
        if isinstance(indication, Setup):
            asyncio.get_running_loop().call_soon(self.take, indication)

    def _take_call(self, setup: Setup) -> None:
        if setup.is_end_to_end:
            self.circuit.send_on()
        elif self._refuses is None:
            self.circuit.answer()
        else:
            self.circuit.release(self._refuses)

    async def until(self, kind: type[IndicationT]) -> IndicationT:
        """The last one of this kind, when there is one."""
        while True:
            for indication in reversed(self.heard):
                if isinstance(indication, kind):
                    return indication
            await asyncio.sleep(0.01)

    @property
    def cause(self) -> Cause | None:
        """Why the far side ended the call."""
        return next((told.cause for told in self.heard if isinstance(told, Released)), None)

    @property
    def signals(self) -> list[str]:
        """The register signals both ways, as the trace has them."""
        return [str(entry.fields["what"]) for entry in self.journal.of("register.signal")]


def play(
    board: OpenR2Board,
    story: Callable[[Line], Awaitable[None]],
    *,
    profile: Profile = LOCAL,
    analyse: Analyse = SEVEN_DIGITS,
    refuses: Cause | None = None,
) -> Line:
    """The line after the story; the circuit is idle again."""

    async def main() -> Line:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        line = Line(board, profile, analyse, refuses)
        with loop.moved_by(line.frames):
            async with asyncio.timeout(LIMIT_S):
                line.circuit.start()
                await asyncio.sleep(0.2)  # both ends have seen each other idle
                line.heard.clear()
                await story(line)
                await line.until(IdleIndication)
                await asyncio.sleep(0.5)
        return line

    with board:
        return run_virtual(main())


async def answered_then_hung_up_by(line: Line, hang_up: Callable[[], None]) -> None:
    await line.until(AnswerIndication)
    await asyncio.sleep(0.3)
    hang_up()
