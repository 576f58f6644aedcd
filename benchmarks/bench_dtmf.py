"""Our DTMF detector beside libspandsp's A-law decoder and dtmf_rx: A-law frames in, digits out (benchmarks/traffic.py).

Ours takes frames of 8 ms of 4096 ports as a tick of the engine does, 164 million octets that stream from memory.
libspandsp takes each of the 64 different streams a second at a time, decoded into its cache.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest
from benchmarks.figures import Benchmark, Figure, Note, race, rival_or_reason
from benchmarks.traffic import RATE_HZ, SAMPLES, SECONDS, STREAMS, mixed_traffic
from tests.peers.spandsp import load_spandsp

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory
from kmcc.dsp.cpu import Isa, available, in_use, use
from kmcc.dsp.engine_event import Detect, EventKind

PORTS: Final = 4096
FRAME: Final = 64
GOALS: Final = {Isa.AVX512: 40.0, Isa.AVX2: 12.0, Isa.SSE2: 5.0}
PORTS_A_CORE: Final = 1_000_000.0  # what is asked for stands in the rival's place
DTMF: Final = Detect.DTMF.bit_length() - 1

OCTETS, WANTED = mixed_traffic()


class Ours:
    """[frames][ports][FRAME]: as they lie before the engine's tick."""

    def __init__(self) -> None:
        streams = OCTETS.reshape(STREAMS, SAMPLES // FRAME, FRAME).swapaxes(0, 1)
        self._frames = np.tile(streams, (1, PORTS // STREAMS, 1))
        self._views = [ffi.from_buffer("uint8_t[]", frame) for frame in self._frames]
        self._memory, self._owner = aligned_memory(lib.listener_size(PORTS, Detect.DTMF))
        self._room = lib.listener_room(lib.listener_init(self._memory, PORTS, Detect.DTMF))
        self._out = ffi.new("struct detection[]", self._room)

    def start(self) -> Any:
        listener = lib.listener_init(self._memory, PORTS, Detect.DTMF)
        for port in range(PORTS):
            lib.listener_enable(listener, DTMF, port, 1)
        return listener

    def run(self, listener: Any, each: Callable[[int], None] | None = None) -> None:
        found = ffi.new("size_t *")
        for frame in self._views:
            lib.listener_feed(listener, frame, FRAME, FRAME, self._out, self._room, found)
            if each is not None:
                each(found[0])

    def digits(self) -> list[str]:
        heard = [""] * PORTS

        def take(found: int) -> None:
            for event in self._out[0:found]:
                if event.kind == EventKind.DTMF_ON:
                    heard[event.port] += chr(event.code)

        self.run(self.start(), take)
        return heard


@pytest.fixture(scope="module")
def ours() -> Ours:
    return Ours()


@pytest.mark.parametrize("isa", GOALS)
def test_dtmf(benchmark: Benchmark, note: Note, isa: Isa, ours: Ours) -> None:
    if isa not in available():
        pytest.skip(f"this machine has no {isa.name}")
    spandsp, reason = rival_or_reason(load_spandsp)
    before = in_use()
    use(isa)
    try:
        assert ours.digits() == WANTED * (PORTS // STREAMS)
        assert spandsp is None or [spandsp.hear_dtmf_alaw(stream) for stream in OCTETS] == WANTED
        listener = ours.start()
        rival = None if spandsp is None else lambda: [spandsp.hear_dtmf_alaw(stream) for stream in OCTETS]
        ours_s, rival_s = race(benchmark, lambda: ours.run(listener), rival)
    finally:
        use(before)
    ours_ns = ours_s * 1e9 / (PORTS * SAMPLES)
    rival_ns = None if rival_s is None else rival_s * 1e9 / (STREAMS * SAMPLES)
    name = f"dtmf_{isa.name.lower()}"
    note(name, Figure.cost(ours_ns, rival_ns, "ns a sample", goal=GOALS[isa], reason=reason))
    if isa is Isa.AVX512:
        note("dtmf_ports_a_core", Figure.speed(PORTS * SECONDS / ours_s, PORTS_A_CORE, "ports", goal=1.0))


assert RATE_HZ * SECONDS == SAMPLES
