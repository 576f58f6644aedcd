"""Players and tones of a port: gapless, done told once, a tone before a clip before the matrix."""

import numpy as np
import pytest

from kmcc.dsp.engine import Engine, EngineEvent, EventKind
from kmcc.dsp.tone import CHINA_TONES, Tone, dtmf_tone

IDLE = b"\xd5"
TICK = 64
SIZES = [16, 64, 80]


def speech(seed: int, octets: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, octets, dtype=np.uint8).tobytes()


def sent(engine: Engine, ticks: int, line: int = 0) -> bytes:
    """What the engine sends on a line in so many ticks."""
    octets = bytearray()
    for _ in range(ticks):
        engine.tick()
        octets += engine.line_tx(line)
    return bytes(octets)


def of(kind: EventKind, events: list[EngineEvent]) -> list[EngineEvent]:
    return [event for event in events if event.kind is kind]


# --- players ------------------------------------------------------------------------------------


@pytest.mark.parametrize("tick_samples", SIZES)
@pytest.mark.parametrize("lengths", [(1,), (64,), (100, 1, 0, 300), (0, 0, 7), (80, 80), (16, 64, 80, 2000)])
def test_clips_are_played_without_a_gap_and_done_is_told_once(lengths: tuple[int, ...], tick_samples: int) -> None:
    engine = Engine(lines=1, tick_samples=tick_samples)
    clips = [speech(n, length) for n, length in enumerate(lengths)]
    engine.play(0, clips)
    ticks = sum(lengths) // tick_samples + 2
    whole = b"".join(clips)
    assert sent(engine, ticks) == whole + IDLE * (ticks * tick_samples - len(whole))
    assert engine.events() == [EngineEvent(len(whole), 0, EventKind.PLAY_DONE, 1, 1, 0)]


@pytest.mark.parametrize("clips", [[], [b""], [b"", b""]])
def test_nothing_to_play_is_done_at_once(clips: list[bytes]) -> None:
    engine = Engine(lines=1)
    engine.play(0, clips)
    assert sent(engine, 1) == IDLE * TICK
    assert engine.events() == [EngineEvent(0, 0, EventKind.PLAY_DONE, 1, 1, 0)]


def test_stop_cuts_the_play() -> None:
    engine = Engine(lines=1)
    clip = speech(1, 1000)
    engine.play(0, [clip])
    begun = sent(engine, 3)
    engine.stop_play(0)
    engine.stop_play(0)
    assert begun + sent(engine, 2) == clip[: 3 * TICK] + IDLE * (2 * TICK)
    assert engine.events() == [EngineEvent(3 * TICK, 0, EventKind.PLAY_DONE, 0, 1, 0)]


def test_a_new_play_replaces_the_old() -> None:
    engine = Engine(lines=1)
    first, second = speech(1, 1000), speech(2, 100)
    engine.play(0, [first])
    begun = sent(engine, 2)
    engine.play(0, [second])
    assert begun + sent(engine, 2) == first[: 2 * TICK] + second + IDLE * 28
    assert engine.events() == [
        EngineEvent(2 * TICK, 0, EventKind.PLAY_DONE, 0, 1, 0),
        EngineEvent(2 * TICK + 100, 0, EventKind.PLAY_DONE, 1, 2, 0),
    ]


def test_after_a_play_the_link_goes_on_in_the_same_frame() -> None:
    engine = Engine(lines=2)
    heard, clip = speech(1, TICK), speech(2, 10)
    engine.line_rx(1)[:] = heard
    engine.link(0, 1)
    engine.play(0, [clip])
    assert sent(engine, 1) == clip + heard[10:]


def test_after_a_play_the_conference_goes_on_in_the_same_frame() -> None:
    engine = Engine(lines=2)
    heard, clip = speech(1, TICK), speech(2, 10)
    engine.line_rx(1)[:] = heard
    engine.join(0, 0)
    engine.join(1, 0)
    engine.play(0, [clip])
    assert sent(engine, 1) == clip + heard[10:]


def test_clips_live_until_they_are_played() -> None:
    engine = Engine(lines=1)
    for n in range(20):
        engine.play(0, [speech(n, 3 * TICK)])  # nothing here keeps the octets
        assert sent(engine, 3) == speech(n, 3 * TICK)
    assert len(of(EventKind.PLAY_DONE, engine.events())) == 20


# --- tones -----------------------------------------------------------------------------------------


def test_a_tone_goes_before_the_clip_which_waits() -> None:
    engine = Engine(lines=1)
    clip = speech(1, 4 * TICK)
    engine.play(0, [clip])
    before = sent(engine, 2)
    engine.send_tone(0, CHINA_TONES["dial"])
    tone = sent(engine, 5)
    engine.stop_tone(0)
    assert before + sent(engine, 3) == clip + IDLE * TICK
    assert tone == sent_alone(CHINA_TONES["dial"], 5)
    assert of(EventKind.SEND_DONE, engine.events()) == []


def sent_alone(tone: Tone, ticks: int) -> bytes:
    """The tone from an engine that does nothing else."""
    engine = Engine(lines=1)
    engine.send_tone(0, tone)
    return sent(engine, ticks)


def test_a_tone_goes_before_link_and_conference() -> None:
    engine = Engine(lines=3)
    engine.line_rx(2)[:] = speech(1, TICK)
    engine.link(0, 2)
    engine.join(1, 0)
    engine.join(2, 0)
    for line in (0, 1):
        engine.send_tone(line, CHINA_TONES["busy"])
    engine.tick()
    expected = sent_alone(CHINA_TONES["busy"], 1)
    assert [bytes(engine.line_tx(line)) for line in (0, 1)] == [expected, expected]


def test_the_end_of_a_tone_is_told_once() -> None:
    engine = Engine(lines=1)
    engine.send_tone(0, dtmf_tone("5", on_ms=40, off_ms=24))  # 64 ms are 8 ticks
    assert sent(engine, 20)[8 * TICK :] == IDLE * (12 * TICK)
    assert [(event.at, event.kind) for event in engine.events()] == [(8 * TICK, EventKind.SEND_DONE)]


def test_a_new_tone_replaces_the_old() -> None:
    engine = Engine(lines=1)
    engine.send_tone(0, CHINA_TONES["dial"])
    sent(engine, 3)
    engine.send_tone(0, dtmf_tone("1"))
    assert sent(engine, 4) == sent_alone(dtmf_tone("1"), 4)
