"""Signalling and detectors through two engines back to back: CAS nibbles, alarms, line bits, tones heard."""

import numpy as np
import pytest

from kmcc.dsp import twin_e1
from kmcc.dsp.engine import Detect, Engine, EngineEvent, EventKind, SpanAlarm, run_pair
from kmcc.dsp.engine_error import EngineRangeError
from kmcc.dsp.mfc import Direction
from kmcc.dsp.tone import CHINA_TONES, Tone, dtmf_tone, mfc_tone

TICK = 64
SIZES = [16, 64, 80]
MS = 8  # samples


def speech(seed: int, octets: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, octets, dtype=np.uint8).tobytes()


def of(kind: EventKind, events: list[EngineEvent]) -> list[EngineEvent]:
    return [event for event in events if event.kind is kind]


def pair_of_spans(tick_samples: int = TICK, persist_ms: int = 20) -> tuple[Engine, Engine]:
    """Two spans that have found each other and told so."""
    a, b = (Engine(spans=1, tick_samples=tick_samples, persist_ms=persist_ms) for _ in range(2))
    run_on(a, b, 100 * MS)
    assert of(EventKind.SPAN, a.events())[-1].code == SpanAlarm.NONE
    assert of(EventKind.SPAN, b.events())[-1].code == SpanAlarm.NONE
    return a, b


def run_on(a: Engine, b: Engine, samples: int) -> None:
    """So many samples, whatever happens."""
    until = a.now + samples
    while a.now < until:
        run_pair(a, b, (until - a.now + a.tick_samples - 1) // a.tick_samples)


# --- signalling on E1 ----------------------------------------------------------------------------------


def test_every_nibble_of_every_channel_crosses_both_ways() -> None:
    a, b = pair_of_spans(persist_ms=2)
    for near, far in ((a, b), (b, a)):
        for nibble in [*range(15), 15]:
            channels = range(16 if nibble == 0 else 1, 31)
            for channel in channels:
                near.signal(near.port(0, channel), nibble)
            run_on(a, b, 5 * TICK)
            events = of(EventKind.SIGNAL, far.events())
            assert sorted((event.port, event.code) for event in events) == [
                (far.port(0, channel), nibble) for channel in channels
            ]


@pytest.mark.parametrize(("channel", "nibble"), [(1, 0), (15, 0), (1, 16), (16, 16), (30, -1)])
def test_a_nibble_that_cannot_be_sent(channel: int, nibble: int) -> None:
    engine = Engine(spans=1)
    with pytest.raises(EngineRangeError, match=f"nibble on channel {channel}"):
        engine.signal(engine.port(0, channel), nibble)


@pytest.mark.parametrize(("standing_ms", "expected"), [(10, []), (18, []), (20, [0b1001, 0b1111])])
def test_a_glitch_of_10_ms_is_not_reported_and_20_ms_are(standing_ms: int, expected: list[int]) -> None:
    a, b = pair_of_spans(tick_samples=16)
    begun = a.now
    a.signal(a.port(0, 5), 0b1001)
    run_on(a, b, standing_ms * MS)
    a.signal(a.port(0, 5), 0b1111)
    run_on(a, b, 60 * MS)
    events = b.events()
    assert [(event.kind, event.port, event.code) for event in events] == [
        (EventKind.SIGNAL, 4, nibble) for nibble in expected
    ]
    if expected:  # one tick on the way, nine multiframes, and frame 5 of the tenth
        assert events[0].at == begun + 16 + 9 * 16 + 6


def test_the_first_nibble_is_reported_and_is_blocked() -> None:
    a, b = (Engine(spans=1) for _ in range(2))
    run_on(a, b, 60 * MS)
    signals = of(EventKind.SIGNAL, b.events())
    assert sorted((event.port, event.code) for event in signals) == [(port, 0b1111) for port in range(30)]


def test_a_span_that_hears_nothing_stays_silent_and_says_so_to_the_far_end() -> None:
    engine = Engine(spans=1)
    engine.run(100)
    assert engine.events() == []
    frames = bytes(engine.span_tx(0))
    assert twin_e1.timeslot(frames, 0)[:2] == bytes([0x9B, 0xFF])  # A = 1
    assert twin_e1.timeslot(frames, 16)[0] == 0x0F  # y = 1


def damaged(engine: Engine, far: Engine, timeslot: int, ticks: int) -> None:
    """Frames from the far end with a broken timeslot."""
    for _ in range(ticks):
        far.tick()
        frames = bytearray(far.span_tx(0))
        frames[timeslot::32] = b"\x55" * far.tick_samples
        engine.span_rx(0)[:] = frames
        engine.tick()


@pytest.mark.parametrize(("timeslot", "alarm"), [(0, SpanAlarm.LOF), (16, SpanAlarm.LOMF)])
def test_nibbles_freeze_while_alignment_is_lost(timeslot: int, alarm: SpanAlarm) -> None:
    a, b = pair_of_spans()
    a.signal(a.port(0, 3), 0b0011)
    damaged(b, a, timeslot, 20)
    assert [(event.kind, event.code) for event in b.events()] == [(EventKind.SPAN, alarm)]
    back = twin_e1.timeslot(bytes(b.span_tx(0)), timeslot)
    assert back[:2] == (bytes([0x9B, 0xFF]) if timeslot == 0 else bytes([0x0F, 0xFF]))
    run_on(a, b, 60 * MS)
    events = b.events()
    assert [event.code for event in of(EventKind.SIGNAL, events)] == [0b0011]
    assert of(EventKind.SPAN, events)[-1].code == SpanAlarm.NONE
    far = [event.code for event in of(EventKind.SPAN, a.events())]
    assert far == [SpanAlarm.RAI if timeslot == 0 else SpanAlarm.RMA, SpanAlarm.NONE]


def test_remote_alarm_by_command() -> None:
    a, b = pair_of_spans()
    for is_sent, code in ((True, SpanAlarm.RAI), (False, SpanAlarm.NONE)):
        a.span_alarm(0, remote=is_sent)
        run_on(a, b, 3 * TICK)
        assert [(event.kind, event.port, event.code) for event in b.events()] == [(EventKind.SPAN, 0, code)]


def test_the_second_span_has_its_own_ports_and_alarms() -> None:
    a, b = Engine(spans=2), Engine(spans=2)
    run_on(a, b, 100 * MS)
    b.events()
    a.signal(a.port(1, 30), 0b0101)
    a.span_alarm(1, remote=True)
    run_on(a, b, 60 * MS)
    assert [(event.kind, event.port, event.code) for event in b.events()] == [
        (EventKind.SPAN, 1, SpanAlarm.RAI),
        (EventKind.SIGNAL, 59, 0b0101),
    ]


# --- signalling on plain lines --------------------------------------------------------------------------


def test_bits_of_a_line_are_reported_on_change() -> None:
    a, b = Engine(spans=1, lines=3), Engine(lines=2)
    b.line_signal(1, 0)
    a.signal(a.line(1), 5)
    run_on(a, b, 4 * TICK)
    assert (a.line_signalled(1), a.line_signalled(0)) == (5, 0)
    assert b.events() == [EngineEvent(TICK, b.line(1), EventKind.SIGNAL, 5, 0, 0)]
    b.line_signal(0, 255)
    b.tick()
    assert b.events() == [EngineEvent(4 * TICK, 0, EventKind.SIGNAL, 255, 0, 0)]
    with pytest.raises(EngineRangeError, match="line bits 256"):
        a.signal(a.line(0), 256)


# --- detectors ------------------------------------------------------------------------------------------

HEARD = [
    (dtmf_tone("7", on_ms=100), Detect.DTMF, EventKind.DTMF_ON, ord("7")),
    (mfc_tone(Direction.FORWARD, 13, pulse_ms=100), Detect.MFC_FORWARD, EventKind.MFC_ON, 13),
    (mfc_tone(Direction.BACKWARD, 6, pulse_ms=100), Detect.MFC_BACKWARD, EventKind.MFC_ON, 6),
    (CHINA_TONES["dial"], Detect.PROGRESS, EventKind.TONE_ON, 0),
]


@pytest.mark.parametrize("channel", [1, 15, 16, 30])
@pytest.mark.parametrize(("tone", "detector", "kind", "code"), HEARD, ids=lambda value: getattr(value, "name", None))
def test_a_tone_of_the_far_end_is_heard_on_its_port(
    tone: Tone, detector: Detect, kind: EventKind, code: int, channel: int
) -> None:
    a, b = pair_of_spans()
    for port in range(b.ports):
        b.detect(port, detector)
    begun = a.now + TICK
    a.send_tone(a.port(0, channel), tone)
    run_on(a, b, 400 * MS)
    heard = of(kind, b.events())
    assert [(event.port, event.code) for event in heard] == [(b.port(0, channel), code)]
    assert begun < heard[0].at <= begun + 240 * MS
    assert [event.kind for event in a.events()] in ([], [EventKind.SEND_DONE])


def test_voice_is_heard_and_its_end() -> None:
    far, near = Engine(lines=2), Engine(lines=2)
    near.detect(1, Detect.VOICE)
    far.play(1, [speech(1, 8000)])
    run_on(far, near, 3 * 8000)
    events = near.events()
    assert [(event.kind, event.port) for event in events] == [(EventKind.VOICE_ON, 1), (EventKind.VOICE_OFF, 1)]
    assert TICK < events[0].at < events[1].at
    assert events[1].at > TICK + 8000


def test_a_detector_that_is_off_hears_nothing() -> None:
    far, near = Engine(lines=1), Engine(lines=1)
    near.join(0, 0)  # its speech is decoded all the same
    near.detect(0, Detect.DTMF | Detect.VOICE)
    near.tick()
    near.detect(0, Detect.VOICE)
    far.send_tone(0, dtmf_tone("1"))
    run_on(far, near, 3000 * MS)
    assert {event.kind for event in near.events()} == {EventKind.VOICE_ON, EventKind.VOICE_OFF}


def test_a_detector_that_stays_on_forgets_nothing() -> None:
    far, near = Engine(lines=1), Engine(lines=1)
    near.detect(0, Detect.DTMF)
    far.send_tone(0, dtmf_tone("1", on_ms=200))
    for n in range(40):
        near.detect(0, Detect.DTMF | (Detect.PROGRESS if n % 2 else Detect.NONE))
        run_pair(far, near, 1)
    heard = [event.kind for event in near.events() if event.kind in {EventKind.DTMF_ON, EventKind.DTMF_OFF}]
    assert heard == [EventKind.DTMF_ON, EventKind.DTMF_OFF]


def test_the_same_digit_at_every_tick_size() -> None:
    """The bank's own blocks do not depend on the tick: only the tick of delay differs."""
    at = []
    for tick_samples in SIZES:
        far, near = (Engine(lines=1, tick_samples=tick_samples) for _ in range(2))
        near.detect(0, Detect.DTMF)
        far.send_tone(0, dtmf_tone("#", on_ms=60))
        run_on(far, near, 400 * MS)
        at += [event.at - tick_samples for event in near.events() if event.kind is EventKind.DTMF_ON]
    assert len(at) == 3
    assert max(at) - min(at) <= 30 * MS
