"""Our FSK receiver beside libspandsp's caller ID receiver: microseconds a second of one port, messages back to back."""

import numpy as np
from benchmarks.figures import Benchmark, Figure, Note, race, rival_or_reason
from tests.dsp.fsk_sounds import MESSAGE, Sender, on_the_line
from tests.dsp.test_fsk import octets
from tests.peers.spandsp_callerid import Adsi, load_spandsp_callerid

from kmcc.dsp.fsk import FskBank
from kmcc.dsp.g711 import decode_alaw

PORTS, MESSAGES = 32, 6
ALAW = np.hstack([on_the_line(Sender(), PORTS, snr_db=30, seed=seed) for seed in range(MESSAGES)])
SAMPLES = decode_alaw(ALAW)


def ours() -> int:
    """From A-law, through the listener."""
    events = FskBank(PORTS).feed(ALAW)
    return sum(octets(events, port).count(MESSAGE) for port in range(PORTS))


def test_receiver(benchmark: Benchmark, note: Note) -> None:
    spandsp, reason = rival_or_reason(load_spandsp_callerid)

    def rival() -> int:
        assert spandsp is not None
        return sum(spandsp.hear(Adsi.CLASS, port).count(MESSAGE[:-1]) for port in SAMPLES)

    assert ours() == PORTS * MESSAGES
    assert spandsp is None or rival() == PORTS * MESSAGES
    ours_s, rival_s = race(benchmark, ours, None if spandsp is None else rival)
    scale = 1e6 / (SAMPLES.size / 8000)
    rival_us = None if rival_s is None else rival_s * scale
    note("fsk_receive", Figure.cost(ours_s * scale, rival_us, "us a port-second", reason=reason))
