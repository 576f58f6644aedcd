"""450 Hz on and off by the bank and its twin."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dsp.sounds import Burst, make_alaw

from kmcc.dsp.bank import Events
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.errors import PortError, SamplesError
from kmcc.dsp.progress import ProgressBank
from kmcc.dsp.twin_progress import ProgressTwin

MS = 8
ALAW_SILENCE = 0xD5
Maker = Callable[[int], ProgressBank | ProgressTwin]


def tone(start_ms: float, ms: float, *, hz: float = 450, dbm0: float = -10) -> Burst:
    return Burst(((hz, dbm0),), start_ms, ms)


def began_and_ended_ms(events: Events, port: int = 0) -> list[float]:
    """When each burst really began and ended, as the events tell."""
    return [(int(event["sample"]) - event["b"]) / MS for event in events if event["port"] == port]


@pytest.mark.parametrize("make", [ProgressBank, ProgressTwin], ids=["C", "twin"])
class TestProgress:
    @pytest.mark.parametrize("hz", [425, 450, 475])
    @pytest.mark.parametrize("dbm0", [-40, -20, -10, 3])
    def test_a_tone_comes_and_goes(self, make: Maker, hz: float, dbm0: float) -> None:
        events = make(1).feed(make_alaw((tone(50, 350, hz=hz, dbm0=dbm0),), ms=500))
        assert list(events["kind"]) == [EventKind.TONE_ON, EventKind.TONE_OFF]
        assert abs(events[0]["a"] - dbm0 * 100) < 60
        assert abs(events[1]["a"] - 350 * MS) < 10 * MS

    @pytest.mark.parametrize(("hz", "noise_dbm0"), [(450, None), (425, -40), (475, -22)])
    def test_when_it_began_and_ended_is_told_within_2_ms(
        self, make: Maker, hz: float, noise_dbm0: float | None
    ) -> None:
        ports = [(tone(50 + 0.5 * n, 100, hz=hz), tone(300 + 0.7 * n, 400, hz=hz)) for n in range(12)]
        events = make(12).feed(make_alaw(*ports, ms=800, noise_dbm0=noise_dbm0))
        for n in range(12):
            wanted = [50 + 0.5 * n, 150 + 0.5 * n, 300 + 0.7 * n, 700 + 0.7 * n]
            assert began_and_ended_ms(events, n) == pytest.approx(wanted, abs=2)

    def test_it_takes_40_ms_of_tone(self, make: Maker) -> None:
        events = make(2).feed(make_alaw((tone(20, 35),), (tone(20, 60),), ms=150))
        assert [(event["port"], event["kind"]) for event in events] == [(1, EventKind.TONE_ON), (1, EventKind.TONE_OFF)]
        assert events[0]["sample"] >= (20 + 40) * MS

    def test_other_sounds_are_none(self, make: Maker) -> None:
        others = [
            (tone(20, 300, hz=380),), (tone(20, 300, hz=520),), (tone(20, 300, dbm0=-50),), (tone(20, 300, hz=950),),
            (tone(20, 300), tone(20, 300, hz=1000)), (Burst(((697, -9), (1209, -7)), 20, 300),),
        ]  # fmt: skip
        assert not len(make(7).feed(make_alaw((), *others, ms=400, noise_dbm0=-35)))

    def test_a_gap_of_40_ms_is_seen_and_one_of_12_ms_bridged(self, make: Maker) -> None:
        octets = make_alaw(*[(tone(20 + n, 440),) for n in range(16)], ms=560)
        for n in range(16):
            octets[n, (220 + n) * MS : (220 + n + (40 if n < 8 else 12)) * MS] = ALAW_SILENCE
        events = make(16).feed(octets)
        for n in range(16):
            gap = [220 + n, 260 + n] if n < 8 else []
            assert began_and_ended_ms(events, n) == pytest.approx([20 + n, *gap, 460 + n], abs=2)

    def test_a_tone_goes_on_under_a_louder_sound(self, make: Maker) -> None:
        events = make(1).feed(make_alaw((tone(20, 500, dbm0=-15), tone(200, 60, hz=1300, dbm0=-5)), ms=600))
        assert began_and_ended_ms(events) == pytest.approx([20, 520], abs=2)

    def test_a_port_that_is_off_forgets(self, make: Maker) -> None:
        bank = make(1)
        octets = make_alaw((tone(0, 400),), ms=400)
        assert list(bank.feed(octets[:, : 100 * MS])["kind"]) == [EventKind.TONE_ON]
        bank.enable(0, on=False)
        assert not len(bank.feed(octets[:, 100 * MS : 200 * MS]))
        bank.enable(0, on=True)
        assert list(bank.feed(octets[:, 200 * MS :])["kind"]) == [EventKind.TONE_ON]

    def test_wrong_arrays_and_ports_are_refused(self, make: Maker) -> None:
        with pytest.raises(SamplesError):
            make(1).feed(np.zeros((2, 8), np.uint8))
        with pytest.raises(PortError):
            make(1).enable(-1, on=True)


@given(st.lists(st.integers(1, 700), min_size=1, max_size=40))
@settings(deadline=None, max_examples=30, derandomize=True)
def test_feeds_of_any_length_give_the_same_events(lengths: list[int]) -> None:
    octets = make_alaw((tone(30, 100), tone(180, 60)), (tone(3, 300),), (), ms=400, noise_dbm0=-45)
    whole, cut = ProgressBank(3).feed(octets), ProgressBank(3)
    ends = [*np.cumsum(lengths)]
    parts = [part for part in np.split(octets, [e for e in ends if e < octets.shape[1]], axis=1) if part.shape[1]]
    assert np.array_equal(np.concatenate([cut.feed(part) for part in parts]), whole)


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=20, derandomize=True)
def test_c_and_twin_agree_on_random_mixes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ports = [
        tuple(
            tone(start, float(rng.uniform(20, 200)), hz=float(rng.uniform(420, 480)), dbm0=float(rng.uniform(-35, 0)))
            for start in (10, 260, 480)
        )
        for _ in range(6)
    ]
    octets = make_alaw(*ports, ms=750, noise_dbm0=float(rng.uniform(-70, -40)), seed=seed)
    ours, twins = ProgressBank(6).feed(octets), ProgressTwin(6).feed(octets)
    for port in range(6):
        assert began_and_ended_ms(ours, port) == pytest.approx(began_and_ended_ms(twins, port), abs=0.5)
