"""`kmcc trunk` against a house that runs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.daemon.house_process import CALLS_AN_HOUR, HouseProcess, running, write_config
from tests.daemon.test_run import wait_for

from kmcc.cli.exit_codes import BAD_INPUT, OK
from kmcc.cli.main import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HouseProcess]:
    quiet = (f"calls_per_hour={CALLS_AN_HOUR}", "calls_per_hour=1")
    with running(write_config(tmp_path_factory.mktemp("trunks"), quiet)) as process:
        yield process


def groups(house: HouseProcess, capsys: Capture) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    assert main(["trunk", "list", "--json", "--url", house.url]) == OK
    return {group["group"]: group for group in json.loads(capsys.readouterr().out)}


def test_blocking_and_giving_back(house: HouseProcess, capsys: Capture) -> None:
    wait_for(lambda: groups(house, capsys)["kunming-out"]["idle"] == 10)
    assert main(["trunk", "block", "kunming-out", "21-22,30", "--url", house.url]) == OK
    assert "3 blocked (3 by us)" in capsys.readouterr().out
    blocked = groups(house, capsys)["kunming-out"]
    assert [circuit["channel"] for circuit in blocked["circuits"] if circuit["withdrawn"]] == ["21", "22", "30"]
    assert (blocked["idle"], blocked["blocked"]) == (7, 3)
    assert main(["trunk", "block", "kunming-out", "--json", "--url", house.url]) == OK
    assert json.loads(capsys.readouterr().out)["blocked"] == 10
    assert main(["trunk", "unblock", "kunming-out", "--url", house.url]) == OK
    wait_for(lambda: groups(house, capsys)["kunming-out"]["idle"] == 10)


def test_the_list_for_people(house: HouseProcess, capsys: Capture) -> None:
    assert main(["trunk", "list", "--url", house.url]) == OK
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("kunming-in: in, ")
    assert second.startswith("kunming-out: out, ")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["block", "nowhere"], "404, trunk group nowhere is unknown; expected one of kunming-in, kunming-out"),
        (["block", "kunming-out", "1"], "404, channel 1 of trunk group kunming-out is unknown; expected one of 21, "),
        (["block", "kunming-out", "x"], "channels x: expected channels 1 to 30 of a span"),
    ],
)
def test_what_is_not_there(arguments: list[str], why: str, house: HouseProcess, capsys: Capture) -> None:
    assert main(["trunk", *arguments, "--url", house.url]) == BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert why in err
    assert err.count("\n") == 1


def test_no_house(capsys: Capture) -> None:
    assert main(["trunk", "list", "--url", "http://127.0.0.1:1"]) == BAD_INPUT
    assert "expected the address of a running kmcc (--url)" in capsys.readouterr().err
    assert main(["trunk", "list", "--url", "nonsense"]) == BAD_INPUT
    assert capsys.readouterr().err.count("\n") == 1
