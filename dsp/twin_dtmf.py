"""Twin of csrc/dtmf.c and csrc/twotone.c; the same rules, a port at a time, in double precision."""

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.tone import DTMF_DIGITS, DTMF_HIGH_HZ, DTMF_LOW_HZ
from kmcc.dsp.twin_bank import centi_dbm0, power
from kmcc.dsp.twin_listener import BLOCK, GRID, RATE_HZ, Floats, ListenerTwin, Samples

FLOOR: Final = power(-42)
TWIST: Final = (9.0, 5.0)  # low tone stronger, high tone stronger
SCREEN_MORE: Final = 1.6
SHARE_MIN: Final = 0.35
OFF_SHARE, OFF_HZ = 0.015, 4.5
PIECE, HOP, PIECES = 64, 32, 13
FIRST_PIECES, ALL_PIECES, LEVEL_PIECES, END_PIECES = 3, 9, 4, 4
UNSTEADY, BEFORE, STILL, GONE = 0.4, 0.4, 0.5, 0.35
CLEAN_FROM, CLEAN_TRIES, DIRTY_FROM, DIRTY_TRIES = (ms * GRID for ms in (24, 31, 39, 54))
CLEAN, DIRTY = (6, 208, 0.08), (9, 320, 0.30)  # pieces, samples, share that may be left
NEVER: Final = 2**63

Complex = npt.NDArray[np.complex128]


@dataclass(slots=True)
class _Port:
    due: int = 0
    begin: int = 0
    power: tuple[float, float] = (0.0, 0.0)
    key: int = 0
    blocks: int = 0
    found: bool = False
    standing: str = ""


class Track:
    """A tone's amplitude in overlapping pieces, the newest first."""

    def __init__(self, recent: Samples, hz: float) -> None:
        n = np.arange(PIECE) - (PIECE - 1) / 2
        wave = (0.5 + 0.5 * np.cos(2 * np.pi * n / PIECE)) * np.exp(-2j * np.pi * hz / RATE_HZ * n)
        starts = len(recent) - PIECE - HOP * np.arange(PIECES)
        self.hz = hz
        pieces = np.array([recent[at : at + PIECE] @ wave for at in starts], complex) * 4 / PIECE
        self.pieces = pieces * np.exp(2j * np.pi * hz / RATE_HZ * HOP * np.arange(PIECES))
        self.turn, self.mean = 0.0, 0j

    def measure(self, count: int) -> float:
        """Frequency and mean over the newest pieces; the greatest distance of one of them from the mean."""
        z = self.pieces[:count]
        lag = 4 if count > 4 else 1
        coarse, fine = (float(np.angle(z[:-by] @ z[by:].conj())) / (2 * np.pi) for by in (1, lag))
        self.turn = (lag * coarse + (fine - lag * coarse + 0.5) % 1 - 0.5) / lag
        self.mean = complex(np.mean(self._straight()[:count])) or 1e-9 + 0j
        return float(np.max(np.abs(self._straight()[:count] / self.mean - 1)))

    def there(self) -> npt.NDArray[np.float64]:
        shares: npt.NDArray[np.float64] = np.real(self._straight() / self.mean)
        return shares

    @property
    def off_hz(self) -> float:
        return self.turn * RATE_HZ / HOP

    @property
    def mean_square(self) -> float:
        return float(abs(self.mean) ** 2 / 2 / (1 - 0.6449341 * (2 * self.turn) ** 2) ** 2)

    def _straight(self) -> Complex:
        straight: Complex = self.pieces * np.exp(2j * np.pi * self.turn * np.arange(PIECES))
        return straight


def lasting(pair: tuple[Track, Track]) -> int:
    """Samples since both tones began."""
    shares = np.minimum(*(np.clip(track.there()[:ALL_PIECES], 0, 1) for track in pair))
    return int(HOP * (0.5 + shares.sum()))


class DtmfTwin(ListenerTwin):
    HZ: ClassVar[tuple[float, ...]] = DTMF_LOW_HZ + DTMF_HIGH_HZ

    def __init__(self, ports: int) -> None:
        super().__init__(ports)
        self._state = [_Port() for _ in range(ports)]

    def forget(self, port: int) -> None:
        self._state[port] = _Port()

    def block(self, port: int, energy: np.float32, power: Floats) -> bool:
        p = self._state[port]
        if p.standing:
            low, high = divmod(DTMF_DIGITS.index(p.standing), 4)
            if power[low] > STILL * p.power[0] and power[4 + high] > STILL * p.power[1]:
                p.blocks = 0
                return False
        low, high = int(np.argmax(power[:4])), int(np.argmax(power[4:]))
        a, b = float(power[low]), float(power[4 + high])
        is_candidate = min(a, b) > FLOOR / 2 and a + b > SHARE_MIN * energy
        if is_candidate and a < b * TWIST[0] * SCREEN_MORE and b < a * TWIST[1] * SCREEN_MORE:
            self._candidate(p, 4 * low + high)
        else:
            p.blocks = 0
        return bool(p.standing) or (p.blocks >= 2 and p.due <= self.at + BLOCK)

    def _candidate(self, p: _Port, key: int) -> None:
        p.blocks = min(p.blocks + 1, 3) if p.blocks and p.key == key else 1
        p.key = key
        if p.blocks == 2:
            p.found, p.due = False, self.at
        elif p.blocks == 1:
            p.due = NEVER

    def look(self, port: int, recent: Samples) -> bool:
        p = self._state[port]
        if p.standing:
            return self._look_for_end(port, p, recent)
        return self.at < p.due or self._look_for_begin(port, p, recent)

    def _look_for_begin(self, port: int, p: _Port, recent: Samples) -> bool:
        pair = Track(recent, self.HZ[p.key // 4]), Track(recent, self.HZ[4 + p.key % 4])
        if not p.found:
            for track in pair:
                track.measure(FIRST_PIECES)
            p.found, p.begin = True, max(self.at - lasting(pair), 0)
            p.due = -(-(p.begin + CLEAN_FROM) // GRID) * GRID
        if self.at < p.due:
            return True
        age = self.at - p.begin
        if not _accepts(pair, recent, *CLEAN) and (age < DIRTY_FROM or not _accepts(pair, recent, *DIRTY)):
            p.due = self._look_again(p, age)
            return True
        for track in pair:
            track.measure(LEVEL_PIECES)
        p.power = tuple(t.mean_square * (1 - np.pi**2 / 3 * (2 * t.turn) ** 2) for t in pair)  # type: ignore[assignment]
        p.begin, p.standing, p.blocks = max(self.at - lasting(pair), 0), DTMF_DIGITS[p.key], 0
        self.report(port, EventKind.DTMF_ON, ord(p.standing), *(centi_dbm0(t.mean_square) for t in pair))
        return False

    def _look_again(self, p: _Port, age: int) -> int:
        if age < CLEAN_TRIES:
            return self.at + GRID
        if age < DIRTY_FROM:
            return -(-(p.begin + DIRTY_FROM) // GRID) * GRID
        return self.at + (2 if age < DIRTY_TRIES else 8) * GRID

    def _look_for_end(self, port: int, p: _Port, recent: Samples) -> bool:
        low, high = divmod(DTMF_DIGITS.index(p.standing), 4)
        tracks = Track(recent, self.HZ[low]), Track(recent, self.HZ[4 + high])
        squares = [np.abs(t.pieces[:END_PIECES]) ** 2 / (2 * of) for t, of in zip(tracks, p.power, strict=True)]
        shares = np.sqrt(np.minimum(np.minimum(*squares), 1))
        if max(shares[:-1]) > GONE:
            return True
        since = int(144 - HOP * shares.sum())
        self.report(port, EventKind.DTMF_OFF, ord(p.standing), max(self.at - since - p.begin, 0), since)
        p.standing = ""
        return p.blocks >= 2 and p.due < self.at + BLOCK


def _accepts(pair: tuple[Track, Track], recent: Samples, pieces: int, span: int, most_left: float) -> bool:
    unsteady = max(track.measure(pieces) for track in pair)
    if unsteady > UNSTEADY or any(abs(t.off_hz) >= OFF_SHARE * t.hz + OFF_HZ for t in pair):
        return False
    if max(np.max(track.there()[pieces + 1 : pieces + 3]) for track in pair) > BEFORE:
        return False
    x = recent[-span:].astype(float)
    turns = 2 * np.pi * np.outer(np.arange(span), [t.hz + t.off_hz for t in pair]) / RATE_HZ
    waves = np.hstack((np.cos(turns), np.sin(turns)))
    fit = np.linalg.lstsq(waves, x, rcond=None)[0]
    left = np.sum((x - waves @ fit) ** 2) / max(x @ x, 1e-9)
    low, high = (fit[:2] ** 2 + fit[2:] ** 2) / 2
    return bool(left < most_left and min(low, high) > FLOOR and low < high * TWIST[0] and high < low * TWIST[1])
