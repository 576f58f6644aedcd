"""A register tone that a signal of the far end stops within the tick (Q.440: compelled signalling)."""

import pytest

from kmcc.dsp.engine import Detect, Engine, EngineEvent, EventKind
from kmcc.dsp.engine_error import EngineRangeError
from kmcc.dsp.g711 import encode_alaw
from kmcc.dsp.mfc import Direction
from kmcc.dsp.tone import Tone, mfc_tone, render

IDLE = 0xD5
SIZES = [16, 64, 80]
TALK = 0x2A  # what a linked port says, octet for octet
TICK_MS = {16: 2, 64: 8, 80: 10}
HEARD_MS = 20  # long enough for a signal to be recognised, or its end

ENDS = {
    "a forward tone by a backward signal": (Direction.FORWARD, Detect.MFC_BACKWARD, EventKind.MFC_ON),
    "a backward tone by the forward one's end": (Direction.BACKWARD, Detect.MFC_FORWARD, EventKind.MFC_OFF),
}
OTHER = {Direction.FORWARD: Direction.BACKWARD, Direction.BACKWARD: Direction.FORWARD}


class Port:
    """Line 0 of an engine, fed frame by frame: what it hears, what it sends, what it tells."""

    def __init__(self, hears: Detect, tick_samples: int = 64) -> None:
        self.engine = Engine(lines=2, tick_samples=tick_samples)
        self.tick_samples = tick_samples
        self.engine.detect(0, hears)
        self.frames: list[bytes] = []
        self.events: list[list[EngineEvent]] = []

    def hear(self, octets: bytes) -> None:
        """Whole frames of it."""
        size = self.tick_samples
        for at in range(0, len(octets) - size + 1, size):
            self.engine.line_rx(0)[:] = octets[at : at + size]
            self.engine.tick()
            self.frames.append(bytes(self.engine.line_tx(0)))
            self.events.append(self.engine.events())

    def tick_of(self, kind: EventKind) -> int:
        """The tick that told of it first."""
        return next(n for n, told in enumerate(self.events) if any(event.kind is kind for event in told))

    @property
    def begun(self) -> int:
        """The first frame that is not silence."""
        return next(n for n, frame in enumerate(self.frames) if frame != bytes([IDLE]) * self.tick_samples)


def heard(tone: Tone | None, ticks: int, tick_samples: int) -> bytes:
    if tone is None:
        return bytes([IDLE]) * (ticks * tick_samples)
    return encode_alaw(render(tone, ticks * tick_samples)).tobytes()


def foreign(direction: Direction, samples: int) -> bytes:
    """Signal 1 and a third frequency of its group, which makes it no signal."""
    pair, third = mfc_tone(direction, 1, dbm0=-12), mfc_tone(direction, 6, dbm0=-12)
    alone = Tone(third.hz[:1] if third.hz[0] not in pair.hz else third.hz[1:], (-12,))
    return encode_alaw(render(pair, samples) + render(alone, samples)).tobytes()


def story(port: Port, signal: bytes, until: EventKind | None, sends: Direction) -> None:
    """The tone begins when it does in a call: before the backward signal, or while the forward one is on."""
    size = port.tick_samples
    quiet = heard(None, 64, size)
    port.hear(quiet[: 12 * size])
    if until is EventKind.MFC_ON:
        port.engine.send_tone(0, mfc_tone(sends, 2), until)
        port.hear(quiet[: 5 * size])
        port.hear(signal)
    else:
        port.hear(signal)
        port.engine.send_tone(0, mfc_tone(sends, 2), until)
        port.hear(signal)
    port.hear(quiet)


@pytest.mark.parametrize("tick_samples", SIZES)
@pytest.mark.parametrize(("sends", "hears", "until"), ENDS.values(), ids=ENDS)
def test_the_frame_of_the_tick_that_tells_has_none_of_it(
    sends: Direction, hears: Detect, until: EventKind, tick_samples: int
) -> None:
    port = Port(hears, tick_samples)
    ticks = 2 * HEARD_MS // TICK_MS[tick_samples]
    story(port, heard(mfc_tone(OTHER[sends], 3), ticks, tick_samples), until, sends)
    told = port.tick_of(until)
    silence = bytes([IDLE]) * tick_samples
    whole = heard(mfc_tone(sends, 2), told - port.begun, tick_samples)
    assert told > port.begun
    assert b"".join(port.frames[port.begun : told]) == whole
    assert set(port.frames[told:]) == {silence}
    assert all(event.kind is not EventKind.SEND_DONE for events in port.events for event in events)


def test_what_is_linked_is_sent_from_the_first_octet_on() -> None:
    """The last backward signal of a call makes room for speech in the same frame."""
    port = Port(Detect.MFC_FORWARD)
    port.engine.link(0, 1)
    port.engine.line_rx(1)[:] = bytes([TALK]) * 64
    story(port, heard(mfc_tone(Direction.FORWARD, 3), 5, 64), EventKind.MFC_OFF, Direction.BACKWARD)
    told = port.tick_of(EventKind.MFC_OFF)
    assert bytes([TALK]) * 64 not in port.frames[17:told]
    assert set(port.frames[told:]) == {bytes([TALK]) * 64}


@pytest.mark.parametrize(("sends", "hears", "until"), ENDS.values(), ids=ENDS)
def test_a_foreign_signal_does_not_end_it(sends: Direction, hears: Detect, until: EventKind) -> None:
    """What is to be done then is in the tables of the machine."""
    port = Port(hears)
    story(port, foreign(OTHER[sends], 20 * 64), until, sends)
    told = [event for events in port.events for event in events if event.kind is until]
    assert told
    assert {event.code for event in told} == {0}
    assert bytes([IDLE]) * 64 not in port.frames[port.begun :]


@pytest.mark.parametrize(("sends", "hears", "until"), ENDS.values(), ids=ENDS)
def test_it_goes_on_without_the_condition(sends: Direction, hears: Detect, until: EventKind) -> None:
    """A pulse is sent so, and every other tone."""
    port = Port(hears)
    port.engine.send_tone(0, mfc_tone(sends, 2), until)
    port.engine.send_tone(0, mfc_tone(sends, 2))  # the condition went with its tone
    port.hear(heard(None, 12, 64))
    port.hear(heard(mfc_tone(OTHER[sends], 3), 5, 64))
    port.hear(heard(None, 5, 64))
    assert port.tick_of(until) >= 12
    assert bytes([IDLE]) * 64 not in port.frames


def test_the_other_kind_does_not_end_it() -> None:
    port = Port(Detect.MFC_FORWARD)
    port.engine.send_tone(0, mfc_tone(Direction.BACKWARD, 2), EventKind.MFC_OFF)
    port.hear(heard(None, 12, 64))
    port.hear(heard(mfc_tone(Direction.FORWARD, 3), 5, 64))
    assert port.tick_of(EventKind.MFC_ON) >= 12
    assert bytes([IDLE]) * 64 not in port.frames


def test_another_port_does_not_end_it() -> None:
    port = Port(Detect.MFC_BACKWARD)
    port.engine.send_tone(1, mfc_tone(Direction.FORWARD, 2), EventKind.MFC_ON)
    port.hear(heard(None, 12, 64))
    port.hear(heard(mfc_tone(Direction.BACKWARD, 3), 5, 64))
    assert port.tick_of(EventKind.MFC_ON) >= 12
    assert bytes(port.engine.line_tx(1)) != bytes([IDLE]) * 64


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind not in (EventKind.MFC_ON, EventKind.MFC_OFF)])
def test_no_other_event_ends_a_tone(kind: EventKind) -> None:
    engine = Engine(lines=1)
    with pytest.raises(EngineRangeError, match="event that ends a tone"):
        engine.send_tone(0, mfc_tone(Direction.FORWARD, 1), kind)
    engine.tick()
    assert bytes(engine.line_tx(0)) == bytes([IDLE]) * 64
