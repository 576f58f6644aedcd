"""E1 spans alone: frames with CAS built and taken apart in C (G.704; csrc/e1.h).

The media engine uses the same C; this face of it serves captures, bit error tests and tests of the engine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.engine_event import SpanAlarm
from kmcc.dsp.errors import DspError

CHANNELS: Final = 30
TIMESLOTS: Final = 32
UNKNOWN: Final = 0xFF


class SpanError(DspError):
    """Speech, frames or a nibble that cannot go into an E1 span."""

    def __init__(self, what: str, expected: str) -> None:
        super().__init__(f"E1 span: {what}, expected {expected}")


@dataclass(frozen=True, slots=True)
class SignalChange:
    """A channel's nibble has stood long enough; `offset` counts samples into the block."""

    offset: int
    channel: int  # 1..30
    nibble: int


@dataclass(frozen=True, slots=True)
class AlarmChange:
    """The span's alarms as they are from here on."""

    offset: int
    alarms: SpanAlarm


@dataclass(frozen=True, slots=True)
class SpanBlock:
    """Frames taken apart: speech of channel 1..30, and what changed, in order of time."""

    speech: tuple[bytes, ...]
    changes: tuple[SignalChange | AlarmChange, ...]


def check_channel(channel: int) -> int:
    """The channel's index from 0."""
    if not 1 <= channel <= CHANNELS:
        raise SpanError(f"channel {channel}", f"1..{CHANNELS}")
    return channel - 1


class SpanSender:
    """Builds frames; every channel sends 1111 (blocked) until told otherwise."""

    def __init__(self) -> None:
        self._state: Final[Any] = ffi.new("struct e1_sender *")
        lib.e1_sender_init(self._state)

    def signal(self, channel: int, nibble: int) -> None:
        """Send abcd from now on; 0000 on channel 1..15 would imitate the multiframe word."""
        index = check_channel(channel)
        lowest = 1 if channel <= 15 else 0
        if not lowest <= nibble <= 0x0F:
            raise SpanError(f"nibble {nibble} on channel {channel}", f"{lowest}..15")
        self._state.nibble[index] = nibble

    def alarm(self, *, remote: bool = False, multiframe: bool = False) -> None:
        """Send bit A (remote alarm) and bit y (remote multiframe alarm) from now on."""
        self._state.remote_alarm = remote
        self._state.multiframe_alarm = multiframe

    def build(self, speech: Sequence[bytes]) -> bytes:
        """Frames that carry this speech of channel 1..30, all of one length."""
        samples = len(speech[0]) if speech else 0
        if len(speech) != CHANNELS or any(len(octets) != samples for octets in speech):
            raise SpanError(f"speech of {len(speech)} channels", f"{CHANNELS} of equal length")
        frames = ffi.new("uint8_t[]", samples * TIMESLOTS)
        lib.e1_build(self._state, frames, b"".join(speech), samples)
        return bytes(ffi.buffer(frames))


class SpanReceiver:
    """Takes frames apart; finds and watches both alignments."""

    def __init__(self, *, persist_ms: int = 20) -> None:
        if not 0 <= persist_ms <= 1000:
            raise SpanError(f"persistence of {persist_ms} ms", "0..1000")
        self._state: Final[Any] = ffi.new("struct e1_receiver *")
        lib.e1_receiver_init(self._state, persist_ms)

    @property
    def alarms(self) -> SpanAlarm:
        return SpanAlarm(self._state.alarms)

    def nibble(self, channel: int) -> int | None:
        """The last nibble that stood long enough; None before the first."""
        nibble = int(self._state.nibble[check_channel(channel)])
        return None if nibble == UNKNOWN else nibble

    def take(self, frames: bytes) -> SpanBlock:
        """The speech in these frames, and what changed."""
        samples, rest = divmod(len(frames), TIMESLOTS)
        if rest:
            raise SpanError(f"frames of {len(frames)} octets", f"a multiple of {TIMESLOTS}")
        speech = ffi.new("uint8_t[]", CHANNELS * samples)
        found = ffi.new("struct detection[]", 3 * (samples + 1))
        count = lib.e1_take(self._state, frames, speech, samples, found, len(found))
        octets = bytes(ffi.buffer(speech))
        rows = tuple(octets[n * samples : (n + 1) * samples] for n in range(CHANNELS))
        return SpanBlock(rows, tuple(_change(found[n]) for n in range(count)))


def _change(found: Any) -> SignalChange | AlarmChange:
    if found.kind == lib.EV_SPAN:
        return AlarmChange(found.offset, SpanAlarm(found.code))
    return SignalChange(found.offset, found.port + 1, found.code)
