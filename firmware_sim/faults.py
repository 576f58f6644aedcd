"""Faults of an E1, one way at a time: bit errors (G.821), slips (G.822), loss of frame and multiframe (G.732), delay.

`FaultyBoard` is the simulated board with such a line in each direction; what a `SpanWay` does may be changed while
frames run. The same seed makes the same errors.
"""

from collections import deque
from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.firmware_sim.board import FarEnd, SimulatedBoard
from kmcc.firmware_sim.errors import ScenarioError

Frames = npt.NDArray[np.uint8]
"""[frames][32] octets as on the wire."""

TIMESLOTS: Final = 32
FRAMES_PER_MS: Final = 8
ELASTIC_FRAMES: Final = 64
"""Held back so that slips may repeat and drop as many frames."""

ALL_ONES: Final = 0xFF
SIGNALLING: Final = 16  # the timeslot of abcd


class SpanWay:
    """One direction of one span."""

    def __init__(self, seed: int, *, delay_ms: int = 0) -> None:
        self.bit_error_ratio = 0.0
        self.is_frame_lost = False  # all ones in every timeslot: no alignment, AIS
        self.is_multiframe_lost = False  # all ones in timeslot 16
        self.errors = 0
        self._random = np.random.default_rng(seed)
        self._lag = ELASTIC_FRAMES + delay_ms * FRAMES_PER_MS
        quiet = np.full(TIMESLOTS, ALL_ONES, dtype=np.uint8)
        self._held: deque[Frames] = deque([quiet] * self._lag)

    def drop_frame(self) -> None:
        """Slip: the far end's frame that was due is not received."""
        if not self._held:
            raise ScenarioError("a slip that drops a frame needs one that is held back")
        self._held.popleft()

    def repeat_frame(self) -> None:
        """Slip: a frame is received twice."""
        self._held.appendleft(self._held[0])

    def carry(self, frames: Frames) -> Frames:
        """What is received for what was sent; as many frames."""
        self._held.extend(frames)
        received = np.stack([self._held.popleft() for _ in range(len(frames))])
        if self.bit_error_ratio > 0:
            self._spoil(received)
        if self.is_multiframe_lost:
            received[:, SIGNALLING] = ALL_ONES
        if self.is_frame_lost:
            received[:] = ALL_ONES
        return received

    def _spoil(self, frames: Frames) -> None:
        bits = frames.size * 8
        count = int(self._random.binomial(bits, self.bit_error_ratio))
        self.errors += count
        places = self._random.integers(0, bits, count)
        np.bitwise_xor.at(frames.reshape(-1), places // 8, (1 << (places % 8)).astype(np.uint8))


class FaultyBoard(SimulatedBoard):
    """One span; `inward` is what the near engine receives, `outward` what the far one does. No plain lines."""

    def __init__(self, far_end: FarEnd, *, seed: int = 1, delay_ms: int = 0) -> None:
        super().__init__(far_end, spans=1, lines=0, url=f"sim://faulty?seed={seed}")
        self.inward = SpanWay(2 * seed, delay_ms=delay_ms)
        self.outward = SpanWay(2 * seed + 1, delay_ms=delay_ms)

    @property
    def ways(self) -> tuple[SpanWay, SpanWay]:
        return self.inward, self.outward

    def run(self, ticks: int) -> int:
        """One tick: what is sent in it crosses the faults before the next one."""
        near, far = self.rack.engine, self._far
        if ticks == 0 or far is None:
            return 0
        arrives = self.inward.carry(_frames(far.engine.span_tx(0)))
        leaves = self.outward.carry(_frames(near.span_tx(0)))
        near.span_rx(0)[:] = arrives.tobytes()
        far.engine.span_rx(0)[:] = leaves.tobytes()
        near.tick()
        far.engine.tick()
        far.deliver()
        return 1


def _frames(octets: memoryview) -> Frames:
    return np.frombuffer(octets, dtype=np.uint8).reshape(-1, TIMESLOTS).copy()
