"""`kmcc run` as a process in real time: what it serves, how it ends, and what it leaves behind."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.daemon.house_process import LIMIT_S, HouseProcess, refused, running, write_config
from tests.daemon.left_behind import (
    cdr_rows,
    check_recordings,
    check_records,
    database_rows,
    events,
    legs_begun,
    stereo_alaw,
)

from kmcc.cli.exit_codes import BAD_INPUT, NO_BOARD, OK
from kmcc.cli.main import main

CALLS = 6


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def health(house: HouseProcess) -> dict[str, Any]:
    answer = httpx.get(f"{house.url}/healthz")
    found: dict[str, Any] = answer.json()
    assert (answer.status_code == 200) == found["ok"]  # in its first moments no circuit is in service yet
    return found


def metrics(house: HouseProcess) -> dict[tuple[str, str], float]:
    text = httpx.get(f"{house.url}/metrics").text
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def stream(house: HouseProcess, since: int, stop_after: int | None = None) -> list[tuple[int, str]]:
    """(id, data) of the event stream: so many, or until the house ends it."""
    found: list[tuple[int, str]] = []
    with httpx.stream("GET", f"{house.url}/events?since={since}", timeout=LIMIT_S) as answer:
        ident = 0
        for line in answer.iter_lines():
            if line.startswith("id: "):
                ident = int(line[4:])
            elif line.startswith("data: "):
                found.append((ident, line[6:]))
                if len(found) == stop_after:
                    break
    return found


@dataclass
class Lived:
    """A house that was busy, was asked to stop while calls were up, and is gone."""

    folder: Path
    health: dict[str, Any]
    metrics: dict[tuple[str, str], float]
    first: list[tuple[int, str]]
    followed: list[tuple[int, str]]
    calls_at_stop: int
    code: int
    rest: str
    errors: str


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("lived")
    followed: list[tuple[int, str]] = []
    with running(write_config(folder)) as house:
        first = stream(house, 0, stop_after=100)
        follower = threading.Thread(target=lambda: followed.extend(stream(house, first[-1][0])))
        follower.start()
        wait_for(lambda: metrics(house)["kmcc_calls_total", "caller hung up"] >= 1)
        wait_for(lambda: int(health(house)["calls"]) >= CALLS)
        seen = health(house), metrics(house)
        house.send(signal.SIGTERM)
        code, rest = house.wait()
        follower.join(timeout=LIMIT_S)
        assert not follower.is_alive()
        yield Lived(folder, *seen, first, followed, int(seen[0]["calls"]), code, rest, house.errors)


def test_it_is_fit(lived: Lived) -> None:
    assert lived.health["ok"] is True
    assert lived.health["reasons"] == []
    assert lived.health["circuits_idle"] + lived.health["circuits_busy"] == 30
    assert lived.health["circuits_busy"] >= CALLS


def test_its_figures(lived: Lived) -> None:
    assert lived.metrics["kmcc_circuits", "kunming-in,busy"] >= CALLS
    assert lived.metrics["kmcc_circuits", "kunming-in,busy"] + lived.metrics["kmcc_circuits", "kunming-in,idle"] == 20
    assert lived.metrics["kmcc_circuits", "kunming-out,idle"] == 10
    assert sum(count for (name, _), count in lived.metrics.items() if name == "kmcc_seats") == 4
    assert lived.metrics["kmcc_engine_ticks_total", ""] > 100
    assert lived.metrics["kmcc_events_total", ""] >= lived.first[-1][0]


def test_events_are_replayed_and_followed_without_gap_or_double_until_the_end(lived: Lived) -> None:
    """Two connections, one behind the other; the second stays until the house has closed its log."""
    lines = (lived.folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    heard = lived.first + lived.followed
    assert [number for number, _ in heard] == list(range(1, len(lines) + 1))
    assert [json.loads(data) for _, data in heard] == [json.loads(line) for line in lines]


def test_it_ends_in_order(lived: Lived) -> None:
    assert lived.code == OK
    assert lived.rest == ""
    assert "Traceback" not in lived.errors
    assert lived.calls_at_stop >= CALLS
    assert all(json.loads(line)["level"] == "info" for line in lived.errors.splitlines())


def test_the_last_event_is_that_the_house_is_closed(lived: Lived) -> None:
    last = events(lived.folder)[-1]
    assert last.kind == "house.closed"
    assert last.fields == {"calls": len(cdr_rows(lived.folder))}


def test_every_leg_has_one_record_in_the_file_and_in_the_database(lived: Lived) -> None:
    check_records(lived.folder)
    assert len(cdr_rows(lived.folder)) > CALLS


def test_calls_that_were_up_were_ended_by_the_shutdown(lived: Lived) -> None:
    causes = [row["cause"] for row in cdr_rows(lived.folder)]
    assert causes.count("shutdown") >= CALLS - 2  # a caller may hang up between the last look and the signal


def test_every_recording_is_whole(lived: Lived) -> None:
    check_recordings(lived.folder)


def test_a_house_in_the_same_folder_goes_on_where_the_last_one_ended(lived: Lived) -> None:
    before = len(events(lived.folder))
    with running(lived.folder / "kmcc.toml") as house:
        wait_for(lambda: int(health(house)["calls"]) >= 2)
        assert [n for n, _ in stream(house, before - 1, stop_after=3)] == [before, before + 1, before + 2]
        house.send(signal.SIGINT)
        assert house.wait() == (OK, "")
        assert "Traceback" not in house.errors
    log = events(lived.folder)
    assert [event.seq for event in log] == list(range(1, len(log) + 1))
    assert log[-1].kind == "house.closed"
    assert len(set(legs_begun(log))) == len(legs_begun(log))
    check_records(lived.folder)
    check_recordings(lived.folder)


def test_a_crash_costs_only_the_calls_that_were_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SIGKILL, then a torn last line as a loss of power leaves it. Records that were written stay, once each, and legs
    that were up have theirs after the next start."""
    config = write_config(tmp_path)
    with running(config) as house:
        wait_for(lambda: metrics(house)["kmcc_calls_total", "caller hung up"] >= 2)
        house.send(signal.SIGKILL)
        assert house.wait() == (-signal.SIGKILL, "")
    crashed = events(tmp_path)
    ended = sorted((e.fields["call"], e.fields["leg"]) for e in crashed if e.kind == "cdr.written")
    kept = cdr_rows(tmp_path)
    # The record is written before the event that tells of it, so there may be one more, never one less.
    assert {(row["chain"], int(row["leg"])) for row in kept} >= set(ended)
    assert {row["id"] for row in database_rows(tmp_path)} <= {row["id"] for row in kept}  # the file is written first
    with (tmp_path / "events.jsonl").open("ab") as log, (tmp_path / "cdr.csv").open("ab") as cdr:
        log.write(b'{"seq":999999,"t":1.5,"at":"20')
        cdr.write(b"torn-1,torn,1,in,kun")
    with running(config) as house:
        wait_for(lambda: int(health(house)["calls"]) >= 1)
        house.send(signal.SIGTERM)
        assert house.wait() == (OK, "")
    after = events(tmp_path)
    assert [event.seq for event in after] == list(range(1, len(after) + 1))
    assert after[: len(crashed)] == crashed
    assert after[len(crashed)].kind == "log.torn_line_cut"
    rows = cdr_rows(tmp_path)
    whole = [row for row in rows if row["id"] != "torn-1"]
    assert len(rows) == len(whole) + 1
    assert whole[: len(kept)] == kept
    assert len({row["id"] for row in whole}) == len(whole)
    assert sorted((row["chain"], row["circuit"]) for row in whole) == legs_begun(after)
    were_up = set(legs_begun(crashed)) - {(row["chain"], row["circuit"]) for row in kept}
    assert were_up
    died_at = crashed[-1].at
    for row in whole[len(kept) : len(kept) + len(were_up)]:
        assert (row["chain"], row["circuit"]) in were_up
        assert (row["cause"], row["ended_by"], row["charged"] == "yes") == (
            "system fault",
            "centre",
            bool(row["answered_at"]),
        )
        assert row["released_at"] == died_at.isoformat(timespec="milliseconds")
    for row in whole[len(kept) :]:
        stereo_alaw(tmp_path / "recordings" / row["recording"])
    capsys.readouterr()
    assert main(["recordings", "verify", "--config", str(config)]) == OK
    capsys.readouterr()
    assert main(["recordings", "find", "--config", str(config), "--json"]) == OK
    found = {row["call"]: row["mode"] for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert {found[call] for call, _ in were_up} == {"cut short"}


def test_two_signals_are_as_one(tmp_path: Path) -> None:
    with running(write_config(tmp_path)) as house:
        wait_for(lambda: int(health(house)["calls"]) >= 1)
        while house.process.poll() is None:
            house.send(signal.SIGTERM)
            time.sleep(0.02)
        assert house.wait() == (OK, "")
        assert "Traceback" not in house.errors
    check_records(tmp_path)


def test_a_signal_while_it_starts(tmp_path: Path) -> None:
    """The database is there before the line is printed: asked to stop in between, it stops in order."""
    config = write_config(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "kmcc.cli.main", "run", "--config", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    wait_for((tmp_path / "kmcc.db").exists)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=LIMIT_S)
    assert process.returncode == OK, errors
    assert "Traceback" not in errors
    assert events(tmp_path)[-1].kind == "house.closed"


def test_it_runs_on_when_nobody_reads_what_it_prints(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    command = f"exec {sys.executable} -m kmcc.cli.main run --config {config} 2>{tmp_path}/stderr.txt"
    process = subprocess.Popen(
        ["bash", "-c", command], stdout=subprocess.PIPE, env={"PYTHONPATH": ":".join(sys.path), "PATH": "/bin:/usr/bin"}
    )
    assert process.stdout is not None
    process.stdout.close()
    wait_for(lambda: (tmp_path / "events.jsonl").exists() and len(legs_begun(events(tmp_path))) > 0)
    process.terminate()
    assert process.wait(timeout=LIMIT_S) == OK
    assert "Traceback" not in (tmp_path / "stderr.txt").read_text()
    check_records(tmp_path)


# --- starts that fail --------------------------------------------------------------------------------------------


def test_the_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, errors = refused(write_config(tmp_path, ("port = 0", f"port = {port}")))
    assert (code, errors) == (BAD_INPUT, f"kmcc: http: cannot listen on 127.0.0.1:{port}: Address already in use\n")
    assert not (tmp_path / "events.jsonl").exists()


SIM = "sim://kunming?seed=1&calls_per_hour=36000"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nosuch://kunming", "nosuch://kunming: no driver for nosuch:, known: sim"),
        ("sim://x?sede=1", "sim://x?sede=1: sede: "),
        ("sim://x?seed=one", "sim://x?seed=one: seed: "),
        ("sim://x?calls_per_hour=-1", "sim://x?calls_per_hour=-1: calls_per_hour: "),
        ("sim://x?calls_on=1", "sim://x?calls_on=1: calls_on: "),
    ],
)
def test_no_such_board(tmp_path: Path, url: str, words: str) -> None:
    code, errors = refused(write_config(tmp_path, (SIM, url)))
    assert code == NO_BOARD
    assert errors.startswith(f"kmcc: {words}")
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("/kmcc.db", "/none/kmcc.db", r"database sqlite:///\S+/none/kmcc\.db: unable to open database file; check .*"),
        ("/events.jsonl", "", r"event log \S+: cannot be opened \(Is a directory\).*"),
        ("/cdr.csv", "/kmcc.toml", r"CDR \S+/kmcc\.toml: the file begins with other columns"),
        ("/events.jsonl", "/kmcc.toml", r"event log \S+/kmcc\.toml: a line is no event of ours; .*"),
    ],
)
def test_a_store_that_cannot_be(tmp_path: Path, old: str, new: str, words: str) -> None:
    code, errors = refused(write_config(tmp_path, (old, new)))
    assert code == BAD_INPUT
    assert re.fullmatch(f"kmcc: {words}\n", errors), errors
