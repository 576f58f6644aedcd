"""Speech files of every kind, written and read by sox as well as by us."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dsp.two_wire import alaw, speech

from kmcc.dsp.adpcm import decode_vox
from kmcc.dsp.errors import WavError
from kmcc.dsp.g711 import decode_alaw
from kmcc.dsp.resample import RATES_HZ
from kmcc.dsp.speech_file import SpeechCoding, read_speech, write_speech
from kmcc.dsp.wav import Coding, parse_wav, read_wav

SPEECH = alaw(speech(2, -16, seed=3)).tobytes()
LEAST_DB = {SpeechCoding.VOX: 14, SpeechCoding.IMA: 15}  # four bits a sample
NAMES = {coding: "speech.vox" if coding is SpeechCoding.VOX else "speech.wav" for coding in SpeechCoding}


def sox(*arguments: object) -> bytes:
    program = shutil.which("sox")
    if program is None and not os.environ.get("CI"):
        pytest.skip("sox is not installed")
    assert program is not None
    return subprocess.run([program, "-D", *map(str, arguments)], check=True, capture_output=True).stdout


def signal_to_noise_db(pcm: npt.NDArray[np.int16]) -> float:
    original = decode_alaw(SPEECH).astype(float)
    noise = pcm[: len(original)].astype(float) - original
    return float(10 * np.log10(np.sum(original**2) / (np.sum(noise**2) + 1)))


@pytest.mark.parametrize("coding", SpeechCoding)
def test_sox_reads_what_we_write(coding: SpeechCoding, tmp_path: Path) -> None:
    file = tmp_path / NAMES[coding]
    write_speech(file, SPEECH, coding)
    given_rate = ("-r", "8000") if coding is SpeechCoding.VOX else ()
    theirs = np.frombuffer(sox(*given_rate, file, "-t", "raw", "-e", "signed", "-b", "16", "-"), "<i2")
    assert len(SPEECH) <= len(theirs) <= len(SPEECH) + 1 or coding is SpeechCoding.IMA
    assert signal_to_noise_db(theirs) > LEAST_DB.get(coding, 90)


@pytest.mark.parametrize("coding", SpeechCoding)
def test_we_read_what_we_write(coding: SpeechCoding, tmp_path: Path) -> None:
    file = tmp_path / NAMES[coding]
    write_speech(file, SPEECH, coding)
    assert signal_to_noise_db(decode_alaw(read_speech(file))) > LEAST_DB.get(coding, 90)


def test_vox_of_sox_is_decoded_as_sox_does(tmp_path: Path) -> None:
    write_speech(tmp_path / "in.wav", SPEECH)
    sox(tmp_path / "in.wav", "-t", "vox", tmp_path / "theirs.vox")
    theirs = np.frombuffer(
        sox("-r", "8000", tmp_path / "theirs.vox", "-t", "raw", "-e", "signed", "-b", "16", "-"), "<i2"
    )
    np.testing.assert_array_equal(decode_vox((tmp_path / "theirs.vox").read_bytes()), theirs)


@pytest.mark.parametrize("channels", [1, 2])
def test_ima_of_sox_is_decoded_as_sox_does(channels: int, tmp_path: Path) -> None:
    write_speech(tmp_path / "in.wav", SPEECH)
    mixed = ("remix", "1", "1v0.3") if channels == 2 else ()
    sox(tmp_path / "in.wav", "-e", "ima-adpcm", tmp_path / "theirs.wav", *mixed)
    wav = read_wav(tmp_path / "theirs.wav")
    assert (wav.coding, wav.channels) == (Coding.IMA, channels)
    theirs = np.frombuffer(sox(tmp_path / "theirs.wav", "-t", "raw", "-e", "signed", "-b", "16", "-"), "<i2")
    for channel in range(channels):
        side = theirs[channel::channels]
        np.testing.assert_array_equal(wav.linear(channel)[: len(side)], side)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(
    "coding", [("-e", "signed", "-b", "16"), ("-e", "a-law"), ("-e", "mu-law"), ("-e", "ima-adpcm")]
)
def test_every_rate_and_coding_of_sox(rate_hz: int, coding: tuple[str, ...], tmp_path: Path) -> None:
    """A tone of 1 kHz comes in as 1 kHz and as loud."""
    file = tmp_path / "tone.wav"
    sox("-n", "-r", rate_hz, *coding, file, "synth", "1", "sine", "1000", "gain", "-6")
    heard = decode_alaw(read_speech(file)).astype(float)[1000:7000]
    tone = abs(np.exp(2j * np.pi * 1000 * np.arange(6000) / 8000) @ heard) * 2 / 6000
    assert 20 * np.log10(tone / 32768) == pytest.approx(-6, abs=0.5)
    assert np.sum(heard**2) == pytest.approx(tone**2 / 2 * 6000, rel=0.04)


def test_vox_of_six_kilohertz(tmp_path: Path) -> None:
    file = tmp_path / "tone.vox"
    sox("-n", "-r", "6000", "-t", "vox", file, "synth", "1", "sine", "500", "gain", "-6")
    heard = decode_alaw(read_speech(file, vox_rate_hz=6000)).astype(float)[1000:7000]
    tone = abs(np.exp(2j * np.pi * 500 * np.arange(6000) / 8000) @ heard) * 2 / 6000
    assert 20 * np.log10(tone / 32768) == pytest.approx(-6, abs=0.3)


@pytest.mark.parametrize(
    ("name", "octets", "found"),
    [
        ("a.vox", None, "No such file"),
        ("a.vox", b"", "an empty file"),
        ("a.vox", b"RIFF and so on", "a RIFF file"),
        ("a.wav", b"\x80\x80", "a file that begins with"),
    ],
)
def test_what_is_no_speech(name: str, octets: bytes | None, found: str, tmp_path: Path) -> None:
    if octets is not None:
        (tmp_path / name).write_bytes(octets)
    with pytest.raises(WavError, match=rf"{name}: found {found}"):
        read_speech(tmp_path / name)


def test_a_vox_rate_that_there_is_none_of(tmp_path: Path) -> None:
    (tmp_path / "a.vox").write_bytes(b"\x00")
    with pytest.raises(WavError, match="found 8001 Hz, expected a VOX file of 6000 or 8000 Hz"):
        read_speech(tmp_path / "a.vox", vox_rate_hz=8001)


@pytest.mark.parametrize(("name", "coding"), [("a.wav", SpeechCoding.VOX), ("a.vox", SpeechCoding.ALAW)])
def test_a_name_that_would_mislead(name: str, coding: SpeechCoding, tmp_path: Path) -> None:
    with pytest.raises(WavError, match=r"expected \*\.vox for VOX alone"):
        write_speech(tmp_path / name, SPEECH, coding)
    assert not (tmp_path / name).exists()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(WavError, match="expected a place to write"):
        write_speech(tmp_path / "nowhere" / "a.wav", SPEECH)


@pytest.fixture(scope="module")
def ima_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("ima") / "a.wav"
    write_speech(file, SPEECH[:2000], SpeechCoding.IMA)
    return file.read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_ima_file_is_speech_or_one_error(ima_file: bytes, data: st.DataObject) -> None:
    octets = bytearray(ima_file)
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, 80))] = data.draw(st.integers(0, 255))
    try:
        heard = parse_wav(bytes(octets[: data.draw(st.integers(40, len(octets)))]), name="a.wav").alaw()
    except WavError:
        return
    assert len(heard) > 0
