"""The media engine on a simulated E1 pair, thirty channels with DTMF on: beside real time and beside numpy."""

from typing import Final

import numpy as np
from benchmarks.figures import Benchmark, Figure, Note, race

from kmcc.dsp.engine import CHANNELS, Detect, Engine, run_pair
from kmcc.dsp.g711 import decode_alaw
from kmcc.switch.announce import Language
from kmcc.switch.prompts import PromptSet

LINE_S: Final = 20
TICKS: Final = LINE_S * 125
SPEECH: Final = PromptSet.load(None).octets[Language.ZH, "main-menu"]
RUNS: Final = -(-LINE_S * 8000 // len(SPEECH)) + 1

ALL_OCTETS: Final = decode_alaw(np.arange(256, dtype=np.uint8)).astype(np.float32)
HZ: Final = (697, 770, 852, 941, 1209, 1336, 1477, 1633)


def busy_pair() -> tuple[Engine, Engine]:
    """All channels of the far end speak; all of ours listen for keys and are connected two by two."""
    near, far = Engine(spans=1), Engine(spans=1)
    for channel in range(1, CHANNELS + 1):
        port = near.port(0, channel)
        near.detect(port, Detect.DTMF)
        near.link(port, port ^ 1)
        far.play(far.port(0, channel), (SPEECH,) * RUNS)
    return near, far


def run_for(near: Engine, far: Engine, ticks: int) -> None:
    done = 0
    while done < ticks:
        done += run_pair(near, far, ticks - done)
        near.events()
        far.events()


def test_e1_pair_beside_real_time(benchmark: Benchmark, note: Note) -> None:
    ours_s, _ = race(benchmark, lambda: run_for(*busy_pair(), TICKS), None)
    note("engine_e1_pair_30_channels", Figure.speed(LINE_S / ours_s, 1.0, "line seconds a second", goal=60.0))


class NumpySpan:
    """The least that thirty ports cost in numpy: decode, correlate with eight tones, connect. It decides nothing."""

    def __init__(self) -> None:
        rng = np.random.default_rng(4)
        self.rx = rng.integers(0, 256, (CHANNELS, 64), np.uint8)
        self.tx = np.zeros_like(self.rx)
        self._links = np.arange(CHANNELS) ^ 1
        n = np.arange(64)
        self._waves = np.exp(-2j * np.pi * np.outer(n, HZ) / 8000).astype(np.complex64)
        self.energy = np.zeros((CHANNELS, len(HZ)), np.float32)

    def tick(self) -> None:
        pcm = ALL_OCTETS[self.rx]
        self.energy = np.abs(pcm @ self._waves) ** 2 / np.maximum((pcm * pcm).sum(axis=1, keepdims=True), 1.0)
        self.tx[:] = self.rx[self._links]


def test_tick_beside_numpy(benchmark: Benchmark, note: Note) -> None:
    """Ours is a whole tick of both engines: also the frames' alignment, TS16, players and rings."""
    span = NumpySpan()

    def rival() -> None:
        for _ in range(TICKS):
            span.tick()

    ours_s, rival_s = race(benchmark, lambda: run_for(*busy_pair(), TICKS), rival)
    assert rival_s is not None
    ours_ns = ours_s * 1e9 / (TICKS * 2 * CHANNELS)
    note("engine_tick", Figure.cost(ours_ns, rival_s * 1e9 / (TICKS * CHANNELS), "ns a port and tick of 8 ms"))
