"""RIFF WAVE files: ours, sox's, and broken ones."""

import io
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.dsp.errors import WavError
from kmcc.dsp.g711 import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw
from kmcc.dsp.wav import Coding, Wav, parse_wav, read_alaw, read_wav, wav_header, write_alaw_wav

SPEECH = bytes(range(256)) * 3
GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2)


def form(code: int, bits: int, *, rate_hz: int = 8000, channels: int = 1, more: bytes = b"") -> bytes:
    frame = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", code, channels, rate_hz, rate_hz * frame, frame, bits) + more)


def riff(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def parse(octets: bytes) -> Wav:
    return parse_wav(octets, name="a.wav")


def extensible(code: int, bits: int) -> bytes:
    return form(0xFFFE, bits, more=struct.pack("<HHIH", 22, bits, 4, code) + GUID_TAIL[2:])


def test_alaw_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    for octets in (SPEECH, SPEECH[:-1]):
        write_alaw_wav(path, octets)
        assert read_alaw(path) == octets
        assert path.stat().st_size % 2 == 0


def test_the_header_octet_by_octet() -> None:
    assert wav_header(2, 10) == (
        b"RIFF" + struct.pack("<I", 60) + b"WAVE"
        b"fmt " + struct.pack("<IHHIIHHH", 18, 6, 2, 8000, 16000, 2, 8, 0) + b"fact" + struct.pack("<II", 4, 5)
        + b"data" + struct.pack("<I", 10)
    )  # fmt: skip


def test_two_channels(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    write_alaw_wav(path, b"\x01\x02" * 50, channels=2)
    wav = read_wav(path)
    assert (wav.channels, wav.samples, wav.coding) == (2, 50, Coding.ALAW)
    assert wav.alaw() == b"\x01" * 50
    assert wav.alaw(1) == b"\x02" * 50
    for channel in (2, -1):
        with pytest.raises(WavError, match=r"found no channel -?\d, expected 0\.\.1"):
            wav.alaw(channel)
    with pytest.raises(WavError, match="3 octets for 2 channels"):
        write_alaw_wav(path, b"abc", channels=2)


@pytest.mark.parametrize("make_form", [form, extensible], ids=["plain", "extensible"])
def test_every_coding(make_form: type) -> None:
    pcm = np.arange(-32768, 32767, 97).astype("<i2")
    assert parse(riff(make_form(1, 16), chunk(b"data", pcm.tobytes()))).alaw() == encode_alaw(pcm).tobytes()
    assert parse(riff(make_form(6, 8), chunk(b"data", SPEECH))).alaw() == SPEECH
    ulaw = parse(riff(make_form(7, 8), chunk(b"data", SPEECH))).alaw()
    linear = decode_ulaw(SPEECH).astype(int)
    # Once more rounded: half an interval of A-law, at most 1/32 of the value.
    assert np.all(np.abs(decode_alaw(ulaw) - linear) <= np.maximum(8, (np.abs(linear) + 1) // 32))


def test_chunks_we_do_not_know_are_passed_over() -> None:
    octets = riff(
        chunk(b"LIST", b"INFO od"),
        form(6, 8),
        chunk(b"fact", bytes(4)),
        chunk(b"data", SPEECH),
        chunk(b"id3 ", b"x"),
    )
    assert parse(octets).octets == SPEECH


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_streams_that_do_not_know_their_size(size: int) -> None:
    assert parse(b"RIFF\xff\xff\xff\xffWAVE" + form(6, 8) + chunk(b"data", SPEECH, size)).octets == SPEECH


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"", "found an empty file"),
        (b"ID3\x04 and then some", "found a file that begins with b'ID3"),
        (b"RIFF\0\0", "found a file that begins with b'RIFF'"),
        (b"RIFF\0\0\0\0AVI " + bytes(20), "found a file that begins with"),
        (riff(), "found no fmt chunk"),
        (riff(form(6, 8)), "found no data chunk"),
        (riff(chunk(b"fmt ", b"123"), chunk(b"data", SPEECH)), "found a fmt chunk of 3 octets, expected 16 or more"),
        (riff(form(6, 8), chunk(b"data", b"")), "found no samples"),
        (
            riff(form(6, 8), chunk(b"data", SPEECH, 5000)),
            "found 768 octets of the data chunk, expected 5000: the file is cut",
        ),
        (riff(form(1, 16), chunk(b"data", b"123")), "found 3 octets of data, expected .*the last sample is cut off"),
        (riff(form(6, 8, rate_hz=9000), chunk(b"data", SPEECH)), "found 9000 Hz, expected .*8000, 11025"),
        (riff(form(17, 4), chunk(b"data", SPEECH)), "found ADPCM blocks of 0 octets"),
        (riff(form(6, 8, channels=3), chunk(b"data", SPEECH)), "found 3 channels"),
        (riff(form(1, 24), chunk(b"data", SPEECH)), "found format 1 with 24 bits"),
        (riff(form(1, 8), chunk(b"data", SPEECH)), "found format 1 with 8 bits"),
        (riff(form(85, 0), chunk(b"data", SPEECH)), "found format 85 with 0 bits"),
        (riff(form(0xFFFE, 16), chunk(b"data", SPEECH)), "found format 65534 with 16 bits"),
        (riff(extensible(3, 32), chunk(b"data", SPEECH)), "found format 3 with 32 bits"),
    ],
)
def test_what_is_no_recording(octets: bytes, says: str) -> None:
    with pytest.raises(WavError, match=rf"^a\.wav: {says}") as caught:
        parse(octets)
    assert "\n" not in str(caught.value)


@given(st.integers(0, len(SPEECH) + 57))
def test_every_truncation_is_an_error(length: int) -> None:
    with pytest.raises(WavError):
        parse((wav_header(1, len(SPEECH)) + SPEECH)[:length])


@given(st.binary(max_size=200))
def test_garbage_is_a_recording_or_an_error(garbage: bytes) -> None:
    for octets in (garbage, b"RIFF\0\0\0\0WAVE" + garbage, riff(form(6, 8), garbage)):
        try:
            samples = parse(octets).samples
        except WavError:
            continue
        assert samples > 0


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WavError, match=r"nothing\.wav: found No such file or directory, expected a file that can"):
        read_wav(tmp_path / "nothing.wav")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(wav_header(1, len(SPEECH)) + SPEECH)))
    assert read_wav("-").alaw() == SPEECH


@pytest.mark.parametrize("coding", [["-e", "a-law"], ["-e", "mu-law"], ["-e", "signed", "-b", "16"]], ids=" ".join)
def test_files_and_pipes_of_sox(tmp_path: Path, coding: list[str]) -> None:
    sox = shutil.which("sox")
    if sox is None and not os.environ.get("CI"):
        pytest.skip("sox is not installed")
    assert sox is not None
    ours = tmp_path / "ours.wav"
    write_alaw_wav(ours, SPEECH)
    piped = subprocess.run([sox, "-D", ours, *coding, "-t", "wav", "-"], check=True, capture_output=True).stdout
    (tmp_path / "theirs.wav").write_bytes(piped)
    wav = read_wav(tmp_path / "theirs.wav")
    back = wav.alaw()
    if wav.coding is Coding.ULAW:
        assert encode_ulaw(decode_alaw(SPEECH)).tobytes() == wav.octets
    else:
        assert back == SPEECH
