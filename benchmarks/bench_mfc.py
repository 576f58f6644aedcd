"""Our MFC detectors beside libspandsp's r2_mf_rx: microseconds a second of one port, signals of 60 ms every 100 ms.

A register port is seldom that busy: most of our time goes into the looks at both ends of every signal. The kernel hears
the 32 streams on 2048 ports, as an engine of 64 spans does, and A-law; libspandsp hears linear samples.
"""

from collections.abc import Callable

import numpy as np
import pytest
from benchmarks.figures import Benchmark, Figure, Note, race, rival_or_reason
from benchmarks.kernel import listener_run
from benchmarks.sounds import PORTS, SECONDS, SIGNALS_HEARD, Octets, register_signals
from tests.peers.spandsp import load_spandsp

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.mfc import DETECTORS, Direction, MfcBank
from kmcc.dsp.tone import MFC_HZ

TIMES = {"kernel": 64, "bank": 1}  # how often the streams are heard side by side


def bank(octets: Octets, direction: Direction) -> int:
    return int(np.count_nonzero(MfcBank(PORTS, direction).feed(octets)["kind"] == EventKind.MFC_ON))


@pytest.mark.parametrize("face", ["kernel", "bank"])
@pytest.mark.parametrize("direction", list(Direction))
def test_mfc(benchmark: Benchmark, note: Note, direction: Direction, face: str) -> None:
    octets, samples = register_signals(MFC_HZ[direction])
    spandsp, reason = rival_or_reason(load_spandsp)
    is_forward = direction is Direction.FORWARD
    faces: dict[str, Callable[[], int]] = {
        "kernel": listener_run(np.tile(octets, (TIMES["kernel"], 1)), DETECTORS[direction], EventKind.MFC_ON),
        "bank": lambda: bank(octets, direction),
    }

    def rival() -> int:
        """It tells only what stands at the end, so that is all that can be counted."""
        assert spandsp is not None
        return sum(spandsp.hear_r2(port, forward=is_forward) is not None for port in samples)

    assert faces[face]() == SIGNALS_HEARD * TIMES[face]
    assert spandsp is None or rival() == PORTS
    ours_s, rival_s = race(benchmark, faces[face], None if spandsp is None else rival)
    scale = 1e6 / (PORTS * SECONDS)
    rival_us = None if rival_s is None else rival_s * scale
    note(
        f"mfc_{direction.name.lower()}_{face}",
        Figure.cost(ours_s * scale / TIMES[face], rival_us, "us a port-second", reason=reason),
    )
