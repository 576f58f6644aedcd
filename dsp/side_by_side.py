"""Recordings side by side, each on a port of its own, with the silence that ends what stands at their end."""

from collections.abc import Sequence

import numpy as np

from kmcc.dsp.bank import Octets
from kmcc.dsp.g711 import ALAW_SILENCE
from kmcc.dsp.tone import SAMPLES_PER_MS


def side_by_side(heard: Sequence[Octets], closing_ms: int) -> Octets:
    """(recordings, samples) of A-law; `heard` are rows of any length, at least one."""
    longest = max(map(len, heard)) + closing_ms * SAMPLES_PER_MS
    octets = np.full((len(heard), longest), ALAW_SILENCE, np.uint8)
    for port, of in enumerate(heard):
        octets[port, : len(of)] = of
    return octets
