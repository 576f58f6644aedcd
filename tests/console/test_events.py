"""The stream as a consumer sees it, over HTTP, while a writer writes."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.console.conftest import Served


@dataclass(frozen=True)
class Message:
    id: int
    event: str | None
    data: dict[str, object]


def messages(answer: httpx.Response) -> Iterator[Message]:
    """Server-sent events as WHATWG HTML 9.2.6 reads them: fields until an empty line; ':' begins a comment."""
    fields: dict[str, str] = {}
    for line in lines(answer):
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield Message(int(fields["id"]), fields.get("event"), json.loads(fields["data"]))
            fields = {}


def lines(answer: httpx.Response) -> Iterator[str]:
    """Only CR and LF end a line here; httpx's own iter_lines also splits at U+2028 and its like."""
    rest = ""
    for text in answer.iter_text():
        *whole, rest = (rest + text).replace("\r\n", "\n").split("\n")
        yield from whole


def read(served: "Served", count: int, query: str = "", headers: dict[str, str] | None = None) -> list[Message]:
    found: list[Message] = []
    with httpx.stream("GET", f"{served.url}/events{query}", headers=headers, timeout=10) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        for message in messages(answer):
            found.append(message)
            if len(found) == count:
                break
    return found


def numbers(found: list[Message]) -> list[int]:
    return [message.id for message in found]


def test_replay(served: "Served") -> None:
    served.write(5)
    found = read(served, 3, "?since=2")
    assert numbers(found) == [3, 4, 5]
    assert found[0].event == "key.pressed"
    assert found[0].data == {
        "seq": 3,
        "t": found[0].data["t"],
        "at": found[0].data["at"],
        "kind": "key.pressed",
        "fields": {"n": 2},
    }


def test_replay_then_live(served: "Served") -> None:
    served.write(2)
    threading.Timer(0.2, served.write, [3]).start()
    assert numbers(read(served, 5, "?since=0")) == [1, 2, 3, 4, 5]


def test_without_a_number_it_starts_live(served: "Served") -> None:
    served.write(4)
    threading.Timer(0.3, served.write, [2]).start()
    assert numbers(read(served, 2)) == [5, 6]


def test_unnamed_for_one_listener(served: "Served") -> None:
    served.write(1)
    (message,) = read(served, 1, "?since=0&named=0")
    assert message.event is None
    assert message.data["kind"] == "key.pressed"


def test_last_event_id_goes_before_the_query(served: "Served") -> None:
    served.write(6)
    assert numbers(read(served, 2, "?since=0", {"Last-Event-ID": "4"})) == [5, 6]


def test_any_text_is_one_message(served: "Served") -> None:
    odd = "昆明\r\nid: 99\n\ndata: x\u2028\u0085\0"
    served.on_loop(lambda: served.house.events.write("call.offered", called=odd))
    (message,) = read(served, 1, "?since=0")
    assert message.id == 1
    assert message.data["fields"] == {"called": odd}


def test_what_the_log_has_as_lines(served: "Served") -> None:
    served.write(120)  # more than the log keeps in memory
    answer = httpx.get(f"{served.url}/events?follow=0&since=10")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert [json.loads(line)["seq"] for line in answer.text.splitlines()] == list(range(11, 121))
    assert len(httpx.get(f"{served.url}/events?follow=0").text.splitlines()) == 120
    assert httpx.get(f"{served.url}/events?follow=0&since=120").text == ""


def test_beyond_the_log(served: "Served") -> None:
    served.write(3)
    for query, headers in (("?since=4", {}), ("?since=4&follow=0", {}), ("", {"Last-Event-ID": "4"})):
        answer = httpx.get(f"{served.url}/events{query}", headers=headers)
        assert answer.status_code == 410
        assert answer.json()["last"] == 3


def test_no_longer_in_the_log(served: "Served") -> None:
    served.write(60)
    kept = served.house.events_file.read_bytes().splitlines(keepends=True)[8:]
    served.house.events_file.write_bytes(b"".join(kept))  # somebody cut the file's head off
    answer = httpx.get(f"{served.url}/events?since=5")
    assert answer.status_code == 410
    assert (answer.json()["first"], answer.json()["last"]) == (9, 60)
    assert numbers(read(served, 1, "?since=8")) == [9]


@pytest.mark.parametrize("query", ["?since=x", "?since=-1", "?since=1.5", "?follow=perhaps", "?since="])
def test_a_bad_value(served: "Served", query: str) -> None:
    assert httpx.get(f"{served.url}/events{query}").status_code == 422


def test_a_bad_last_event_id(served: "Served") -> None:
    assert httpx.get(f"{served.url}/events", headers={"Last-Event-ID": "x"}).status_code == 422


def test_a_consumer_that_comes_back_gets_every_event_once(served: "Served") -> None:
    """The writer writes in bursts, some longer than a subscriber may lag; the consumer leaves after a few events."""
    total = 600
    writer = threading.Thread(target=write_in_bursts, args=(served, total))
    writer.start()
    found: list[int] = []
    while len(found) < total:
        stay = min(len(found) % 7 * 9 + 1, total - len(found))
        headers = {"Last-Event-ID": str(found[-1])} if found else None
        found += numbers(read(served, stay, "?since=0", headers))
    writer.join()
    assert found == list(range(1, total + 1))


def test_a_consumer_that_stays_gets_every_event_once(served: "Served") -> None:
    total = 600
    writer = threading.Thread(target=write_in_bursts, args=(served, total))
    writer.start()
    found = numbers(read(served, total, "?since=0"))
    writer.join()
    assert found == list(range(1, total + 1))


def write_in_bursts(served: "Served", total: int) -> None:
    written, burst = 0, 1
    while written < total:
        count = min(burst, total - written)
        served.write(count)
        written += count
        burst = burst % 23 + 4
        time.sleep(0.001)


def test_a_stream_ends_with_the_log(served: "Served") -> None:
    served.write(1)
    threading.Timer(0.2, served.on_loop, [served.house.events.close]).start()
    assert numbers(read(served, 1000, "?since=0")) == [1]


def test_who_left_is_forgotten(served: "Served") -> None:
    served.write(1)
    for _ in range(3):
        read(served, 1, "?since=0")
    deadline = time.monotonic() + 5
    while served.house.events._subscriptions and time.monotonic() < deadline:
        served.write(1)
        time.sleep(0.02)
    assert served.house.events._subscriptions == []


@pytest.mark.parametrize("pace_s", [0.0, 0.0005])
def test_a_log_much_longer_than_what_is_kept_while_a_writer_writes(served: "Served", pace_s: float) -> None:
    """50 events are kept and a subscriber may be 5 behind: file pages, memory and live tail make one run."""
    old, total = 3000, 3600
    served.write(old)
    writer = threading.Thread(target=write_in_bursts, args=(served, total - old))
    writer.start()
    found: list[int] = []
    with httpx.stream("GET", f"{served.url}/events?since=0", timeout=10) as answer:
        for message in messages(answer):
            found.append(message.id)
            time.sleep(pace_s if message.id > old else 0)
            if message.id == total:
                break
    writer.join()
    assert found == list(range(1, total + 1))


def test_lines_end_with_what_the_log_had_when_it_was_asked(served: "Served") -> None:
    served.write(3000)
    writer = threading.Thread(target=write_in_bursts, args=(served, 300))
    writer.start()
    text = httpx.get(f"{served.url}/events?follow=0", timeout=10).text
    writer.join()
    found = [json.loads(line)["seq"] for line in text.splitlines()]
    assert found == list(range(1, len(found) + 1))
    assert 3000 <= len(found) <= 3300
