"""G.711: the tables of the standard, and sox as another coder."""

import os
import shutil
import subprocess
from types import ModuleType

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.dsp import g711, twin_g711
from kmcc.dsp.cpu import Isa
from kmcc.dsp.errors import SamplesError

# Tables 1a and 2a: the code before inversion for the transmission line, and its value in the table's own scale.
ALAW_POSITIVE = [
    (0b1111_1111, 4032), (0b1111_0000, 2112), (0b1110_0000, 1056), (0b1101_0000, 528), (0b1100_0000, 264),
    (0b1011_0000, 132), (0b1010_0000, 66), (0b1000_0000, 1),
]  # fmt: skip
ULAW_POSITIVE = [
    (0b1000_0000, 8031), (0b1000_1111, 4191), (0b1001_1111, 2079), (0b1010_1111, 1023), (0b1011_1111, 495),
    (0b1100_1111, 231), (0b1101_1111, 99), (0b1110_1111, 33), (0b1111_1110, 2), (0b1111_1111, 0),
]  # fmt: skip
ALAW_SCALE = 8  # table 1a counts 4096 to full scale, 16 bits count 32768
ULAW_SCALE = 4  # table 2a counts 8159 to full scale

ALAW_MILLIWATT = bytes.fromhex("3421 2134 b4a1 a1b4")  # table 5: 1 kHz, 0 dBm0
ULAW_MILLIWATT = bytes.fromhex("1e0b 0b1e 9e8b 8b9e")  # table 6
ALL_CODES = np.arange(256, dtype=np.uint8)
ALL_VALUES = np.arange(-32768, 32768).astype(np.int16)


def level_dbm0(pcm: npt.NDArray[np.int16], full_scale: float, full_scale_dbm0: float) -> float:
    return float(10 * np.log10(np.mean(pcm.astype(float) ** 2) * 2 / full_scale**2) + full_scale_dbm0)


@pytest.mark.parametrize("coder", [g711, twin_g711], ids=["C", "twin"])
class TestG711:
    @pytest.mark.parametrize(("code", "value"), ALAW_POSITIVE)
    def test_alaw_table(self, coder: ModuleType, code: int, value: int) -> None:
        octets = np.array([code ^ 0x55, (code & 0x7F) ^ 0x55], np.uint8)
        assert list(coder.decode_alaw(octets)) == [value * ALAW_SCALE, -value * ALAW_SCALE]
        assert list(coder.encode_alaw(coder.decode_alaw(octets))) == list(octets)

    @pytest.mark.parametrize(("code", "value"), ULAW_POSITIVE)
    def test_ulaw_table(self, coder: ModuleType, code: int, value: int) -> None:
        octets = np.array([code, code & 0x7F], np.uint8)
        assert list(coder.decode_ulaw(octets)) == [value * ULAW_SCALE, -value * ULAW_SCALE]

    def test_every_code_comes_back(self, coder: ModuleType) -> None:
        assert np.array_equal(coder.encode_alaw(coder.decode_alaw(ALL_CODES)), ALL_CODES)
        back = coder.encode_ulaw(coder.decode_ulaw(ALL_CODES))
        assert list(ALL_CODES[back != ALL_CODES]) == [0x7F]  # minus zero becomes plus zero

    def test_every_value_is_within_half_an_interval(self, coder: ModuleType) -> None:
        """Sixteen equal intervals in every doubling: half an interval is at most 1/32 of the value."""
        values = ALL_VALUES.astype(int)
        alaw = coder.decode_alaw(coder.encode_alaw(ALL_VALUES)).astype(int)
        assert np.all(np.abs(alaw - values) <= np.maximum(8, (np.abs(values) + 1) // 32))
        ulaw = coder.decode_ulaw(coder.encode_ulaw(ALL_VALUES)).astype(int)
        assert np.all(np.abs(ulaw - np.clip(values, -32636, 32636)) <= (np.abs(values) + 132) // 32)
        for decoded in (alaw, ulaw):
            assert np.all(np.diff(decoded) >= 0)

    def test_the_digital_milliwatt(self, coder: ModuleType) -> None:
        assert abs(level_dbm0(coder.decode_alaw(np.frombuffer(ALAW_MILLIWATT, np.uint8)), 32768, 3.14)) < 0.05
        assert abs(level_dbm0(coder.decode_ulaw(np.frombuffer(ULAW_MILLIWATT, np.uint8)), 32636, 3.17)) < 0.05


def test_c_and_twin_agree_on_everything() -> None:
    for name in ("decode_alaw", "decode_ulaw"):
        assert np.array_equal(getattr(g711, name)(ALL_CODES), getattr(twin_g711, name)(ALL_CODES))
    for name in ("encode_alaw", "encode_ulaw"):
        assert np.array_equal(getattr(g711, name)(ALL_VALUES), getattr(twin_g711, name)(ALL_VALUES))


@given(st.binary(max_size=300))
def test_any_length_and_bytes_too(octets: bytes) -> None:
    assert g711.encode_alaw(g711.decode_alaw(octets)).tobytes() == octets


@pytest.mark.parametrize("wrong", [np.zeros(3), np.zeros(3, np.int8), "text", None])
def test_wrong_types_are_refused(wrong: object) -> None:
    with pytest.raises(SamplesError, match="expected bytes or a uint8 array"):
        g711.decode_alaw(wrong)  # type: ignore[arg-type]
    with pytest.raises(SamplesError, match="expected an int16 array"):
        g711.encode_ulaw(wrong)  # type: ignore[arg-type]


def sox(octets: bytes, source: tuple[str, str], target: tuple[str, str]) -> bytes:
    path = shutil.which("sox")
    if path is None and not os.environ.get("CI"):
        pytest.skip("sox is not installed")
    assert path is not None
    raw = [["-t", "raw", "-e", coding, "-b", bits, "-r", "8000", "-c", "1", "-"] for coding, bits in (source, target)]
    return subprocess.run([path, "-D", *raw[0], *raw[1]], input=octets, capture_output=True, check=True).stdout


@pytest.mark.parametrize("law", ["a-law", "mu-law"])
class TestAgainstSox:
    def test_all_codes(self, law: str) -> None:
        decode = g711.decode_alaw if law == "a-law" else g711.decode_ulaw
        theirs = sox(bytes(range(256)), (law, "8"), ("signed", "16"))
        assert np.array_equal(np.frombuffer(theirs, "<i2"), decode(ALL_CODES))

    def test_all_values(self, law: str) -> None:
        """sox rounds to the 13 or 14 bits of the standard first; so we round for it."""
        encode, unit = (g711.encode_alaw, 8) if law == "a-law" else (g711.encode_ulaw, 4)
        theirs = sox(ALL_VALUES.astype("<i2").tobytes(), ("signed", "16"), (law, "8"))
        rounded = np.minimum((ALL_VALUES.astype(int) + unit // 2) // unit * unit, 32768 - unit)
        assert np.array_equal(np.frombuffer(theirs, np.uint8), encode(rounded.astype(np.int16)))


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
class TestEveryPath:
    """`isa` goes over all paths of the C core."""

    def test_all_codes_and_all_values(self, isa: Isa, law: str) -> None:
        codes = np.tile(ALL_CODES, 5)
        np.testing.assert_array_equal(getattr(g711, f"decode_{law}")(codes), getattr(twin_g711, f"decode_{law}")(codes))
        ours = getattr(g711, f"encode_{law}")(ALL_VALUES)
        np.testing.assert_array_equal(ours, getattr(twin_g711, f"encode_{law}")(ALL_VALUES))

    def test_any_length_from_anywhere(self, isa: Isa, law: str) -> None:
        for first in (0, 1, 31):
            for count in range(0, 200, 3):
                codes = ALL_CODES[first : first + count]
                pcm = getattr(twin_g711, f"decode_{law}")(codes)
                np.testing.assert_array_equal(getattr(g711, f"decode_{law}")(codes), pcm)
                np.testing.assert_array_equal(
                    getattr(g711, f"encode_{law}")(pcm), getattr(twin_g711, f"encode_{law}")(pcm)
                )
