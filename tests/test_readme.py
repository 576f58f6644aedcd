"""What README.md shows is true: its commands are run, its addresses exist."""

import re
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from kmcc.cli.exit_codes import OK
from kmcc.cli.main import main
from kmcc.config import Config, load_config

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def commands() -> list[list[str]]:
    return [line.split() for language, block in BLOCKS if language == "sh" for line in block.splitlines()]


@pytest.fixture
def in_a_folder_with_a_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """call.wav has the key 5 (770 and 1336 Hz, Q.23) for 100 ms between pauses."""
    t = np.arange(800) / 8000
    key = 8000 * (np.sin(2 * np.pi * 770 * t) + np.sin(2 * np.pi * 1336 * t))
    pause = np.zeros(800)
    with wave.open(str(tmp_path / "call.wav"), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(np.concatenate((pause, key, pause)).astype("<i2").tobytes())
    monkeypatch.chdir(tmp_path)


def test_it_opens_with_two_commands() -> None:
    assert BLOCKS[0] == ("sh", "make demo\nmake test\n")


def test_the_make_targets_exist() -> None:
    named = {words[1] for words in commands() if words[0] == "make"} | set(re.findall(r"`make (\w+)`", README))
    assert {"demo", "test"} <= named
    for target in sorted(named):
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.usefixtures("in_a_folder_with_a_call")
def test_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert ["kmcc", "init", "kmcc.toml"] in commands()
    assert main(["init", "kmcc.toml"]) == OK
    assert ["kmcc", "run", "--config", "kmcc.toml"] in commands()
    assert load_config(Path("kmcc.toml")) == Config()
    assert ["kmcc", "dsp", "digits", "call.wav"] in commands()
    capsys.readouterr()
    assert main(["dsp", "digits", "call.wav"]) == OK
    assert capsys.readouterr().out == "5\n"


def test_no_command_is_untested() -> None:
    tested = {"init", "run", "dsp"}
    assert {words[1] for words in commands() if words[0] == "kmcc"} == tested


@pytest.mark.usefixtures("in_a_folder_with_a_call")
def test_the_python() -> None:
    (program,) = (block for language, block in BLOCKS if language == "python")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "5\n"


def test_the_addresses() -> None:
    http = Config().http
    assert set(re.findall(r"http://[\w.]+:\d+", README)) == {f"http://{http.host}:{http.port}"}


def test_the_folders_exist() -> None:
    rows = re.findall(r"^\| (`.*?) \|", README, re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    roof = ROOT / "src" / "kmcc"
    missing = [n for n in names if not (ROOT / n).exists() and not (roof / n).exists()]
    assert len(names) > 10
    assert missing == []
