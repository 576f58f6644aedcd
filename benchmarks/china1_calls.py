"""Whole calls through the switch in virtual time: what they cost to compute, and how soon speech passes after KB."""

import asyncio
import gc
import random
import tempfile
from pathlib import Path
from time import process_time
from typing import Final

from kmcc.dsp.engine import Engine, EngineEvent, EventKind
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.firmware_sim.clock import VirtualLoop, run_virtual
from kmcc.firmware_sim.rig import switch_on_sim
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL
from kmcc.switch.call import Call
from kmcc.switch.china1_circuit import China1Circuit, Use
from kmcc.switch.circuit import CallingParty, Cause, Indication, SetupIndication, ThroughIndication
from kmcc.switch.frames import FrameClock
from kmcc.switch.journal import SilentJournal
from kmcc.switch.leg import Leg, first_of
from kmcc.switch.media import Media
from kmcc.switch.prompts import PromptSet

CALL_S: Final = 8.0  # set-up, three seconds of talk, release
CALLS_AT_ONCE: Final = 10
SPEECH: Final = random.Random(1).randbytes(8000)
"""What the called end says first; no two places of it are alike."""
STEP: Final = 20  # octets between the places of it that are looked for: 2.5 ms
PLACES: Final = tuple(SPEECH[STEP * n : STEP * n + 64] for n in range(16))


async def _serve(call: Call) -> None:
    await call.answer()
    await call.sleep(3.0)
    await call.release(Cause.NORMAL)


class CallCost:
    """Calls to a service of ours, seizure to record, with journal and recording.

    The caller and his exchange run in the same process: what the exchange's circuits cost by themselves `circuit_ms`
    tells.
    """

    def __init__(self) -> None:
        self._prompts = PromptSet.load(None)

    def cpu_ms(self, rounds: int) -> float:
        """Of one call: with calls, less the same line time without."""
        gc.collect()
        with_calls = self._run(rounds, CALLS_AT_ONCE)
        without = self._run(rounds, 0)
        return 1000 * (with_calls - without) / (rounds * CALLS_AT_ONCE)

    def circuit_ms(self, rounds: int) -> float:
        """Of one end of a call between two bare circuits."""
        gc.collect()
        return 1000 * (run_virtual(_bare(rounds, 1)) - run_virtual(_bare(rounds, 0))) / (2 * rounds)

    def _run(self, rounds: int, callers: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            return run_virtual(self._play(Path(folder), rounds, callers))

    async def _play(self, folder: Path, rounds: int, callers: int) -> float:
        async with switch_on_sim(folder, self._prompts, {"desk": _serve}) as rig:
            began = process_time()
            for _ in range(rounds):
                for n in range(callers):
                    caller = rig.caller(channels=[n + 1])
                    caller.seize("1000")
                    asyncio.get_running_loop().call_later(CALL_S - 2.0, caller.hang_up)
                await asyncio.sleep(CALL_S)
            spent = process_time() - began
            assert len(rig.records) == rounds * callers
            assert all(record.answered_at is not None for record in rig.records)
            return spent


async def _bare(rounds: int, calls: int) -> float:
    """Calls of the same length on one channel; the processor's seconds."""
    fars: list[Media] = []
    near = Media(Engine(spans=1))
    with SimulatedBoard(fars.append, lines=0) as board:
        board.bind(near.engine)
        outgoing, incoming = _circuit(near, Use.OUTGOING), _circuit(fars[0], Use.INCOMING)

        def on_called_end(told: Indication) -> None:
            if isinstance(told, SetupIndication):
                asyncio.get_running_loop().call_soon(incoming.answer)

        incoming.attach(on_called_end)
        with VirtualLoop.running().moved_by(FrameClock(board, near)):
            outgoing.start()
            incoming.start()
            await asyncio.sleep(0.5)
            began = process_time()
            for _ in range(rounds):
                if calls:
                    outgoing.setup("1000", CallingParty("3190001", 1))
                await asyncio.sleep(CALL_S - 2.0)
                outgoing.release(Cause.NORMAL)
                await asyncio.sleep(2.0)
            return process_time() - began


def speech_open_ms(tick_samples: int) -> float:
    """How much of what the called end says from the end of KB on does not reach the caller."""
    return run_virtual(_speech_open(tick_samples))


async def _speech_open(tick_samples: int) -> float:
    loop = VirtualLoop.running()
    fars: list[Media] = []
    near = Media(Engine(spans=1, tick_samples=tick_samples))
    with SimulatedBoard(fars.append, lines=0) as board:
        board.bind(near.engine)
        (far,) = fars
        outgoing, incoming = _circuit(near, Use.OUTGOING), _circuit(far, Use.INCOMING)

        def on_called_end(told: Indication) -> None:
            if isinstance(told, SetupIndication):
                loop.call_soon(incoming.alert)
            elif isinstance(told, ThroughIndication):
                far.engine.play(0, (SPEECH,))

        heard: asyncio.Future[int] = loop.create_future()

        def on_caller(event: EngineEvent) -> None:
            if event.kind == EventKind.SPOTTED and not heard.done():
                heard.set_result(event.code)

        incoming.attach(on_called_end)
        far.engine.spot(1, PLACES)
        far.subscribe(1, on_caller)
        with loop.moved_by(FrameClock(board, near)):
            incoming.start()
            outgoing.start()
            await asyncio.sleep(0.5)
            leg = Leg(outgoing)
            outgoing.setup("1000", CallingParty("3190001", 1))
            await first_of(leg.alerting, leg.ended)  # as Call.connect waits for it
            near.engine.link(1, 0)
            return await heard * STEP / 8


def _circuit(media: Media, use: Use) -> China1Circuit:
    return China1Circuit(
        "pair/1",
        0,
        media,
        LOCAL,
        use=use,
        analyse=lambda digits: Verdict.COMPLETE if len(digits) == 4 else Verdict.MORE,
        journal=SilentJournal(),
    )
