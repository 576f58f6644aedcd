"""The real-time thread: whatever the machine does meanwhile, time is true, nothing is lost, and the counters agree."""

import gc
import os
import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kmcc.dsp._core import lib
from kmcc.dsp.engine import Engine, EngineEvent, EventKind
from kmcc.dsp.engine_error import EngineRangeError
from kmcc.dsp.errors import BusyError
from kmcc.dsp.pacer import CLASS_ENDS_S, Pacer, PacerCounters
from kmcc.dsp.rack import Place, Rack
from kmcc.dsp.recorder import Recorder, Sides
from kmcc.dsp.tone import dtmf_tone

LIMIT_S = 30.0


def a_pair() -> tuple[Rack, Engine, Engine]:
    near, far = Engine(spans=1, lines=1, tick_samples=16), Engine(spans=1, lines=1, tick_samples=16)
    rack = Rack(near)
    rack.wire(far, Place(spans=1, lines=1))
    return rack, near, far


def events_until(pacer: Pacer, engine: Engine, kind: EventKind) -> list[EngineEvent]:
    """Woken by the eventfd alone."""
    found: list[EngineEvent] = []
    while not any(event.kind is kind for event in found):
        assert select.select([pacer.wake], [], [], LIMIT_S)[0], found
        os.eventfd_read(pacer.wake)
        found += engine.events()
    return found


def wait_for_ticks(pacer: Pacer, ticks: int) -> None:
    end_s = time.monotonic() + LIMIT_S
    while pacer.counters().ticks < ticks:
        assert time.monotonic() < end_s
        time.sleep(0.002)


@contextmanager
def busy_interpreter() -> Iterator[None]:
    """Python work that never waits, so that the interpreter is never free."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            sum(range(1000))

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def test_its_ticks_are_the_engines_time() -> None:
    rack, near, far = a_pair()
    before_s = time.monotonic()
    with Pacer(rack) as pacer:
        wait_for_ticks(pacer, 20)
    passed_s = time.monotonic() - before_s
    counted = pacer.counters()
    assert near.now == far.now == (counted.ticks + counted.given_up) * 16
    assert near.now / 8000 <= passed_s
    assert sum(counted.lateness) == counted.ticks
    assert counted.caught_up <= counted.ticks
    assert 0 < counted.longest_s <= counted.busy_s <= passed_s
    assert counted.lateness_s(0.5) <= counted.lateness_s(0.999) <= counted.lateness_s(1.0) == counted.most_late_s


def test_events_wake_and_speech_is_whole_while_python_is_busy(tmp_path: Path) -> None:
    rack, near, far = a_pair()
    said = bytes(range(256)) * 8
    with Pacer(rack) as pacer, busy_interpreter():
        recorder = Recorder(tmp_path / "heard.wav", sides=Sides.HEARD)
        near.record(near.line(0), recorder)
        far.play(far.line(0), [said])
        done = events_until(pacer, far, EventKind.PLAY_DONE)
        assert [(e.port, e.code, e.a) for e in done if e.kind is EventKind.PLAY_DONE] == [(far.line(0), 1, 1)]
        wait_for_ticks(pacer, pacer.counters().ticks + 4)
        near.stop_record(near.line(0))
    recording = recorder.close()
    heard = (tmp_path / "heard.wav").read_bytes()
    if pacer.counters().given_up == 0:  # a machine that stood still for 200 ms may lose speech, and says so
        assert said in heard
        assert recording.lost == 0


def test_many_commands_reach_it_in_their_order() -> None:
    rack, near, far = a_pair()
    with Pacer(rack) as pacer:
        for n in range(3000):
            near.signal(near.line(0), n % 256)
            if n % 200 == 0:
                wait_for_ticks(pacer, pacer.counters().ticks + 1)
        near.signal(near.line(0), 77)
        codes: list[int] = []
        while not codes or codes[-1] != 77:
            codes += [event.code for event in events_until(pacer, far, EventKind.SIGNAL)]
    assert near.line_signalled(0) == 77


def test_what_c_points_to_outlives_its_name() -> None:
    """Tones, patterns and recorders are given up by Python while the thread may still read them."""
    rack, near, far = a_pair()
    with Pacer(rack) as pacer:
        for n in range(300):
            near.send_tone(n % 30, dtmf_tone("5"))
            far.play(n % 30, [bytes([n % 256]) * 64])
            far.spot(n % 30, [os.urandom(64)])
            if n % 50 == 0:
                gc.collect()
                wait_for_ticks(pacer, pacer.counters().ticks + 2)
            near.events()
            far.events()
        wait_for_ticks(pacer, pacer.counters().ticks + 2)
    assert lib.engine_taken(near.state) == 300
    assert lib.engine_taken(far.state) == 600


def test_the_level_of_a_port_is_of_one_moment() -> None:
    """Every reading holds: samples of whole frames, and no threshold above more of them than there are."""
    rack, near, far = a_pair()
    far.send_tone(far.line(0), dtmf_tone("1", on_ms=60_000))
    near.meter(near.line(0), on=True)
    with Pacer(rack) as pacer:
        wait_for_ticks(pacer, 20)
        for _ in range(2000):
            level = near.level(near.line(0))
            assert level.mean_dbm0 < 3.2
    assert near.level(near.line(0)).mean_dbm0 < 3.2


def test_while_it_runs_nothing_else_ticks() -> None:
    rack, near, far = a_pair()
    pacer = Pacer(rack)
    with pacer:
        for engine in (near, far):
            for refused in (engine.span_rx, engine.span_tx, engine.line_rx, engine.line_tx, engine.line_signalled):
                with pytest.raises(BusyError):
                    refused(0)
            with pytest.raises(BusyError):
                engine.line_signal(0, 1)
            with pytest.raises(BusyError):
                engine.tick()
        with pytest.raises(BusyError):
            rack.run(1)
        with pytest.raises(BusyError):
            Pacer(rack).start()
        with pytest.raises(BusyError):
            pacer.start()
    near.tick()
    rack.run(1)


def test_it_starts_again_and_counts_on() -> None:
    rack, near, _ = a_pair()
    pacer = Pacer(rack)
    for round_ in range(1, 4):
        with pacer:
            wait_for_ticks(pacer, 5 * round_)
        pacer.stop()
    counted = pacer.counters()
    assert near.now == (counted.ticks + counted.given_up) * 16


def test_stopped_it_ticks_no_more() -> None:
    rack, near, _ = a_pair()
    with Pacer(rack) as pacer:
        wait_for_ticks(pacer, 3)
    stood = near.now
    time.sleep(0.02)
    assert near.now == stood


def test_forgotten_it_ends_before_its_memory_goes() -> None:
    rack, near, _ = a_pair()
    pacer = Pacer(rack)
    pacer.start()
    wait_for_ticks(pacer, 2)
    del pacer
    gc.collect()
    stood = near.now
    time.sleep(0.02)
    assert near.now == stood


def test_a_priority_that_is_not_allowed_is_no_error() -> None:
    """Whether it is depends on the machine; the counters say which."""
    rack, _, _ = a_pair()
    with Pacer(rack, priority=1) as pacer:
        wait_for_ticks(pacer, 2)
        policies = {
            os.sched_getscheduler(int(task)) & ~os.SCHED_RESET_ON_FORK for task in os.listdir("/proc/self/task")
        }
        assert pacer.counters().is_fifo == (os.SCHED_FIFO in policies)
    with Pacer(rack) as pacer:
        wait_for_ticks(pacer, 2)
        assert not pacer.counters().is_fifo


def test_ticks_beyond_the_measure_are_given_up_and_time_stays_true() -> None:
    """A tick of far more work than its time: the engine cannot follow, and still does not fall behind."""
    near = Engine(spans=64, lines=512, conferences=4, tick_samples=16)
    rack = Rack(near)
    for _ in range(8):
        far = Engine(spans=64, lines=512, tick_samples=16)
        rack.wire(far, Place(spans=64, lines=512))
    with Pacer(rack, most_behind_ms=2) as pacer:
        end_s = time.monotonic() + LIMIT_S
        while pacer.counters().given_up < 20:
            if time.monotonic() > end_s:
                pytest.skip("this machine does in 2 ms what was meant to be too much")
            time.sleep(0.01)
        begun_s, begun = time.monotonic(), near.now
        time.sleep(0.3)
        passed_s = time.monotonic() - begun_s
        assert (near.now - begun) / 8000 == pytest.approx(passed_s, abs=0.25)
    counted = pacer.counters()
    assert near.now == (counted.ticks + counted.given_up) * 16


@pytest.mark.parametrize(
    ("priority", "off_ppm", "most_behind_ms"), [(100, 0, 200), (-1, 0, 200), (0, 1001, 200), (0, 0, 0)]
)
def test_what_it_cannot_be(priority: int, off_ppm: int, most_behind_ms: int) -> None:
    with pytest.raises(EngineRangeError):
        Pacer(a_pair()[0], priority=priority, off_ppm=off_ppm, most_behind_ms=most_behind_ms)


def test_the_clock_of_a_reference_is_followed() -> None:
    """180 ppm are 1.4 slips a second, by the ticks' own times: no matter how late they are."""

    def slips(*, is_reference: bool) -> int:
        near, far = Engine(spans=1), Engine(spans=1)
        rack = Rack(near)
        clocked = rack.wire_by_its_own_clock(far, Place(spans=1), 180)
        with Pacer(rack, reference=clocked if is_reference else None) as pacer:
            wait_for_ticks(pacer, 375)
        return clocked.store().slips

    assert slips(is_reference=False) >= 2
    assert slips(is_reference=True) == 0


def test_classes_of_lateness_leave_no_gap() -> None:
    ends_ns = [int(lib.pacer_class_end_ns(n)) for n in range(lib.PACER_LATENESS)]
    assert ends_ns[0] == 1024
    assert ends_ns == sorted(ends_ns)
    for n, end_ns in enumerate(ends_ns[:-1]):
        assert lib.pacer_class(end_ns - 1) == n
        assert lib.pacer_class(end_ns) == n + 1
        if n:
            assert end_ns / ends_ns[n - 1] <= 1.125
    assert lib.pacer_class((1 << 64) - 1) == lib.PACER_LATENESS - 1


def test_shares_of_the_lateness() -> None:
    lateness = [0] * lib.PACER_LATENESS
    lateness[0], lateness[9], lateness[40] = 990, 9, 1
    counted = PacerCounters(1000, 0, 0, 0, 0, 0.0, 0.0, 1.0, is_fifo=False, is_locked=False, lateness=tuple(lateness))
    assert counted.lateness_s(0.5) == counted.lateness_s(0.99) == CLASS_ENDS_S[0]
    assert counted.lateness_s(0.991) == counted.lateness_s(0.999) == CLASS_ENDS_S[9]
    assert counted.lateness_s(1.0) == CLASS_ENDS_S[40]
    assert Pacer(a_pair()[0]).counters().lateness_s(0.5) == 0.0
