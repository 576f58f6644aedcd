"""`kmcc number-change`: the table of changed numbers from the shell."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.daemon.house_process import write_config

from kmcc.cli.exit_codes import BAD_INPUT, OK
from kmcc.cli.main import main
from kmcc.config.load import load_config
from kmcc.store.changed_numbers import ChangedNumbers
from kmcc.store.database import Database

HEADER = "old_number,new_number,variant,valid_from,valid_until\n"


@pytest.fixture
def config(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    file = str(write_config(tmp_path))
    capsys.readouterr()
    return file


def run(config: str, *arguments: str) -> int:
    return main(["number-change", *arguments, "--config", config])


def listed(config: str, capsys: pytest.CaptureFixture[str], *more: str) -> list[dict[str, str]]:
    assert run(config, "list", "--json", *more) == OK
    found: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return found


def test_added_listed_and_removed(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    days = ("--from", "2000-05-01", "--until", "2000-06-14")
    assert run(config, "add", "3181001", "3190001", *days) == OK
    assert run(config, "add", "3181002", "3190002", "--variant", "forward", *days) == OK
    assert capsys.readouterr().out.splitlines() == [
        "3181001 is now 3190001: announce, 2000-05-01 to 2000-06-14",
        "3181002 is now 3190002: forward, 2000-05-01 to 2000-06-14",
    ]
    assert [one["old_number"] for one in listed(config, capsys)] == ["3181001", "3181002"]
    assert [one["variant"] for one in listed(config, capsys, "--number", "3181002")] == ["forward"]
    assert listed(config, capsys, "--on", "2000-06-15") == []
    assert len(listed(config, capsys, "--on", "2000-06-14")) == 2
    assert run(config, "list") == OK
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert run(config, "remove", "3181001") == OK
    assert capsys.readouterr().out == "removed: 3181001 is now 3190001: announce, 2000-05-01 to 2000-06-14\n"
    assert [one["old_number"] for one in listed(config, capsys)] == ["3181002"]


def test_forty_five_days_from_today_where_nothing_else_is_said(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    """P-32."""
    assert run(config, "add", "3181001", "3190001", "--from", "2000-05-01") == OK
    assert run(config, "add", "3181002", "3190001") == OK
    one, two = listed(config, capsys)[-2:] if capsys.readouterr() else ({}, {})
    assert (one["valid_from"], one["valid_until"]) == ("2000-05-01", "2000-06-14")
    first, last = (date.fromisoformat(two[key]) for key in ("valid_from", "valid_until"))
    assert last - first == timedelta(days=44)


def test_a_file_of_them(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "moved.csv"
    rows = "".join(f"318{n:04},319{n:04},announce_and_forward,2000-05-01,2000-06-14\n" for n in range(500))
    file.write_text(HEADER + rows, encoding="utf-8")
    assert run(config, "import", str(file)) == OK
    assert capsys.readouterr().out == f"{file}: 500 changed numbers\n"
    database = Database(load_config(Path(config)).store.address())
    assert len(database.run_now(lambda session: ChangedNumbers(session).all())) == 500
    database.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("old,new\n", ":1: found old,new; expected old_number,new_number,"),
        ("", ":1: found nothing; expected old_number,"),
        (HEADER + "3181001,3190001,announce,2000-05-01\n", ":2: found 4 fields; expected 5"),
        (
            HEADER + "3181001,3190001,tell,2000-05-01,2000-06-14\n",
            ":2: variant: found tell; expected one of ",
        ),
        (HEADER + "3181001,3190001,announce,1 May,2000-06-14\n", ":2: valid_from: found 1 May; expected a day such as"),
        (
            HEADER + "3181001,3190001,announce,2000-05-01,2000-04-14\n",
            ":2: found 3181001; expected changed ",
        ),
        (HEADER + "3181001,3181001,announce,2000-05-01,2000-06-14\n", "needs a new number that is another one"),
        (HEADER + "3181001,,announce,2000-05-01,2000-06-14\n", "needs an old and a new number of 1 to 20 digits"),
    ],
)
def test_a_file_with_a_wrong_row_changes_nothing(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, expected: str
) -> None:
    good = "3180001,3190009,announce,2000-05-01,2000-06-14\n"
    file = tmp_path / "moved.csv"
    file.write_text(text + good if text.startswith(HEADER) else text, encoding="utf-8")
    assert run(config, "import", str(file)) == BAD_INPUT
    (line,) = capsys.readouterr().err.splitlines()
    assert expected in line
    assert listed(config, capsys) == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("add", "318x", "3190001"), "changed number 318x needs an old and a new number of 1 to 20 digits"),
        (("add", "3181001", "3190001", "--from", "soon"), "--from: found soon; expected a day such as 2000-05-22"),
        (("remove", "3181001"), "number 3181001 has no notice; see: kmcc number-change list"),
        (("remove", "3181001", "--from", "2000-05-01"), "has no notice that begins on 2000-05-01"),
        (("list", "--on", "today"), "--on: found today; expected a day such as 2000-05-22"),
    ],
)
def test_what_cannot_be(
    config: str, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], expected: str
) -> None:
    assert run(config, *arguments) == BAD_INPUT
    (line,) = capsys.readouterr().err.splitlines()
    assert expected in line
