"""The voice bank and its twin: sound that is no lone 450 Hz tone, and silence after it."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dsp.sounds import Burst, make_alaw

from kmcc.dsp.bank import Events
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.errors import PortError, SamplesError
from kmcc.dsp.twin_voice import VoiceTwin
from kmcc.dsp.voice import VoiceBank

Maker = Callable[[int], VoiceBank | VoiceTwin]
VOWEL = ((120.0, -30.0), (240.0, -26.0), (600.0, -24.0), (1080.0, -30.0), (2400.0, -38.0))


def speak(start_ms: float, ms: float) -> Burst:
    return Burst(VOWEL, start_ms, ms)


def times_ms(events: Events, kind: EventKind, port: int = 0) -> list[float]:
    return [event["sample"] / 8 for event in events if event["kind"] == kind and event["port"] == port]


@pytest.mark.parametrize("make", [VoiceBank, VoiceTwin], ids=["C", "twin"])
class TestVoice:
    def test_on_within_60_ms_and_off_after_300_ms(self, make: Maker) -> None:
        events = make(1).feed(make_alaw((speak(100, 500),), ms=1200))
        assert len(events) == 2
        (on,), (off,) = times_ms(events, EventKind.VOICE_ON), times_ms(events, EventKind.VOICE_OFF)
        assert 100 < on <= 160
        assert 900 <= off <= 930

    def test_pauses_within_speech_are_bridged(self, make: Maker) -> None:
        events = make(1).feed(make_alaw((speak(50, 200), speak(500, 200), speak(950, 200)), ms=1300))
        assert list(events["kind"]) == [EventKind.VOICE_ON]

    @pytest.mark.parametrize("hz", [425, 450, 475])
    def test_progress_tones_are_no_voice(self, make: Maker, hz: float) -> None:
        busy = tuple(Burst(((hz, -10),), start, 350) for start in (50, 750, 1450))
        vacant = tuple(Burst(((hz, -10),), start, 100) for start in range(50, 2000, 200))
        assert not len(make(2).feed(make_alaw(busy, vacant, ms=2000, noise_dbm0=-60)))

    def test_other_tones_and_speech_over_a_tone_are_sound(self, make: Maker) -> None:
        ports = [
            (Burst(((950, -20),), 50, 300),), (Burst(((697, -9), (1209, -7)), 50, 300),),
            (Burst(((450, -20),), 0, 400), Burst(((1000, -12), (700, -12)), 50, 300)),
        ]  # fmt: skip
        events = make(3).feed(make_alaw(*ports, ms=400))
        for port in range(3):
            (on,) = times_ms(events, EventKind.VOICE_ON, port)
            assert 50 < on <= 110

    def test_line_noise_and_clicks_are_silence(self, make: Maker) -> None:
        click = (Burst(((1000, -10),), 100, 3),)
        assert not len(make(2).feed(make_alaw((), click, ms=600, noise_dbm0=-45)))

    def test_steady_noise_is_silence_and_speech_over_it_is_not(self, make: Maker) -> None:
        ports = [(), (speak(800, 400),)]
        events = make(2).feed(make_alaw(*ports, ms=2000, noise_dbm0=-36))
        assert [(event["port"], event["kind"]) for event in events] == [
            (1, EventKind.VOICE_ON),
            (1, EventKind.VOICE_OFF),
        ]
        began, ended = ((int(event["sample"]) - int(event["b"])) / 8 for event in events)
        assert began == pytest.approx(800, abs=16)
        assert ended == pytest.approx(1200, abs=16)

    def test_noise_that_begins_is_taken_for_speech_for_a_while_only(self, make: Maker) -> None:
        octets = np.hstack((make_alaw((), ms=500), make_alaw((), ms=8000, noise_dbm0=-36)))
        assert list(make(1).feed(octets)["kind"]) == [EventKind.VOICE_ON, EventKind.VOICE_OFF]

    def test_a_port_that_is_off_hears_nothing(self, make: Maker) -> None:
        bank = make(2)
        bank.enable(0, on=False)
        events = bank.feed(make_alaw((speak(10, 200),), (speak(10, 200),), ms=200))
        assert [(event["port"], event["kind"]) for event in events] == [(1, EventKind.VOICE_ON)]

    def test_wrong_arrays_and_ports_are_refused(self, make: Maker) -> None:
        with pytest.raises(SamplesError):
            make(1).feed(np.zeros((1, 0), np.uint8))
        with pytest.raises(PortError):
            make(1).enable(1, on=True)


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=20, derandomize=True)
def test_c_and_twin_agree_on_random_mixes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ports = [
        tuple(
            Burst(
                ((float(rng.choice([450, 700, 950])), float(rng.uniform(-40, -5))),), start, float(rng.uniform(5, 300))
            )
            for start in (10, 320, 900)
        )
        for _ in range(5)
    ]
    octets = make_alaw(*ports, ms=1600, noise_dbm0=float(rng.uniform(-70, -45)), seed=seed)
    ours, twins = VoiceBank(5).feed(octets), VoiceTwin(5).feed(octets)
    for port in range(5):
        for kind in (EventKind.VOICE_ON, EventKind.VOICE_OFF):
            assert times_ms(ours, kind, port) == times_ms(twins, kind, port)
