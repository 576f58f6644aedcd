"""Twin of csrc/dtmf.c, dtmf_verdict.c and twotone.c; the same rules, a port at a time, in double precision."""

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from kmcc.dsp.dtmf import DtmfMode
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.tone import DTMF_DIGITS, DTMF_HIGH_HZ, DTMF_LOW_HZ
from kmcc.dsp.twin_level import centi_dbm0, power
from kmcc.dsp.twin_listener import BLOCK, GRID, RATE_HZ, Floats, ListenerTwin, Samples

DIAL_HZ: Final = 450
SCREEN_FLOOR, FLOOR = power(-45), power(-42)
SCREEN_TWIST, TWIST = (14.4, 8.0), (9.0, 5.0)  # low tone stronger, high tone stronger
SHARE_MIN: Final = 0.35
PROMISED_SHARE, PROMISED_HZ, MORE_HZ = 0.015, 2.0, 2.5
PIECE, HOP, PIECES = 64, 32, 13
FIRST_PIECES, PAIR_PIECES, LEVEL_PIECES, END_PIECES = 3, 9, 4, 4
CLEAR, WHOLE, EARLIER = 0.98, 0.75, 22
HOPE_FROM_MS, HOPE_OFF, HOPE_UNSTEADY = 12, 2.0, 1.0
STILL, GONE, HALF = 0.5, 0.13, 0.5
END_SPAN, END_LEAST, PRESENT_PACE = 144, 110, 4 * GRID
NEVER: Final = 2**63

Complex = npt.NDArray[np.complex128]


class Rule(NamedTuple):
    pieces: int
    samples: int
    from_ms: int
    left: float
    doubt: float
    off: float
    onset: bool


RULES: Final = (
    Rule(6, 224, 25, 0.10, 0.50, 0.0, onset=True),
    Rule(9, 320, 39, 0.35, 0.63, 0.25, onset=True),
    Rule(12, 416, 53, 0.20, 0.20, 0.25, onset=False),
)
IN_SPEECH: Final = (
    Rule(6, 224, 25, 0.15, 0.80, 0.0, onset=True),
    Rule(9, 320, 39, 0.50, 1.00, 0.25, onset=True),
    Rule(12, 416, 53, 0.40, 0.50, 0.25, onset=False),
)


@dataclass(slots=True)
class _Port:
    begin: int = 0
    due: int = 0
    stood: int = 0
    end_due: int = 0
    first: tuple[float, float] = (0.0, 0.0)
    power: tuple[float, ...] = ()
    key: int = 0
    blocks: int = 0
    measured: bool = False
    standing: str = ""
    busy: bool = False


class Track:
    """A tone's amplitude in overlapping pieces, the newest first."""

    def __init__(self, recent: Samples, hz: float) -> None:
        n = np.arange(PIECE) - (PIECE - 1) / 2
        wave = (0.5 + 0.5 * np.cos(2 * np.pi * n / PIECE)) * np.exp(-2j * np.pi * hz / RATE_HZ * n)
        starts = len(recent) - PIECE - HOP * np.arange(PIECES)
        pieces = np.array([recent[at : at + PIECE] @ wave for at in starts], complex) * 4 / PIECE
        self.hz = hz
        self.pieces = pieces * np.exp(2j * np.pi * hz / RATE_HZ * HOP * np.arange(PIECES))
        self.turn, self.mean = 0.0, 0j

    def measure(self, count: int) -> float:
        """Frequency and mean over the newest pieces; the greatest distance of one of them from the mean, squared."""
        z = self.pieces[:count]
        lag = 4 if count > 4 else 1
        coarse, fine = (float(np.angle(z[:-by] @ z[by:].conj())) / (2 * np.pi) for by in (1, lag))
        self.turn = (lag * coarse + (fine - lag * coarse + 0.5) % 1 - 0.5) / lag
        self.average(count)
        return float(np.max(np.abs(self._straight()[:count] / self.mean - 1)) ** 2)

    def average(self, count: int) -> None:
        """Only the mean anew."""
        self.mean = complex(np.mean(self._straight()[:count])) or 1e-9 + 0j

    def there(self) -> npt.NDArray[np.float64]:
        shares: npt.NDArray[np.float64] = np.real(self._straight() / self.mean)
        return shares

    @property
    def off_hz(self) -> float:
        return self.turn * RATE_HZ / HOP

    @property
    def off(self) -> float:
        """As a share of what is promised to be heard."""
        return self.off_hz / (PROMISED_SHARE * self.hz + PROMISED_HZ)

    @property
    def mean_square(self) -> float:
        return float(abs(self.mean) ** 2 / 2 / (1 - 0.6449341 * (2 * self.turn) ** 2) ** 2)

    def _straight(self) -> Complex:
        straight: Complex = self.pieces * np.exp(2j * np.pi * self.turn * np.arange(PIECES))
        return straight


def lasting(low: Track, high: Track, newest: int) -> int:
    """Samples since both tones, whose frequencies are measured, began; the newest pieces lie within them."""
    for track in (low, high):
        track.average(newest)
    shares = np.minimum(*(np.clip(track.there()[:PAIR_PIECES], 0, 1) for track in (low, high)))
    return int(HOP * (0.5 + shares.sum()))


def left_by(tracks: tuple[Track, ...], recent: Samples, samples: int) -> tuple[float, Floats]:
    """Least squares: the share of the energy that no tone explains, and the mean square of each."""
    x = recent[-samples:].astype(float)
    turns = 2 * np.pi * np.outer(np.arange(samples), [t.hz + t.off_hz for t in tracks]) / RATE_HZ
    waves = np.hstack((np.cos(turns), np.sin(turns)))
    fit = np.linalg.lstsq(waves, x, rcond=None)[0]
    return float(np.sum((x - waves @ fit) ** 2) / max(x @ x, 1e-9)), (fit.reshape(2, -1) ** 2).sum(axis=0) / 2


def passes(rule: Rule, low: Track, high: Track, others: tuple[Track, ...], recent: Samples) -> bool:
    doubt = sum(track.measure(rule.pieces) + rule.off * track.off**2 for track in (low, high))
    for track in others:
        track.measure(rule.pieces)
    if any(abs(t.off_hz) > PROMISED_SHARE * t.hz + PROMISED_HZ + MORE_HZ for t in (low, high)):
        return False
    if rule.onset:
        early = slice(rule.pieces + 1, rule.pieces + 3)
        doubt += sum(max(track.there()[early].max(), 0) ** 2 for track in (low, high))
    left, (a, b, *_) = left_by((low, high, *others), recent, rule.samples)
    balanced = min(a, b) > FLOOR and a < b * TWIST[0] and b < a * TWIST[1]
    return bool(left < rule.left and doubt + left < rule.doubt and balanced)


def pace(age: int) -> int:
    """The age to look at next."""
    ms = age // GRID
    return 39 * GRID if 31 <= ms < 39 else age + (1 if ms < 53 else 8) * GRID


def next_ms(at: int) -> int:
    return -(-at // GRID) * GRID


class DtmfTwin(ListenerTwin):
    HZ: ClassVar[tuple[float, ...]] = DTMF_LOW_HZ + DTMF_HIGH_HZ

    def __init__(self, ports: int) -> None:
        super().__init__(ports)
        self._state = [_Port() for _ in range(ports)]
        self._mode = [DtmfMode.NORMAL] * ports

    def set_mode(self, port: int, mode: DtmfMode) -> None:
        self._mode[port] = mode

    def suspects(self) -> npt.NDArray[np.bool_]:
        return np.array([p.busy for p in self._state])

    def forget(self, port: int) -> None:
        self._state[port] = _Port()

    def block(self, port: int, energy: np.float32, power: Floats) -> bool:
        p = self._state[port]
        if p.standing:
            share = min(power[t] / of for t, of in zip(_tones(DTMF_DIGITS.index(p.standing)), p.power, strict=True))
            if share > STILL:
                p.blocks = p.end_due = 0
                p.busy = True
                return False
            silent = (1 - np.sqrt(share)) * BLOCK
            p.end_due = p.end_due or self.at + int(END_LEAST - silent) // GRID * GRID
        key = 4 * int(np.argmax(power[:4])) + int(np.argmax(power[4:]))
        a, b = (float(power[tone]) for tone in _tones(key))
        is_candidate = min(a, b) > SCREEN_FLOOR and a + b > SHARE_MIN * energy
        if is_candidate and a < b * SCREEN_TWIST[0] and b < a * SCREEN_TWIST[1]:
            self._candidate(p, key, (a, b), float(energy))
        else:
            p.blocks = 0
        p.busy = p.standing != "" or p.blocks > 0
        return p.end_due <= self.at + BLOCK if p.standing else self._wants_looks(p)

    def _candidate(self, p: _Port, key: int, power: tuple[float, float], energy: float) -> None:
        p.blocks = min(p.blocks + 1, 3) if p.blocks and p.key == key else 1
        p.key = key
        if p.blocks == 1:
            p.first, p.due = power, NEVER
        elif p.blocks == 2:
            share = np.sqrt(min(1, *(one / two for one, two in zip(p.first, power, strict=True))))
            lasts = BLOCK + int(share * BLOCK) + (EARLIER if share > WHOLE else 0)
            p.measured, p.begin = False, max(self.at - lasts, 0)
            p.due = next_ms(p.begin + (RULES[0].from_ms if sum(power) > CLEAR * energy else HOPE_FROM_MS) * GRID)

    def _wants_looks(self, p: _Port) -> bool:
        return p.blocks >= 2 and p.due <= self.at + BLOCK

    def look(self, port: int, recent: Samples) -> bool:
        p = self._state[port]
        if p.standing:
            return self.at < p.end_due or self._look_for_end(port, p, recent)
        return self.at < p.due or self._look_for_begin(port, p, recent)

    def _look_for_begin(self, port: int, p: _Port, recent: Samples) -> bool:
        low, high = (Track(recent, self.HZ[tone]) for tone in _tones(p.key))
        age = self.at - p.begin
        if not p.measured and age < RULES[0].from_ms * GRID:
            if not all(t.measure(FIRST_PIECES) <= HOPE_UNSTEADY and abs(t.off) <= HOPE_OFF for t in (low, high)):
                p.blocks = 0
                return False
        elif self._verdict(port, age, low, high, recent):
            self._begin(port, p, low, high)
            return False
        if not p.measured:
            p.measured, p.begin = True, max(self.at - lasting(low, high, FIRST_PIECES), 0)
            p.due = next_ms(p.begin + RULES[0].from_ms * GRID)
        if p.due <= self.at:
            p.due = next_ms(p.begin + pace(self.at - p.begin))
        return True

    def _verdict(self, port: int, age: int, low: Track, high: Track, recent: Samples) -> bool:
        others = (Track(recent, DIAL_HZ),) if self._mode[port] is DtmfMode.DIAL_TONE else ()
        rules = IN_SPEECH if self._mode[port] is DtmfMode.IN_SPEECH else RULES
        return any(age >= rule.from_ms * GRID and passes(rule, low, high, others, recent) for rule in rules)

    def _begin(self, port: int, p: _Port, low: Track, high: Track) -> None:
        p.stood, p.end_due = max(self.at - lasting(low, high, LEVEL_PIECES), 0), 0
        p.power = tuple(t.mean_square * (1 - np.pi**2 / 3 * (2 * t.turn) ** 2) for t in (low, high))
        p.standing, p.blocks = DTMF_DIGITS[p.key], 0
        self.report(port, EventKind.DTMF_ON, ord(p.standing), *(centi_dbm0(t.mean_square) for t in (low, high)))

    def _look_for_end(self, port: int, p: _Port, recent: Samples) -> bool:
        tracks = (Track(recent, self.HZ[tone]) for tone in _tones(DTMF_DIGITS.index(p.standing)))
        squares = [np.abs(t.pieces[:END_PIECES]) ** 2 / (2 * of) for t, of in zip(tracks, p.power, strict=True)]
        shares = np.sqrt(np.minimum(np.minimum(*squares), 1))
        since = END_SPAN - HOP * float(shares.sum())
        if max(shares[:-1]) >= GONE:
            wait = GRID if since + 2 * GRID > END_LEAST else int(END_LEAST - since) // GRID * GRID
            p.end_due = self.at + (PRESENT_PACE if shares[0] > HALF else wait)
            return True
        self.report(port, EventKind.DTMF_OFF, ord(p.standing), max(self.at - int(since) - p.stood, 0), int(since))
        p.standing = ""
        return self._wants_looks(p)


def _tones(key: int) -> tuple[int, int]:
    return key // 4, 4 + key % 4
