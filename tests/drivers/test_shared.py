"""A board over shared memory: frames pass both ways by two clocks, sides come and go, and what is wrong is told."""

import mmap
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count, pairwise
from os import getpid
from pathlib import Path

import pytest

from kmcc.drivers.board import BoardBusyError, BoardClosedError, BoardError, BoardNotFoundError
from kmcc.drivers.registry import open_board
from kmcc.drivers.shared import SharedBoard, mapping_file
from kmcc.dsp._core import lib
from kmcc.dsp.engine import Engine, EngineEvent, EventKind, SpanAlarm
from kmcc.dsp.mapped import EXCHANGE
from kmcc.dsp.recorder import Recorder, Sides

NUMBERS = count()
TICK_NS = 8_000_000
GOOD = SpanAlarm.NONE


@pytest.fixture
def url() -> Iterator[str]:
    name = f"shm://test-{getpid()}-{next(NUMBERS)}"
    yield name
    mapping_file(name).unlink(missing_ok=True)


class Side:
    """An engine on one side; `tick` runs one at the next moment of its own clock."""

    def __init__(self, url: str, side: int, *, off_ppm: int = 0, begin_ns: int = 0) -> None:
        self.engine = Engine(spans=2, lines=3)
        make = {"side": EXCHANGE, "tick_samples": 64} if side == EXCHANGE else {}
        self.board = SharedBoard(url, spans=2, lines=3, **make)
        self.off_ppm = off_ppm
        self.begin_ns = begin_ns
        self.ticks = 0
        self.events: list[EngineEvent] = []

    @property
    def due_ns(self) -> int:
        return self.begin_ns + self.ticks * TICK_NS * 1_000_000 // (1_000_000 + self.off_ppm)

    def tick(self) -> None:
        lib.rack_step(self.board.rack.state, self.due_ns)
        self.ticks += 1
        self.events += self.engine.events()

    def told(self, kind: EventKind) -> list[EngineEvent]:
        return [event for event in self.events if event.kind is kind]

    @property
    def alarms(self) -> list[SpanAlarm]:
        last = {event.port: SpanAlarm(event.code) for event in self.told(EventKind.SPAN)}
        return [last.get(span, SpanAlarm.LOF | SpanAlarm.LOMF) for span in range(2)]


@contextmanager
def opened(side: Side) -> Iterator[Side]:
    with side.board:
        side.board.bind(side.engine)
        yield side


def run(seconds: float, *sides: Side) -> None:
    """Whoever is due first ticks first."""
    ends = [side.due_ns + int(seconds * 1e9) for side in sides]
    while any(side.due_ns < end for side, end in zip(sides, ends, strict=True)):
        min(sides, key=lambda side: side.due_ns).tick()


def pair(stack: ExitStack, url: str, **far: int) -> tuple[Side, Side]:
    exchange = stack.enter_context(opened(Side(url, EXCHANGE, begin_ns=3_000_000, **far)))
    switch = stack.enter_context(opened(Side(url, 1)))
    run(0.5, exchange, switch)
    return exchange, switch


def test_frames_pass_both_ways(url: str) -> None:
    with ExitStack() as stack:
        exchange, switch = pair(stack, url)
        assert exchange.alarms == switch.alarms == [GOOD, GOOD]
        for one, other in ((exchange, switch), (switch, exchange)):
            for port in (0, 29, 30, 59, 60, 62):
                other.events.clear()
                one.engine.signal(port, 0b1010)
                run(0.1, exchange, switch)
                assert [(e.port, e.code) for e in other.told(EventKind.SIGNAL)] == [(port, 0b1010)]


def hear(path: Path, switch: Side, exchange: Side, said: bytes, seconds: float) -> bytes:
    recorder = Recorder(path, sides=Sides.HEARD, ring_s=seconds + 2)
    switch.engine.record(3, recorder)
    exchange.engine.play(3, [said])
    run(seconds, exchange, switch)
    switch.engine.stop_record(3)
    switch.tick()
    recorder.close()
    return path.read_bytes()


def test_speech_is_whole_when_the_clocks_agree(url: str, tmp_path: Path) -> None:
    said = bytes(range(256)) * 100
    with ExitStack() as stack:
        exchange, switch = pair(stack, url)
        assert said in hear(tmp_path / "a.wav", switch, exchange, said, 4.0)
        counted = switch.board.counters
        assert counted is not None
        assert (counted.store.slips, counted.store.idle, counted.refused, counted.generations) == (0, 0, 0, 1)


@pytest.mark.parametrize("off_ppm", [-200, 200])
def test_a_slip_costs_one_octet_and_no_alignment(url: str, tmp_path: Path, off_ppm: int) -> None:
    """Numbers are said, octet by octet: every slip shows as one that is missing or said twice (G.822)."""
    said = bytes(range(256)) * 320
    with ExitStack() as stack:
        exchange, switch = pair(stack, url, off_ppm=off_ppm)
        switch.events.clear()
        before = switch.board.counters
        octets = hear(tmp_path / "a.wav", switch, exchange, said, 11.0)
        after = switch.board.counters
        assert before is not None
        assert after is not None
        first = octets.index(said[:200])
        heard = octets[first : first + 10 * 8000]
        steps = [(b - a) % 256 for a, b in pairwise(heard)]
        odd = [step for step in steps if step != 1]
        slips = after.store.slips - before.store.slips
        assert slips == pytest.approx(11 * 8000 * 200e-6, abs=2)
        assert slips - 4 <= len(odd) <= slips  # some before and after the speech
        assert set(odd) == ({2} if off_ppm > 0 else {0})
        assert {event.kind for event in switch.events} <= {EventKind.RECORD_HALF}  # no alarm, no signal that was none


def test_a_side_that_goes_is_a_dead_line_and_a_new_one_brings_it_back(url: str) -> None:
    with ExitStack() as stack:
        exchange = stack.enter_context(opened(Side(url, EXCHANGE, begin_ns=3_000_000)))
        with opened(Side(url, 1)) as switch:
            exchange.engine.signal(5, 0b1010)
            run(0.5, exchange, switch)
        switch.engine.signal(5, 0b1010)
        run(1.0, exchange)
        dead = SpanAlarm.LOS | SpanAlarm.LOF | SpanAlarm.LOMF
        assert exchange.alarms == [dead, dead]
        assert exchange.board.counters is not None
        assert not exchange.board.counters.store.is_alive
        assert exchange.board.counters.refused > 0
        exchange.events.clear()
        again = stack.enter_context(opened(Side(url, 1, begin_ns=exchange.due_ns)))
        run(0.5, exchange, again)
        assert exchange.alarms == again.alarms == [GOOD, GOOD]
        assert exchange.board.counters.generations == 2
        assert [(e.port, e.code) for e in again.told(EventKind.SIGNAL) if e.port == 5] == [(5, 0b1010)]
        assert all(event.at <= again.engine.now for event in again.events)


def test_a_lines_receiver_is_on_while_it_is_dead(url: str) -> None:
    with ExitStack() as stack:
        switch = stack.enter_context(opened(Side(url, EXCHANGE, begin_ns=3_000_000)))
        with opened(Side(url, 1)) as exchange:
            exchange.engine.signal(61, 1)
            run(0.5, exchange, switch)
            assert [(e.port, e.code) for e in switch.told(EventKind.SIGNAL) if e.port == 61] == [(61, 1)]
        run(0.5, switch)
        assert [(e.port, e.code) for e in switch.told(EventKind.SIGNAL) if e.port == 61][-1] == (61, 0)


def test_old_frames_are_not_heard_by_a_side_that_starts(url: str, tmp_path: Path) -> None:
    """What stood in the ring when it was taken is of another time."""
    with ExitStack() as stack:
        exchange = stack.enter_context(opened(Side(url, EXCHANGE, begin_ns=3_000_000)))
        exchange.engine.play(3, [b"\x11" * 1600])
        run(0.5, exchange)
        switch = stack.enter_context(opened(Side(url, 1, begin_ns=exchange.due_ns)))
        assert b"\x11" not in hear(tmp_path / "a.wav", switch, exchange, b"\x22" * 800, 1.0)[58:]


def test_each_side_is_held_by_one(url: str) -> None:
    with opened(Side(url, EXCHANGE)), opened(Side(url, 1)):
        for side, name in ((EXCHANGE, "exchange"), (1, "switch")):
            with pytest.raises(BoardBusyError, match=f"another process is its {name} already"), Side(url, side).board:
                pass


def test_the_last_to_leave_takes_the_file_away(url: str) -> None:
    with opened(Side(url, EXCHANGE)):
        with opened(Side(url, 1)):
            pass
        assert mapping_file(url).exists()
    assert not mapping_file(url).exists()


def test_without_an_exchange_there_is_no_board(url: str) -> None:
    with pytest.raises(BoardNotFoundError, match="no exchange serves"), open_board(url, spans=1, lines=0):
        pass


def test_a_mapping_of_another_size_is_refused_by_the_switch_and_replaced_by_the_exchange(url: str) -> None:
    with opened(Side(url, EXCHANGE)):
        with (
            pytest.raises(BoardError, match="2 spans and 3 lines, expected 3 and 0"),
            open_board(url, spans=3, lines=0),
        ):
            pass
        with open_board(url, spans=1, lines=0) as board, pytest.raises(BoardError, match="ticks of 64 samples"):
            board.bind(Engine(spans=1, tick_samples=80))
    mapping_file(url).write_bytes(b"something else")
    with pytest.raises(BoardError, match="no mapping of this version"), open_board(url, spans=1, lines=0):
        pass
    with opened(Side(url, EXCHANGE)), open_board(url, spans=1, lines=0) as board:
        board.bind(Engine(spans=1))


def test_a_ring_that_cannot_be_is_passed_over(url: str) -> None:
    """The other process may write what it likes: nothing here reads beyond the mapping."""
    with ExitStack() as stack:
        exchange, switch = pair(stack, url)
        with mapping_file(url).open("r+b") as file, mmap.mmap(file.fileno(), 0) as octets:
            octets[64:72] = (1 << 63).to_bytes(8, "little")  # head of the exchange's ring
            switch.tick()
            octets[0:4096] = bytes(4096)
            for _ in range(50):
                switch.tick()
        assert switch.alarms == [GOOD, GOOD] or all(alarms & SpanAlarm.LOS for alarms in switch.alarms)
        assert exchange.alarms == [GOOD, GOOD]


@pytest.mark.parametrize(
    "wrong",
    [
        "shm://",
        "shm://a b",
        "shm://../x",
        "shm://x?spare=1",
        "shm://x?spare_ms=-1",
        "shm://x?spare_ms",
        "shm://x?dead_ms=1",
    ],
)
def test_what_the_url_may_not_say(wrong: str) -> None:
    with pytest.raises(BoardNotFoundError) as refused:
        open_board(wrong, spans=1, lines=0)
    assert str(refused.value).startswith(f"{wrong}: ")


def test_closed_it_moves_no_frames(url: str) -> None:
    side = Side(url, EXCHANGE)
    with opened(side):
        side.tick()
    with pytest.raises(BoardClosedError):
        side.tick()
