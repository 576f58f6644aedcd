"""The register signal bank and its twin against GB 3377-82 and the receiver limits of Q.455."""

from collections.abc import Callable
from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dsp.sounds import Burst, make_alaw

from kmcc.dsp.bank import Events, Octets
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.errors import DirectionError, PortError, SamplesError
from kmcc.dsp.mfc import Direction, MfcBank
from kmcc.dsp.twin_mfc import MfcTwin

FORWARD, BACKWARD = Direction.FORWARD, Direction.BACKWARD
PAIRS = {
    FORWARD: (
        (1380, 1500), (1380, 1620), (1500, 1620), (1380, 1740), (1500, 1740), (1620, 1740), (1380, 1860), (1500, 1860),
        (1620, 1860), (1740, 1860), (1380, 1980), (1500, 1980), (1620, 1980), (1740, 1980), (1860, 1980),
    ),
    BACKWARD: ((1140, 1020), (1140, 900), (1020, 900), (1140, 780), (1020, 780), (900, 780)),
}  # fmt: skip
FOREIGN = 0

Maker = Callable[[int, Direction], MfcBank | MfcTwin]
Levels = tuple[float, float]


def send(
    direction: Direction,
    signal: int,
    start_ms: float,
    ms: float,
    *,
    dbm0: Levels = (-11.5, -11.5),
    off_hz: Levels = (0, 0),
) -> Burst:
    pair = PAIRS[direction][signal - 1]
    sines = tuple((hz + off, level) for hz, off, level in zip(pair, off_hz, dbm0, strict=True))
    return Burst(sines, start_ms, ms)


def all_signals(direction: Direction, ms: float, *, dbm0: Levels = (-11.5, -11.5), off_hz: Levels = (0, 0)) -> Octets:
    """A port a signal, each begun at another place of a hop."""
    count = len(PAIRS[direction])
    ports = [(send(direction, n, 20 + 0.4 * n, ms, dbm0=dbm0, off_hz=off_hz),) for n in range(1, count + 1)]
    return make_alaw(*ports, ms=ms + 60)


def story(events: Events, port: int = 0) -> list[tuple[int, int]]:
    return [(event["kind"], event["code"]) for event in events if event["port"] == port]


def once(signal: int) -> list[tuple[int, int]]:
    return [(EventKind.MFC_ON, signal), (EventKind.MFC_OFF, signal)]


@pytest.mark.parametrize("direction", [FORWARD, BACKWARD])
@pytest.mark.parametrize("make", [MfcBank, MfcTwin], ids=["C", "twin"])
class TestMfc:
    def all_heard(self, make: Maker, direction: Direction, octets: Octets) -> bool:
        events = make(len(octets), direction).feed(octets)
        return all(story(events, port) == once(port + 1) for port in range(len(octets)))

    def test_every_signal_with_its_levels_in_the_order_of_the_standard(self, make: Maker, direction: Direction) -> None:
        octets = all_signals(direction, 60, dbm0=(-10, -14))
        assert self.all_heard(make, direction, octets)
        events = make(len(octets), direction).feed(octets)
        begun = events[events["kind"] == EventKind.MFC_ON]
        np.testing.assert_allclose(begun["a"], -1000, atol=10)
        np.testing.assert_allclose(begun["b"], -1400, atol=10)

    def test_operate_and_release_take_less_than_10_ms_each(self, make: Maker, direction: Direction) -> None:
        """Q.455 allows 80 ms for both; the first millisecond that may report a signal is the ninth."""
        octets = all_signals(direction, 60)
        events = make(len(octets), direction).feed(octets)
        on, off = (
            np.sort(events[events["kind"] == kind], order="port") for kind in (EventKind.MFC_ON, EventKind.MFC_OFF)
        )
        operate_ms = on["sample"] / 8 - (20 + 0.4 * (on["port"] + 1))
        release_ms = off["sample"] / 8 - (80 + 0.4 * (off["port"] + 1))
        assert np.all((operate_ms > 7) & (operate_ms < 10))
        assert np.all((release_ms > 7) & (release_ms < 12))
        assert np.median(operate_ms + release_ms) < 18

    def test_the_end_tells_how_long_it_was(self, make: Maker, direction: Direction) -> None:
        octets = all_signals(direction, 60)
        events = make(len(octets), direction).feed(octets)
        off = np.sort(events[events["kind"] == EventKind.MFC_OFF], order="port")
        np.testing.assert_allclose(off["a"], 480, atol=8)
        np.testing.assert_allclose(off["sample"] - off["b"], 8 * (80 + 0.4 * (off["port"] + 1)), atol=8)

    def test_a_signal_that_fills_a_block_is_told_with_its_end(self, make: Maker, direction: Direction) -> None:
        """Engines tick by blocks: both ends of a compelled cycle answer in the very next one."""
        octets = make_alaw((send(direction, 2, 80, 80),), ms=240)
        assert [event["sample"] for event in make(1, direction).feed(octets)] == [8 * 88, 8 * 168]

    @pytest.mark.parametrize("dbm0", [-5.0, -35.0])
    @pytest.mark.parametrize("off_hz", [(10, 10), (10, -10), (-10, 10), (-10, -10)])
    def test_levels_and_frequencies_accepted(
        self, make: Maker, direction: Direction, dbm0: float, off_hz: Levels
    ) -> None:
        assert self.all_heard(make, direction, all_signals(direction, 50, dbm0=(dbm0, dbm0), off_hz=off_hz))

    @pytest.mark.parametrize("dbm0", [(-11, -18), (-18, -11)])
    @pytest.mark.parametrize("off_hz", [(10, -10), (-10, 10)])
    def test_twist_of_7_db_accepted(self, make: Maker, direction: Direction, dbm0: Levels, off_hz: Levels) -> None:
        assert self.all_heard(make, direction, all_signals(direction, 50, dbm0=dbm0, off_hz=off_hz))

    @pytest.mark.parametrize("dbm0", [(-5, -25), (-25, -5), (-45, -45)])
    def test_twist_of_20_db_and_weak_signals_refused(self, make: Maker, direction: Direction, dbm0: Levels) -> None:
        octets = all_signals(direction, 80, dbm0=dbm0)
        assert not len(make(len(octets), direction).feed(octets))

    def test_bursts_and_breaks_of_7_ms_are_ignored(self, make: Maker, direction: Direction) -> None:
        for at in np.arange(20, 28, 0.5):  # of every phase of the grid
            burst = (send(direction, 1, at, 7),)
            broken = (send(direction, 3, at, 40), send(direction, 3, at + 47, 40))
            events = make(2, direction).feed(make_alaw(burst, broken, ms=140, seed=int(2 * at)))
            assert story(events, 0) == []
            assert story(events, 1) == once(3)

    def test_one_signal_after_the_other(self, make: Maker, direction: Direction) -> None:
        bursts = tuple(send(direction, n, 60 * n, 40) for n in (1, 6, 3))
        compelled = (*bursts, send(direction, 3, 420, 40))
        assert story(make(1, direction).feed(make_alaw(compelled, ms=500))) == [*once(1), *once(3), *once(6), *once(3)]

    def test_one_signal_turns_into_another(self, make: Maker, direction: Direction) -> None:
        turned = (send(direction, 1, 20, 60), send(direction, 6, 80, 60))
        assert story(make(1, direction).feed(make_alaw(turned, ms=200))) == [*once(1), *once(6)]

    @pytest.mark.parametrize("third_db", [0, -10, -20])
    def test_a_third_tone_is_foreign(self, make: Maker, direction: Direction, third_db: float) -> None:
        triples = [(*pair, hz) for pair in PAIRS[direction] for hz in sorted(set(chain(*PAIRS[direction])) - set(pair))]
        octets = make_alaw(
            *((Burst(((one, -11), (other, -11), (third, -11 + third_db)), 20, 100),) for one, other, third in triples),
            ms=180,
        )
        events = make(len(triples), direction).feed(octets)
        assert all(story(events, port) == once(FOREIGN) for port in range(len(triples)))

    def test_a_signal_that_a_third_tone_joins_becomes_foreign(self, make: Maker, direction: Direction) -> None:
        third = PAIRS[direction][2][1]
        joined = (send(direction, 1, 20, 160), Burst(((third, -11.5),), 80, 100))
        assert story(make(1, direction).feed(make_alaw(joined, ms=240))) == [*once(1), *once(FOREIGN)]

    def test_one_tone_and_the_other_direction_are_nothing(self, make: Maker, direction: Direction) -> None:
        other = BACKWARD if direction is FORWARD else FORWARD
        octets = make_alaw(
            (send(other, 1, 20, 100),), (Burst(((PAIRS[direction][0][0], -11),), 20, 100),), (), ms=180, noise_dbm0=-40
        )
        assert not len(make(3, direction).feed(octets))

    def test_noise_11_db_under_the_signal(self, make: Maker, direction: Direction) -> None:
        count = len(PAIRS[direction])
        octets = make_alaw(*((send(direction, n, 20, 60),) for n in range(1, count + 1)), ms=140, noise_dbm0=-19.5)
        assert self.all_heard(make, direction, octets)

    def test_a_signal_that_drowns_in_noise_is_over(self, make: Maker, direction: Direction) -> None:
        octets = make_alaw((send(direction, 2, 20, 60),), ms=240)
        octets[:, 8 * 60 :] = make_alaw((), ms=180, noise_dbm0=-8)
        assert story(make(1, direction).feed(octets)) == once(2)

    def test_speech_may_follow_at_once(self, make: Maker, direction: Direction) -> None:
        """The speech channel is through right after B, and somebody may be talking."""
        octets = make_alaw((send(direction, 4, 24, 76),), ms=180, noise_dbm0=-55)
        octets[:, 800:] = make_alaw((), ms=80, noise_dbm0=-12)
        (_, off) = make(1, direction).feed(octets)
        assert (off["kind"], off["code"]) == (EventKind.MFC_OFF, 4)
        assert off["sample"] <= 800 + 14 * 8
        assert off["sample"] - off["b"] == pytest.approx(800, abs=24)

    def test_noise_alone_is_no_signal(self, make: Maker, direction: Direction) -> None:
        assert not len(make(4, direction).feed(make_alaw((), (), (), (), ms=500, noise_dbm0=-20)))

    def test_a_port_that_is_off_forgets(self, make: Maker, direction: Direction) -> None:
        bank = make(1, direction)
        octets = make_alaw((send(direction, 5, 0, 200),), ms=200)
        assert story(bank.feed(octets[:, :400])) == [(EventKind.MFC_ON, 5)]
        bank.enable(0, on=False)
        assert story(bank.feed(octets[:, 400:800])) == []
        bank.enable(0, on=True)
        assert story(bank.feed(octets[:, 800:])) == [(EventKind.MFC_ON, 5)]

    def test_wrong_arrays_and_ports_are_refused(self, make: Maker, direction: Direction) -> None:
        with pytest.raises(SamplesError):
            make(1, direction).feed(np.zeros((2, 8), np.uint8))
        with pytest.raises(PortError):
            make(1, direction).enable(1, on=True)


@pytest.mark.parametrize("make", [MfcBank, MfcTwin], ids=["C", "twin"])
@pytest.mark.parametrize("foreign_hz", [(1140, 660), (780, 660), (780, 540), (660, 540)])
def test_660_and_540_hz_are_foreign_backwards(make: Maker, foreign_hz: tuple[int, int]) -> None:
    """R2 has them (Q.441); China No.1 has not."""
    octets = make_alaw((Burst(tuple((hz, -11.5) for hz in foreign_hz), 20, 100),), ms=180)
    assert story(make(1, BACKWARD).feed(octets)) == once(FOREIGN)


def test_a_direction_may_be_told_by_its_name() -> None:
    for direction in Direction:
        octets = all_signals(direction, 50)
        by_name = MfcBank(len(octets), "forward" if direction is FORWARD else "backward")
        assert by_name.direction is direction
        np.testing.assert_array_equal(by_name.feed(octets), MfcBank(len(octets), direction).feed(octets))
    with pytest.raises(DirectionError, match="found 'sideways', expected forward or backward"):
        MfcBank(1, "sideways")  # type: ignore[arg-type]


@given(st.sampled_from(list(Direction)), st.lists(st.integers(1, 150), max_size=20), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=30)
def test_feeds_of_any_length_give_the_same_events(direction: Direction, lengths: list[int], seed: int) -> None:
    octets = make_alaw(
        (send(direction, 1, 3, 40), send(direction, 2, 60, 60)),
        (send(direction, 6, 11, 90),),
        ms=150,
        noise_dbm0=-25,
        seed=seed,
    )
    bank = MfcBank(2, direction)
    edges = [int(edge) for edge in np.minimum(np.cumsum([0, *lengths, 2000]), octets.shape[1])]
    parts = [bank.feed(octets[:, a:b]) for a, b in pairwise(edges) if b > a]
    assert np.array_equal(np.concatenate(parts), MfcBank(2, direction).feed(octets))


@given(st.sampled_from(list(Direction)), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=25, derandomize=True)
def test_c_and_twin_agree_on_random_mixes(direction: Direction, seed: int) -> None:
    """To the sample, and to the last digit of a level."""
    rng = np.random.default_rng(seed)
    ports = [
        tuple(
            send(
                direction,
                int(rng.integers(1, 7)),
                start,
                float(rng.uniform(5, 70)),
                dbm0=tuple(rng.uniform(-30, -8, 2)),
            )
            for start in (10, 120, 230)
        )
        for _ in range(6)
    ]
    octets = make_alaw(*ports, ms=350, noise_dbm0=float(rng.uniform(-60, -30)), seed=seed)
    ours, twins = (np.sort(make(6, direction).feed(octets), order=["port", "sample"]) for make in (MfcBank, MfcTwin))
    for field in ("port", "kind", "code", "sample"):
        np.testing.assert_array_equal(ours[field], twins[field])
    for field in ("a", "b"):
        np.testing.assert_allclose(ours[field], twins[field], atol=1)
