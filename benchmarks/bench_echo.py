"""Our line echo cancellers beside speexdsp's MDF, 256 taps both: nanoseconds a sample of one port, at equal loss.

The same speech, hybrid and A-law both ways; the echo's loss of both is printed and compared before anything is timed.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from benchmarks.figures import Benchmark, Figure, Note, race, rival_or_reason
from tests.dsp.echo_lines import AFTER_S, LINES, WINDOWS_S, line, losses, ours_said, rival_said
from tests.dsp.two_wire import RATE_HZ, Sound, alaw, through_alaw
from tests.peers.speexdsp import Speexdsp, load_speexdsp

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory
from kmcc.dsp.echo import Echo

PORTS: Final = 64
ROUNDS: Final = 40  # of some twenty milliseconds
TICK: Final = 64
SECONDS: Final = 5
SAMPLES: Final = RATE_HZ * SECONDS
WITHIN_DB: Final = 0.5  # A-law alone blurs the loss by as much
Octets = npt.NDArray[np.uint8]


def compare(speex: Speexdsp) -> None:
    """Print what both achieve, and fail where ours is worse on the mean of the lines."""
    alone, rival_alone, after, rival_after = ([] for _ in range(4))
    for number in range(len(LINES)):
        sent, echo, near = line(number)
        silent = np.zeros_like(near)
        alone.append(losses(echo, ours_said(sent, echo), silent, WINDOWS_S))
        rival_alone.append(losses(echo, rival_said(speex, sent, echo), silent, WINDOWS_S))
        after.append(losses(echo, ours_said(sent, echo + near), near, (AFTER_S,)))
        rival_after.append(losses(echo, rival_said(speex, sent, echo + near), near, (AFTER_S,)))
    for what, ours, rival in (
        ("0-1/1-2/2-5/20-30 s", alone, rival_alone),
        ("1 s after both spoke", after, rival_after),
    ):
        mean, rival_mean = np.mean(ours, axis=0), np.mean(rival, axis=0)
        print(f"loss of echo, {what}: ours {np.round(mean, 1)} dB, speexdsp {np.round(rival_mean, 1)} dB")
        assert np.all(mean > rival_mean - WITHIN_DB), what


def ticks(side: Sound) -> Octets:
    """[ticks][PORTS][TICK]: the same speech on every port, each a little later."""
    ports = np.stack([alaw(np.roll(side, 997 * n)[:SAMPLES]) for n in range(PORTS)])
    return np.ascontiguousarray(ports.reshape(PORTS, SAMPLES // TICK, TICK).swapaxes(0, 1))


def test_echo_canceller(benchmark: Benchmark, note: Note) -> None:
    speex, reason = rival_or_reason(load_speexdsp)
    if speex is not None:
        compare(speex)
    sent, echo, near = line(0)
    heard = through_alaw(echo + near)
    out, heard_anew = ticks(sent), ticks(heard)
    incoming = heard_anew.copy()
    views = [
        (ffi.from_buffer("uint8_t[]", a), ffi.from_buffer("uint8_t[]", b)) for a, b in zip(out, incoming, strict=True)
    ]
    memory, owner = aligned_memory(lib.echo_size(PORTS))

    def ours() -> object:
        """As the engine's tick does: octets in, octets out, suppressor and comfort noise on."""
        np.copyto(incoming, heard_anew)
        state = lib.echo_init(memory, PORTS)
        for port in range(PORTS):
            lib.echo_switch(state, port, int(Echo.FULL))
        for far, near_side in views:
            lib.echo_feed(state, far, near_side, TICK)
        return owner

    def rival() -> object:
        assert speex is not None
        return speex.cancel(sent[:SAMPLES].astype(np.int16), heard[:SAMPLES].astype(np.int16))

    ours_s, rival_s = race(benchmark, ours, None if speex is None else rival, rounds=ROUNDS)
    rival_ns = None if rival_s is None else rival_s * 1e9 / SAMPLES
    ours_ns = ours_s * 1e9 / (SAMPLES * PORTS)
    note("echo_canceller", Figure.cost(ours_ns, rival_ns, "ns a port-sample", goal=10.0, reason=reason))
