"""The tones of a profile by the bank and its twin, and their names by the matcher."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dsp.sounds import Burst, make_alaw

from kmcc.dsp.bank import Events
from kmcc.dsp.cadence import CadenceMatcher
from kmcc.dsp.engine_event import Detect, EventKind
from kmcc.dsp.errors import PortError, ProfileError, SamplesError
from kmcc.dsp.listener import Listener
from kmcc.dsp.supervisory import SupervisoryBank
from kmcc.dsp.tone_plans import CHINA, ITU, NORTH_AMERICA, PROFILES
from kmcc.dsp.tone_profile import Hz, ProgressTone, ToneProfile
from kmcc.dsp.twin_supervisory import SupervisoryTwin

MS = 8
Maker = Callable[[int, ToneProfile], SupervisoryBank | SupervisoryTwin]
ALL = [(profile, tone) for profile in PROFILES.values() for tone in profile.tones]


def burst(hz: Hz, start_ms: float, ms: float, dbm0: float = -15) -> Burst:
    return Burst(tuple((each, dbm0) for each in hz), start_ms, ms)


def sent(profile: ToneProfile, tone: ProgressTone, *, off: float = 0.0, ms: float) -> tuple[Burst, ...]:
    """The tone from 200 ms on, each frequency off by so much of its tolerance."""
    dbm0 = -5.0 if tone.dbm0[0] > -15 else -15.0
    bursts: list[Burst] = []
    at = 200.0
    while at < ms:
        step = tone.step(len(bursts))
        hz = tuple(each + off * profile.within_hz(each) for each in step.hz)
        bursts.append(burst(hz, at, step.ms or ms, dbm0))
        at += step.ms or ms
    return tuple(bursts)


def names(events: Events, profile: ToneProfile, port: int, ms: float) -> list[str]:
    matcher, heard = CadenceMatcher(profile), []
    for event in events[events["port"] == port]:
        at = int(event["sample"]) - int(event["b"])
        is_on = event["kind"] == EventKind.TONE_ON
        heard.append(matcher.on(at, int(event["code"]), event["a"] / 100) if is_on else matcher.off(at))
    heard.append(matcher.tick(round(ms * MS)))
    return [name for name in heard if name is not None]


def told(events: Events, port: int = 0) -> list[tuple[int, float]]:
    """Each edge: the code, negative for an end less one, and when it really was."""
    return [
        (
            int(e["code"]) if e["kind"] == EventKind.TONE_ON else -1 - int(e["code"]),
            (int(e["sample"]) - int(e["b"])) / MS,
        )
        for e in events[events["port"] == port]
    ]


@pytest.mark.parametrize(("profile", "tone"), ALL, ids=lambda of: of.name)
def test_every_tone_of_every_profile_by_its_name(profile: ToneProfile, tone: ProgressTone) -> None:
    ms = max(6000.0, 3 * sum(step.ms or 0 for step in tone.steps))
    ports = [sent(profile, tone, off=off, ms=ms) for off in (-0.95, 0, 0.95)]
    events = SupervisoryBank(3, profile).feed(make_alaw(*ports, ms=ms, noise_dbm0=-40))
    for port in range(3):
        assert names(events, profile, port, ms) == [tone.name]


@pytest.mark.parametrize("make", [SupervisoryBank, SupervisoryTwin], ids=["C", "twin"])
class TestSupervisory:
    def test_edges_within_2_ms_and_8_where_a_beat_hides_them(self, make: Maker) -> None:
        hz_sets = [(450.0,), (350.0, 440.0), (440.0, 480.0), (480.0, 620.0)]
        profiles = [CHINA, NORTH_AMERICA, NORTH_AMERICA, NORTH_AMERICA]
        for code, (profile, hz) in enumerate(zip(profiles, hz_sets, strict=True)):
            ports = [(burst(hz, 100 + 1.3 * n, 200), burst(hz, 400 + n, 150)) for n in range(6)]
            events = make(6, profile).feed(make_alaw(*ports, ms=700))
            which = max(code - 1, 0)
            for n in range(6):
                wanted = [100 + 1.3 * n, 300 + 1.3 * n, 400 + n, 550 + n]
                assert [edge for edge, _ in told(events, n)] == [which, -1 - which] * 2
                assert [at for _, at in told(events, n)] == pytest.approx(wanted, abs=2 if len(hz) == 1 else 8)

    def test_one_of_two_is_another_set(self, make: Maker) -> None:
        events = make(2, NORTH_AMERICA).feed(
            make_alaw((burst((440.0,), 50, 300),), (burst((440.0, 480.0), 50, 300),), ms=450)
        )
        assert [told(events, port)[0][0] for port in (0, 1)] == [3, 1]

    @pytest.mark.parametrize("twist_db", [-6, 6])
    def test_two_frequencies_of_unequal_level(self, make: Maker, twist_db: float) -> None:
        heard = Burst(((440, -20), (480, -20 + twist_db)), 50, 300)
        assert told(make(1, NORTH_AMERICA).feed(make_alaw((heard,), ms=450, noise_dbm0=-50)))[0][0] == 1

    def test_other_sounds_are_none(self, make: Maker) -> None:
        others = [
            (burst((500.0,), 20, 300),), (burst((697.0, 1209.0), 20, 300),), (burst((425.0,), 20, 300, -50),),
            (burst((425.0,), 20, 300), burst((1100.0,), 20, 300)), (burst((425.0,), 20, 30),), (),
        ]  # fmt: skip
        assert not len(make(6, ITU).feed(make_alaw(*others, ms=400, noise_dbm0=-52)))

    def test_tones_that_follow_without_a_pause(self, make: Maker) -> None:
        parts = [burst((hz,), 50 + 330 * n, 330) for n, hz in enumerate((950.0, 1400.0, 1800.0))]
        events = make(1, ITU).feed(make_alaw(tuple(parts), ms=1200))
        assert [edge for edge, _ in told(events)] == [1, -2, 2, -3, 3, -4]
        assert [at for _, at in told(events)] == pytest.approx([50, 380, 380, 710, 710, 1040], abs=5)

    def test_a_port_that_is_off_forgets(self, make: Maker) -> None:
        bank = make(1, CHINA)
        octets = make_alaw((burst((450.0,), 0, 400),), ms=400)
        assert len(bank.feed(octets[:, : 100 * MS])) == 1
        bank.enable(0, on=False)
        assert not len(bank.feed(octets[:, 100 * MS : 200 * MS]))
        bank.enable(0, on=True)
        assert list(bank.feed(octets[:, 200 * MS :])["kind"]) == [EventKind.TONE_ON]

    def test_wrong_arrays_and_ports_are_refused(self, make: Maker) -> None:
        with pytest.raises(SamplesError):
            make(1, CHINA).feed(np.zeros((1, 0), np.uint8))
        with pytest.raises(PortError):
            make(1, CHINA).enable(1, on=True)


def test_a_listener_without_the_detector_takes_no_profile() -> None:
    with pytest.raises(ProfileError, match="SUPERVISORY"):
        Listener(1, Detect.PROGRESS).tell_apart(CHINA)


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=10, derandomize=True)
def test_c_and_twin_agree_on_random_mixes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sets = NORTH_AMERICA.sets
    ports = [
        tuple(
            burst(sets[int(rng.integers(len(sets)))], start, float(rng.uniform(20, 240)), float(rng.uniform(-38, -5)))
            for start in (10, 260, 500)
        )
        for _ in range(4)
    ]
    octets = make_alaw(*ports, ms=800, noise_dbm0=float(rng.uniform(-70, -40)), seed=seed)
    ours, twins = (make(4, NORTH_AMERICA).feed(octets) for make in (SupervisoryBank, SupervisoryTwin))
    for port in range(4):
        assert [edge for edge, _ in told(ours, port)] == [edge for edge, _ in told(twins, port)]
        assert [at for _, at in told(ours, port)] == pytest.approx([at for _, at in told(twins, port)], abs=1)


@given(st.lists(st.integers(1, 700), min_size=1, max_size=40))
@settings(deadline=None, max_examples=20, derandomize=True)
def test_feeds_of_any_length_give_the_same_events(lengths: list[int]) -> None:
    octets = make_alaw((burst((450.0,), 30, 100), burst((950.0,), 130, 200)), ms=400, noise_dbm0=-45)
    whole, cut = SupervisoryBank(1).feed(octets), SupervisoryBank(1)
    ends = [int(end) for end in np.cumsum(lengths) if end < octets.shape[1]]
    assert np.array_equal(np.concatenate([cut.feed(part) for part in np.split(octets, ends, axis=1)]), whole)
