"""`kmcc cdr` over a file that the switch's own writer made."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.switch.test_cdr import CDR, UNANSWERED

from kmcc.cli.exit_codes import BAD_INPUT, OK
from kmcc.cli.main import main
from kmcc.switch.cdr import CsvCdrFile, LegDirection

Capture = pytest.CaptureFixture[str]

TARIFFS = """free_services = ["fault"]

[[tariffs]]
charge_class = "local"
rates = [
  { unit_s = 60.0, unit_fen = 5, start = "21:00", end = "07:00" },
  { unit_s = 60.0, unit_fen = 10 },
]

[[tariffs]]
charge_class = "metered"
by = "meter"
meter_fen = 18
"""

RECORDS = (
    CDR,
    replace(CDR, id="7-2", leg=2, direction=LegDirection.OUT, charge_class="metered", called="3135678"),
    replace(UNANSWERED, id="8-1", chain="8", calling="3190001", continues="7"),
    replace(CDR, id="9-1", chain="9", service="fault", continues=None),
)


@pytest.fixture
def cdr(tmp_path: Path) -> Path:
    path = tmp_path / "cdr.csv"
    with CsvCdrFile(path) as file:
        for record in RECORDS:
            file.write(record)
    (tmp_path / "tariffs.toml").write_text(TARIFFS, encoding="utf-8")
    return path


def told(capsys: Capture, *arguments: str) -> list[str]:
    capsys.readouterr()
    assert main(["cdr", *arguments]) == OK
    return capsys.readouterr().out.splitlines()


def test_the_list(cdr: Path, capsys: Capture) -> None:
    assert told(capsys, "list", str(cdr))[0] == (
        "2001-05-01 09:00:00 7-1 in kunming-in/7 8713135678 -> 1000, 61.2 s, caller hung up"
    )
    rows = [json.loads(line) for line in told(capsys, "list", str(cdr), "--json")]
    assert [row["id"] for row in rows] == ["7-1", "7-2", "8-1", "9-1"]
    assert rows[0]["duration_ms"] == "61250"


def test_a_call_with_what_continues_it_and_the_calls_of_a_number(cdr: Path, capsys: Capture) -> None:
    chain = [json.loads(line)["id"] for line in told(capsys, "list", str(cdr), "--chain", "7", "--json")]
    assert chain == ["7-1", "7-2", "8-1"]
    number = [json.loads(line)["id"] for line in told(capsys, "list", str(cdr), "--number", "3190001", "--json")]
    assert number == ["8-1"]


def test_what_they_cost(cdr: Path, capsys: Capture) -> None:
    tariffs = str(cdr.with_name("tariffs.toml"))
    lines = told(capsys, "rate", str(cdr), "--tariffs", tariffs)
    assert [line.rpartition(": ")[2] for line in lines[:4]] == [
        "0.20 yuan (time)",
        "0.36 yuan (meter)",
        "0.00 yuan (not answered)",
        "0.00 yuan (free)",
    ]
    assert lines[4:] == ["local: 0.20 yuan", "metered: 0.36 yuan"]
    first = json.loads(told(capsys, "rate", str(cdr), "--tariffs", tariffs, "--json")[0])
    assert first == {"id": "7-1", "fen": 20, "why": "time", "lines": [{"units": 2, "unit_fen": 10}]}


def test_a_record_that_is_being_written_is_left_out(cdr: Path, capsys: Capture) -> None:
    with cdr.open("ab") as file:
        file.write(b"10-1,10,1,in")
    assert len(told(capsys, "list", str(cdr))) == 4


@pytest.mark.parametrize(
    ("tariffs", "why"),
    [
        ("tariffs = []\n", "tariffs: found a list; expected one or more"),
        (TARIFFS + TARIFFS.partition("\n\n")[2], 'found "local"; expected a class that no other tariff has'),
        ('[[tariffs]]\ncharge_class = "local"\n', "tariff local: no rate that always holds, expected one as the last"),
        ('[[tariffs]]\ncharge_class = "toll"\nby = "call"\n', "record 7-1: no tariff for class local"),
    ],
)
def test_tariffs_that_do_not_fit(tariffs: str, why: str, cdr: Path, capsys: Capture) -> None:
    path = cdr.with_name("wrong.toml")
    path.write_text(tariffs, encoding="utf-8")
    capsys.readouterr()
    assert main(["cdr", "rate", str(cdr), "--tariffs", str(path)]) == BAD_INPUT
    assert why in capsys.readouterr().err


def test_a_file_that_is_none(tmp_path: Path, capsys: Capture) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n", encoding="utf-8")
    assert main(["cdr", "list", str(other)]) == BAD_INPUT
    assert "other columns" in capsys.readouterr().err
    assert main(["cdr", "list", str(tmp_path / "none.csv")]) == BAD_INPUT
    assert capsys.readouterr().err.count("\n") == 1
