import asyncio
import json
import os
import resource
import signal
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from kmcc.store.errors import EventLogBrokenError, EventLogInUseError, FieldMalformedError
from kmcc.store.event import Event
from kmcc.store.event_log import EventLog
from kmcc.store.subscription import Lagged
from kmcc.switch.calendar import Calendar

START = datetime(2000, 5, 1, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


class Loop:
    """Loop time that the test moves."""

    def __init__(self) -> None:
        self.time_s = 1000.0

    def time(self) -> float:
        return self.time_s


def open_log(path: Path, loop: Loop | None = None, *, keep: int = 10_000, backlog: int = 1000) -> EventLog:
    return EventLog(path, Calendar(START, (loop or Loop()).time), keep=keep, backlog=backlog)


def write_numbers(log: EventLog, count: int) -> None:
    for number in range(count):
        log.write("key.pressed", number=number)


def seqs(events: list[Event]) -> list[int]:
    return [event.seq for event in events]


def test_a_line_is_spelled_out(tmp_path: Path) -> None:
    loop = Loop()
    with open_log(tmp_path / "events.jsonl", loop) as log:
        loop.time_s += 1.25
        log.write("call.offered", called="1000", calling=None, category=1, name="李云", charged=False)
    assert (tmp_path / "events.jsonl").read_text("utf-8") == (
        '{"seq":1,"t":1.25,"at":"2000-05-01T08:00:01.250000+08:00","kind":"call.offered",'
        '"fields":{"called":"1000","calling":null,"category":1,"charged":false,"name":"李云"}}\n'
    )


def test_the_order_of_fields_is_no_matter(tmp_path: Path) -> None:
    with open_log(tmp_path / "a") as one, open_log(tmp_path / "b") as other:
        one.write("seat.offered", seat="1", call="7")
        other.write("seat.offered", call="7", seat="1")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_time_has_six_decimals(tmp_path: Path) -> None:
    loop = Loop()
    with open_log(tmp_path / "e", loop) as log:
        loop.time_s += 0.123456789
        log.write("x")
        assert log.since(0)[0].t == 0.123457


FIELD = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
NAMES = st.text(st.characters(categories=["Ll"], max_codepoint=127), min_size=1, max_size=8)


@settings(deadline=None)
@given(kind=st.text(), fields=st.dictionaries(NAMES, FIELD, max_size=4))
def test_a_line_reads_back(kind: str, fields: dict[str, bool | int | float | str | None]) -> None:
    event = Event(1, 0.5, START.isoformat(), kind, tuple(sorted(fields.items())))
    line = event.line()
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert Event.from_line(line) == event


def test_a_lone_surrogate_reads_back() -> None:
    event = Event(1, 0.0, "", "x", (("name", "a\udc80b"),))
    assert Event.from_line(event.line()) == event


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), b"1", ("a",), START])
def test_a_field_that_is_none_is_refused_and_no_number_is_used_up(tmp_path: Path, value: object) -> None:
    with open_log(tmp_path / "e") as log:
        with pytest.raises(FieldMalformedError, match="event x: field value"):
            log.write("x", value=value)  # type: ignore[arg-type]
        log.write("y")
        assert [(event.seq, event.kind) for event in log.since(0)] == [(1, "y")]


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[1]", b"7", b'{"seq":1}', b"\xff", b'{"seq":"1","t":0,"at":"","kind":"","fields":{}}'],
)
def test_other_lines_are_value_errors(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Event.from_line(line)


@pytest.mark.parametrize("keep", [1, 7, 100, 5000])
@pytest.mark.parametrize("after", [0, 1, 499, 992, 993, 999, 1000, 1001])
def test_since_gives_all_later_ones_from_memory_or_file(tmp_path: Path, keep: int, after: int) -> None:
    with open_log(tmp_path / "e", keep=keep) as log:
        write_numbers(log, 1000)
        found = log.since(after)
        assert seqs(found) == list(range(after + 1, 1001))
        assert all(event.get("number") == event.seq - 1 for event in found)


def test_bisection_finds_every_place_in_a_long_file(tmp_path: Path) -> None:
    with open_log(tmp_path / "e", keep=2) as log:
        for number in range(4000):
            log.write("x", text="." * (number * 37 % 311))
        for after in range(0, 4000, 97):
            assert seqs(log.since(after)) == list(range(after + 1, 4001))


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    with open_log(tmp_path / "e") as log:
        write_numbers(log, 5)
    with open_log(tmp_path / "e") as log:
        assert log.cut_octets == 0
        assert log.last_seq == 5
        assert seqs(log.since(2)) == [3, 4, 5]
        log.write("system.started")
        assert seqs(log.since(2)) == [3, 4, 5, 6]


def test_a_torn_last_line_is_cut_wherever_it_tore(tmp_path: Path) -> None:
    with open_log(tmp_path / "whole") as log:
        write_numbers(log, 3)
    octets = (tmp_path / "whole").read_bytes()
    start = octets[:-1].rindex(b"\n") + 1
    for end in range(start + 1, len(octets)):
        path = tmp_path / f"torn{end}"
        path.write_bytes(octets[:end])
        with open_log(path) as log:
            assert log.cut_octets == end - start
            assert [(e.seq, e.kind, e.get("octets")) for e in log.since(2)] == [(3, "log.torn_line_cut", end - start)]
        assert path.read_bytes().startswith(octets[:start])


def test_one_torn_line_alone_leaves_an_empty_log(tmp_path: Path) -> None:
    (tmp_path / "e").write_bytes(b'{"seq":1,')
    with open_log(tmp_path / "e") as log:
        assert [(event.seq, event.kind) for event in log.since(0)] == [(1, "log.torn_line_cut")]


def test_a_long_torn_line_is_cut(tmp_path: Path) -> None:
    with open_log(tmp_path / "e") as log:
        write_numbers(log, 2)
    with (tmp_path / "e").open("ab") as file:
        file.write(bytes(200_000))
    with open_log(tmp_path / "e") as log:
        assert log.cut_octets == 200_000
        assert log.last_seq == 3


def test_damage_inside_is_told_with_the_path(tmp_path: Path) -> None:
    (tmp_path / "e").write_bytes(b"nonsense\n")
    with pytest.raises(EventLogBrokenError, match=rf"{tmp_path}/e: a line is no event"):
        open_log(tmp_path / "e")


def test_a_log_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(EventLogBrokenError, match="cannot be opened"):
        open_log(tmp_path / "absent" / "e")


def test_a_full_disk_stops_nobody(tmp_path: Path) -> None:
    """/dev/full refuses every octet: events stay readable from memory and wait for the disk."""
    (tmp_path / "e").symlink_to("/dev/full")
    log = open_log(tmp_path / "e")
    write_numbers(log, 3)
    assert seqs(log.since(0)) == [1, 2, 3]
    assert log.unwritten_octets == sum(len(event.line()) for event in log.since(0))
    assert log.lost_lines == 0
    log.close()


def test_subscribers_get_every_event_once(tmp_path: Path) -> None:
    async def story() -> None:
        log = open_log(tmp_path / "e")
        write_numbers(log, 2)
        replay, live = log.since(0), log.subscribe()
        write_numbers(log, 3)
        log.close()
        assert seqs(replay) + [item.seq async for item in live if isinstance(item, Event)] == [1, 2, 3, 4, 5]

    asyncio.run(story())


def test_a_waiting_reader_wakes(tmp_path: Path) -> None:
    async def story() -> None:
        with open_log(tmp_path / "e") as log:
            reader = asyncio.ensure_future(anext(log.subscribe()))
            await asyncio.sleep(0)
            assert not reader.done()
            log.write("x")
            item = await reader
            assert isinstance(item, Event)
            assert item.seq == 1

    asyncio.run(story())


def test_a_slow_reader_gets_a_marker_and_misses_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        with open_log(tmp_path / "e", keep=3, backlog=5) as log:
            live = log.subscribe()
            write_numbers(log, 2)
            assert [await anext(live), await anext(live)] == log.since(0)
            write_numbers(log, 50)
            assert await anext(live) == Lagged(after=2, until=52)
            assert seqs(log.since(2)) == list(range(3, 53))
            log.write("later")
            item = await anext(live)
            assert isinstance(item, Event)
            assert item.seq == 53

    asyncio.run(story())


@settings(deadline=None, max_examples=60)
@given(steps=st.lists(st.integers(0, 9)), backlog=st.integers(1, 4))
def test_marker_and_replay_together_are_gap_free(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], backlog: int
) -> None:
    """R-332: whatever the pace of the reader, live events and replays make one run of numbers."""

    async def read() -> list[int]:
        log = open_log(tmp_path_factory.mktemp("log") / "e", keep=2, backlog=backlog)
        live, got = log.subscribe(), list[int]()
        for step in [*steps, 1, 1]:
            write_numbers(log, step)
            if step == 0:
                continue
            item = await anext(live)
            if isinstance(item, Lagged):
                got += [event.seq for event in log.since(item.after) if event.seq <= item.until]
            else:
                got.append(item.seq)
        last = log.last_seq
        log.close()
        async for item in live:
            if isinstance(item, Lagged):
                got += range(item.after + 1, item.until + 1)
            else:
                got.append(item.seq)
        assert got[-1:] == [last]
        return got

    got = asyncio.run(read())
    assert got == list(range(1, len(got) + 1))


def test_a_reader_who_left_is_forgotten(tmp_path: Path) -> None:
    async def story() -> None:
        with open_log(tmp_path / "e") as log:
            with log.subscribe() as live:
                log.write("x")
            assert isinstance(await anext(live), Event)
            log.write("y")
            with pytest.raises(StopAsyncIteration):
                await anext(live)

    asyncio.run(story())


def test_equal_runs_give_equal_octets(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with open_log(tmp_path / name) as log:
            write_numbers(log, 20)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert [json.loads(line)["seq"] for line in (tmp_path / "a").read_text().splitlines()] == list(range(1, 21))


@pytest.mark.parametrize("keep", [1, 7, 100, 5000])
@pytest.mark.parametrize("limit", [1, 10, 999, 2000])
def test_pages_are_gap_free_while_a_writer_writes(tmp_path: Path, keep: int, limit: int) -> None:
    async def story() -> list[int]:
        got: list[int] = []
        with open_log(tmp_path / "e", keep=keep) as log:
            write_numbers(log, 500)
            while page := await log.page(len(got), limit=limit):
                assert len(page) <= limit
                got += seqs(page)
                write_numbers(log, min(3, 600 - log.last_seq))
            return got

    assert asyncio.run(story()) == list(range(1, 601))


def test_the_loop_goes_on_while_the_file_is_read(tmp_path: Path) -> None:
    """The file is a pipe: opening it to read waits until the loop, which is not held up, opens the other end."""

    async def story() -> None:
        log = open_log(tmp_path / "e", keep=1)
        write_numbers(log, 3)
        (tmp_path / "e").unlink()
        os.mkfifo(tmp_path / "e")
        reader = asyncio.ensure_future(log.page(0))
        while True:
            await asyncio.sleep(0.01)
            with suppress(OSError):  # nobody reads yet
                os.close(os.open(tmp_path / "e", os.O_WRONLY | os.O_NONBLOCK))
                break
        with pytest.raises(OSError, match="seek"):  # a pipe is no file, but that is told after the waiting
            await reader
        log.close()

    asyncio.run(story())


def test_what_the_disk_never_took_does_not_stop_the_pages(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "e").symlink_to("/dev/full")
        log = open_log(tmp_path / "e", keep=2)
        write_numbers(log, 5)
        (tmp_path / "e").unlink()
        (tmp_path / "e").touch()
        assert seqs(await log.page(0)) == [4, 5]
        log.close()

    asyncio.run(story())


def test_close_tries_once_more_and_tells_what_is_lost(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        for name in ("late", "never"):
            log = open_log(tmp_path / name)
            write_numbers(log, 2)
            resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / name).stat().st_size + 10, limits[1]))
            write_numbers(log, 3)
            if name == "late":
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            with capture_logs() as logs:
                log.close()
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            assert [(e["log_level"], e["lines"]) for e in logs] == ([] if name == "late" else [("error", 3)])
            assert (tmp_path / name).read_bytes().count(b"\n") == (5 if name == "late" else 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def test_one_log_has_one_writer(tmp_path: Path) -> None:
    calendar = Calendar(START, Loop().time)
    with EventLog(tmp_path / "events.jsonl", calendar) as log:
        log.write("house.open")
        with pytest.raises(EventLogInUseError, match="another kmcc writes it"):
            EventLog(tmp_path / "events.jsonl", calendar)
    with EventLog(tmp_path / "events.jsonl", calendar) as log:
        assert log.last_seq == 1
