"""The signal of an answering machine by the bank and its twin."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dsp.sounds import Burst, make_alaw

from kmcc.dsp.beep import BeepBank
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.errors import PortError, SamplesError
from kmcc.dsp.twin_beep import BeepTwin

MS = 8
Maker = Callable[[int], BeepBank | BeepTwin]


def tone(hz: float, ms: float = 400, dbm0: float = -15, start_ms: float = 100) -> Burst:
    return Burst(((hz, dbm0),), start_ms, ms)


@pytest.mark.parametrize("make", [BeepBank, BeepTwin], ids=["C", "twin"])
class TestBeep:
    @pytest.mark.parametrize("hz", [850, 1000, 1400, 1900])
    @pytest.mark.parametrize(("dbm0", "noise_dbm0"), [(-35, -60), (-15, -27), (0, -60)])
    def test_a_beep_its_frequency_and_its_times(self, make: Maker, hz: float, dbm0: float, noise_dbm0: float) -> None:
        on, off = make(1).feed(make_alaw((tone(hz, dbm0=dbm0),), ms=700, noise_dbm0=noise_dbm0))
        assert (on["kind"], off["kind"]) == (EventKind.BEEP_ON, EventKind.BEEP_OFF)
        assert float(on["code"]) == pytest.approx(hz, abs=30)
        assert float(on["a"]) == pytest.approx(100 * dbm0, abs=80)
        assert (int(on["sample"]) - int(on["b"])) / MS == pytest.approx(100, abs=10)
        assert (int(off["sample"]) - int(off["b"])) / MS == pytest.approx(500, abs=16)
        assert off["a"] / MS == pytest.approx(400, abs=20)

    def test_it_takes_100_ms(self, make: Maker) -> None:
        events = make(2).feed(make_alaw((tone(1000, ms=80),), (tone(1000, ms=130),), ms=400))
        assert [(event["port"], event["kind"]) for event in events] == [(1, EventKind.BEEP_ON), (1, EventKind.BEEP_OFF)]

    def test_what_is_no_beep(self, make: Maker) -> None:
        others = [
            (tone(450),), (tone(2100),), (tone(3000),), (tone(1000, dbm0=-45),), (tone(900), tone(1300)),
            (Burst(((697, -15), (1209, -15)), 100, 400),), (),
            tuple(tone(900 + 60 * n, ms=40, start_ms=100 + 40 * n) for n in range(10)),  # not steady
        ]  # fmt: skip
        assert not len(make(8).feed(make_alaw(*others, ms=700, noise_dbm0=-30)))

    def test_a_port_that_is_off_hears_nothing(self, make: Maker) -> None:
        bank = make(2)
        bank.enable(0, on=False)
        assert {int(event["port"]) for event in bank.feed(make_alaw((tone(900),), (tone(900),), ms=600))} == {1}

    def test_wrong_arrays_and_ports_are_refused(self, make: Maker) -> None:
        with pytest.raises(SamplesError):
            make(1).feed(np.zeros((1, 0), np.uint8))
        with pytest.raises(PortError):
            make(1).enable(1, on=True)


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=15, derandomize=True)
def test_c_and_twin_agree_on_random_mixes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ports = [
        (
            tone(rng.uniform(700, 2200), rng.uniform(50, 300), rng.uniform(-40, 0)),
            tone(rng.uniform(700, 2200), 150, -12, 600),
        )
        for _ in range(4)
    ]
    octets = make_alaw(*ports, ms=850, noise_dbm0=float(rng.uniform(-70, -45)), seed=seed)
    ours, twins = BeepBank(4).feed(octets), BeepTwin(4).feed(octets)
    assert [(e["port"], e["kind"], e["sample"]) for e in ours] == [(e["port"], e["kind"], e["sample"]) for e in twins]


@given(st.lists(st.integers(1, 700), min_size=1, max_size=40))
@settings(deadline=None, max_examples=20, derandomize=True)
def test_feeds_of_any_length_give_the_same_events(lengths: list[int]) -> None:
    octets = make_alaw((tone(1000, 150),), (tone(1500, 220, start_ms=20),), ms=400, noise_dbm0=-45)
    whole, cut = BeepBank(2).feed(octets), BeepBank(2)
    ends = [int(end) for end in np.cumsum(lengths) if end < octets.shape[1]]
    assert np.array_equal(np.concatenate([cut.feed(part) for part in np.split(octets, ends, axis=1)]), whole)
