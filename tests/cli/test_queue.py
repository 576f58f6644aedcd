"""`kmcc queue simulate`: the chief's question as a file, the answer as a table or as JSON, and what is refused."""

import json
from pathlib import Path

import pytest

from kmcc.cli import queue as command
from kmcc.cli.exit_codes import BAD_INPUT, INTERRUPTED, OK
from kmcc.cli.main import main
from kmcc.firmware_sim.staffing.floor import Floor

PLAN = """\
hours = 5
seed = 1
answer_limit_s = 15

[[arrivals]]
service = "general"
per_hour = 1000
handling_s = 120
patience_s = 60

[[seats]]
count = 35
skills = { general = 1 }
kind = "professional"
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN)
    return path


def test_json_has_each_estimate_with_its_interval(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queue", "simulate", str(plan), "--json"]) == OK
    told = json.loads(capsys.readouterr().out)
    one = told["services"]["general"]
    assert set(one) == {
        "offered", "answered", "abandoned", "unanswered", "mean_wait_s", "within_limit", "abandon_rate", "erlang",
    }  # fmt: skip
    assert one["offered"] == one["answered"] + one["abandoned"]
    assert one["abandon_rate"]["value"] == pytest.approx(one["abandoned"] / one["offered"])
    for estimate in (one["mean_wait_s"], one["within_limit"], one["abandon_rate"], told["seats"]["occupancy"]):
        assert estimate["low"] <= estimate["value"] <= estimate["high"]
    assert one["erlang"]["model"] == "Erlang A"
    assert one["erlang"]["abandon_rate"] == pytest.approx(one["abandon_rate"]["value"], abs=0.03)


def test_the_table_shows_theory_below(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queue", "simulate", str(plan)]) == OK
    out = capsys.readouterr().out
    assert "general" in out
    assert "Erlang A" in out


def test_another_seed_by_the_command_line(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    offered = []
    for seed in ("1", "2"):
        assert main(["queue", "simulate", str(plan), "--json", "--seed", seed]) == OK
        offered.append(json.loads(capsys.readouterr().out)["services"]["general"]["offered"])
    assert offered[0] != offered[1]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("per_hour", "per_hours", ":7: arrivals[0].per_hours: found an unknown key; expected per_hour?"),
        ("1000", "0", ":7: arrivals[0].per_hour: found 0; expected more than 0"),
        ('"general"', '"bill"', ':6: arrivals[0].service: found "bill", which no seat serves; expected one of general'),
        ("count = 35", 'count = 35\nshift = ["8", "9"]', ':13: seats[0].shift[0]: found "8"; expected a time of day'),
        ("count = 35", 'count = 35\nshift = ["08:00", "08:00"]', "expected a shift that ends at another time"),
        ("hours = 5", "hours = inf", ":1: hours: found inf; expected a number"),
        ('"professional"', '"pro"', 'found "pro"; expected "professional" or "integrated"'),
        ("[[seats]]", "[[seat]]", "seats: found nothing; expected this key"),
    ],
)
def test_a_wrong_plan_is_refused_with_its_line(
    plan: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, words: str
) -> None:
    plan.write_text(PLAN.replace(old, new, 1))
    assert main(["queue", "simulate", str(plan)]) == BAD_INPUT
    assert words in capsys.readouterr().err


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["queue", "simulate", str(tmp_path / "none.toml")]) == BAD_INPUT
    assert "found No such file or directory; expected a file that can be read" in capsys.readouterr().err


class StoppedFloor(Floor):
    """Somebody presses Ctrl-C half way."""

    def run(self, progress: object = None) -> None:  # type: ignore[override]
        def stop(share: float) -> None:
            if share >= 0.5:
                raise KeyboardInterrupt

        super().run(stop)


def test_interrupted_it_shows_what_was_seen(
    plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "Floor", StoppedFloor)
    assert main(["queue", "simulate", str(plan), "--json"]) == INTERRUPTED
    told = capsys.readouterr()
    assert 1000 < json.loads(told.out)["services"]["general"]["offered"] < 4000
    assert "interrupted" in told.err
