"""Flags of V.21 channel 2 by the bank and its twin: T.30 5.3.1, V.21, HDLC (ISO 3309)."""

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dsp.sounds import Burst, make_alaw
from tests.peers.spandsp_tones import load_spandsp_tones

from kmcc.dsp.cpu import Isa, use
from kmcc.dsp.engine_event import EventKind, FaxTone
from kmcc.dsp.faxtone import FaxToneBank
from kmcc.dsp.g711 import encode_alaw
from kmcc.dsp.tone_plans import CHINA
from kmcc.dsp.twin_faxtone import FaxToneTwin

MS = 8
START_MS = 100
FLAG = "01111110"
FLAG_MS = 8000 / 300
PREAMBLE = FLAG * 38  # 1013 ms
Maker = Callable[[int], FaxToneBank | FaxToneTwin]
Octets = npt.NDArray[np.uint8]


def v21(
    bits: str, *, off_hz: float = 0, dbm0: float = -15, snr_db: float = 40, seed: int = 1, one_hz: float = 1650
) -> Octets:
    """Phase goes on from bit to bit; silence before and after them."""
    rng = np.random.default_rng(seed)
    n = np.arange(int(len(bits) * 8000 / 300))
    ones = np.array([bit == "1" for bit in bits])[n * 300 // 8000]
    phase = 2 * np.pi * np.cumsum(np.where(ones, one_hz, one_hz + 200) + off_hz) / 8000 + seed
    peak = 32768 * 10 ** ((dbm0 - 3.14) / 20)
    sound = np.concatenate((np.zeros(START_MS * MS), peak * np.sin(phase), np.zeros(200 * MS)))
    sound += rng.normal(0, peak / np.sqrt(2) * 10 ** (-snr_db / 20), len(sound))
    return encode_alaw(np.clip(np.rint(sound), -32768, 32767).astype(np.int16))[np.newaxis]


def frame(octets: bytes) -> str:
    """What follows the flags: address, control, data, stuffed, with its check sequence and a flag."""
    value = octets + check_sequence(octets)
    bits = "".join(str(octet >> place & 1) for octet in value for place in range(8))
    return bits.replace("11111", "111110") + FLAG


def check_sequence(octets: bytes) -> bytes:
    """ISO 3309: x^16 + x^12 + x^5 + 1, the lowest bit first."""
    rest = 0xFFFF
    for octet in octets:
        rest ^= octet
        for _ in range(8):
            rest = rest >> 1 ^ (0x8408 if rest & 1 else 0)
    return (rest ^ 0xFFFF).to_bytes(2, "little")


def random_bits(count: int, seed: int) -> str:
    return "".join(map(str, np.random.default_rng(seed).integers(0, 2, count)))


def edge_ms(event: np.void) -> float:
    return (int(event["sample"]) - int(event["b"])) / MS - START_MS


def kinds(events: Iterable[np.void]) -> list[tuple[EventKind, FaxTone]]:
    return [(EventKind(event["kind"]), FaxTone(event["code"])) for event in events]


ONCE = [(EventKind.FAX_ON, FaxTone.PREAMBLE), (EventKind.FAX_OFF, FaxTone.PREAMBLE)]


@pytest.mark.parametrize("make", [FaxToneBank, FaxToneTwin], ids=["C", "twin"])
class TestPreamble:
    @pytest.mark.parametrize("off_hz", [-12, 0, 12])
    @pytest.mark.parametrize("dbm0", [-40, -15, 0])
    @pytest.mark.parametrize("snr_db", [15, 40])
    def test_flags_with_their_tolerances(self, make: Maker, off_hz: float, dbm0: float, snr_db: float) -> None:
        on, off = make(1).feed(v21(PREAMBLE, off_hz=off_hz, dbm0=dbm0, snr_db=snr_db))
        assert kinds([on, off]) == ONCE
        assert edge_ms(on) == pytest.approx(0, abs=1.5)
        assert on["sample"] / MS - START_MS <= 300
        assert on["a"] == pytest.approx(dbm0 * 100, abs=60)
        assert edge_ms(off) == pytest.approx(38 * FLAG_MS, abs=FLAG_MS + 1)
        assert off["a"] / MS == pytest.approx(edge_ms(off) - edge_ms(on), abs=1)

    def test_each_frame_of_a_message_has_its_own(self, make: Maker) -> None:
        heard = PREAMBLE + frame(bytes.fromhex("ffc802") * 6) + FLAG * 20 + frame(bytes.fromhex("ffc804"))
        events = make(1).feed(v21(heard))
        assert kinds(events) == ONCE * 2
        assert edge_ms(events[1]) == pytest.approx(38 * FLAG_MS, abs=3)

    @pytest.mark.parametrize("flags", [6, 10])
    def test_a_few_flags_are_not_enough(self, make: Maker, flags: int) -> None:
        assert bool(len(make(1).feed(v21(FLAG * flags)))) == (flags == 10)

    @pytest.mark.parametrize(
        "bits",
        ["1" * 300, "0" * 300, "01" * 150, "0111110" * 43, "01111111" * 38, "00111111" * 6 + "1" * 252,
         "0111111" * 43, "011111100" * 34, random_bits(600, 3), frame(bytes(range(60)))],
        ids=["idle", "zeros", "alternating", "five ones", "seven ones", "a few", "one zero", "three zeros", "random",
             "frame"],
    )  # fmt: skip
    def test_other_data_is_no_preamble(self, make: Maker, bits: str) -> None:
        assert not len(make(1).feed(v21(bits)))

    def test_what_else_it_is_not(self, make: Maker) -> None:
        others = [v21(PREAMBLE, one_hz=980), v21(PREAMBLE, dbm0=-52, snr_db=20), v21(PREAMBLE, snr_db=-6)]
        assert not len(make(3).feed(np.concatenate(others)))

    def test_tones_of_both_frequencies_are_none(self, make: Maker) -> None:
        pairs = [((1650, -15), (1850, -15)), ((1620, -10), (1860, -10)), ((1620, -10), (1740, -10)), ((1750, -10),)]
        heard = [(Burst(pair, 100, 600),) for pair in pairs]
        assert not len(make(len(heard)).feed(make_alaw(*heard, ms=900, noise_dbm0=-50)))

    def test_the_sender_of_libspandsp(self, make: Maker) -> None:
        """It sends a one, of 3.3 ms, before the first bit."""
        sent = load_spandsp_tones(CHINA).v21(PREAMBLE, dbm0=-20)
        octets = encode_alaw(np.concatenate((np.zeros(START_MS * MS, np.int16), sent, np.zeros(1600, np.int16))))
        events = make(1).feed(octets[np.newaxis])
        assert kinds(events) == ONCE
        assert edge_ms(events[0]) == pytest.approx(3.3, abs=1)
        assert events[0]["a"] == pytest.approx(-2000, abs=60)

    def test_off_and_on_forgets(self, make: Maker) -> None:
        bank, octets = make(1), v21(PREAMBLE)
        assert len(bank.feed(octets[:, : 400 * MS])) == 1
        bank.enable(0, on=False)
        bank.enable(0, on=True)
        on, _ = bank.feed(octets[:, 400 * MS :])
        assert 300 - 1 <= edge_ms(on) <= 300 + 2 * FLAG_MS


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=15, derandomize=True)
def test_c_and_twin_agree_on_random_lines(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        v21(FLAG * int(rng.integers(5, 20)) + random_bits(80, seed), off_hz=rng.uniform(-30, 30),
            dbm0=rng.uniform(-42, 0), snr_db=rng.uniform(6, 40), seed=seed)
        for _ in range(4)
    ]  # fmt: skip
    octets = np.concatenate([row[:, : min(each.shape[1] for each in rows)] for row in rows])
    ours, twins = FaxToneBank(4).feed(octets), FaxToneTwin(4).feed(octets)
    assert kinds(ours) == kinds(twins)
    assert np.abs(ours["sample"].astype(int) - twins["sample"].astype(int)).max(initial=0) == 0
    assert np.abs(ours["b"] - twins["b"]).max(initial=0) <= 1


def test_every_path_tells_the_same(isa: Isa) -> None:
    octets = np.concatenate([v21(PREAMBLE, snr_db=12, dbm0=-38, seed=seed) for seed in range(40)])
    found = FaxToneBank(40).feed(octets)
    use(Isa.PLAIN)
    assert len(found) == 80
    np.testing.assert_array_equal(found, FaxToneBank(40).feed(octets))


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=40))
@settings(deadline=None, max_examples=20, derandomize=True)
def test_feeds_of_any_length_give_the_same_events(lengths: list[int]) -> None:
    octets = v21(PREAMBLE + frame(bytes(8)) + FLAG * 12)
    whole, cut = FaxToneBank(1).feed(octets), FaxToneBank(1)
    ends = [int(end) for end in np.cumsum(lengths) if end < octets.shape[1]]
    assert len(whole) == 4
    assert np.array_equal(np.concatenate([cut.feed(part) for part in np.split(octets, ends, axis=1)]), whole)
