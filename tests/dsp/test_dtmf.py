"""The DTMF bank and its twin against Q.23, Q.24 (AT&T column) and GB 3378."""

import os
import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dsp.sounds import Burst, make_alaw

from kmcc.dsp.bank import Events, Octets
from kmcc.dsp.cpu import Isa, available, in_use, use
from kmcc.dsp.dtmf import DtmfBank, DtmfMode
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.errors import ModeError, PortError, SamplesError
from kmcc.dsp.twin_dtmf import DtmfTwin
from kmcc.dsp.twin_listener import GRID
from kmcc.dsp.wav import read_alaw

KEYS = {
    "1": (697, 1209), "2": (697, 1336), "3": (697, 1477), "A": (697, 1633),
    "4": (770, 1209), "5": (770, 1336), "6": (770, 1477), "B": (770, 1633),
    "7": (852, 1209), "8": (852, 1336), "9": (852, 1477), "C": (852, 1633),
    "*": (941, 1209), "0": (941, 1336), "#": (941, 1477), "D": (941, 1633),
}  # fmt: skip

Maker = Callable[[int], DtmfBank | DtmfTwin]


def press(
    key: str, start_ms: float, ms: float, *, low: float = -9, high: float = -7, off: tuple[float, float] = (1, 1)
) -> Burst:
    """A key with the levels of both tones, and factors for their frequencies."""
    hz = KEYS[key]
    return Burst(((hz[0] * off[0], low), (hz[1] * off[1], high)), start_ms, ms)


def keys_by_port(events: Events, ports: int) -> list[str]:
    keys = [""] * ports
    for event in events[events["kind"] == EventKind.DTMF_ON]:
        keys[event["port"]] += chr(event["code"])
    return keys


def all_keys(ms: float, **how: object) -> Octets:
    """Sixteen ports with a key each, begun at sixteen different places of a hop."""
    ports = [(press(key, 20 + 0.3 * place, ms, **how),) for place, key in enumerate(KEYS)]  # type: ignore[arg-type]
    return make_alaw(*ports, ms=ms + 80)


@pytest.mark.parametrize("make", [DtmfBank, DtmfTwin], ids=["C", "twin"])
class TestDtmf:
    def test_every_key_with_its_times_and_levels(self, make: Maker) -> None:
        events = make(16).feed(all_keys(60))
        assert keys_by_port(events, 16) == list(KEYS)
        for event in events[events["kind"] == EventKind.DTMF_ON]:
            start = (20 + 0.3 * event["port"]) * 8
            assert 20 * 8 < event["sample"] - start < 35 * 8
            assert abs(event["a"] + 900) < 50
            assert abs(event["b"] + 700) < 50
        for event in events[events["kind"] == EventKind.DTMF_OFF]:
            end = (80 + 0.3 * event["port"]) * 8
            assert abs(event["a"] - 60 * 8) < 5 * 8
            assert abs(int(event["sample"]) - event["b"] - end) < 5 * 8
            assert event["sample"] - end < 20 * 8
        assert len(events) == 32

    def test_40_ms_is_a_key_and_20_ms_is_none(self, make: Maker) -> None:
        assert keys_by_port(make(16).feed(all_keys(40)), 16) == list(KEYS)
        assert not len(make(16).feed(all_keys(20)))

    @pytest.mark.parametrize(("low", "high"), [(-9, -17), (-11, -7), (-13, -7), (-40, -40), (3, 3)])
    def test_twist_and_level_accepted(self, make: Maker, low: float, high: float) -> None:
        """8 dB normal and 4 dB reverse by Q.24, 6 dB either way by GB 3378; -40 to +3 dBm0."""
        assert keys_by_port(make(16).feed(all_keys(50, low=low, high=high)), 16) == list(KEYS)

    @pytest.mark.parametrize(("low", "high"), [(-9, -21), (-19, -7), (-45, -45), (-9, -70), (-70, -9)])
    def test_twist_and_level_refused(self, make: Maker, low: float, high: float) -> None:
        assert not len(make(16).feed(all_keys(80, low=low, high=high)))

    @pytest.mark.parametrize("off", [(a, b) for a in (0.985, 1.015) for b in (0.985, 1.015)])
    def test_frequencies_accepted(self, make: Maker, off: tuple[float, float]) -> None:
        assert keys_by_port(make(16).feed(all_keys(40, off=off)), 16) == list(KEYS)

    @pytest.mark.parametrize("off", [(0.965, 1), (1.035, 1), (1, 0.965), (1, 1.035)])
    def test_frequencies_refused(self, make: Maker, off: tuple[float, float]) -> None:
        assert not len(make(16).feed(all_keys(100, off=off)))

    def test_a_pause_of_20_ms_splits_and_a_break_of_8_ms_does_not(self, make: Maker) -> None:
        split = (press("5", 10, 50), press("5", 80, 50))
        broken = (press("5", 10, 50), press("5", 68, 50))
        assert keys_by_port(make(2).feed(make_alaw(split, broken, ms=180)), 2) == ["55", "5"]

    def test_another_key_without_a_pause(self, make: Maker) -> None:
        events = make(1).feed(make_alaw((press("1", 10, 60), press("D", 70, 60)), ms=180))
        assert [(event["kind"], chr(event["code"])) for event in events] == [
            (EventKind.DTMF_ON, "1"),
            (EventKind.DTMF_OFF, "1"),
            (EventKind.DTMF_ON, "D"),
            (EventKind.DTMF_OFF, "D"),
        ]

    def test_noise_12_db_under_the_key(self, make: Maker) -> None:
        octets = make_alaw(*((press(key, 20, 50, low=-10, high=-10),) for key in KEYS), ms=120, noise_dbm0=-19)
        assert keys_by_port(make(16).feed(octets), 16) == list(KEYS)

    def test_noise_single_tones_and_other_signals_are_no_keys(self, make: Maker) -> None:
        others = [
            ((697, -9),), ((1336, -9),), ((450, -10),), ((1380, -11), (1500, -11)), ((1140, -11), (1020, -11)),
            ((697, -9), (770, -9)), ((697, -9), (1209, -9), (1477, -9)), ((697, -15), (1209, -15), (450, -9)),
        ]  # fmt: skip
        octets = make_alaw((), *((Burst(tuple(sines), 20, 200),) for sines in others), ms=400, noise_dbm0=-30)
        assert not len(make(9).feed(octets))

    def test_a_port_that_is_off_hears_nothing_and_forgets(self, make: Maker) -> None:
        bank = make(2)
        octets = make_alaw((press("7", 0, 200),), (press("7", 0, 200),), ms=200)
        bank.enable(0, on=False)
        assert keys_by_port(bank.feed(octets[:, :800]), 2) == ["", "7"]
        bank.enable(0, on=True)
        bank.enable(1, on=False)
        bank.enable(1, on=True)
        assert keys_by_port(bank.feed(octets[:, 800:]), 2) == ["7", "7"]

    def test_a_dial_tone_louder_than_each_tone_needs_its_mode(self, make: Maker) -> None:
        dial = Burst(((452, -5),), 0, 200)
        octets = make_alaw(*((dial, press(key, 60.3, 60, low=-9, high=-9)) for key in KEYS), ms=200)
        assert keys_by_port(make(16).feed(octets), 16) == [""] * 16
        bank = make(16)
        for port in range(16):
            bank.set_mode(port, DtmfMode.DIAL_TONE)
        assert keys_by_port(bank.feed(octets), 16) == list(KEYS)

    def test_in_speech_more_may_be_beside_the_tones(self, make: Maker) -> None:
        """Harmonics of a voice, together 1 dB over each tone of the key."""
        voice = Burst(tuple((hz, -16.0) for hz in (420, 560, 1050, 1820, 2380)), 0, 300)
        octets = make_alaw((voice, press("5", 100, 90, low=-10, high=-10)), ms=300)
        assert not len(make(1).feed(octets))
        bank = make(1)
        bank.set_mode(0, DtmfMode.IN_SPEECH)
        assert keys_by_port(bank.feed(octets), 1) == ["5"]

    def test_a_key_is_suspected_a_block_after_its_beginning_at_the_latest(self, make: Maker) -> None:
        octets = all_keys(60)
        bank, suspected, heard = make(16), [], []
        for at in range(0, octets.shape[1], 8):
            events = bank.feed(octets[:, at : at + 8])
            suspected.append(bank.suspects())
            heard.append(np.isin(np.arange(16), events["port"][events["kind"] == EventKind.DTMF_ON]))
        for port in range(16):
            start_ms = 20 + 0.3 * port
            first_ms, last_ms = (int(edge) + 1 for edge in np.flatnonzero([s[port] for s in suspected])[[0, -1]])
            on_ms = int(np.flatnonzero([h[port] for h in heard])[0]) + 1
            assert first_ms <= min(start_ms + 16, on_ms)
            assert np.all([s[port] for s in suspected[first_ms - 1 : last_ms]])
            assert start_ms + 60 < last_ms < start_ms + 60 + 25

    def test_ports_beyond_a_group(self, make: Maker) -> None:
        ports = [()] * 33 + [(press("0", 10, 50),)]
        bank = make(34)
        assert keys_by_port(bank.feed(make_alaw(*ports, ms=50)), 34) == [""] * 33 + ["0"]
        assert list(np.flatnonzero(bank.suspects())) == [33]

    @pytest.mark.parametrize("wrong", [np.zeros((2, 0), np.uint8), np.zeros((1, 8), np.uint8), np.zeros(8, np.uint8),
                                       np.zeros((2, 8), np.int16), b"\xd5" * 8])  # fmt: skip
    def test_wrong_arrays_are_refused_and_change_nothing(self, make: Maker, wrong: Octets) -> None:
        bank = make(2)
        with pytest.raises(SamplesError, match=r"expected a uint8 array of shape \(2, samples\)"):
            bank.feed(wrong)
        events = bank.feed(make_alaw((), (press("3", 0, 60),), ms=60))
        assert [(event["port"], event["code"]) for event in events] == [(1, ord("3"))]

    @pytest.mark.parametrize("port", [-1, 2])
    def test_wrong_ports_are_refused(self, make: Maker, port: int) -> None:
        with pytest.raises(PortError, match=r"expected 0\.\.1"):
            make(2).enable(port, on=True)
        with pytest.raises(PortError, match=r"expected 1\.\."):
            make(0)


@given(st.lists(st.integers(1, 200), max_size=20), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=30)
def test_feeds_of_any_length_give_the_same_events(lengths: list[int], seed: int) -> None:
    octets = make_alaw(
        (press("1", 3, 40), press("2", 70, 60)), (press("#", 11, 90),), ms=200, noise_dbm0=-35, seed=seed
    )
    bank = DtmfBank(2)
    edges = np.minimum(np.cumsum([0, *lengths, 2000]), octets.shape[1])
    parts = [bank.feed(octets[:, a:b]) for a, b in pairwise(edges) if b > a]
    assert np.array_equal(np.concatenate(parts), DtmfBank(2).feed(octets))


@pytest.mark.parametrize("isa", available())
def test_every_set_of_instructions_leaves_the_same_bits(isa: Isa) -> None:
    rng = np.random.default_rng(7)
    ports = [
        (press(key, start, ms, low=low, high=high, off=(a, b)), Burst(((450 + 40 * start, level),), 0, 400))
        for key, (start, ms, low, high, a, b, level) in zip(
            "123A456B789C*0#D" * 3,
            rng.uniform((5, 20, -30, -30, 0.98, 0.98, -60), (300, 90, 0, 0, 1.02, 1.02, -20), (48, 7)),
            strict=True,
        )
    ]
    octets = make_alaw(*ports, ms=450, noise_dbm0=-35)
    before = in_use()
    try:
        use(Isa.PLAIN)
        plain = DtmfBank(48).feed(octets)
        use(isa)
        assert np.array_equal(DtmfBank(48).feed(octets), plain)
    finally:
        use(before)
    assert len(plain) > 30


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=25, derandomize=True)
def test_c_and_twin_agree_on_random_mixes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    starts = rng.uniform(0, 300, 8)
    how = rng.uniform((-25, -25, 0.98, 0.98, 15), (-3, -3, 1.02, 1.02, 90), (8, 5))
    ports = [
        (press(key, start, ms, low=low, high=high, off=(a, b)),)
        for key, start, (low, high, a, b, ms) in zip("1A5B9*0D", starts, how, strict=True)
    ]
    octets = make_alaw(*ports, ms=450, noise_dbm0=rng.uniform(-60, -30), seed=seed)
    ours, twins = DtmfBank(8).feed(octets), DtmfTwin(8).feed(octets)
    # A look just at a limit may fall differently in single and double precision, and comes a grid point later.
    assert keys_by_port(ours, 8) == keys_by_port(twins, 8)
    assert np.all(np.abs(ours["sample"].astype(int) - twins["sample"].astype(int)) <= 2 * GRID)


def test_keys_made_by_sox(tmp_path: Path) -> None:
    path = shutil.which("sox")
    if path is None and not os.environ.get("CI"):
        pytest.skip("sox is not installed")
    assert path is not None
    for low, high in KEYS.values():
        made = [
            "synth",
            "0.05",
            "sine",
            str(low),
            "sine",
            str(high),
            "remix",
            "-",
            "norm",
            "-12",
            "pad",
            "0.02",
            "0.03",
        ]
        wav = tmp_path / f"{low}-{high}.wav"
        subprocess.run([path, "-n", "-r", "8000", "-b", "16", wav, *made], check=True, capture_output=True)
    wavs = [read_alaw(tmp_path / f"{low}-{high}.wav") for low, high in KEYS.values()]
    octets = np.array([np.frombuffer(wav, np.uint8) for wav in wavs])
    assert keys_by_port(DtmfBank(16).feed(octets), 16) == list(KEYS)


def test_a_mode_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ModeError, match="found 9, expected NORMAL or DIAL_TONE or IN_SPEECH"):
        DtmfBank(1).set_mode(0, 9)  # type: ignore[arg-type]
