"""Two of our circuits back to back on a simulated E1, in virtual time: what is timed beside two libopenr2 channels."""

import asyncio
from collections.abc import Callable
from typing import Final

from kmcc.dsp.engine import Engine
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.firmware_sim.clock import VirtualLoop, run_virtual
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL
from kmcc.switch.china1_circuit import China1Circuit, Use
from kmcc.switch.circuit import AlertingIndication, CallingParty, Indication, SetupIndication
from kmcc.switch.frames import FrameClock
from kmcc.switch.journal import SilentJournal
from kmcc.switch.media import Media

LIMIT_S: Final = 60.0


class China1Pair:
    """The caller's circuit and the called one, on the same channel of one E1."""

    def __init__(self, *, tick_samples: int, called_digits: int) -> None:
        self._tick_samples = tick_samples
        self._called_digits = called_digits

    def set_up(self, calling: str, called: str) -> float:
        """Line time from the request to call until the caller's end knows that the called party is free, in ms."""
        return run_virtual(self._set_up(calling, called))

    async def _set_up(self, calling: str, called: str) -> float:
        loop = VirtualLoop.running()
        far: list[Media] = []
        near = Media(Engine(spans=1, tick_samples=self._tick_samples))
        with SimulatedBoard(far.append, lines=0) as board:
            board.bind(near.engine)
            free = loop.create_future()
            caller = self._circuit(near, lambda told: _reach(free, told))
            offered: list[SetupIndication] = []
            answerer = self._circuit(far[0], lambda told: _accept(answerer, offered, told))
            with loop.moved_by(FrameClock(board, near)):
                caller.start()
                answerer.start()
                await asyncio.sleep(0.5)
                began_s = loop.time()
                caller.setup(called, CallingParty(calling))
                async with asyncio.timeout(LIMIT_S):
                    await free
                assert offered == [SetupIndication(called, CallingParty(calling, LOCAL.ka))]
                return (loop.time() - began_s) * 1000

    def _circuit(self, media: Media, listener: Callable[[Indication], None]) -> China1Circuit:
        circuit = China1Circuit(
            "pair/1",
            media.engine.port(0, 1),
            media,
            LOCAL,
            use=Use.BOTH,
            analyse=lambda digits: Verdict.COMPLETE if len(digits) == self._called_digits else Verdict.MORE,
            journal=SilentJournal(),
        )
        circuit.attach(listener)
        return circuit


def _reach(free: "asyncio.Future[None]", told: Indication) -> None:
    if isinstance(told, AlertingIndication) and not free.done():
        free.set_result(None)


def _accept(circuit: China1Circuit, offered: list[SetupIndication], told: Indication) -> None:
    if isinstance(told, SetupIndication):
        offered.append(told)
        asyncio.get_running_loop().call_soon(circuit.alert)
