"""Media in real time at full size: 64 E1 in a process whose event loop is busy; the rival is that loop moving frames.

1920 channels speak, with DTMF on all of them; half are connected in pairs, half in conferences of three, 200 calls are
recorded, 400 players play. KMCC_MEDIA_S is how long it runs (`make media`: ten minutes), 10 s without.
"""

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic
from typing import Final

import pytest
from benchmarks.figures import Benchmark, Figure, Note
from benchmarks.loop_frames import LoopFrames

from kmcc.dsp.engine import CHANNELS, Detect, Engine, EngineEvent, EventKind
from kmcc.dsp.pacer import Pacer, PacerCounters
from kmcc.dsp.recorder import Recorder
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.switch.announce import Language
from kmcc.switch.media import Media
from kmcc.switch.media_thread import MediaThread
from kmcc.switch.prompts import PromptSet

SPANS: Final = 64
PORTS: Final = SPANS * CHANNELS
PARTY: Final = 3
RECORDERS: Final = 200
PLAYERS: Final = 400
LENGTH_S: Final = float(os.environ.get("KMCC_MEDIA_S", "10"))
RIVAL_S: Final = min(LENGTH_S, 30.0)
BUSY_S: Final = (0.001, 0.020)
"""The loop works so long without a pause: a page, a report, a query with its rows."""

GOAL_MS: Final = 1.0
SPEECH: Final = PromptSet.load(None).octets[Language.ZH, "main-menu"]
PRIORITY: Final = 40


@dataclass
class Plant:
    """The near engine with all its work, and the far one that speaks on every channel."""

    folder: Path

    def __post_init__(self) -> None:
        self.near = Media(Engine(spans=SPANS, conferences=512))
        self.board = SimulatedBoard(self._speak, spans=SPANS, lines=0)
        self.recorders = {n * PORTS // RECORDERS: self._recorder(n) for n in range(RECORDERS)}
        self.keys = 0

    def _recorder(self, n: int) -> Recorder:
        return Recorder(self.folder / f"{n}.wav", ring_s=8)

    def _speak(self, far: Media) -> None:
        for port in range(PORTS):
            start = port * 97 % len(SPEECH)
            far.engine.play(port, (SPEECH[start:], *(SPEECH,) * 1000))

    def connect(self) -> None:
        engine = self.near.engine
        for port in range(PORTS):
            engine.detect(port, Detect.DTMF)
            self.near.subscribe(port, self._hear)
        for port in range(0, PORTS // 2, 2):
            engine.connect(port, port + 1)
        for port in range(PORTS // 2, PORTS):
            engine.join(port, (port - PORTS // 2) // PARTY)
        for port, recorder in self.recorders.items():
            engine.record(port, recorder)
        for n in range(PLAYERS):
            engine.play(n * PORTS // PLAYERS + 1, (SPEECH,) * 1000)

    def _hear(self, event: EngineEvent) -> None:
        if event.kind is EventKind.RECORD_HALF:
            self.recorders[event.port].drain()
        self.keys += event.kind is EventKind.DTMF_ON

    def close(self) -> None:
        for recorder in self.recorders.values():
            recorder.close()
            recorder.path.unlink()


async def keep_busy(rng: Random) -> None:
    """Python work until cancelled, in pieces between which the loop gets to its other tasks."""
    rows = [{"call": n, "called": str(3190000 + n), "cause": "normal", "waiting_ms": n * 7} for n in range(20)]
    while True:
        end_s = monotonic() + rng.uniform(*BUSY_S)
        while monotonic() < end_s:
            json.loads(json.dumps(rows))
        await asyncio.sleep(0)


async def beside_work(moving: asyncio.Task[None], length_s: float) -> None:
    busy = asyncio.get_running_loop().create_task(keep_busy(Random(64)))
    await asyncio.wait((moving, busy), timeout=length_s, return_when=asyncio.FIRST_COMPLETED)
    for task in (moving, busy):
        task.cancel()
    for failed in await asyncio.gather(moving, busy, return_exceptions=True):
        if not isinstance(failed, asyncio.CancelledError):
            raise failed if isinstance(failed, BaseException) else RuntimeError("the frames stopped by themselves")


async def by_thread(plant: Plant) -> PacerCounters:
    with plant.board as board:
        board.bind(plant.near.engine)
        plant.connect()
        thread = MediaThread(Pacer(board.rack, priority=PRIORITY), plant.near, board.deliver)
        await beside_work(asyncio.get_running_loop().create_task(thread.run()), LENGTH_S)
        return thread.counters


async def by_loop(plant: Plant) -> list[float]:
    with plant.board as board:
        board.bind(plant.near.engine)
        plant.connect()
        frames = LoopFrames(board, plant.near)
        await beside_work(asyncio.get_running_loop().create_task(frames.follow_loop()), RIVAL_S)
        return sorted(frames.lateness_s)


def report(ours: PacerCounters, rival_s: list[float]) -> list[str]:
    klass = "SCHED_FIFO" if ours.is_fifo else "normal priority"
    ms = [1000 * ours.lateness_s(share) for share in (0.5, 0.99, 0.999, 1.0)]
    loop = [1000 * rival_s[min(len(rival_s) - 1, int(share * len(rival_s)))] for share in (0.5, 0.99, 0.999, 1.0)]
    missed = sum(late_s >= 0.008 for late_s in rival_s)
    named = "p50 {:.3f}  p99 {:.3f}  p99.9 {:.3f}  max {:.3f} ms"
    return [
        f"thread, {klass}, memory {'' if ours.is_locked else 'not '}locked, {PORTS} channels, asyncio busy:",
        f"  {ours.ticks} ticks, {ours.missed} missed ({ours.given_up} given up); lateness {named.format(*ms)}",
        f"  {100 * ours.busy_s / (ours.ticks * 0.008):.1f} % of a core; longest tick {1000 * ours.longest_s:.2f} ms",
        "loop, the same work:",
        f"  {len(rival_s)} ticks, {missed} missed; lateness {named.format(*loop)}",
    ]


@pytest.mark.timeout(LENGTH_S + RIVAL_S + 120)
def test_media(benchmark: Benchmark, note: Note, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours: list[PacerCounters] = []
    plant = Plant(tmp_path)
    benchmark.pedantic(lambda: ours.append(asyncio.run(by_thread(plant))), rounds=1)
    plant.close()
    rival = Plant(tmp_path)
    rival_s = asyncio.run(by_loop(rival))
    rival.close()
    assert plant.near.engine.now == (ours[0].ticks + ours[0].given_up) * 64
    with capsys.disabled():
        print("", *report(ours[0], rival_s), sep="\n")
    late_ms = 1000 * ours[0].lateness_s(0.999)
    loop_ms = 1000 * rival_s[int(0.999 * len(rival_s))]
    note("media_thread_p99.9_lateness", Figure.within(late_ms, loop_ms, "ms", most=GOAL_MS))
    missed = sum(late_s >= 0.008 for late_s in rival_s) / len(rival_s)
    note(
        "media_thread_missed_ticks",
        Figure.within(100 * ours[0].missed / ours[0].ticks, 100 * missed, "% of the ticks", most=0.0),
    )
