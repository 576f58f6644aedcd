"""CNG, CED and ANSam by the bank and its twin: T.30 4.2, V.25 2.2, V.8 7.2."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dsp.sounds import Burst, make_alaw

from kmcc.dsp.bank import Events
from kmcc.dsp.engine_event import EventKind, FaxTone
from kmcc.dsp.errors import PortError, SamplesError
from kmcc.dsp.faxtone import FaxToneBank
from kmcc.dsp.g711 import encode_alaw
from kmcc.dsp.twin_faxtone import FaxToneTwin

MS = 8
Maker = Callable[[int], FaxToneBank | FaxToneTwin]
Octets = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer tone as V.25 and V.8 describe it."""

    hz: float = 2100
    dbm0: float = -15
    ms: float = 3000
    am: float = 0.0
    reversal_ms: float = 0.0
    start_ms: float = 100

    def alaw(self, ms: float = 3600, noise_dbm0: float | None = None, seed: int = 1) -> Octets:
        t = np.arange(int(ms * MS)) / 8000 - self.start_ms / 1000
        peak = 32768 * 10 ** ((self.dbm0 - 3.14) / 20)
        sign = np.where(t * 1000 // self.reversal_ms % 2, -1, 1) if self.reversal_ms else 1
        sound = peak * sign * (1 + self.am * np.sin(2 * np.pi * 15 * t + seed)) * np.sin(2 * np.pi * self.hz * t)
        sound *= (t >= 0) & (t < self.ms / 1000)
        if noise_dbm0 is not None:
            rms = 32768 / np.sqrt(2) * 10 ** ((noise_dbm0 - 3.14) / 20)
            sound += np.random.default_rng(seed).normal(0, rms, len(t))
        return encode_alaw(np.clip(np.rint(sound), -32768, 32767).astype(np.int16))[np.newaxis]


def cng(start_ms: float = 100, ms: float = 500, hz: float = 1100, dbm0: float = -15) -> Burst:
    return Burst(((hz, dbm0),), start_ms, ms)


def told(events: Events, kind: EventKind = EventKind.FAX_ON, port: int = 0) -> list[FaxTone]:
    return [FaxTone(event["code"]) for event in events if event["kind"] == kind and event["port"] == port]


def began_ms(event: np.void) -> float:
    return (int(event["sample"]) - int(event["b"])) / MS


@pytest.mark.parametrize("make", [FaxToneBank, FaxToneTwin], ids=["C", "twin"])
class TestFaxTones:
    @pytest.mark.parametrize("hz", [1062, 1100, 1138])
    @pytest.mark.parametrize("dbm0", [-40, -15, 0])
    def test_cng_with_its_tolerances(self, make: Maker, hz: float, dbm0: float) -> None:
        bursts = [(cng(ms=ms, hz=hz, dbm0=dbm0),) for ms in (425, 500, 575)]
        events = make(3).feed(make_alaw(*bursts, ms=800))
        for port, ms in enumerate((425, 500, 575)):
            on, off = events[events["port"] == port]
            assert (on["kind"], on["code"]) == (EventKind.FAX_ON, FaxTone.CNG)
            assert (off["kind"], off["code"]) == (EventKind.FAX_OFF, FaxTone.CNG)
            assert began_ms(on) == pytest.approx(100, abs=2)
            assert off["a"] / MS == pytest.approx(ms, abs=3)
            assert on["a"] == pytest.approx(dbm0 * 100, abs=60)

    def test_what_is_no_cng(self, make: Maker) -> None:
        others = [(cng(ms=380),), (cng(ms=640),), (cng(hz=1000),), (cng(hz=1200),), (cng(dbm0=-50),),
                  (cng(), Burst(((1500, -15),), 100, 500)), ()]  # fmt: skip
        assert not len(make(7).feed(make_alaw(*others, ms=900, noise_dbm0=-60)))

    @pytest.mark.parametrize("hz", [2085, 2100, 2115])
    @pytest.mark.parametrize(
        ("am", "reversal_ms", "codes"),
        [
            (0.0, 0.0, [FaxTone.CED]),
            (0.0, 425.0, [FaxTone.CED, FaxTone.CED_REVERSED]),
            (0.0, 450.0, [FaxTone.CED, FaxTone.CED_REVERSED]),
            (0.0, 475.0, [FaxTone.CED, FaxTone.CED_REVERSED]),
            (0.2, 0.0, [FaxTone.ANSAM]),
            (0.2, 450.0, [FaxTone.ANSAM, FaxTone.ANSAM_REVERSED]),
        ],
    )
    def test_answer_tones(self, make: Maker, hz: float, am: float, reversal_ms: float, codes: list[FaxTone]) -> None:
        events = make(1).feed(Answer(hz, am=am, reversal_ms=reversal_ms).alaw(noise_dbm0=-40))
        assert told(events) in (codes, codes[-1:])  # the first reversal may come before it is told at all
        assert told(events, EventKind.FAX_OFF) == codes[-1:]
        assert began_ms(events[0]) == pytest.approx(100, abs=2)
        assert events[0]["sample"] / MS == pytest.approx(550, abs=20)
        assert events[-1]["a"] / MS == pytest.approx(3000, abs=4)

    @pytest.mark.parametrize("dbm0", [-40, 0])
    def test_reversals_heard_from_the_middle_on(self, make: Maker, dbm0: float) -> None:
        octets = Answer(dbm0=dbm0, am=0.2, reversal_ms=450).alaw()[:, 270 * MS :]
        assert told(make(1).feed(octets))[-1] is FaxTone.ANSAM_REVERSED

    def test_other_intervals_are_no_reversals(self, make: Maker) -> None:
        assert told(make(1).feed(Answer(reversal_ms=300).alaw())) == [FaxTone.CED]

    def test_what_is_no_answer_tone(self, make: Maker) -> None:
        others = [Answer(hz=2060), Answer(hz=2140), Answer(ms=380), Answer(dbm0=-52)]
        octets = np.concatenate([other.alaw(noise_dbm0=-60) for other in others])
        assert not len(make(len(others)).feed(octets))

    def test_a_port_that_is_off_hears_nothing(self, make: Maker) -> None:
        bank = make(2)
        bank.enable(0, on=False)
        assert {int(event["port"]) for event in bank.feed(make_alaw((cng(),), (cng(),), ms=700))} == {1}

    def test_wrong_arrays_and_ports_are_refused(self, make: Maker) -> None:
        with pytest.raises(SamplesError):
            make(1).feed(np.zeros((1, 0), np.uint8))
        with pytest.raises(PortError):
            make(1).enable(1, on=True)


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=12, derandomize=True)
def test_c_and_twin_agree_on_random_mixes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    answers = [
        Answer(rng.uniform(2085, 2115), rng.uniform(-35, 0), 1500, rng.choice([0, 0.2]), rng.choice([0, 450]))
        for _ in range(3)
    ]
    noise_dbm0 = float(rng.uniform(-70, -50))
    bursts = [(cng(rng.uniform(10, 900), rng.uniform(350, 600), rng.uniform(1060, 1140)),) for _ in range(3)]
    octets = np.concatenate((
        make_alaw(*bursts, ms=1800, noise_dbm0=noise_dbm0, seed=seed),
        *(answer.alaw(1800, noise_dbm0, seed) for answer in answers),
    ))  # fmt: skip
    ours, twins = FaxToneBank(6).feed(octets), FaxToneTwin(6).feed(octets)
    for port in range(6):
        for kind in (EventKind.FAX_ON, EventKind.FAX_OFF):
            assert told(ours, kind, port) == told(twins, kind, port)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=40))
@settings(deadline=None, max_examples=20, derandomize=True)
def test_feeds_of_any_length_give_the_same_events(lengths: list[int]) -> None:
    octets = np.concatenate((Answer(am=0.2, reversal_ms=450).alaw(2000), make_alaw((cng(),), ms=2000)))
    whole, cut = FaxToneBank(2).feed(octets), FaxToneBank(2)
    ends = [int(end) for end in np.cumsum(lengths) if end < octets.shape[1]]
    assert np.array_equal(np.concatenate([cut.feed(part) for part in np.split(octets, ends, axis=1)]), whole)
