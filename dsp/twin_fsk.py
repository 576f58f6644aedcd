"""Twin of csrc/fsk.c and csrc/fsk_send.c in double precision; the same rules, a port at a time."""

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.fsk import Burst, Standard
from kmcc.dsp.twin_listener import BLOCK, RATE_HZ, Floats, ListenerTwin, Samples

UNITS: Final = 24  # in a sample
BIT: Final = 160  # units
HZ: Final = {Standard.BELL202: (2200, 1200), Standard.V23: (2100, 1300)}  # space, mark
TAPS: Final = 7
WEIGHTS: Final = np.array([5 / 6, 1, 1, 1, 1, 1, 5 / 6])
THREE_BITS: Final = 20
PAST: Final = 32
IDLE: Final = 10
SEEN: Final = 12
LOSS: Final = 2
QUIET_MARKS: Final = 16
NEAR_MARKS: Final = 24
LONG_AGO: Final = -100_000
FLOOR: Final = 32768**2 / 2 * 10 ** ((-48 - 3.14) / 10)
PURE: Final = 0.5

Signals = npt.NDArray[np.complex128]


def burst_bits(burst: Burst, octets: bytes) -> list[int]:
    """1 = mark."""
    bits = [n % 2 for n in range(burst.seizure)] + [1] * burst.marks
    for octet in octets:
        bits += [0, *(octet >> place & 1 for place in range(8)), 1] + [1] * burst.stuffing
    return bits + [1] * burst.closing


def render(burst: Burst, octets: bytes) -> Samples:
    bits = np.array(burst_bits(burst, octets))
    units = np.arange(0, len(bits) * BIT, UNITS)
    hz = np.array(HZ[burst.standard])[bits]
    begun = np.concatenate(([0.0], np.cumsum(hz)[:-1])) * BIT  # phase at each bit's beginning, Hz times units
    place = units // BIT
    phase = 2 * np.pi * (begun[place] + hz[place] * (units % BIT)) / (RATE_HZ * UNITS)
    dbm0 = np.array([burst.space_dbm0, burst.mark_dbm0])[bits[place]]
    made: Samples = np.rint(32768 * 10 ** ((dbm0 - 3.14) / 20) * np.sin(phase)).clip(-32768, 32767).astype(np.int16)
    return made


def eight_signals(standard: Standard, lead: int) -> Signals:
    """(8, THREE_BITS): all that three bits can be, heard from `lead` units after their beginning."""
    units = 3 * (lead // 3) + 1 + np.arange(THREE_BITS) * UNITS
    made = []
    for bits in ([code & 1, code >> 1 & 1, code >> 2 & 1] for code in range(8)):
        hz = np.array([HZ[standard][bit] for bit in bits])
        place = (units - 1) // BIT
        begun = np.concatenate(([0], np.cumsum(hz)[:-1])) * BIT
        made.append(np.exp(2j * np.pi * (begun[place] + hz[place] * (units - place * BIT)) / (RATE_HZ * UNITS)))
    return np.array(made)


@dataclass(slots=True)
class _Port:
    before: float = 0.0
    window: int = 0
    fell: int = LONG_AGO
    moved: int = 0
    frame: int = 0
    bit: int = IDLE
    marks: int = 0
    synced: bool = False
    trust: int = 0
    carrier: bool = False
    armed: bool = False
    awake: bool = False

    def off_clock(self, at: int) -> int:
        return (at - self.window + BIT // 2) % BIT - BIT // 2

    def on_clock(self, at: int) -> bool:
        return self.synced and abs(self.off_clock(at)) <= BIT // 4

    def begin_frame(self, edge: int) -> None:
        off = self.off_clock(edge) if self.synced else 0
        self.moved = off - int(off / 2)
        self.window, self.bit, self.frame = edge - int(off / 2) - BIT, 0, 0

    def end_frame(self, since: int) -> None:
        self.bit = IDLE
        if self.fell > since and not self.on_clock(self.fell):
            self.begin_frame(self.fell)

    def edge(self, at: int, *, falls: bool) -> None:
        if falls and not (self.on_clock(self.fell) and at - self.fell < 2 * BIT):
            self.fell = at
        if not self.carrier or self.bit < IDLE or self.on_clock(at):
            self.window += int(self.off_clock(at) / 4)
        elif falls and self.fell == at:
            self.begin_frame(at)

    def take_idle(self, bit: int) -> None:
        if bit:
            self.marks = min(self.marks + 1, NEAR_MARKS)
            self.armed |= self.marks >= QUIET_MARKS
            self.synced &= self.marks < NEAR_MARKS
        elif self.synced:
            self.bit, self.frame = 1, 0

    def take_bit(self, bit: int) -> int | None:
        begins = self.window
        if self.bit == IDLE:
            self.take_idle(bit)
            return None
        if self.bit == 0 and bit:
            self.window -= self.moved
            self.end_frame(begins + BIT // 4)
            return None
        self.synced = True
        self.frame |= bit << self.bit
        self.bit += 1
        if self.bit < IDLE:
            return None
        frame, self.marks, self.synced = self.frame >> 1, 0, bool(bit)
        self.end_frame(begins + BIT // 2)
        return frame if self.armed and self.trust > SEEN // 2 else None


class FskTwin(ListenerTwin):
    EVERY: ClassVar[int] = 8

    def __init__(self, ports: int, standard: Standard = Standard.BELL202) -> None:
        super().__init__(ports)
        turn = -2j * np.pi * np.arange(TAPS) / RATE_HZ
        self._space, self._mark = (WEIGHTS * np.exp(turn * hz) for hz in HZ[standard])
        self._signals = [eight_signals(standard, lead) for lead in range(UNITS)]
        self._state = [_Port() for _ in range(ports)]

    def forget(self, port: int) -> None:
        self._state[port] = _Port()

    def block(self, port: int, energy: np.float32, power: Floats) -> bool:  # noqa: ARG002 (no tone is screened)
        p = self._state[port]
        loud = float(energy) >= FLOOR
        if not loud and not p.trust and p.awake:
            self.forget(port)
        return loud or p.trust > 0

    def look(self, port: int, recent: Samples) -> bool:
        self._state[port].awake = True
        self._hear(port, recent[-BLOCK - PAST :].astype(float))
        return True

    def _hear(self, port: int, x: npt.NDArray[np.float64]) -> None:
        p = self._state[port]
        for i in range(BLOCK):
            taps = x[PAST + i - TAPS + 1 : PAST + i + 1]
            loud = float(np.abs(taps @ self._mark) - np.abs(taps @ self._space))
            before, p.before = p.before, loud
            if (before >= 0) != (loud >= 0):
                p.edge((i - 1 - TAPS // 2) * UNITS + int(UNITS * before / (before - loud)), falls=before >= 0)
            while (at := -(-p.window // UNITS)) + THREE_BITS <= i + 1:
                self._step(port, x[PAST + at : PAST + at + THREE_BITS], at * UNITS - p.window)
        p.window -= BLOCK * UNITS
        p.fell = max(p.fell - BLOCK * UNITS, LONG_AGO)

    def _step(self, port: int, x: npt.NDArray[np.float64], lead: int) -> None:
        p = self._state[port]
        energy = float(x @ x)
        power = np.abs(self._signals[lead].conj() @ x) ** 2
        loud = energy >= FLOOR * THREE_BITS
        pure = loud and float(power.max()) > energy * PURE * THREE_BITS / 2
        bit = int(not loud or int(power.argmax()) >> 1 & 1)
        p.window += BIT
        p.trust = min(p.trust + 1, SEEN) if pure else max(p.trust - LOSS, 0)
        carrier = p.trust == SEEN or (p.carrier and p.trust > 0)
        if carrier != p.carrier:
            p.carrier, p.bit, p.armed, p.marks, p.synced = carrier, IDLE, False, 0, False
            level = round(1000 * np.log10(energy / THREE_BITS * 2 / 32768**2) + 314) if carrier else 0
            self.report(port, EventKind.FSK_CARRIER, int(carrier), level)
        frame = p.take_bit(bit) if p.carrier else None
        if frame is not None:
            self.report(port, EventKind.FSK_OCTET, frame & 0xFF, int(frame < 0x100))
