"""Register signals against Q.454 and Q.455, at one setting, each figure beside libspandsp's r2_mf_rx.

Every trial is one signal on a port of its own: random signal, phases and place on the grid, A-law, noise at -55 dBm0.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from tests.dsp.quality.sheet import Sheet
from tests.dsp.quality.signals import MS, Score, Signals, Story, our_stories, rival_stories, score, times_ms
from tests.peers.spandsp import R2Receiver, Spandsp, load_spandsp

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.g711 import decode_alaw, encode_alaw
from kmcc.dsp.mfc import Direction, MfcBank
from kmcc.dsp.tone import ToneGenerator, mfc_tone

Make = Callable[[np.random.Generator, int, float], Signals]
Of = Callable[[list[Story], Signals], float]
DIRECTIONS = pytest.mark.parametrize("direction", list(Direction))
GOALS: dict[tuple[str, float], str] = {
    ("bursts heard, ms", 6): "<= 1",
    ("bursts heard, ms", 7): "<= 1",
    ("breaks bridged, ms", 6): ">= 99",
    ("breaks bridged, ms", 7): ">= 99",
    ("level, dBm0 a tone", -35): "100",
    ("level, dBm0 a tone", -5): "100",
    ("third tone heeded not, dB", -20): "<= 0.5",
    ("in noise, dB", 11): "100, none wrong",
}


@pytest.fixture(scope="module")
def spandsp() -> Spandsp:
    return load_spandsp()


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(455)


class Comparison:
    """Ours beside libspandsp's, which is asked a millisecond at a time and so seldomer."""

    def __init__(self, sheet: Sheet, spandsp: Spandsp, *, full: bool) -> None:
        self._sheet = sheet
        self._spandsp = spandsp
        self.ports, self._rivals = (8000, 1000) if full else (600, 60)

    def row(self, signals: Signals, measure: str, goal: str, of: Of, unit: str = "%") -> float:
        """Ours."""
        ours, rival = (of(stories, signals) for stories in self._stories(signals))
        self._sheet.row("mfc", f"{signals.direction.name.lower()}, {measure}", ours, goal, rival=rival, unit=unit)
        return ours

    def curve(self, direction: Direction, measure: str, values: Sequence[float], make: Make, of: Of) -> list[Score]:
        """Ours, whole; the curves and the goals' rows are of `of`."""
        rng = np.random.default_rng(455)
        made = [make(rng, self.ports, value) for value in values]
        both = [[(of(stories, one), score(stories, one)) for stories in self._stories(one)] for one in made]
        way = direction.name.lower()
        self._sheet.sweep(
            "mfc",
            f"{measure.split(',', maxsplit=1)[0]} {way}",
            x_label=measure,
            x=values,
            y_label="%",
            ours=[ours for (ours, _), _ in both],
            rival=[rival for _, (rival, _) in both],
        )
        for value, ((ours, _), (rival, _)) in zip(values, both, strict=True):
            if goal := GOALS.get((measure, value)):
                self._sheet.row("mfc", f"{way}, {measure} {value:g}", ours, goal, rival=rival, unit="%")
        return [whole for (_, whole), _ in both]

    def _stories(self, signals: Signals) -> tuple[list[Story], list[Story]]:
        return our_stories(signals), rival_stories(self._spandsp, signals, self._rivals)


@pytest.fixture
def compare(sheet: Sheet, spandsp: Spandsp, full: bool) -> Comparison:
    return Comparison(sheet, spandsp, full=full)


def right(stories: list[Story], signals: Signals) -> float:
    return score(stories, signals).right


def heard(stories: list[Story], signals: Signals) -> float:
    return score(stories, signals).any


def median_ms(stories: list[Story], signals: Signals) -> float:
    return float(np.median(np.add(*times_ms(stories, signals))))


def longest_ms(stories: list[Story], signals: Signals) -> float:
    return float(np.max(np.add(*times_ms(stories, signals))))


@DIRECTIONS
@pytest.mark.parametrize("off_hz", [0.0, 4.0, 10.0])
def test_operate_and_release(
    compare: Comparison, rng: np.random.Generator, direction: Direction, off_hz: float
) -> None:
    signals = Signals(direction, rng, compare.ports, 60, off_hz=off_hz)
    assert score(our_stories(signals), signals).right == 100
    measure = f"off by {off_hz:g} Hz: operate and release"
    assert compare.row(signals, f"{measure}, median", "<= 20", median_ms, "ms") <= 20
    assert compare.row(signals, f"{measure}, longest", "<= 25", longest_ms, "ms") <= 25


@DIRECTIONS
def test_10_hz_and_the_twist_of_q_455(compare: Comparison, rng: np.random.Generator, direction: Direction) -> None:
    signals = Signals(direction, rng, 2 * compare.ports, 50, off_hz=10, dbm0=(-11.0, -11.0), twist_by_distance=True)
    assert compare.row(signals, "+-10 Hz with 5 and 7 dB twist", "100", right) == 100


@DIRECTIONS
def test_twist_of_20_db_is_no_signal(compare: Comparison, rng: np.random.Generator, direction: Direction) -> None:
    signals = Signals(direction, rng, compare.ports, 80, dbm0=(-5.0, -25.0))
    assert compare.row(signals, "20 dB twist, heard", "0", heard) == 0


@DIRECTIONS
def test_bursts(compare: Comparison, direction: Direction) -> None:
    """At -5 dBm0, as Q.455 has it."""

    def make(rng: np.random.Generator, ports: int, ms: float) -> Signals:
        return Signals(direction, rng, ports, ms, dbm0=(-5.0, -5.0))

    lengths = (4, 5, 6, 7, 8, 9, 10, 12, 15, 20)
    scores = dict(zip(lengths, compare.curve(direction, "bursts heard, ms", lengths, make, heard), strict=True))
    assert all(scores[ms].any <= 1 for ms in lengths if ms <= 7)
    assert all(scores[ms].right >= 99 for ms in lengths if ms >= 12)


@DIRECTIONS
def test_breaks(compare: Comparison, direction: Direction) -> None:
    def make(rng: np.random.Generator, ports: int, ms: float) -> Signals:
        return Signals(direction, rng, ports, 40, gap_ms=ms)

    lengths = (3, 4, 5, 6, 7, 8, 9, 10)
    scores = dict(zip(lengths, compare.curve(direction, "breaks bridged, ms", lengths, make, right), strict=True))
    assert all(scores[ms].right >= 99 for ms in lengths if ms <= 7)


@DIRECTIONS
def test_levels(compare: Comparison, direction: Direction) -> None:
    def make(rng: np.random.Generator, ports: int, dbm0: float) -> Signals:
        return Signals(direction, rng, ports, 50, dbm0=(dbm0, dbm0))

    levels = (-42, -40, -38, -36, -35, -30, -20, -10, -5, -3)
    scores = dict(zip(levels, compare.curve(direction, "level, dBm0 a tone", levels, make, right), strict=True))
    assert all(scores[dbm0].right == 100 for dbm0 in levels if dbm0 >= -35)
    assert scores[-42].any == 0


@DIRECTIONS
def test_a_third_tone(compare: Comparison, direction: Direction) -> None:
    """Heard as a signal of two tones in spite of it."""

    def make(rng: np.random.Generator, ports: int, third_db: float) -> Signals:
        return Signals(direction, rng, ports, 60, third_db=third_db)

    thirds = (-40, -30, -25, -20, -15, -10, -5, 0)
    scores = dict(zip(thirds, compare.curve(direction, "third tone heeded not, dB", thirds, make, right), strict=True))
    assert all(scores[db].right <= 0.5 for db in thirds if db >= -20)
    assert scores[-30].right == 100


@DIRECTIONS
def test_noise(compare: Comparison, direction: Direction) -> None:
    """-8.5 dBm0 are both tones together."""

    def make(rng: np.random.Generator, ports: int, snr_db: float) -> Signals:
        return Signals(direction, rng, ports, 60, noise_dbm0=-8.5 - snr_db)

    ratios = (2, 5, 8, 11, 14, 17, 20, 26)
    scores = dict(zip(ratios, compare.curve(direction, "in noise, dB", ratios, make, right), strict=True))
    assert all(scores[snr].wrong == 0 for snr in ratios if snr >= 5)
    assert all(scores[snr].right == 100 for snr in ratios if snr >= 11)


# --- compelled signalling with itself: a zero-delay line, both ends alike -------------------------------------------


class OurEnd:
    def __init__(self, direction: Direction) -> None:
        self._bank = MfcBank(1, direction)
        self._stands: int | None = None

    def hear(self, pcm: np.ndarray[tuple[int], np.dtype[np.int16]]) -> int | None:
        for event in self._bank.feed(encode_alaw(pcm)[np.newaxis]):
            self._stands = int(event["code"]) if event["kind"] == EventKind.MFC_ON else None
        return self._stands


def cycles_a_second(hears_forward: OurEnd | R2Receiver, hears_backward: OurEnd | R2Receiver, step_ms: int) -> float:
    """Signals 1 to 6 in turn, answered by themselves, each end speaking and hearing `step_ms` at a time."""
    seconds, step = 4, step_ms * MS
    ends = {Direction.FORWARD: hears_forward, Direction.BACKWARD: hears_backward}
    sends: dict[Direction, ToneGenerator | None] = dict.fromkeys(Direction)
    hears: dict[Direction, int | None] = dict.fromkeys(Direction)
    cycles = 0
    for _ in range(seconds * 1000 // step_ms):
        if sends[Direction.FORWARD] is None and hears[Direction.BACKWARD] is None:
            sends[Direction.FORWARD] = ToneGenerator(mfc_tone(Direction.FORWARD, cycles % 6 + 1))
            cycles += 1
        elif hears[Direction.BACKWARD] is not None:
            sends[Direction.FORWARD] = None
        answer = hears[Direction.FORWARD]
        if answer is None:
            sends[Direction.BACKWARD] = None
        elif sends[Direction.BACKWARD] is None:
            sends[Direction.BACKWARD] = ToneGenerator(mfc_tone(Direction.BACKWARD, answer))
        for way, end in ends.items():
            sender = sends[way]
            pcm = np.zeros(step, np.int16) if sender is None else sender.run(step)
            hears[way] = end.hear(decode_alaw(encode_alaw(pcm)))
    return cycles / seconds


@pytest.mark.parametrize(("step_ms", "goal"), [(1, 25.0), (8, 15.6), (10, 15.0), (20, 12.0)])
def test_compelled_cycles(sheet: Sheet, spandsp: Spandsp, step_ms: int, goal: float) -> None:
    ours = cycles_a_second(OurEnd(Direction.FORWARD), OurEnd(Direction.BACKWARD), step_ms)
    theirs = cycles_a_second(spandsp.r2_receiver(forward=True), spandsp.r2_receiver(forward=False), step_ms)
    sheet.row("mfc", f"compelled cycles, steps of {step_ms} ms", ours, f">= {goal:g}", rival=theirs, unit="a second")
    assert ours >= goal
