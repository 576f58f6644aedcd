"""The listener under the detectors: any cut of the octets, ports that come and go, what it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dsp.sounds import Burst, Octets, make_alaw

from kmcc.dsp._core import lib
from kmcc.dsp.bank import Events
from kmcc.dsp.cpu import Isa, use
from kmcc.dsp.engine_event import Detect, EventKind
from kmcc.dsp.errors import BusyError, PortError, SamplesError
from kmcc.dsp.g711 import ALAW_SILENCE
from kmcc.dsp.listener import Listener
from kmcc.dsp.twin_voice import VoiceTwin
from kmcc.dsp.voice import VoiceBank

PORTS = 37  # a whole group of 32 and a part of one


def bursts(seed: int) -> Octets:
    rng = np.random.default_rng(seed)
    ports = [
        tuple(
            Burst(((float(rng.uniform(300, 3400)), -15.0),), start, float(rng.uniform(30, 250))) for start in (5, 700)
        )
        for _ in range(PORTS)
    ]
    return make_alaw(*ports, ms=1200, noise_dbm0=-50, seed=seed)


def cut(octets: Octets, lengths: list[int]) -> list[Octets]:
    """Runs of these lengths again and again until all is used."""
    runs: list[Octets] = []
    at = 0
    while at < octets.shape[1]:
        runs.append(octets[:, at : at + lengths[len(runs) % len(lengths)]])
        at += runs[-1].shape[1]
    return runs


def listener(octets: Octets) -> Listener:
    made = Listener(len(octets), Detect.VOICE)
    for port in range(len(octets)):
        made.enable(port, Detect.VOICE, on=True)
    return made


@given(st.integers(0, 5), st.lists(st.integers(1, 300), min_size=1, max_size=8))
@settings(deadline=None, max_examples=25, derandomize=True)
def test_any_cut_gives_the_same_events(seed: int, lengths: list[int]) -> None:
    octets = bursts(seed)
    whole = listener(octets).feed(octets)
    in_parts = listener(octets)
    assert len(whole) > PORTS
    np.testing.assert_array_equal(np.concatenate([in_parts.feed(run) for run in cut(octets, lengths)]), whole)


def test_every_path_gives_the_same_events(isa: Isa) -> None:
    octets = bursts(4)
    np.testing.assert_array_equal(listener(octets).feed(octets), VoiceTwin(PORTS).feed(octets))


def everything(seed: int) -> Octets:
    """Keys, register signals, progress and fax tones, caller ID's frequencies, all over noise; one port silent."""
    rng = np.random.default_rng(seed)
    pairs = [(697, 1209), (941, 1477), (1380, 1500), (1740, 1980), (1140, 1020), (900, 780), (450, 450), (1100, 1100)]
    pairs += [(2100, 2100), (1200, 1200), (1300, 1300), (2200, 2200), (350, 440), (480, 620), (540, 660)]
    ports = [
        tuple(
            Burst(((low, -14.0), (high, -14.0)), start, float(rng.uniform(20, 500)))
            for start in (20, 600)
            for low, high in [pairs[int(rng.integers(len(pairs)))]]
        )
        for _ in range(PORTS)
    ]
    octets = make_alaw(*ports, ms=1500, noise_dbm0=-48, seed=seed)
    octets[5] = ALAW_SILENCE
    return octets


def all_ears(octets: Octets) -> Events:
    every = Detect(sum(Detect))
    ears = Listener(len(octets), every)
    for port in range(len(octets)):
        ears.enable(port, every, on=True)
    return ears.feed(octets)


def test_every_path_tells_the_same_of_all_detectors(isa: Isa) -> None:
    octets = everything(11)
    found = all_ears(octets)
    use(Isa.PLAIN)
    np.testing.assert_array_equal(found, all_ears(octets))
    kinds = {EventKind(kind) for kind in found["kind"]}
    assert {EventKind.DTMF_ON, EventKind.MFC_ON, EventKind.TONE_ON, EventKind.VOICE_ON} <= kinds


@pytest.mark.parametrize("samples", [1, 15, 16, 64, 80, 100, 9600])
def test_frames_of_spans_are_heard_as_rows_are(isa: Isa, samples: int) -> None:
    octets = np.vstack((bursts(7), bursts(8)))[:64]
    frames = np.stack((octets[:32].T, octets[32:].T))
    runs = [frames[:, at : at + samples] for at in range(0, frames.shape[1], samples)]
    if samples == 1:
        runs, octets = runs[:700], octets[:, :700]
    spans = listener(octets)
    heard = np.concatenate([spans.feed_e1(run) for run in runs])
    assert len(heard)
    np.testing.assert_array_equal(heard, listener(octets).feed(octets))


@pytest.mark.parametrize("make", [VoiceBank, VoiceTwin], ids=["C", "twin"])
class TestComingAndGoing:
    def test_a_port_is_heard_from_the_next_block_on(self, make: type[VoiceBank | VoiceTwin]) -> None:
        bank, octets = make(2), make_alaw(*[(Burst(((1000.0, -10.0),), 0, 200),)] * 2, ms=200)
        bank.enable(0, on=False)
        first = bank.feed(octets[:, :70])
        bank.enable(0, on=True)
        later = bank.feed(octets[:, 70:])
        heard = {int(event["port"]): int(event["sample"]) for event in [*first, *later]}
        assert heard == {1: 3 * 64, 0: 128 + 3 * 64}

    def test_off_and_on_forgets(self, make: type[VoiceBank | VoiceTwin]) -> None:
        bank, octets = make(1), make_alaw((Burst(((1000.0, -10.0),), 0, 200),), ms=200)
        assert not len(bank.feed(octets[:, :128]))
        bank.enable(0, on=False)
        bank.enable(0, on=True)
        (event,) = bank.feed(octets[:, 128:])
        assert (event["kind"], event["sample"]) == (EventKind.VOICE_ON, 128 + 3 * 64)


def test_rows_need_not_lie_together() -> None:
    octets = bursts(3)
    wide = np.repeat(octets, 2, axis=0)[::2]
    backwards = np.ascontiguousarray(octets[::-1])[::-1]
    columns = np.asfortranarray(octets)
    expected = listener(octets).feed(octets)
    for rows in (wide, backwards, columns):
        np.testing.assert_array_equal(listener(octets).feed(rows), expected)


def test_a_detector_that_was_not_laid_out_stays_off() -> None:
    octets = bursts(1)
    deaf = Listener(PORTS, Detect.NONE)
    for port in range(PORTS):
        deaf.enable(port, Detect.VOICE, on=True)
    assert not len(deaf.feed(octets))


def test_a_port_takes_less_than_a_thousand_octets() -> None:
    """The full listener: DTMF, MFC both ways, 450 Hz, CNG and CED."""
    full = Detect.DTMF | Detect.MFC_FORWARD | Detect.MFC_BACKWARD | Detect.PROGRESS | Detect.FAX
    ports = 4096
    assert lib.listener_size(ports, full) / ports < 1000


def test_wrong_arrays_and_ports_are_refused() -> None:
    ears = Listener(2, Detect.VOICE)
    for wrong in (np.zeros((2, 0), np.uint8), np.zeros((3, 8), np.uint8), np.zeros((2, 8), np.int8), [[0], [0]]):
        with pytest.raises(SamplesError):
            ears.feed(wrong)  # type: ignore[arg-type]
    for port in (-1, 2):
        with pytest.raises(PortError):
            ears.enable(port, Detect.VOICE, on=True)
    with pytest.raises(PortError):
        Listener(0, Detect.VOICE)


def test_wrong_frames_are_refused() -> None:
    spans = Listener(64, Detect.VOICE)
    for shape in ((2, 0, 32), (1, 8, 32), (2, 8, 31), (2, 8), (64, 8)):
        with pytest.raises(SamplesError, match=r"shape \(2, samples, 32\)"):
            spans.feed_e1(np.zeros(shape, np.uint8))
    with pytest.raises(SamplesError):
        spans.feed_e1(np.zeros((2, 8, 32), np.int16))
    with pytest.raises(SamplesError, match="multiple of 32"):
        Listener(33, Detect.VOICE).feed_e1(np.zeros((1, 8, 32), np.uint8))


def test_a_feed_beside_another_is_refused_and_changes_nothing() -> None:
    octets = bursts(2)
    expected, ears = listener(octets).feed(octets), listener(octets)
    with ears._turn:  # as another thread's feed holds it
        with pytest.raises(BusyError):
            ears.feed(octets)
        with pytest.raises(BusyError):
            ears.enable(0, Detect.VOICE, on=False)
    np.testing.assert_array_equal(ears.feed(octets), expected)
