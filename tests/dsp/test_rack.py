"""A rack: boards in memory at their places of one engine, and the places that there are not."""

from pathlib import Path

import pytest

from kmcc.dsp._core import lib
from kmcc.dsp.engine import Engine, EventKind, run_pair
from kmcc.dsp.engine_error import EnginePairError, EngineRangeError, RackError
from kmcc.dsp.errors import BusyError
from kmcc.dsp.rack import MOST_BOARDS, Place, Rack
from kmcc.dsp.recorder import Recorder


def settle(rack: Rack) -> None:
    while rack.run(100) < 100:
        pass
    for engine in rack.engines:
        engine.events()


def two_boards() -> tuple[Rack, Engine, Engine, Engine]:
    near, first, second = Engine(spans=3, lines=3), Engine(spans=1, lines=1), Engine(spans=2, lines=2)
    rack = Rack(near)
    rack.wire(first, Place(spans=1, lines=1))
    rack.wire(second, Place(span=1, spans=2, line=1, lines=2))
    settle(rack)
    return rack, near, first, second


def test_each_board_has_its_spans_and_lines() -> None:
    rack, near, first, second = two_boards()
    ways = [
        (first, first.port(0, 3), near.port(0, 3)),
        (second, second.port(0, 4), near.port(1, 4)),
        (second, second.port(1, 30), near.port(2, 30)),
        (first, first.line(0), near.line(0)),
        (second, second.line(1), near.line(2)),
    ]
    for far, there, here in ways:
        bits = 0b1010 if there < far.spans * 30 else 1
        far.signal(there, bits)
        rack.run(100)
        assert [(e.kind, e.port, e.code) for e in near.events()] == [(EventKind.SIGNAL, here, bits)]
        near.signal(here, bits)
        rack.run(100)
        assert [(e.kind, e.port, e.code) for e in far.events()] == [(EventKind.SIGNAL, there, bits)]
    assert not any(engine.events() for engine in rack.engines)


def test_one_board_is_a_pair() -> None:
    """The same events at the same samples as two engines back to back."""

    def events(run: str) -> list[tuple[int, int, int]]:
        near, far = Engine(spans=1, lines=1), Engine(spans=1, lines=1)
        rack = Rack(near)
        rack.wire(far, Place(spans=1, lines=1))
        for engine in (near, far):
            engine.signal(engine.port(0, 7), 0b1010)
            engine.play(engine.line(0), [bytes(1000)])
        for _ in range(10):
            _ = rack.run(30) if run == "rack" else run_pair(near, far, 30)
        return [(e.at, e.port, e.code) for engine in (near, far) for e in engine.events()]

    assert events("rack") == events("pair")


def test_it_ends_for_an_event_of_any_end() -> None:
    rack, *engines = two_boards()
    for engine in engines:
        engine.play(0, [bytes(3 * engine.tick_samples)])
        assert rack.run(100) == 3
        assert rack.run(100) == 100


@pytest.mark.parametrize(
    "place",
    [Place(span=3, spans=1), Place(spans=4), Place(line=1, lines=3), Place(span=1 << 31, spans=1 << 31)],
)
def test_a_place_that_is_not_there(place: Place) -> None:
    with pytest.raises(RackError, match="expected a free place"):
        Rack(Engine(spans=3, lines=3)).wire(Engine(spans=64, lines=64), place)


def test_a_far_end_that_is_too_small() -> None:
    with pytest.raises(RackError, match="1 spans and 0 lines at the far end"):
        Rack(Engine(spans=3)).wire(Engine(spans=1), Place(spans=2))


def test_a_far_end_that_is_none() -> None:
    near = Engine(spans=1)
    rack = Rack(near)
    for far in (near, Engine(spans=1, tick_samples=80)):
        with pytest.raises(EnginePairError):
            rack.wire(far, Place(spans=1))


def test_too_many_boards() -> None:
    rack = Rack(Engine(lines=1))
    for _ in range(MOST_BOARDS):
        rack.wire(Engine(lines=1), Place())
    with pytest.raises(RackError):
        rack.wire(Engine(lines=1), Place())


def test_one_at_a_time() -> None:
    rack, near, far, _ = two_boards()
    with near.turn:
        with pytest.raises(BusyError, match="engine"):
            rack.run(1)
        with pytest.raises(BusyError):
            near.tick()
        with pytest.raises(BusyError):
            near.run(1)
        with pytest.raises(BusyError):
            run_pair(near, far, 1)
    assert rack.run(1) == 1
    with pytest.raises(EngineRangeError):
        rack.run(-1)


def test_ticks_that_are_given_up_are_time_and_commands_and_nothing_else(tmp_path: Path) -> None:
    near, far = Engine(spans=1, lines=1), Engine(spans=1, lines=1)
    rack = Rack(near)
    rack.wire(far, Place(spans=1, lines=1))
    settle(rack)
    recorder = Recorder(tmp_path / "a.wav")
    near.record(0, recorder)
    far.play(0, [bytes(64 * 10)])
    begun = near.now
    lib.rack_skip(rack.state, 7)
    assert near.now == far.now == begun + 7 * 64
    assert not near.events()
    assert (recorder.lost, int(recorder.state.written)) == (7 * 64 * 2, 0)
    assert rack.run(100) == 10  # what was to be played is played whole
    assert [(event.kind, event.at) for event in far.events()] == [(EventKind.PLAY_DONE, begun + 17 * 64)]
    near.stop_record(0)
    rack.run(1)
    assert recorder.close().lost == 7 * 64 * 2
