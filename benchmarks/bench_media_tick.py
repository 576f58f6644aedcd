"""The media engine at full size: 64 E1 and plain lines, 2048 ports, all of them speaking, half of them in conferences.

The rival is libspandsp's dtmf_rx alone on the same 2048 ports, decoded for it beforehand: only a part of the same work,
but the largest part that libspandsp has.
"""

from pathlib import Path
from time import thread_time
from typing import Final

import numpy as np
import pytest
from benchmarks.figures import Benchmark, Figure, Note, race, rival_or_reason
from tests.peers.spandsp import load_spandsp

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.e1 import SpanSender
from kmcc.dsp.engine import CHANNELS, Detect, Engine
from kmcc.dsp.g711 import Octets, decode_alaw
from kmcc.dsp.recorder import Recorder
from kmcc.switch.announce import Language
from kmcc.switch.prompts import PromptSet

SPANS: Final = 64
LINES: Final = 128
PORTS: Final = SPANS * CHANNELS + LINES
TICK: Final = 64
TICKS: Final = 125  # one second
PARTY: Final = 3
RECORDERS: Final = 200
PLAYERS: Final = 400
MOST_PER_CENT: Final = 5.0

PROMPTS: Final = PromptSet.load(None).octets
SPEECH: Final = b"".join(PROMPTS[Language.ZH, name] for name in ("main-menu", "all-busy", "consult-menu"))


def speakers() -> Octets:
    """(PORTS, one second): every port somewhere else in the prompts."""
    loop = np.frombuffer(SPEECH, np.uint8)
    starts = np.random.default_rng(64).integers(0, len(loop), PORTS)
    heard: Octets = loop[(starts[:, np.newaxis] + np.arange(TICKS * TICK)) % len(loop)]
    return heard


class House:
    """The engine, set up once, and the frames of one second of it."""

    def __init__(self, folder: Path) -> None:
        self.engine = Engine(spans=SPANS, lines=LINES, conferences=512, tick_samples=TICK)
        self.speech = speakers()
        self._spans = self._frames()
        lines = self.speech[SPANS * CHANNELS :].reshape(LINES, TICKS, TICK)
        self._lines = np.ascontiguousarray(lines.swapaxes(0, 1))
        self._span_rx = lib.engine_span_rx(self.engine.state, 0)
        self._line_rx = lib.engine_line_rx(self.engine.state, 0)
        self._recorders = [Recorder(folder / f"{n}.wav", ring_s=2) for n in range(RECORDERS)]
        self._connect()

    def _frames(self) -> Octets:
        """[TICKS][SPANS][TICK * 32]: as the boards leave them."""
        built = []
        for span in range(SPANS):
            rows = self.speech[span * CHANNELS : (span + 1) * CHANNELS]
            frames = SpanSender().build([row.tobytes() for row in rows])
            built.append(np.frombuffer(frames, np.uint8).reshape(TICKS, TICK * 32))
        return np.ascontiguousarray(np.stack(built, axis=1))

    def _connect(self) -> None:
        engine = self.engine
        for port in range(PORTS):
            engine.detect(port, Detect.DTMF)
        for port in range(0, PORTS // 2, 2):
            engine.connect(port, port + 1)
        for port in range(PORTS // 2, PORTS):
            engine.join(port, (port - PORTS // 2) // PARTY)
        for n, recorder in enumerate(self._recorders):
            engine.record(n * PORTS // RECORDERS, recorder)
        for n in range(PLAYERS):
            engine.play(n * PORTS // PLAYERS + 1, (SPEECH,) * 1000)

    def run(self) -> None:
        """One second, with the moving of the frames that a board would have done, and the draining into files."""
        for spans, lines in zip(self._spans, self._lines, strict=True):
            ffi.memmove(self._span_rx, spans, spans.nbytes)
            ffi.memmove(self._line_rx, lines, lines.nbytes)
            lib.engine_tick(self.engine.state)
        self.engine.events()
        for recorder in self._recorders:
            recorder.drain()


@pytest.mark.benchmark(timer=thread_time)
def test_media_tick(benchmark: Benchmark, note: Note, tmp_path: Path) -> None:
    spandsp, reason = rival_or_reason(load_spandsp)
    house = House(tmp_path)
    linear = decode_alaw(house.speech)

    def rival() -> None:
        assert spandsp is not None
        for port in linear:
            spandsp.hear_dtmf(port)

    ours_s, rival_s = race(benchmark, house.run, None if spandsp is None else rival, clock=thread_time)
    scale = 100 * 8000 / (TICKS * TICK)
    rival_part = None if rival_s is None else rival_s * scale
    note("media_tick", Figure.within(ours_s * scale, rival_part, "% of a core", most=MOST_PER_CENT, reason=reason))
