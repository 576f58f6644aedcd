"""Our DTMF detector beside libspandsp's dtmf_rx: microseconds a second of one port, the same keys over noise."""

from collections.abc import Callable

import numpy as np
import pytest
from benchmarks.figures import Benchmark, Figure, Note, race, rival_or_reason
from benchmarks.sounds import KEYS_HEARD, PORTS, SECONDS, digits_over_noise
from tests.peers.spandsp import load_spandsp

from kmcc.dsp.dtmf import DtmfBank
from kmcc.dsp.engine_event import EventKind

OCTETS, SAMPLES = digits_over_noise()


def bank() -> int:
    return int(np.count_nonzero(DtmfBank(PORTS).feed(OCTETS)["kind"] == EventKind.DTMF_ON))


CONTESTANTS: dict[str, Callable[[], int]] = {
    "dtmf_bank": bank,
}


@pytest.mark.parametrize("name", CONTESTANTS)
def test_dtmf(benchmark: Benchmark, note: Note, name: str) -> None:
    spandsp, reason = rival_or_reason(load_spandsp)
    ours = CONTESTANTS[name]

    def rival() -> int:
        assert spandsp is not None
        return sum(len(spandsp.hear_dtmf(port)) for port in SAMPLES)

    assert ours() == KEYS_HEARD
    assert spandsp is None or rival() == KEYS_HEARD
    ours_s, rival_s = race(benchmark, ours, None if spandsp is None else rival)
    scale = 1e6 / (PORTS * SECONDS)
    rival_us = None if rival_s is None else rival_s * scale
    note(name, Figure.cost(ours_s * scale, rival_us, "us a port-second", reason=reason))
