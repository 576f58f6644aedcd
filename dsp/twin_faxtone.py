"""Twin of csrc/faxtone.c; the same rules, a port at a time, in double precision."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from kmcc.dsp.engine_event import EventKind, FaxTone
from kmcc.dsp.twin_band import EDGE_WINDOW, edge_levels
from kmcc.dsp.twin_level import centi_dbm0
from kmcc.dsp.twin_listener import BLOCK, GRID, RATE_HZ, RECENT, Floats, ListenerTwin, Samples
from kmcc.dsp.twin_lone import LoneTone, News, ToneState
from kmcc.dsp.twin_preamble import ONE_HZ, ZERO_HZ, Preamble
from kmcc.dsp.twin_preamble import News as PreambleNews

CNG, ANS = 0, 1


@dataclass(slots=True)
class _Answer:
    reversed: int = 0
    last: tuple[complex, complex] = (0j, 0j)  # the newest block first
    turn: complex = 0j
    envelope: list[complex] = field(default_factory=list)  # with the phase of 15 Hz
    is_told: bool = False
    has_am: bool = False
    has_reversals: bool = False

    @property
    def code(self) -> FaxTone:
        if self.has_am:
            return FaxTone.ANSAM_REVERSED if self.has_reversals else FaxTone.ANSAM
        return FaxTone.CED_REVERSED if self.has_reversals else FaxTone.CED


@dataclass(slots=True)
class _Port:
    tones: tuple[ToneState, ToneState] = field(default_factory=lambda: (ToneState(), ToneState()))
    asked: list[bool] = field(default_factory=lambda: [False, False])
    answer: _Answer = field(default_factory=_Answer)
    blocks: int = 0
    preamble: Preamble = field(default_factory=Preamble)
    follows: bool = False


class FaxToneTwin(ListenerTwin):
    HZ: ClassVar[tuple[float, ...]] = (1100.0, 2100.0, ONE_HZ, ZERO_HZ)
    CNG_SAMPLES: ClassVar[range] = range(3384, 4617)
    AM_BLOCKS: ClassVar[int] = 50
    AM_DEPTH: ClassVar[float] = 0.1
    REVERSAL: ClassVar[range] = range(3376, 3825)
    QUIET_AFTER: ClassVar[int] = 800

    def __init__(self, ports: int) -> None:
        super().__init__(ports)
        self._ports = [_Port() for _ in range(ports)]
        self._tones = LoneTone(1100, 38, -43), LoneTone(2100, 15, -43)

    def forget(self, port: int) -> None:
        self._ports[port] = _Port()

    def block(self, port: int, energy: np.float32, power: Floats) -> bool:
        of = self._ports[port]
        of.asked = [
            tone.block(state, float(energy), float(p))
            for tone, state, p in zip(self._tones, of.tones, power[:2], strict=True)
        ]
        of.follows = of.preamble.block(float(energy), float(power[2]), float(power[3]))
        return any(of.asked) or of.tones[ANS].on or of.follows

    def look(self, port: int, recent: Samples) -> bool:
        of = self._ports[port]
        if of.tones[ANS].on and self.at % BLOCK == 0:
            self._follow_phase(port, of, recent)
            self._follow_envelope(port, of)
        again = [of.asked[which] and self._look_at(port, of, which, recent) for which in (CNG, ANS)]
        if of.follows and self.at % BLOCK == 0:
            self._follow_preamble(port, of.preamble, recent)
        return any(again)

    def _follow_preamble(self, port: int, flags: Preamble, recent: Samples) -> None:
        for news in flags.look(self.at, recent):
            if news is PreambleNews.BEGAN:
                level = centi_dbm0(float(np.mean(flags.heard)))
                self.report(port, EventKind.FAX_ON, FaxTone.PREAMBLE, level, self.at - flags.began)
            else:
                lasted = flags.ended - flags.began
                self.report(port, EventKind.FAX_OFF, FaxTone.PREAMBLE, lasted, self.at - flags.ended)

    def _look_at(self, port: int, of: _Port, which: int, recent: Samples) -> bool:
        state = of.tones[which]
        news = self._tones[which].look(state, self.at, recent)
        if news is News.BEGAN and which == ANS:
            of.answer, of.blocks = _Answer(reversed=state.edge), 0
        elif news is News.ENDED and which == ANS and of.answer.is_told:
            self.report(port, EventKind.FAX_OFF, of.answer.code, state.lasted, state.since)
        elif news is News.ENDED and which == CNG and state.lasted in self.CNG_SAMPLES:
            began = state.lasted + state.since
            self.report(port, EventKind.FAX_ON, FaxTone.CNG, centi_dbm0(state.power), began)
            self.report(port, EventKind.FAX_OFF, FaxTone.CNG, state.lasted, state.since)
        return news is News.MAYBE

    def _tell(self, port: int, of: _Port) -> None:
        state = of.tones[ANS]
        self.report(port, EventKind.FAX_ON, of.answer.code, centi_dbm0(state.power), self.at - state.edge)

    def _follow_phase(self, port: int, of: _Port, recent: Samples) -> None:
        answer, (last, older) = of.answer, of.answer.last
        n = np.arange(self.at - BLOCK, self.at)
        now = complex(np.exp(-2j * np.pi * self.HZ[ANS] * n / RATE_HZ) @ recent[-BLOCK:])
        turn = now * last.conjugate()
        if (turn * answer.turn.conjugate()).real >= 0:
            answer.turn += turn
        twice = now * older.conjugate() * answer.turn.conjugate() ** 2
        if of.blocks >= 2 and self.at - answer.reversed > self.QUIET_AFTER and twice.real < -0.5 * abs(twice):
            self._take_reversal(port, of, recent)
        answer.last = now, last

    def _take_reversal(self, port: int, of: _Port, recent: Samples) -> None:
        answer, levels = of.answer, edge_levels((self.HZ[ANS],), recent)
        newest = len(levels) - 1
        least = newest - 16 + int(np.argmin(levels[newest - 16 : newest + 1]))
        when = self.at - (RECENT - EDGE_WINDOW // 2 - least * GRID)
        is_regular, answer.reversed = when - answer.reversed in self.REVERSAL, when
        if is_regular and not answer.has_reversals:
            answer.has_reversals = True
            if answer.is_told:
                self._tell(port, of)

    def _follow_envelope(self, port: int, of: _Port) -> None:
        answer = of.answer
        if of.blocks < self.AM_BLOCKS:
            answer.envelope.append(abs(answer.last[0]) * np.exp(2j * np.pi * 15 * self.at / RATE_HZ))
        elif not answer.is_told:
            answer.has_am = 2 * abs(sum(answer.envelope)) > self.AM_DEPTH * sum(map(abs, answer.envelope))
            answer.is_told = True
            self._tell(port, of)
        of.blocks += 1
