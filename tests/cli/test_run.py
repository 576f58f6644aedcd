from pathlib import Path

import pytest

from kmcc.cli.exit_codes import BAD_INPUT
from kmcc.cli.main import main


def test_without_a_configuration_nothing_starts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "kmcc.toml"
    assert main(["run", "--config", str(missing)]) == BAD_INPUT
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"kmcc: {missing}: found No such file or directory; expected ")


def test_a_wrong_configuration_is_refused_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kmcc.toml"
    file.write_text(f'[store]\nrecordings = "{tmp_path}/recordings"\nurl = "sqlite:///{tmp_path}/kmcc.db"\nx = 1\n')
    assert main(["run", "--config", str(file)]) == BAD_INPUT
    assert capsys.readouterr().err.startswith(f"kmcc: {file}:4: store.x: found an unknown key")
    assert list(tmp_path.iterdir()) == [file]
