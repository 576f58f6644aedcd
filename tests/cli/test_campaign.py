"""`kmcc campaign`: the check offline, and everything else against a house that runs, over HTTP."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from tests.daemon.house_process import CALLS_AN_HOUR, HouseProcess, running, write_config
from tests.daemon.test_run import wait_for

from kmcc.cli.console_client import ConsoleError, ask
from kmcc.cli.exit_codes import BAD_INPUT, OK
from kmcc.cli.main import main

Capture = pytest.CaptureFixture[str]

FILE = """
name = "notice"
[talk]
say = ["hello", { digits = "account" }]
[schedule]
time_zone = "ZONE"
windows = [{ start = "08:00", end = "21:00" }]
"""
LIST = (
    "number,id,account,zone\n3190001,a,1,\n3190003,b,2,\nhome,c,3,\n3190001,d,4,\n0871,e,5,\n3190009,f,6,Asia/Urumqi\n"
)


def noon() -> str:
    """A time zone in which it is about noon, so that the window is open whenever this test runs."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "notice.toml").write_text(FILE.replace("ZONE", noon()))
    (tmp_path / "list.csv").write_text(LIST)
    return str(tmp_path / "notice.toml"), str(tmp_path / "list.csv")


def check(capsys: Capture, *arguments: str) -> dict[str, Any]:
    assert main(["campaign", "check", *arguments, "--json"]) == OK
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_the_check_says_how_many_are_skipped_and_why(files: tuple[str, str], tmp_path: Path, capsys: Capture) -> None:
    config = write_config(tmp_path)
    (tmp_path / "dnc.txt").write_text("3190003\n\n")
    arguments = (*files, "--config", str(config), "--do-not-call", str(tmp_path / "dnc.txt"))
    capsys.readouterr()
    told = check(capsys, *arguments)
    assert (told["contacts"], told["to_call"]) == (6, 2)
    assert {why: count for why, count in told["skipped"].items() if count} == {
        "not a telephone number": 1,
        "no route to it": 1,
        "on the do-not-call list": 1,
        "number of an earlier contact": 1,
    }
    assert main(["campaign", "check", *arguments]) == OK
    assert capsys.readouterr().out.splitlines() == [
        "campaign notice: 6 contacts, 2 will be called",
        "1 will be skipped because: not a telephone number (c)",
        "1 will be skipped because: no route to it (e)",
        "1 will be skipped because: on the do-not-call list (b)",
        "1 will be skipped because: number of an earlier contact (d)",
    ]
    assert not (tmp_path / "kmcc.db").exists()


def test_whose_windows_are_all_over_is_outside(files: tuple[str, str], capsys: Capture) -> None:
    text = Path(files[0]).read_text().replace("[schedule]", "[schedule]\nlast_day = 2001-05-22")
    Path(files[0]).write_text(text.replace(noon(), "UTC"))
    told = check(capsys, *files, "--at", "2001-05-22T17:00:00")  # eleven at night in Urumqi
    assert told["skipped"]["outside all windows"] == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"08:00"', '"06:00"', "campaign notice: would call from 06:00 to 21:00, allowed is 08:00 to 21:00"),
        ('"hello"', '"helo"', "campaign notice: no prompt helo; expected one of `kmcc prompts list`"),
        ("say =", "sey = 1\nsay =", "talk.sey: found an unknown key; expected say?"),
        ("[talk]", '[seat]\nservice = "centre"\n[talk]', "calls go to a seat: expected a pacing by seats, not lines"),
        ("[talk]", "[pacing]\nlines = 0\n[talk]", "pacing.lines: found 0; expected 1 or more"),
        ('name = "notice"', 'name = "No Tice"', "name: found "),
        ("account,zone", "konto,zone", "list.csv line 1: no column account; expected it, for it is read out"),
        ("3190003,b,2,", "3190003,b,zwei,", 'list.csv line 3: account "zwei"; expected digits'),
        ("3190003,b,2,", "3190003,a,2,", 'list.csv line 3: id "a" of line 2; expected another id'),
        ("3190003,b,2,", "3190003,b,2", "list.csv line 3: 3 columns; expected 4, as in the header"),
        ("Asia/Urumqi", "Asia/Urumchi", 'list.csv line 7: zone "Asia/Urumchi"; expected a time zone'),
        ("number,id", "phone,id", 'list.csv line 1: header "phone,id,account,zone"; expected a header with a column'),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line(old: str, new: str, words: str, files: tuple[str, str], capsys: Capture) -> None:
    for file in files:
        Path(file).write_text(Path(file).read_text().replace(old, new))
    assert main(["campaign", "check", *files]) == BAD_INPUT
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert words in err


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HouseProcess]:
    quiet = (f"calls_per_hour={CALLS_AN_HOUR}", "calls_per_hour=1")
    with running(write_config(tmp_path_factory.mktemp("campaigns"), quiet)) as process:
        yield process


def told(house: HouseProcess, capsys: Capture, *arguments: str) -> Any:
    capsys.readouterr()
    assert main(["campaign", *arguments, "--url", house.url, "--json"]) == OK
    return json.loads(capsys.readouterr().out)


def test_start_and_wait_status_and_report(house: HouseProcess, files: tuple[str, str], capsys: Capture) -> None:
    """3190001 and the like do not exist in the simulated town but 3190003, who answers."""
    Path(files[1]).write_text(LIST.replace("Asia/Urumqi", ""))
    wait_for(lambda: all(group["blocked"] == 0 for group in ask(house.url, "/trunks")))
    done = told(house, capsys, "start", *files, "--wait")
    assert (done["state"], done["contacts"], done["done"]) == ("finished", 3, 3)
    record = told(house, capsys, "report", "notice")
    fates = {one["contact"]: one["verdict"] for one in record["contacts"]}
    assert fates == {"a": "vacant number", "b": "reached", "f": "vacant number"}
    assert {one["contact"] for one in record["skipped"]} == {"c", "d", "e"}
    assert [one["name"] for one in told(house, capsys, "status") if one["name"] == "notice"] == ["notice"]
    assert main(["campaign", "status", "--url", house.url]) == OK
    assert "notice" in capsys.readouterr().out
    assert main(["campaign", "report", "notice", "--url", house.url]) == OK
    assert "b: reached (answered)" in capsys.readouterr().out.splitlines()


def test_stop_and_resume_outside_the_window(house: HouseProcess, files: tuple[str, str], capsys: Capture) -> None:
    text = Path(files[0]).read_text().replace('name = "notice"', 'name = "night"')
    text = text.replace('start = "08:00", end = "21:00"', 'start = "08:00", end = "08:01"')
    Path(files[0]).write_text(text)
    assert told(house, capsys, "start", *files)["state"] == "running"
    waiting = told(house, capsys, "status", "night")
    assert waiting["attempts"] == 0
    assert waiting["next_turn"] is not None
    assert told(house, capsys, "stop", "night")["state"] == "stopped"
    assert told(house, capsys, "resume", "night")["state"] == "running"
    told(house, capsys, "stop", "night")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("stop", "nobody"), "404, there is no campaign nobody"),
        (("stop", "notice"), "409, campaign notice: cannot stop, it is finished; expected running"),
    ],
)
def test_orders_that_cannot_be(arguments: tuple[str, str], words: str, house: HouseProcess, capsys: Capture) -> None:
    assert main(["campaign", *arguments, "--url", house.url]) == BAD_INPUT
    assert words in capsys.readouterr().err


def test_over_http(house: HouseProcess, files: tuple[str, str]) -> None:
    """What scripts see: the check keeps nothing, a name is taken once, faults name their lines."""
    definition = Path(files[0]).read_text().replace('name = "notice"', 'name = "script"')
    body = {"definition": definition, "contacts": LIST}
    assert ask(house.url, "/campaigns/check", body)["to_call"] == 3
    assert ask(house.url, "/campaigns", body)["campaign"] == "script"
    assert ask(house.url, "/campaigns/script")["state"] == "new"
    for path, wrong, words in (
        ("/campaigns", body, "409, campaign script exists already; expected a new name"),
        ("/campaigns", {**body, "definition": "name = 5"}, "422, definition:1: name: found 5; expected"),
        ("/campaigns", {**body, "contacts": "phone\n1\n"}, "422, contacts line 1"),
        ("/campaigns", {"definition": definition}, "422, "),
        ("/campaigns/script/preview", {"seat": "801"}, "409, campaign script: cannot show a contact, it is new"),
    ):
        with pytest.raises(ConsoleError, match=words):
            ask(house.url, path, wrong)
    assert ask(house.url, "/do-not-call") == []


def send(house: HouseProcess, method: str, path: str, body: object = None) -> int:
    """The status of a request that `ask` does not make."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    try:
        with urlopen(Request(f"{house.url}{path}", data, headers, method=method), timeout=10) as answer:
            return int(answer.status)
    except HTTPError as refused:
        with refused:
            return refused.code


def test_the_do_not_call_list_over_http(house: HouseProcess, files: tuple[str, str]) -> None:
    assert send(house, "PUT", "/do-not-call/3190003", {"why": "by letter"}) == HTTPStatus.OK
    assert [(one["number"], one["why"]) for one in ask(house.url, "/do-not-call")] == [("3190003", "by letter")]
    body = {"definition": Path(files[0]).read_text(), "contacts": LIST}
    assert ask(house.url, "/campaigns/check", body)["skipped"]["on the do-not-call list"] == 1
    assert send(house, "PUT", "/do-not-call/home", {"why": "no number"}) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert send(house, "DELETE", "/do-not-call/3190003") == HTTPStatus.NO_CONTENT
    assert send(house, "DELETE", "/do-not-call/3190003") == HTTPStatus.NOT_FOUND
    assert ask(house.url, "/campaigns/check", body)["skipped"]["on the do-not-call list"] == 0


def test_figures_of_automatic_calls_are_in_the_metrics(house: HouseProcess) -> None:
    with urlopen(f"{house.url}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    assert any(line.startswith('kmcc_campaign_results_total{result="answered"}') for line in lines)
