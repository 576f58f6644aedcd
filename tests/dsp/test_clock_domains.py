"""Boards in memory by clocks of their own: one engine hears several, and slips against each by its own drift."""

import itertools
from pathlib import Path

import pytest

from kmcc.dsp.engine import CHANNELS, Engine, EngineEvent, EventKind
from kmcc.dsp.engine_error import EngineRangeError
from kmcc.dsp.rack import ClockedWire, Place, Rack
from kmcc.dsp.recorder import Recorder, Sides


class Domains:
    """A span of a board with our clock, one that is slow and one that is fast."""

    def __init__(self, slow_ppm: int = -150, fast_ppm: int = 100) -> None:
        self.near = Engine(spans=3, lines=3)
        self.rack = Rack(self.near)
        self.far = [Engine(spans=1, lines=1) for _ in range(3)]
        self.rack.wire(self.far[0], self.place(0))
        self.clocked = [self._clocked(n, ppm) for n, ppm in ((1, slow_ppm), (2, fast_ppm))]
        self.run(1.0)
        self.events: list[EngineEvent] = []

    @staticmethod
    def place(n: int) -> Place:
        return Place(span=n, spans=1, line=n, lines=1)

    def _clocked(self, n: int, off_ppm: int) -> ClockedWire:
        return self.rack.wire_by_its_own_clock(self.far[n], self.place(n), off_ppm)

    def run(self, seconds: float) -> None:
        end = self.near.now + int(seconds * 8000)
        while self.near.now < end:
            self.rack.run((end - self.near.now + 63) // 64)
            self.events = [event for engine in (self.near, *self.far) for event in engine.events()]

    def slips(self) -> list[int]:
        return [wire.store().slips for wire in self.clocked]


def test_each_slips_by_its_own_drift_and_without_an_alarm() -> None:
    domains = Domains()
    seen: list[EngineEvent] = []
    before = domains.slips()
    for _ in range(60):
        domains.run(1.0)
        seen += domains.events
    slow, fast = (after - b for after, b in zip(domains.slips(), before, strict=True))
    assert slow == pytest.approx(60 * 8000 * 150e-6, abs=2)
    assert fast == pytest.approx(60 * 8000 * 100e-6, abs=2)
    assert seen == []
    stores = [wire.store() for wire in domains.clocked]
    assert [(s.idle, s.discarded, s.fills) for s in stores] == [(0, 0, 1)] * 2
    assert [s.dropped == 0 for s in stores] == [True, False]


def test_each_far_end_counts_by_its_own_clock() -> None:
    domains = Domains(-1000, 1000)
    domains.run(100.0)
    near, ours, slow, fast = (engine.now / 8000 for engine in (domains.near, *domains.far))
    assert ours == near
    assert slow == pytest.approx(near * (1 - 1000e-6), abs=0.017)
    assert fast == pytest.approx(near * (1 + 1000e-6), abs=0.017)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_keys_and_line_signals_pass_both_ways(n: int) -> None:
    domains = Domains()
    here, there = n * CHANNELS + 4, 4
    for one, other, port in ((domains.near, domains.far[n], here), (domains.far[n], domains.near, there)):
        one.signal(port, 0b0110)
        end = there if one is domains.near else here
        heard: list[tuple[int, int]] = []
        for _ in range(30):
            domains.rack.run(10)
            heard += [(e.port, e.code) for e in other.events() if e.kind is EventKind.SIGNAL]
        assert heard == [(end, 0b0110)]


def test_speech_loses_or_doubles_an_octet_a_slip(tmp_path: Path) -> None:
    domains = Domains(slow_ppm=-400)
    said = bytes(range(256)) * 300
    recorder = Recorder(tmp_path / "a.wav", sides=Sides.HEARD, ring_s=16)
    domains.near.record(CHANNELS, recorder)
    domains.far[1].play(0, [said])
    domains.run(9.0)
    domains.near.stop_record(CHANNELS)
    domains.rack.run(1)
    recorder.close()
    octets = (tmp_path / "a.wav").read_bytes()
    first = octets.index(said[:300])
    heard = octets[first : first + 9 * 8000]
    doubled = sum(a == b for a, b in itertools.pairwise(heard))
    assert doubled == pytest.approx(9 * 8000 * 400e-6, abs=2)
    assert {(b - a) % 256 for a, b in itertools.pairwise(heard)} == {0, 1}


def test_the_same_run_gives_the_same_events() -> None:
    def story() -> list[EngineEvent]:
        domains = Domains(-700, 300)
        for port in range(3):
            domains.near.play(port * CHANNELS, [bytes(range(256)) * 30])
            domains.far[port].signal(1, 0b0110)
        found: list[EngineEvent] = []
        for _ in range(100):
            domains.rack.run(20)
            found += [event for engine in (domains.near, *domains.far) for event in engine.events()]
        return found

    assert story() == story()


@pytest.mark.parametrize("off_ppm", [-1001, 1001])
def test_a_clock_that_is_none(off_ppm: int) -> None:
    with pytest.raises(EngineRangeError, match="ppm"):
        Rack(Engine(spans=1)).wire_by_its_own_clock(Engine(spans=1), Place(spans=1), off_ppm)
