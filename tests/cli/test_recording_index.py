"""`kmcc recordings` over the index and the files of a house."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kmcc.cli.exit_codes import BAD_INPUT, OK
from kmcc.cli.main import main
from kmcc.store.database import Database
from kmcc.store.recordings import SqlRecordingIndex
from kmcc.switch.recording_entry import RecordingEntry

Capture = pytest.CaptureFixture[str]
Ask = Callable[..., list[str]]

START = datetime(2000, 5, 22, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FIRST = RecordingEntry(
    Path("a.wav"), "a", "compulsory", START, 61_000, 61_000, 0, "acceptance", "801", "1000", "3190001"
)
ENTRIES = (
    FIRST,
    replace(FIRST, file=Path("b.wav"), call="b", calling="3190002", seat="802", started_at=START + timedelta(hours=1)),
    replace(FIRST, file=Path("b-2.wav"), call="b", duration_ms=50_000, started_at=START + timedelta(hours=2)),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    database = Database(f"sqlite:///{tmp_path}/kmcc.db")
    database.migrate()
    index = SqlRecordingIndex(database, recordings)
    for entry in ENTRIES:
        (recordings / entry.file).write_bytes(entry.call.encode() * 1000)
        index.add(entry)
    database.close()
    (tmp_path / "kmcc.toml").write_text(
        f'[store]\nurl = "sqlite:///{tmp_path}/kmcc.db"\nrecordings = "{recordings}"\n', encoding="utf-8"
    )
    return recordings


@pytest.fixture
def ask(folder: Path, capsys: Capture) -> Ask:
    def told(command: str, *arguments: str, code: int = OK) -> list[str]:
        capsys.readouterr()
        config = str(folder.parent / "kmcc.toml")
        assert main(["recordings", command, "--config", config, *arguments]) == code
        return capsys.readouterr().out.splitlines()

    return told


def test_the_list(ask: Ask) -> None:
    lines = ask("list")
    assert lines[0] == "2000-05-22 01:00:00 a.wav 3190001 -> 1000, acceptance, seat 801, 61.0 s, compulsory"
    assert lines[2].endswith(", 11000 ms missing")
    row = json.loads(ask("list", "--json")[0])
    assert (row["octets"], row["duration_ms"], row["gap_ms"]) == (1000, 61_000, 0)


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        (["--call", "b"], ["b.wav", "b-2.wav"]),
        (["--number", "3190002"], ["b.wav"]),
        (["--number", "1000"], ["a.wav", "b.wav", "b-2.wav"]),
        (["--seat", "802"], ["b.wav"]),
        (["--service", "bill"], []),
        (["--since", "2000-05-22T10:00:00"], ["b.wav", "b-2.wav"]),
        (["--until", "2000-05-22T10:00:00"], ["a.wav"]),
        (["--gaps"], ["b-2.wav"]),
        (["--call", "b", "--seat", "801"], ["b-2.wav"]),
    ],
)
def test_what_is_found(arguments: list[str], files: list[str], ask: Ask) -> None:
    assert [json.loads(line)["file"] for line in ask("find", *arguments, "--json")] == files


def test_files_that_are_what_they_were(ask: Ask) -> None:
    assert ask("verify") == ["3 recordings, 0 faults"]


def test_files_that_are_not(ask: Ask, folder: Path) -> None:
    (folder / "a.wav").write_bytes(b"x" * 1000)
    (folder / "b.wav").write_bytes(b"b" * 999)
    (folder / "b-2.wav").unlink()
    (folder / "strange.wav").touch()
    assert ask("verify", code=BAD_INPUT) == [
        "a.wav: its content has changed",
        "b.wav: has 999 octets, expected 1000",
        "b-2.wav: cannot be read: No such file or directory",
        "strange.wav: is not in the index: a message, or left by a crash",
        "3 recordings, 4 faults",
    ]
    faults = [json.loads(line)["file"] for line in ask("verify", "--json", code=BAD_INPUT)]
    assert faults == ["a.wav", "b.wav", "b-2.wav", "strange.wav"]
