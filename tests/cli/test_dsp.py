"""The recordings are made here, from the frequencies of Q.23, and by sox where a format is concerned."""

import json
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from kmcc.cli.exit_codes import BAD_INPUT, OK
from kmcc.cli.main import main

Capture = pytest.CaptureFixture[str]

LOW_HZ = {row: hz for hz, row in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"), strict=True)}
HIGH_HZ = (1209, 1336, 1477, 1633)
KEY_S, PAUSE_S, RATE_HZ = 0.1, 0.1, 8000
PEAK_DBM0 = 3.14  # of a sine that fills the 16 bits: A-law's overload point (G.711, table 1a)
KEY_DBM0 = -10.0  # of each frequency


def tone(key: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    t = np.arange(int(KEY_S * RATE_HZ)) / RATE_HZ
    low = next(hz for row, hz in LOW_HZ.items() if key in row)
    high = HIGH_HZ[next(row.index(key) for row in LOW_HZ if key in row)]
    return 10 ** ((KEY_DBM0 - PEAK_DBM0) / 20) * (np.sin(2 * np.pi * low * t) + np.sin(2 * np.pi * high * t))


def recording(file: Path, keys: str, rate_hz: int = RATE_HZ) -> Path:
    pause = np.zeros(int(PAUSE_S * RATE_HZ))
    pcm = np.concatenate([pause, *(np.concatenate([tone(key), pause]) for key in keys)])
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes((pcm * 32767).astype("<i2").tobytes())
    return file


def test_sixteen_bit(tmp_path: Path, capsys: Capture) -> None:
    assert main(["dsp", "digits", str(recording(tmp_path / "a.wav", "1234567890*#ABCD"))]) == OK
    assert capsys.readouterr().out == "1234567890*#ABCD\n"


@pytest.mark.parametrize("options", [["-e", "a-law"], ["-e", "u-law"], ["-e", "signed", "-b", "16", "-c", "2"]])
def test_what_sox_writes(tmp_path: Path, capsys: Capture, options: list[str]) -> None:
    plain = recording(tmp_path / "a.wav", "0871")
    subprocess.run(["sox", plain, *options, tmp_path / "b.wav"], check=True)
    assert main(["dsp", "digits", str(tmp_path / "b.wav")]) == OK
    assert capsys.readouterr().out == "0871\n"


def test_silence_is_an_empty_line(tmp_path: Path, capsys: Capture) -> None:
    assert main(["dsp", "digits", str(recording(tmp_path / "a.wav", ""))]) == OK
    assert capsys.readouterr().out == "\n"


def test_several_files_have_their_names(tmp_path: Path, capsys: Capture) -> None:
    a, b = recording(tmp_path / "a.wav", "12"), recording(tmp_path / "b.wav", "34")
    assert main(["dsp", "digits", str(a), str(b)]) == OK
    assert capsys.readouterr().out == f"{a}: 12\n{b}: 34\n"


def test_json(tmp_path: Path, capsys: Capture) -> None:
    file = recording(tmp_path / "a.wav", "5#")
    assert main(["dsp", "digits", "--json", str(file)]) == OK
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert list(first) == ["digit", "start_ms", "end_ms", "report_ms", "low_dbm0", "high_dbm0"]
    assert (first["digit"], second["digit"]) == ("5", "#")
    assert first["start_ms"] == pytest.approx(100, abs=15)
    assert first["end_ms"] == pytest.approx(200, abs=15)
    assert second["start_ms"] == pytest.approx(300, abs=15)
    assert first["start_ms"] < first["report_ms"] < first["end_ms"]
    assert first["low_dbm0"] == pytest.approx(KEY_DBM0, abs=1)
    assert first["high_dbm0"] == pytest.approx(KEY_DBM0, abs=1)


def test_json_of_several_files_names_them(tmp_path: Path, capsys: Capture) -> None:
    a, b = recording(tmp_path / "a.wav", "1"), recording(tmp_path / "b.wav", "2")
    assert main(["dsp", "digits", "--json", str(a), str(b)]) == OK
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(digit["file"], digit["digit"]) for digit in found] == [(str(a), "1"), (str(b), "2")]


def test_standard_input(tmp_path: Path) -> None:
    octets = recording(tmp_path / "a.wav", "42").read_bytes()
    command = [sys.executable, "-m", "kmcc.cli.main", "dsp", "digits", "-"]
    done = subprocess.run(command, input=octets, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"42\n", b"")


def test_files_that_are_no_recordings_are_one_line_each(tmp_path: Path, capsys: Capture) -> None:
    good = recording(tmp_path / "good.wav", "7")
    fast = recording(tmp_path / "fast.wav", "7", rate_hz=9_000)
    short = tmp_path / "short.wav"
    short.write_bytes(good.read_bytes()[:-1000])
    empty = tmp_path / "empty.wav"
    empty.touch()
    missing = tmp_path / "missing.wav"
    assert main(["dsp", "digits", *map(str, (fast, short, good, empty, missing))]) == BAD_INPUT
    captured = capsys.readouterr()
    assert captured.out == f"{good}: 7\n"
    lines = captured.err.splitlines()
    assert [line.split(":")[:2] for line in lines] == [["kmcc", f" {f}"] for f in (fast, short, empty, missing)]
    assert "9000 Hz" in lines[0]
    assert "8000 Hz" in lines[0]
    assert "cut off" in lines[1]


@pytest.mark.parametrize("length", [0, 3, 11, 12, 20, 36, 43, 44, 45])
def test_every_truncation_is_one_line(tmp_path: Path, capsys: Capture, length: int) -> None:
    whole = recording(tmp_path / "a.wav", "7").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[:length])
    assert main(["dsp", "digits", str(tmp_path / "cut.wav")]) == BAD_INPUT
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"kmcc: {tmp_path}/cut.wav: ")
    assert captured.err.count("\n") == 1


# --- folders, standard input and register signals ---------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "calls"
    made.mkdir()
    for name, keys in (("b.wav", "34"), ("a.wav", "12"), ("c.wav", "")):
        recording(made / name, keys)
    return made


def test_a_folder_is_decoded_file_by_file(folder: Path, capsys: Capture) -> None:
    assert main(["dsp", "digits", str(folder)]) == OK
    assert capsys.readouterr().out == f"{folder}/a.wav: 12\n{folder}/b.wav: 34\n{folder}/c.wav: \n"


def test_a_folder_without_files_is_told_and_does_not_stop_the_others(folder: Path, capsys: Capture) -> None:
    (folder / "empty").mkdir()
    assert main(["dsp", "digits", str(folder / "empty"), str(folder / "a.wav")]) == BAD_INPUT
    output = capsys.readouterr()
    assert output.out == f"{folder}/a.wav: 12\n"
    assert output.err == f"kmcc: {folder}/empty: found a folder without files, expected at least one recording in it\n"


def test_a_bad_file_in_a_folder_does_not_stop_the_others(folder: Path, capsys: Capture) -> None:
    (folder / "aa.txt").write_text("no recording")
    assert main(["dsp", "digits", str(folder)]) == BAD_INPUT
    output = capsys.readouterr()
    assert output.out.splitlines()[1] == f"{folder}/b.wav: 34"
    assert "aa.txt" in output.err


def run(*arguments: str, octets: bytes) -> subprocess.CompletedProcess[bytes]:
    words = [sys.executable, "-m", "kmcc.cli.main", "dsp", *arguments]
    return subprocess.run(words, input=octets, capture_output=True, check=False)


def test_register_signals_from_standard_input(tmp_path: Path) -> None:
    t = np.arange(480) / RATE_HZ
    pair = 0.19 * (np.sin(2 * np.pi * 1500 * t) + np.sin(2 * np.pi * 1740 * t))
    file = tmp_path / "a.wav"
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes((np.concatenate((np.zeros(800), pair, np.zeros(800))) * 32767).astype("<i2").tobytes())
    told = run("mfc", "--direction", "forward", "--json", "-", octets=file.read_bytes())
    assert (told.returncode, told.stderr) == (OK, b"")
    (found,) = (json.loads(line) for line in told.stdout.splitlines())
    assert list(found) == ["signal", "start_ms", "end_ms", "report_ms"]
    assert found["signal"] == 5
    assert (found["start_ms"], found["end_ms"]) == (pytest.approx(100, abs=1), pytest.approx(160, abs=1))
    assert found["report_ms"] == pytest.approx(109, abs=1)
    plain = run("mfc", "--direction", "backward", str(file), octets=b"")
    assert (plain.returncode, plain.stdout) == (OK, b"\n")


def test_a_direction_that_is_none(tmp_path: Path, capsys: Capture) -> None:
    file = recording(tmp_path / "a.wav", "1")
    assert main(["dsp", "mfc", "--direction", "sideways", str(file)]) == BAD_INPUT
    assert "expected forward or backward" in capsys.readouterr().err
