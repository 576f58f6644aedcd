"""`kmcc prompts`: what a person at the shell sees, and the exit codes."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kmcc.cli.prompts import UnknownPromptError, app
from kmcc.dsp.wav import write_alaw_wav
from kmcc.switch.announce import packaged_catalogue
from kmcc.switch.announce.rendering import RenderError

has_voice = pytest.mark.skipif(
    shutil.which("espeak-ng") is None or shutil.which("sox") is None, reason="needs espeak-ng and sox"
)


def kmcc(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@has_voice
def test_render_only_what_is_asked_for_then_nothing(tmp_path: Path) -> None:
    arguments = ("render", "--language", "zh", "--only", "welcome", "--only", "goodbye", "--out", tmp_path)
    first = kmcc(*arguments)
    assert first.exit_code == 0
    assert first.stdout == "2 rendered; 0 up to date; 0 kept, somebody recorded it\n"
    assert sorted(path.name for path in (tmp_path / "zh").iterdir()) == ["goodbye.wav", "welcome.wav"]
    assert not (tmp_path / "en").exists()
    assert kmcc(*arguments).stdout.startswith("0 rendered; 2 up to date")
    assert kmcc(*arguments, "--force").stdout.startswith("2 rendered; 0 up to date")
    assert kmcc("check", tmp_path).exit_code == 0


@has_voice
def test_render_uses_the_catalogue_of_the_directory(tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").write_text('[prompts.weather]\nzh = "天气"\nen = "weather"\n', encoding="utf-8")
    assert kmcc("check", tmp_path).exit_code == 2
    assert kmcc("render", "--only", "weather", "--out", tmp_path).stdout.startswith("2 rendered")
    assert kmcc("check", tmp_path).exit_code == 0


def test_render_refuses_a_name_that_is_none(tmp_path: Path) -> None:
    result = kmcc("render", "--only", "wellcome", "--out", tmp_path)
    assert isinstance(result.exception, UnknownPromptError)
    assert str(result.exception) == "wellcome: no prompt of the catalogue has this name; see: kmcc prompts list"


def test_render_without_a_voice_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = kmcc("render", "--out", tmp_path)
    assert isinstance(result.exception, RenderError)
    assert str(result.exception).splitlines() == [
        "espeak-ng and sox not found; install with: apt-get install espeak-ng sox"
    ]


def test_list_as_json_has_every_recording() -> None:
    result = kmcc("list", "--json")
    assert result.exit_code == 0
    rows = json.loads(result.stdout)
    names = list(packaged_catalogue().prompts)
    assert [(row["name"], row["language"]) for row in rows] == [(name, lang) for name in names for lang in ("zh", "en")]
    welcome = rows[0]
    assert (welcome["name"], welcome["text"]) == ("welcome", "欢迎致电一千号客户服务中心。")
    data = Path(welcome["file"]).read_bytes()
    at = data.index(b"data")
    assert welcome["seconds"] == int.from_bytes(data[at + 4 : at + 8], "little") / 8000


def test_list_shows_an_operators_recording(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    write_alaw_wav(tmp_path / "en/welcome.wav", bytes(8000))
    rows = json.loads(kmcc("list", "--json", "--directory", tmp_path).stdout)
    row = next(row for row in rows if (row["name"], row["language"]) == ("welcome", "en"))
    assert (row["seconds"], row["file"]) == (1.0, str(tmp_path / "en/welcome.wav"))


def test_list_for_people() -> None:
    result = kmcc("list")
    assert result.exit_code == 0
    assert "vacant-number" in result.stdout


def test_check_prints_one_line_for_each_fault(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh/welcome.wav").write_bytes(b"RIFF")
    write_alaw_wav(tmp_path / "zh/wellcome.wav", bytes(8000))
    result = kmcc("check", tmp_path)
    assert result.exit_code == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert [line.split(": expected")[0] for line in lines] == [
        f"kmcc: {tmp_path / 'zh/wellcome.wav'}",
        f"kmcc: {tmp_path / 'zh/welcome.wav'}",
    ]


def test_check_of_a_good_directory(tmp_path: Path) -> None:
    result = kmcc("check", tmp_path)
    assert (result.exit_code, result.stdout) == (0, f"{tmp_path}: every prompt can be played, 0 of them from here\n")


def test_check_of_no_directory(tmp_path: Path) -> None:
    result = kmcc("check", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert result.stderr == f"kmcc: {tmp_path / 'nowhere'}: expected a directory of recordings\n"
