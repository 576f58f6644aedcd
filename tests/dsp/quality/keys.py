"""Keys by the thousand, one a port, made by numpy alone: random phases, places, levels and frequencies, A-law."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from tests.dsp.sounds import PEAK_DBM0, RATE_HZ
from tests.peers.spandsp import Spandsp

from kmcc.dsp.bank import Events, Octets
from kmcc.dsp.dtmf import DtmfBank, DtmfMode
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.g711 import decode_alaw, encode_alaw

LOW_HZ: Final = np.array((697, 770, 852, 941.0))
HIGH_HZ: Final = np.array((1209, 1336, 1477, 1633.0))
DIGITS: Final = "123A456B789C*0#D"
KEY_MS: Final = 50  # unless a test says otherwise
LEAD_MS: Final = 60.0  # before the key
TAIL_MS: Final = 60.0

Floats = npt.NDArray[np.float64]


def peak(dbm0: float | Floats) -> Floats:
    return np.asarray(32768 * 10 ** ((np.asarray(dbm0) - PEAK_DBM0) / 20))


def rms(dbm0: float) -> float:
    return float(peak(dbm0) / np.sqrt(2))


@dataclass(slots=True)
class Keys:
    """One key a port: `sound` is (ports, samples), `start` the sample where each begins."""

    code: npt.NDArray[np.int64]  # place in DIGITS
    start: Floats
    sound: Floats

    def octets(self) -> Octets:
        return encode_alaw(np.clip(np.rint(self.sound), -32768, 32767).astype(np.int16))

    def wanted(self) -> list[str]:
        return [DIGITS[code] for code in self.code]


def press(
    rng: np.random.Generator,
    ports: int,
    ms: float,
    *,
    low_dbm0: float | Floats = -10.0,
    high_dbm0: float | Floats = -10.0,
    low_off: float | Floats = 0.0,
    high_off: float | Floats = 0.0,
    code: npt.NDArray[np.int64] | None = None,
    gap_ms: tuple[float, float] | None = None,
    tail_ms: float = TAIL_MS,
) -> Keys:
    """`off` are Hz off the nominal frequencies; `gap_ms` is a break: where in the key, and how long."""
    code = rng.integers(16, size=ports) if code is None else code
    start = LEAD_MS * 8 + rng.uniform(0, 128, ports)
    t = np.arange(int((LEAD_MS + 16 + ms + tail_ms) * 8)) - start[:, None]
    during = (t >= 0) & (t < ms * 8)
    if gap_ms is not None:
        during &= (t < gap_ms[0] * 8) | (t >= (gap_ms[0] + gap_ms[1]) * 8)
    sound = np.zeros(t.shape)
    for hz, dbm0 in ((LOW_HZ[code // 4] + low_off, low_dbm0), (HIGH_HZ[code % 4] + high_off, high_dbm0)):
        phase = rng.uniform(0, 2 * np.pi, (ports, 1))
        sound += np.reshape(peak(dbm0), (-1, 1)) * np.sin(2 * np.pi / RATE_HZ * hz[:, None] * t + phase)
    return Keys(code, start, sound * during)


def heard_by_us(octets: Octets, mode: DtmfMode = DtmfMode.NORMAL) -> tuple[list[str], Events]:
    """The digits of each port, and all events."""
    bank = DtmfBank(len(octets))
    for port in range(len(octets)):
        bank.set_mode(port, mode)
    events = bank.feed(octets)
    digits = [""] * len(octets)
    for event in events[events["kind"] == EventKind.DTMF_ON]:
        digits[event["port"]] += chr(event["code"])
    return digits, events


def heard_by_spandsp(spandsp: Spandsp, octets: Octets, *, dial_filter: bool = False) -> list[str]:
    return [spandsp.hear_dtmf(pcm, dial_filter=dial_filter) for pcm in decode_alaw(octets)]


@dataclass(slots=True)
class Score:
    """Ports with just the wanted keys, of all; for both detectors."""

    ports: int = 0
    ours: int = 0
    rival: int = 0

    def hear(self, spandsp: Spandsp, octets: Octets, wanted: list[str], *, mode: DtmfMode = DtmfMode.NORMAL) -> None:
        self.ports += len(wanted)
        self.ours += count(heard_by_us(octets, mode)[0], wanted)
        dial_filter = mode is DtmfMode.DIAL_TONE
        self.rival += count(heard_by_spandsp(spandsp, octets, dial_filter=dial_filter), wanted)

    @property
    def our_percent(self) -> float:
        return 100 * self.ours / self.ports

    @property
    def rival_percent(self) -> float:
        return 100 * self.rival / self.ports


def count(heard: list[str], wanted: list[str]) -> int:
    return sum(one == other for one, other in zip(heard, wanted, strict=True))


def parts(total: int, most: int = 2000) -> Iterator[int]:
    """Port counts that add up to `total`, so that no array grows large."""
    for done in range(0, total, most):
        yield min(most, total - done)
