"""VOX and IMA ADPCM: kernel against twin, and both directions beside sox (tests/dsp/test_speech_file.py)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dsp.two_wire import Sound, speech

from kmcc.dsp import twin_adpcm
from kmcc.dsp.adpcm import decode_ima, decode_vox, encode_ima, encode_vox, ima_samples
from kmcc.dsp.errors import SamplesError


@given(st.binary(max_size=300))
def test_vox_as_the_twin(octets: bytes) -> None:
    np.testing.assert_array_equal(decode_vox(octets), twin_adpcm.decode_vox(octets))


@given(st.binary(max_size=75).map(lambda octets: octets * 4), st.integers(-32768, 32767), st.integers(0, 88))
def test_an_ima_block_as_the_twin(body: bytes, first: int, step: int) -> None:
    block = first.to_bytes(2, "little", signed=True) + bytes([step, 0]) + body
    decoded = decode_ima(block, len(block), 1)[:, 0]
    assert decoded[0] == first
    np.testing.assert_array_equal(decoded[1:], twin_adpcm.decode_ima(body, first, step))


def loss_of_coding(sound: Sound, back: Sound) -> float:
    return float(10 * np.log10(np.sum(sound**2) / np.sum((sound - back) ** 2)))


@pytest.mark.parametrize("dbm0", [-24.0, -12.0])
def test_speech_comes_back_with_little_noise(dbm0: float) -> None:
    sound = np.rint(speech(3, dbm0)).astype(np.int16)
    assert loss_of_coding(sound.astype(float), decode_vox(encode_vox(sound)).astype(float)) > 16
    back = decode_ima(encode_ima(sound, 256), 256, 1)[: len(sound), 0]
    assert loss_of_coding(sound.astype(float), back.astype(float)) > 18


@pytest.mark.parametrize("samples", [0, 1, 2, 504, 505, 506])
def test_lengths(samples: int) -> None:
    pcm = np.arange(samples, dtype=np.int16)
    assert len(decode_vox(encode_vox(pcm))) == samples + samples % 2
    assert len(decode_ima(encode_ima(pcm, 256), 256, 1)) == -(-samples // 505) * 505


@pytest.mark.parametrize(("octets", "channels", "samples"), [(3, 1, 0), (4, 1, 1), (7, 1, 1), (8, 1, 9), (256, 1, 505)])
def test_samples_of_a_block(octets: int, channels: int, samples: int) -> None:
    assert ima_samples(octets, channels) == samples
    assert ima_samples(octets * 2, channels * 2) == samples
    assert len(decode_ima(bytes(octets), 256, channels)) == samples


def test_a_step_that_is_not_in_the_table() -> None:
    with pytest.raises(SamplesError, match=r"step 89, expected 0\.\.88"):
        decode_ima(bytes([0, 0, 89, 0, 0, 0, 0, 0]), 8, 1)
