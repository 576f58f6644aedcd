"""The screen under the listener: every path of the C core leaves the twin's bits, and they mean what they shall."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from tests.dsp.sounds import Burst, make_alaw

from kmcc.dsp import twin_listener
from kmcc.dsp._core import ffi, lib
from kmcc.dsp.cpu import Isa
from kmcc.dsp.g711 import encode_alaw
from kmcc.dsp.twin_g711 import decode_alaw
from kmcc.dsp.twin_listener import BLOCK, waves

LANES = 32
HZ = (697.0, 770.0, 852.0, 941.0, 1209.0, 1336.0, 1477.0, 1633.0, 450.0, 1100.0, 2100.0, 540.0, 1980.0)

Octets = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Screen = Callable[[Octets, tuple[float, ...]], tuple[Floats, Floats]]


def screen_c(rows: Octets, hz: tuple[float, ...]) -> tuple[Floats, Floats]:
    energy, power = np.empty(LANES, np.float32), np.empty((len(hz), LANES), np.float32)
    lib.screen_rows(
        ffi.cast("uint8_t *", rows.ctypes.data), rows.strides[0], list(hz), len(hz),
        ffi.from_buffer("float[]", energy), ffi.from_buffer("float[]", power),
    )  # fmt: skip
    return energy, power


def screen_twin(rows: Octets, hz: tuple[float, ...]) -> tuple[Floats, Floats]:
    of = waves(hz)
    found = [twin_listener.screen(pcm, of) for pcm in decode_alaw(rows)]
    return np.array([energy for energy, _ in found]), np.array([power for _, power in found]).T


def blocks() -> dict[str, Octets]:
    rng = np.random.default_rng(64)
    loudest = np.where(rng.integers(0, 2, (LANES, BLOCK)), 0xAA, 0x2A).astype(np.uint8)
    noise = rng.normal(0, 1, (LANES, BLOCK)) * np.geomspace(1, 9000, LANES)[:, None]
    return {
        "any octets": rng.integers(0, 256, (LANES, BLOCK), np.uint8),
        "each octet": np.arange(LANES * BLOCK, dtype=np.uint8).reshape(LANES, BLOCK) + np.uint8(7),
        "loudest": loudest,
        "loudest, all alike": np.full((LANES, BLOCK), 0xAA, np.uint8),
        "silence": np.full((LANES, BLOCK), 0xD5, np.uint8),
        "from whisper to shout": encode_alaw(np.clip(noise, -32768, 32767).astype(np.int16)),
        "rows far apart": rng.integers(0, 256, (LANES, 3 * BLOCK + 5), np.uint8)[:, 3 : 3 + BLOCK],
    }


class TestEveryPath:
    """`isa` goes over all paths of the C core."""

    @pytest.mark.parametrize("name", blocks())
    def test_the_same_bits_as_the_twin(self, isa: Isa, name: str) -> None:
        rows = blocks()[name]
        for ours, twins in zip(screen_c(rows, HZ), screen_twin(rows, HZ), strict=True):
            np.testing.assert_array_equal(ours.view(np.uint32), twins.view(np.uint32))

    def test_any_number_of_tones(self, isa: Isa) -> None:
        rows = blocks()["any octets"]
        for count in range(len(HZ) + 1):
            np.testing.assert_array_equal(screen_c(rows, HZ[:count])[1], screen_twin(rows, HZ)[1][:count])


@pytest.mark.parametrize("screen", [screen_c, screen_twin], ids=["C", "twin"])
class TestMeaning:
    def test_a_tone_is_all_that_is_heard(self, screen: Screen) -> None:
        for tone, hz in enumerate(HZ):
            rows = make_alaw(*[(Burst(((hz, -9.0),), 0, 8),)] * LANES, ms=8)
            energy, power = screen(rows, HZ)
            dbm0 = 10 * np.log10(energy * 2 / 32768.0**2) + 3.14
            assert dbm0 == pytest.approx(np.full(LANES, -9.0), abs=0.45)  # not whole periods in the block
            assert power[tone] == pytest.approx(energy, rel=0.01)

    def test_a_tone_is_never_more_than_all(self, screen: Screen) -> None:
        for rows in blocks().values():
            energy, power = screen(rows, HZ)
            assert (power <= energy * (1 + 1e-6)).all()

    def test_far_tones_are_little(self, screen: Screen) -> None:
        rows = make_alaw(*[(Burst(((697.0, -9.0),), 0, 8),)] * LANES, ms=8)
        energy, power = screen(rows, (697.0, 1477.0))
        assert (power[1] < 0.03 * energy).all()

    def test_below_50_dbm0_no_tone_is_looked_for(self, screen: Screen) -> None:
        rows = make_alaw(*[(Burst(((1000.0, dbm0),), 0, 8),) for dbm0 in np.linspace(-52, -48, LANES)], ms=8)
        energy, power = screen(rows, (1000.0,))
        quiet = energy < 32768**2 / 2 * 10 ** ((-50 - 3.14) / 10)
        assert 8 < quiet.sum() < 24
        assert ((power[0] == 0) == quiet).all()
