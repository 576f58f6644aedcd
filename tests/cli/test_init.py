import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from kmcc.cli.exit_codes import BAD_INPUT, OK
from kmcc.cli.main import main
from kmcc.config import Config, load_config
from kmcc.config.sections import Section

Capture = pytest.CaptureFixture[str]


def test_the_example_runs_as_it_is_and_says_the_defaults(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "kmcc.toml"
    assert main(["init", str(file)]) == OK
    assert capsys.readouterr().out == f"{file}: written; start with: kmcc run --config {file}\n"
    assert load_config(file) == Config()


def test_the_example_names_every_key(tmp_path: Path) -> None:
    """A key is there or, when its default is "none", at least in a comment."""
    file = tmp_path / "kmcc.toml"
    main(["init", str(file)])
    text = file.read_text(encoding="utf-8")
    written = tomllib.loads(text)
    without_rows = [name for name, section in Config() if section == ()]
    assert list(written) == [name for name in Config.model_fields if name not in without_rows]
    for name, section in Config():
        row = get_args(Config.model_fields[name].annotation)
        model = row[0] if isinstance(section, tuple) else type(section)
        assert issubclass(model, Section)
        head = rf"^(?:# )?\[+{name}\]+$" if name in without_rows else rf"^\[+{name}\]+$"
        block = text[re.search(head, text, re.MULTILINE).end() :]  # type: ignore[union-attr]
        for key in model.model_fields:
            assert re.search(rf"^(# \[\w+\.|# )?{key}( =|\.)", block, re.MULTILINE), f"{name}.{key}"


def test_what_the_comments_suggest_is_accepted(tmp_path: Path) -> None:
    """Each commented line of the form `# key = value` and `# [table]`, taken at its word."""
    file = tmp_path / "kmcc.toml"
    main(["init", str(file)])
    text = re.sub(r"^# (\[+[\w.]+\]+|\w+ = .*)$", r"\1", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    file.write_text(re.sub(r"^lines = 4", "lines = 6", text, flags=re.MULTILINE), encoding="utf-8")
    config = load_config(file)
    assert [one.group for one in config.extensions] == ["extension-8001"]
    assert [group.lines for group in config.office_lines] == [(5,)]
    assert config.store.password is not None
    assert [service.name for service in config.services] == ["bill"]
    assert config.trunk_groups[1].profile == {"timers": {"t1": 15000}, "register": {"ani_after_digits": 1}}


def test_a_file_that_exists_is_kept(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "kmcc.toml"
    file.write_text("# mine\n")
    assert main(["init", str(file)]) == BAD_INPUT
    assert capsys.readouterr().err == f"kmcc: {file}: exists already; --force overwrites it\n"
    assert file.read_text() == "# mine\n"
    assert main(["init", "--force", str(file)]) == OK
    assert load_config(file) == Config()


def test_without_a_name_it_is_kmcc_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == OK
    assert [path.name for path in tmp_path.iterdir()] == ["kmcc.toml"]


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: Capture) -> None:
    assert main(["init", str(tmp_path / "none" / "kmcc.toml")]) == BAD_INPUT
    assert capsys.readouterr().err == f"kmcc: {tmp_path}/none/kmcc.toml: No such file or directory\n"
