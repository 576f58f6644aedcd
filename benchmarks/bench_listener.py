"""The full listener beside the sum of libspandsp's receivers: DTMF, register signals both ways, 450 Hz, CNG, CED.

All detectors are on for all ports; the traffic is that of benchmarks/traffic.py, A-law for us, linear for libspandsp,
whose receivers have a second at a time in the cache.
"""

from typing import Any, Final

import numpy as np
import pytest
from benchmarks.figures import Benchmark, Figure, Note, race, rival_or_reason
from benchmarks.traffic import DIAL_TONE, RATE_HZ, SAMPLES, SECONDS, SIGNALLING, SIGNALS, STREAMS, mixed_traffic
from tests.peers.spandsp_listeners import RivalListener, load_rivals

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory
from kmcc.dsp.engine_event import Detect, EventKind
from kmcc.dsp.g711 import decode_alaw

PORTS: Final = 2048
FRAME: Final = 64
ALL: Final = Detect.DTMF | Detect.MFC_FORWARD | Detect.MFC_BACKWARD | Detect.PROGRESS | Detect.FAX
GOAL: Final = 60.0
OCTETS_A_PORT: Final = 1000.0

OCTETS, WANTED = mixed_traffic()


class Ours:
    def __init__(self) -> None:
        streams = OCTETS.reshape(STREAMS, SAMPLES // FRAME, FRAME).swapaxes(0, 1)
        self._frames = np.tile(streams, (1, PORTS // STREAMS, 1))
        self._views = [ffi.from_buffer("uint8_t[]", frame) for frame in self._frames]
        self._memory, self._owner = aligned_memory(lib.listener_size(PORTS, ALL))
        self._room = lib.listener_room(lib.listener_init(self._memory, PORTS, ALL))
        self._out = ffi.new("struct detection[]", self._room)

    def run(self) -> list[Any]:
        """What was told of the first STREAMS ports."""
        listener = lib.listener_init(self._memory, PORTS, ALL)
        for detector in ALL:
            for port in range(PORTS):
                lib.listener_enable(listener, detector.bit_length() - 1, port, 1)
        found = ffi.new("size_t *")
        told: list[Any] = []
        for frame in self._views:
            lib.listener_feed(listener, frame, FRAME, FRAME, self._out, self._room, found)
            told += [(e.port, e.kind, e.code) for e in self._out[0 : found[0]] if e.port < STREAMS]
        return told


def test_full_listener(benchmark: Benchmark, note: Note) -> None:
    library, reason = rival_or_reason(load_rivals)
    ours = Ours()
    pcm = [decode_alaw(stream) for stream in OCTETS]
    told = ours.run()
    keys = ["".join(chr(c) for p, k, c in told if p == port and k == EventKind.DTMF_ON) for port in range(STREAMS)]
    assert keys == WANTED
    assert sum(p in SIGNALLING and k == EventKind.MFC_ON for p, k, _ in told) == SIGNALS * len(SIGNALLING)
    assert [p for p, k, _ in told if k == EventKind.TONE_ON] == list(DIAL_TONE)

    def rival() -> list[str]:
        assert library is not None
        heard = []
        for stream in pcm:
            listener = RivalListener(*library)
            heard.append("".join(listener.hear(stream[at : at + RATE_HZ]) for at in range(0, SAMPLES, RATE_HZ)))
        return heard

    assert library is None or rival() == WANTED
    ours_s, rival_s = race(benchmark, ours.run, None if library is None else rival)
    ours_us = ours_s * 1e6 / (PORTS * SECONDS)
    rival_us = None if rival_s is None else rival_s * 1e6 / (STREAMS * SECONDS)
    note("full_listener", Figure.cost(ours_us, rival_us, "us a port-second", goal=GOAL, reason=reason))


@pytest.mark.parametrize("ports", [PORTS])
def test_memory(benchmark: Benchmark, note: Note, ports: int) -> None:
    """Of all that the listener keeps."""
    benchmark.pedantic(lambda: lib.listener_size(ports, ALL), rounds=1)
    octets = lib.listener_size(ports, ALL) / ports
    note("memory_per_port", Figure.within(octets, None, "octets", most=OCTETS_A_PORT, reason="no rival"))
    assert octets <= OCTETS_A_PORT
