"""The sheet itself: what is put in comes out in the table, in the file and in the picture."""

import json
from pathlib import Path

import pytest
from tests.dsp.quality import sheet as module
from tests.dsp.quality.sheet import Sheet, number


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sheet:
    monkeypatch.setattr(module, "RESULTS", tmp_path)
    monkeypatch.setattr(module, "PLOTS", tmp_path)
    sheet = Sheet()
    sheet.row("bell", "rings heard", 99.95, ">= 99.9", rival=98, unit="%")
    sheet.sweep("bell", "rings by level", x_label="dBm0", x=(-40, 0), y_label="heard", ours=(0.5, 1), rival=(0, 1))
    return sheet


def test_a_row_stands_in_the_table(filled: Sheet) -> None:
    assert filled.lines()[-1] == "| bell | rings heard | 99.95 % | 98 | >= 99.9 |"


def test_a_run_is_kept_and_drawn_alike_each_time(filled: Sheet, tmp_path: Path) -> None:
    filled.write("a machine")
    kept = json.loads((tmp_path / "bell.json").read_text())
    assert kept["machine"] == "a machine"
    assert [row["ours"] for row in kept["rows"]] == [99.95]
    assert kept["sweeps"][0]["rival"] == [0, 1]
    first = (tmp_path / "bell-rings-by-level.svg").read_bytes()
    filled.write("a machine")
    assert first.startswith(b"<?xml")
    assert (tmp_path / "bell-rings-by-level.svg").read_bytes() == first


def test_the_sheet_of_another_process_joins(filled: Sheet) -> None:
    whole = Sheet()
    whole.add_json(json.loads(json.dumps(filled.as_json())))
    assert whole.lines() == filled.lines()
    assert [sweep.file_name for sweep in whole.sweeps] == ["bell-rings-by-level.svg"]


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0.0, "0"), (27.24567, "27.25"), (1234.5, "1234"), (0.001, "0.001")]
)
def test_numbers_as_a_person_writes_them(value: float | None, text: str) -> None:
    assert number(value) == text
