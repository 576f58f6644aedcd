"""The control of the elastic store: frames by one clock in, by another out, and what becomes of every single one."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.elastic import StoreCounters, StoreSettings, elastic_config, store_counters

TICK = 64
TICK_NS = TICK * 125_000
GIVE, REPEAT, DROP, IDLE, SILENT = range(5)
Late = Callable[[int], int]


@dataclass
class Line:
    """Both ends of it. A frame is its number; `taken` has what the reader's ticks took."""

    off_ppm: int = 0  # of the writer
    spare_ms: int = 8
    writer_late_ns: Late = lambda _: 0
    reader_late_ns: Late = lambda _: 0
    written: int = 0
    taken: list[tuple[int, int]] = field(default_factory=list)
    is_cut: Callable[[int], bool] = lambda _: False
    """Writer's ticks that never happen."""

    def __post_init__(self) -> None:
        self.store = ffi.new("struct elastic *")
        lib.elastic_init(self.store, elastic_config(StoreSettings(spare_ms=self.spare_ms), TICK))

    def run(self, seconds: float, phase_ns: int = 1_000_000) -> "Line":
        """Writings and readings in the order in which they happen, each with the time that it should have had."""
        happen: list[tuple[int, bool, int, int]] = []
        wrote_ns = read_ns = 0
        for n in range(1, int(seconds * 125)):
            due_ns = n * TICK_NS * 1_000_000 // (1_000_000 + self.off_ppm) + phase_ns
            wrote_ns = max(wrote_ns, due_ns + self.writer_late_ns(n))
            read_ns = max(read_ns, n * TICK_NS + self.reader_late_ns(n))
            happen += [(wrote_ns, False, due_ns, n), (read_ns, True, n * TICK_NS, n)]
        for _, is_reading, due_ns, n in sorted(happen):
            if is_reading:
                take = lib.elastic_take(self.store, due_ns)
                self.taken.append((take.what, getattr(take, "from")))
            elif not self.is_cut(n):
                lib.elastic_wrote(self.store, TICK, due_ns)
        return self

    @property
    def counted(self) -> StoreCounters:
        return store_counters(self.store.counted)

    def check(self) -> None:
        """Every frame is taken once, but for those that a slip repeats or drops, and those that are counted as lost."""
        next_frame: int | None = None
        missing = 0
        for what, first in self.taken:
            if what in (IDLE, SILENT):
                continue
            if next_frame is not None:
                step = {GIVE: 0, REPEAT: -1, DROP: 1}[what]
                missing += first - next_frame - step
                assert first - next_frame - step >= 0
            next_frame = first + TICK
        kinds = [what for what, _ in self.taken]
        counted = self.counted
        assert (counted.repeated, counted.dropped, counted.idle) == tuple(kinds.count(k) for k in (REPEAT, DROP, IDLE))
        if counted.fills == 1:
            assert missing == counted.discarded


def silent_first(taken: list[tuple[int, int]]) -> Iterator[int]:
    whats = [what for what, _ in taken]
    return iter(whats[: next(n for n, what in enumerate(whats) if what != SILENT)])


def test_clocks_that_agree_never_slip() -> None:
    line = Line().run(60.0)
    line.check()
    counted = line.counted
    assert (counted.slips, counted.idle, counted.discarded, counted.fills) == (0, 0, 0, 1)
    assert counted.delay_s == pytest.approx(0.024, abs=0.000_13)
    assert 2 <= len(list(silent_first(line.taken))) <= 5


@pytest.mark.parametrize("off_ppm", [-50, 50, 1, -200])
def test_slips_are_the_drift_of_the_clocks(off_ppm: int) -> None:
    """A frame is 125 us: 50 ppm are 0.4 frames a second (G.822 counts with such figures)."""
    seconds = 120.0
    line = Line(off_ppm=off_ppm).run(seconds)
    line.check()
    counted = line.counted
    expected = seconds * 8000 * abs(off_ppm) / 1e6
    wanted, other = (counted.dropped, counted.repeated) if off_ppm > 0 else (counted.repeated, counted.dropped)
    assert wanted == pytest.approx(expected, abs=2)
    assert (other, counted.idle, counted.discarded) == (0, 0, 0)


def test_slips_come_evenly_and_one_at_a_time() -> None:
    line = Line(off_ppm=-100).run(60.0)
    ticks = [n for n, (what, _) in enumerate(line.taken) if what == REPEAT]
    apart = [b - a for a, b in itertools.pairwise(ticks)]
    assert apart  # 0.8 a second: every 156 ticks
    assert all(150 <= n <= 163 for n in apart)


def test_after_a_slip_small_wander_makes_no_other() -> None:
    """Half a frame to and fro around the place of a slip (G.823's wander is slower still)."""
    line = Line(off_ppm=-50)
    line.run(20.0)
    before = line.counted.slips
    wander = Line()
    for n in range(1, 20_000):
        lib.elastic_wrote(wander.store, TICK, n * TICK_NS + 1_000_000 + (60_000 if n // 500 % 2 else 0))
        lib.elastic_take(wander.store, (n + 1) * TICK_NS)
    assert before > 0
    assert wander.counted.slips <= 1


@pytest.mark.parametrize("who", ["writer", "reader"])
def test_lateness_within_the_spare_time_costs_nothing(who: str) -> None:
    def late(n: int) -> int:
        return 7_500_000 if n % 7 == 0 else 0

    line = Line(writer_late_ns=late) if who == "writer" else Line(reader_late_ns=late)
    line.run(60.0)
    line.check()
    assert (line.counted.slips, line.counted.idle, line.counted.discarded) == (0, 0, 0)


def test_lateness_beyond_it_costs_idle_ticks_once_and_the_delay_grows() -> None:
    line = Line(spare_ms=2, writer_late_ns=lambda n: 20_000_000 if n % 50 == 0 else 0).run(60.0)
    line.check()
    assert 1 <= line.counted.idle <= 3
    assert (line.counted.slips, line.counted.discarded) == (0, 0)
    assert line.counted.delay_s == pytest.approx(0.018 + 0.008 * line.counted.idle, abs=0.001)


def test_a_stall_near_the_end_of_a_line_is_cut_back() -> None:
    """A writer that stands still for 90 ms and then catches up: the delay is not kept so long."""
    line = Line(writer_late_ns=lambda n: max(0, (1011 - n) * TICK_NS) if 1000 <= n < 1011 else 0).run(20.0)
    line.check()
    counted = line.counted
    assert counted.fills == 1
    assert counted.delay_s <= 0.024 + 0.064
    assert counted.discarded % 16 == 0


def test_ticks_that_the_writer_gave_up_are_no_drift() -> None:
    line = Line(is_cut=lambda n: 1000 <= n < 1005).run(20.0)
    line.check()
    assert line.counted.slips == 0
    assert line.counted.delay_s == pytest.approx(0.024, abs=0.0085)


def test_a_line_that_goes_dead_is_silent_and_is_filled_anew() -> None:
    line = Line(is_cut=lambda n: 1000 <= n < 1100).run(20.0)
    counted = line.counted
    assert counted.fills == 2
    assert 80 <= [what for what, _ in line.taken[900:]].count(SILENT) <= 95  # 100 ms until it is believed
    assert counted.is_alive
    assert Line(is_cut=lambda n: n > 1000).run(20.0).counted.is_alive is False


@settings(max_examples=100, deadline=None)
@given(
    off_ppm=st.integers(-300, 300),
    phase_ns=st.integers(0, TICK_NS),
    spare_ms=st.integers(0, 20),
    seed=st.integers(0, 1 << 32),
)
def test_no_frame_is_lost_or_doubled_but_by_what_is_counted(
    off_ppm: int, phase_ns: int, spare_ms: int, seed: int
) -> None:
    rng = Random(seed)

    def late(_: int) -> int:
        return rng.choice((0, 0, 0, rng.randrange(30_000_000)))

    cut = rng.randrange(0, 500)
    cuts = range(cut, cut + rng.choice((0, 1, 3, 30)))
    line = Line(off_ppm, spare_ms, late, late, is_cut=lambda n: n in cuts).run(5.0, phase_ns)
    line.check()
    assert line.counted.delay_s < 0.128
