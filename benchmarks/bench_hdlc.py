"""Our HDLC engine beside libspandsp's: microseconds a second of one 64 kbit/s timeslot, signal units of Q.703."""

from collections.abc import Callable

import numpy as np
import pytest
from benchmarks.figures import Benchmark, Figure, Note, race, rival_or_reason
from tests.peers.spandsp_hdlc import SpandspHdlc, load_spandsp_hdlc

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory
from kmcc.dsp.hdlc import HdlcReceiver, HdlcSender, Octets, Status

SLOTS, SECONDS, RATE = 31, 2, 8000
TICK = 64
FISU = bytes((0xFF, 0xFF, 0x00))


def line(*, busy: bool) -> Octets:
    """MSUs of 20 to 60 octets back to back, or idle: one FISU after the other."""
    rng = np.random.default_rng(1)
    sender = HdlcSender(SLOTS, queue=1 << 16)
    for slot in range(SLOTS):
        sender.fill(slot, FISU)
        while busy and sender.waiting(slot) < RATE * SECONDS:
            sender.queue(slot, rng.bytes(int(rng.integers(20, 61))))
    return sender.transmit(RATE * SECONDS)


def kernel_run(octets: Octets) -> Callable[[], int]:
    """All of it in ticks of 8 ms, as a tick of the engine would; the good frames."""
    ticks = np.ascontiguousarray(octets.reshape(SLOTS, -1, TICK).swapaxes(0, 1))
    limits = ffi.new("struct hdlc_limits *", (5, 279, 0))
    memory, owner = aligned_memory(lib.hdlc_receiver_size(SLOTS, limits))
    frames = ffi.new("struct hdlc_frame[]", 2 * TICK * SLOTS)
    room = ffi.new("uint8_t[]", (TICK + 279) * SLOTS)
    stride = ffi.new("struct hdlc_stride *", (TICK, 1))[0]
    views = [ffi.from_buffer("uint8_t[]", tick) for tick in ticks]
    found = ffi.new("struct hdlc_found *", (frames, room, len(frames), len(room), 0, 0, 0))
    kept = (owner, frames, room)

    def run() -> int:
        state = lib.hdlc_receiver_init(memory, SLOTS, limits)
        good = 0
        for view in views:
            found.count = found.used = 0
            lib.hdlc_feed(state, view, stride, TICK, found)
            good += found.count
        return good if kept else 0

    return run


def good_frames(octets: Octets) -> int:
    heard = HdlcReceiver(SLOTS, counting=False).feed(octets)
    return sum(frame.status is Status.GOOD for frame in heard)


@pytest.mark.parametrize("busy", [True, False], ids=["busy", "idle"])
def test_receiver(benchmark: Benchmark, note: Note, busy: bool) -> None:
    octets = line(busy=busy)
    spandsp, reason = rival_or_reason(load_spandsp_hdlc)
    ours, expected = kernel_run(octets), good_frames(octets)
    rival = None if spandsp is None else spandsp.counter(octets)
    assert ours() == expected
    assert rival is None or rival() == expected
    ours_s, rival_s = race(benchmark, ours, rival)
    scale = 1e6 / (SLOTS * SECONDS)
    figure = Figure.cost(
        ours_s * scale, None if rival_s is None else rival_s * scale, "us a slot-second", reason=reason
    )
    note(f"hdlc_receive_{'busy' if busy else 'idle'}", figure)


def test_sender(benchmark: Benchmark, note: Note) -> None:
    """Frames of 200 octets, so that what Python does a frame counts little on either side."""
    frames = [np.random.default_rng(n).bytes(200) for n in range(75)]
    spandsp, reason = rival_or_reason(load_spandsp_hdlc)
    sender = HdlcSender(1, queue=1 << 16)

    def ours() -> int:
        for octets in frames:
            sender.queue(0, octets)
        return len(sender.transmit(RATE * SECONDS)[0])

    def rival() -> int:
        assert isinstance(spandsp, SpandspHdlc)
        return len(spandsp.send(frames))

    ours_s, rival_s = race(benchmark, ours, None if spandsp is None else rival)
    scale = 1e6 / SECONDS
    note(
        "hdlc_send",
        Figure.cost(ours_s * scale, None if rival_s is None else rival_s * scale, "us a slot-second", reason=reason),
    )
