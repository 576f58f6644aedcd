"""The media engine: its shape, time, rings, and what holds whatever is commanded."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.dsp.cpu import Isa
from kmcc.dsp.dtmf import DtmfBank
from kmcc.dsp.engine import Detect, Engine, EngineEvent, EventKind, run_pair
from kmcc.dsp.engine_error import CommandRingFullError, EngineConfigError, EnginePairError, EngineRangeError
from kmcc.dsp.g711 import encode_alaw
from kmcc.dsp.tone import CHINA_TONES, dtmf_tone, render

IDLE = b"\xd5"
TICK = 64
SIZES = [16, 64, 80]
DTMF = (EventKind.DTMF_ON, EventKind.DTMF_OFF)


def speech(seed: int, octets: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, octets, dtype=np.uint8).tobytes()


def of(kind: EventKind, events: list[EngineEvent]) -> list[EngineEvent]:
    return [event for event in events if event.kind is kind]


# --- shape --------------------------------------------------------------------------------------


@pytest.mark.parametrize("tick_samples", SIZES)
def test_ports_of_spans_come_first(tick_samples: int) -> None:
    engine = Engine(spans=2, lines=3, tick_samples=tick_samples)
    assert engine.ports == 63
    assert [engine.port(0, 1), engine.port(0, 30), engine.port(1, 1), engine.line(0), engine.line(2)] == [
        0, 29, 30, 60, 62,
    ]  # fmt: skip
    assert engine.tick_s == tick_samples / 8000
    assert [len(engine.span_rx(1)), len(engine.line_tx(2))] == [32 * tick_samples, tick_samples]
    engine.tick()
    assert engine.now == tick_samples


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"spans": 65},
        {"lines": 4097},
        {"lines": -1},
        {"lines": 1 << 40},
        {"lines": 1, "tick_samples": 8},
        {"lines": 1, "persist_ms": 1001},
        {"lines": 1, "conferences": 4097},
        {"lines": 1, "cancellers": 4097},
    ],
)
def test_an_engine_that_cannot_be(wrong: dict[str, int]) -> None:
    with pytest.raises(EngineConfigError, match="expected up to 64 spans"):
        Engine(**wrong)


def test_ports_that_are_not_there() -> None:
    engine = Engine(spans=1, lines=1)
    for span, channel in [(0, 0), (0, 31), (1, 1), (-1, 1)]:
        with pytest.raises(EngineRangeError):
            engine.port(span, channel)
    for refused in (engine.line, engine.span_rx, engine.span_tx, engine.line_rx, engine.line_tx):
        with pytest.raises(EngineRangeError):
            refused(1)
    for command in (engine.unlink, engine.stop_play, engine.stop_tone, engine.stop_record):
        with pytest.raises(EngineRangeError, match=r"port 31: expected 0\.\.30"):
            command(31)
    with pytest.raises(EngineRangeError, match="detector mask 4096"):
        engine.detect(0, Detect(4096))
    with pytest.raises(EngineRangeError, match="span 1"):
        engine.span_alarm(1, remote=True)


def test_views_stay_good_when_the_engine_is_gone() -> None:
    view = Engine(lines=1).line_rx(0)
    view[:] = bytes(range(64))
    assert bytes(view) == bytes(range(64))


def test_what_is_sent_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="read-only"):
        Engine(lines=1).line_tx(0)[0] = 1


# --- time ----------------------------------------------------------------------------------------------


def test_run_ends_after_the_tick_that_left_an_event() -> None:
    engine = Engine(lines=1)
    assert engine.run(10) == 10
    engine.play(0, [bytes(5 * TICK + 1)])
    assert engine.run(100) == 6
    assert engine.run(100) == 100
    assert engine.now == 116 * TICK


def test_run_pair_ends_for_either() -> None:
    for speaks_first in (True, False):
        a, b = Engine(lines=1), Engine(lines=1)
        (a if speaks_first else b).play(0, [bytes(TICK)])
        assert run_pair(a, b, 50) == 1
        assert run_pair(a, b, 50) == 50
        assert a.now == b.now


def test_engines_that_are_no_pair() -> None:
    a, b = Engine(lines=1), Engine(lines=1, tick_samples=80)
    for other in (a, b):
        with pytest.raises(EnginePairError, match="same tick"):
            run_pair(a, other, 1)


def test_events_come_in_order_of_time() -> None:
    engine = Engine(lines=3)
    for line, octets in enumerate((50, 10, 30)):
        engine.play(line, [bytes(octets)])
    engine.tick()
    assert [(event.at, event.port) for event in engine.events()] == [(10, 1), (30, 2), (50, 0)]


# --- rings ----------------------------------------------------------------------------------------------


def test_a_full_command_ring_refuses_and_the_next_tick_makes_room() -> None:
    engine = Engine(lines=1)
    for _ in range(1024):
        engine.unlink(0)
    with pytest.raises(CommandRingFullError, match="unlink for port 0 was not queued"):
        engine.unlink(0)
    with pytest.raises(CommandRingFullError):
        engine.play(0, [b"\0"])
    engine.tick()
    engine.play(0, [b"\0"])
    engine.tick()
    assert [event.kind for event in engine.events()] == [EventKind.PLAY_DONE]


def test_many_ports_have_a_bigger_command_ring() -> None:
    engine = Engine(lines=600)
    for n in range(16384):  # 16 * 600, up to a power of two
        engine.stop_play(n % 600)
    with pytest.raises(CommandRingFullError):
        engine.stop_play(0)


def test_lost_events_are_counted() -> None:
    engine = Engine(lines=1)
    for _ in range(5):
        for _ in range(1000):
            engine.play(0, [])
        engine.tick()
    held = engine.events()
    assert len(held) == 4096
    assert of(EventKind.OVERRUN, held) == []
    assert [event.a for event in held] == list(range(1, 4097))
    engine.play(0, [])
    engine.tick()
    assert engine.events() == [
        EngineEvent(5 * TICK, 0, EventKind.OVERRUN, 0, 5000 - 4096, 0),
        EngineEvent(5 * TICK, 0, EventKind.PLAY_DONE, 1, 5001, 0),
    ]
    engine.tick()
    assert engine.events() == []


# --- random ------------------------------------------------------------------------------------------------

LINE = st.integers(0, 3)
COMMANDS = st.one_of(
    st.tuples(st.just("link"), LINE, LINE),
    st.tuples(st.just("unlink"), LINE),
    st.tuples(st.just("join"), LINE, st.integers(0, 1)),
    st.tuples(st.just("play"), LINE, st.lists(st.integers(0, 200).map(lambda n: speech(n, n)), max_size=3)),
    st.tuples(st.just("stop_play"), LINE),
    st.tuples(st.just("send_tone"), LINE, st.sampled_from([dtmf_tone("1", 16, 8), CHINA_TONES["busy"]])),
    st.tuples(st.just("stop_tone"), LINE),
    st.tuples(st.just("detect"), LINE, st.integers(0, 31).map(Detect)),
    st.tuples(st.just("signal"), LINE, st.integers(0, 255)),
    st.tuples(st.just("spot"), LINE, st.lists(st.integers(0, 3).map(lambda n: speech(n, 64)), max_size=2)),
    st.tuples(st.just("tick"), st.integers(1, 5)),
)
STORIES = st.lists(COMMANDS, max_size=40)


def told(story: list[tuple[object, ...]], tick_samples: int) -> Iterator[tuple[list[EngineEvent], list[bytes]]]:
    """Events and octets of every tick of the near engine while the story is told."""
    far, near = (Engine(lines=4, tick_samples=tick_samples) for _ in range(2))
    for line in range(4):
        far.play(line, [speech(line, 5000)])
    for name, *arguments in story:
        if name != "tick":
            getattr(near, str(name))(*arguments)
            continue
        for _ in range(int(str(arguments[0]))):
            run_pair(far, near, 1)
            yield near.events(), [bytes(near.line_tx(line)) for line in range(4)]


@settings(deadline=None, max_examples=40)
@given(story=STORIES, tick_samples=st.sampled_from(SIZES))
def test_the_same_commands_twice_give_the_same_events_and_octets(
    story: list[tuple[object, ...]], tick_samples: int
) -> None:
    first = list(told(story, tick_samples))
    assert first == list(told(story, tick_samples))
    times = [event.at for events, _ in first for event in events]
    assert times == sorted(times)


@settings(deadline=None, max_examples=40)
@given(story=STORIES, tick_samples=st.sampled_from(SIZES))
def test_a_port_without_anything_sends_idle(story: list[tuple[object, ...]], tick_samples: int) -> None:
    quiet = [(name, *rest) for name, *rest in story if name == "tick" or rest[0] != 2]
    for _, octets in told(quiet, tick_samples):
        assert octets[2] == IDLE * tick_samples


@settings(deadline=None, max_examples=40)
@given(story=STORIES)
def test_every_play_is_done_once(story: list[tuple[object, ...]]) -> None:
    plays = {line: sum(1 for step in story if step[:2] == ("play", line)) for line in range(4)}
    stops = [("stop_tone", line) for line in range(4)] + [("stop_play", line) for line in range(4)]
    done = [e for events, _ in told([*story, *stops, ("tick", 1)], TICK) for e in of(EventKind.PLAY_DONE, events)]
    for line, count in plays.items():
        assert [event.a for event in done if event.port == line] == list(range(1, count + 1))


# --- the listener within ------------------------------------------------------------------------


@pytest.mark.parametrize("tick_samples", SIZES)
def test_detectors_hear_the_same_whatever_the_tick(isa: Isa, tick_samples: int) -> None:
    """A line's events are those of a bank that heard the octets in one run."""
    heard = encode_alaw(np.concatenate([render(dtmf_tone(key), 1280) for key in "1998D*"]))
    engine = Engine(lines=2, tick_samples=tick_samples)
    engine.detect(1, Detect.DTMF | Detect.VOICE)
    events: list[EngineEvent] = []
    for at in range(0, len(heard), tick_samples):
        engine.line_rx(1)[:] = heard[at : at + tick_samples].tobytes()
        engine.tick()
        events += engine.events()
    expected = DtmfBank(1).feed(heard[np.newaxis])
    assert [
        (event.at, event.kind, event.code, event.a, event.b) for event in events if event.kind in DTMF
    ] == [(e["sample"], e["kind"], e["code"], e["a"], e["b"]) for e in expected]  # fmt: skip
    assert {event.port for event in events} == {1}
    assert of(EventKind.VOICE_ON, events)
