"""The media engine's face in Python: what each port does, and what was heard (csrc/engine.h).

No sample passes through here.  Commands are checked, queued and taken by the next tick; whatever C points to is kept
alive until C has let go of it.
"""

from collections.abc import Sequence
from enum import IntEnum
from threading import Lock
from typing import Any, Final

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory
from kmcc.dsp.engine_board_side import BoardSide
from kmcc.dsp.engine_command import Op, check, clip_array
from kmcc.dsp.engine_error import (
    CommandRingFullError,
    EngineConfigError,
    EnginePairError,
    RecorderBusyError,
)
from kmcc.dsp.engine_event import EVENT, Detect, EngineEvent, EventKind, SpanAlarm, decode_events
from kmcc.dsp.engine_lent import Lent
from kmcc.dsp.engine_speech import EARLY_GUARD_MS, GUARD_MS, SpeechCommands
from kmcc.dsp.recorder import Recorder
from kmcc.dsp.tone import Tone
from kmcc.dsp.tone import _struct as tone_struct
from kmcc.dsp.turn import Turn

__all__ = [
    "EARLY_GUARD_MS",
    "GUARD_MS",
    "Detect",
    "Engine",
    "EngineEvent",
    "EventKind",
    "SpanAlarm",
    "Track",
    "run_pair",
]

CHANNELS: Final = 30
MOST_SPANS: Final = 64  # layout.c
MOST_LINES: Final = 4096
RATE_HZ: Final = 8000
EVENTS_AT_ONCE: Final = 1024
MOST_PATTERNS: Final = 16
PATTERN_OCTETS: Final = (64, 512)
ALL_DETECTORS: Final = sum(Detect)


def _config(**fields: int) -> Any:
    """What C can make an engine of."""
    if min(fields.values()) >= 0 and max(fields.values()) <= 0xFFFF:
        config = ffi.new("struct engine_config *", fields)
        if lib.engine_size(config) > 0:
            return config
    raise EngineConfigError(fields)


class Track(IntEnum):
    """The two recorders of a port; the code of a RECORD_HALF event."""

    CALL = 0
    MESSAGE = 1  # left by the caller while the call itself may be recorded too


class Engine(SpeechCommands, BoardSide):
    """Ports of E1 spans (30 a span, first) and of plain lines, ticked together."""

    def __init__(
        self,
        *,
        spans: int = 0,
        lines: int = 0,
        conferences: int = 16,
        tick_samples: int = 64,
        persist_ms: int = 20,
        cancellers: int = 0,
    ) -> None:
        config = _config(
            spans=spans,
            lines=lines,
            conferences=conferences,
            tick_samples=tick_samples,
            persist_ms=persist_ms,
            cancellers=cancellers,
        )
        self._octets_of_state: Final = int(lib.engine_size(config))
        memory, self._memory = aligned_memory(self._octets_of_state)
        self.state = lib.engine_init(memory, config)
        self.spans: Final = spans
        self.lines: Final = lines
        self.conferences = conferences
        self.ports: Final = spans * CHANNELS + lines
        self.tick_samples = tick_samples
        self.tick_s: Final = tick_samples / RATE_HZ
        self._room: Final = ffi.new("struct engine_event[]", EVENTS_AT_ONCE)
        self._room_octets: Final = memoryview(ffi.buffer(self._room))
        self.turn = Turn("engine")
        """Held by whatever ticks the engine; another that would gets BusyError."""
        self._posting: Final = Lock()
        self._reading: Final = Turn("engine's events")
        self._posted = 0
        self._lent: Final = Lent(self.state)
        self.cancellers = cancellers
        self._cancelled = set()
        self._patterns: Final[dict[int, object]] = {}
        self._recorders: Final[dict[tuple[int, Track], Recorder]] = {}

    @property
    def now(self) -> int:
        """Samples since the beginning."""
        return int(lib.engine_now(self.state))

    def port(self, span: int, channel: int) -> int:
        """Port of a span (from 0) and its speech channel 1..30."""
        return self._check_span(span) * CHANNELS + check("channel", channel, 1, CHANNELS) - 1

    def line(self, n: int) -> int:
        """Port of a plain line (from 0)."""
        return self.spans * CHANNELS + self._check_line(n)

    # --- commands ------------------------------------------------------------------

    def detect(self, port: int, mask: Detect) -> None:
        """Switch on these detectors and no others; one that stays on forgets nothing."""
        self._post(port, Op.DETECT, check("detector mask", int(mask), 0, ALL_DETECTORS))

    def signal(self, port: int, bits: int) -> None:
        """Send abcd on the signalling channel, or the bits of a plain line."""
        channel = port % CHANNELS + 1
        if port >= self.spans * CHANNELS:
            check("line bits", bits, 0, 0xFF)
        else:
            check(f"nibble on channel {channel}", bits, 1 if channel <= 15 else 0, 0x0F)
        self._post(port, Op.SIGNAL, bits)

    def link(self, port: int, source: int) -> None:
        """Send here what the source receives, octet for octet."""
        self._post(port, Op.LINK, self._check_port(source))

    def connect(self, a: int, b: int) -> None:
        """Two ports talk with each other."""
        self.link(a, b)
        self.link(b, a)

    def unlink(self, port: int) -> None:
        """Leave link and conference."""
        self._post(port, Op.UNLINK)

    def join(self, port: int, conference: int) -> None:
        """Hear everybody else in the conference, and be heard."""
        self._post(port, Op.JOIN, check("conference", conference, 0, self.conferences - 1))

    def play(self, port: int, clips: Sequence[bytes]) -> None:
        """Play runs of A-law octets without a gap; replaces what was playing."""
        array, views = clip_array(clips)
        self._post(port, Op.PLAY, len(clips), array)
        self._lent.until_played(port, (array, views))

    def stop_play(self, port: int) -> None:
        self._post(port, Op.STOP_PLAY)

    def send_tone(self, port: int, tone: Tone, until: EventKind | None = None) -> None:
        """Send a tone; it goes before a clip, which waits, and before link and conference.

        `until` is MFC_ON or MFC_OFF: a register signal, but no foreign one, so heard by the port ends the tone: the
        frame of that tick has none of it. No SEND_DONE then. EngineRangeError for any other kind.
        """
        if until is not None:
            check("event that ends a tone", until, EventKind.MFC_ON, EventKind.MFC_OFF)
        data = tone_struct(tone)
        data.until = 0 if until is None else until
        self._post(port, Op.SEND_TONE, 0, data)
        self._keep_until_taken(data)

    def stop_tone(self, port: int) -> None:
        self._post(port, Op.STOP_TONE)

    def record(self, port: int, recorder: Recorder, track: Track = Track.CALL) -> None:
        """Record what the port hears (and is sent) on this track until `stop_record`."""
        recorder.check_open()
        for other, busy in self._recorders.items():
            if busy is recorder and other != (port, track):
                raise RecorderBusyError(port, other[0])
        self._post(port, Op.RECORD, track, recorder.state)
        self._keep_until_taken(self._recorders.get((port, track)))
        self._recorders[port, track] = recorder

    def stop_record(self, port: int, track: Track = Track.CALL) -> None:
        self._post(port, Op.STOP_RECORD, track)
        self._keep_until_taken(self._recorders.pop((port, track), None))

    def spot(self, port: int, patterns: Sequence[bytes]) -> None:
        """Report these octets wherever they are received; no patterns: look no longer."""
        check("patterns", len(patterns), 0, MOST_PATTERNS)
        for pattern in patterns:
            check("octets of a pattern", len(pattern), *PATTERN_OCTETS)
        array, views = clip_array(patterns)
        self._post(port, Op.SPOT, len(patterns), array)
        self._keep_until_taken(self._patterns.get(port))
        self._patterns[port] = (array, views)

    def span_alarm(self, span: int, *, remote: bool) -> None:
        """Send remote alarm; the engine also sends it by itself while the span's frames are lost."""
        self._queue(self._check_span(span), Op.SPAN_ALARM, int(remote), ffi.NULL)

    # --- time ----------------------------------------------------------------------

    def tick(self) -> None:
        """Received frames in, frames to send out."""
        with self.turn:
            lib.engine_tick(self.state)

    def run(self, ticks: int) -> int:
        """Up to so many ticks, ending after the first that left an event; how many were run."""
        with self.turn:
            return int(lib.engine_run(self.state, check("ticks", ticks, 0, 0xFFFF_FFFF)))

    def events(self) -> list[EngineEvent]:
        """All that happened since the last call, in order of time. BusyError when two threads ask at once."""
        taken: list[EngineEvent] = []
        with self._reading:
            while count := int(lib.engine_events(self.state, self._room, EVENTS_AT_ONCE)):
                taken += decode_events(self._room_octets[: count * EVENT.size])
        if self._lent.has_plays:
            for event in taken:
                if event.kind is EventKind.PLAY_DONE:
                    self._lent.played(event.port, event.a)
        return taken

    # --- inside ----------------------------------------------------------------------

    def memory(self) -> tuple[Any, int]:
        """Where the engine lies, and its octets: what real time wants to have locked."""
        return self.state, self._octets_of_state

    def _check_port(self, port: int) -> int:
        return check("port", port, 0, self.ports - 1)

    def _check_span(self, span: int) -> int:
        return check("span", span, 0, self.spans - 1)

    def _check_line(self, line: int) -> int:
        return check("line", line, 0, self.lines - 1)

    def _post(self, port: int, op: Op, value: int = 0, data: Any = ffi.NULL) -> None:
        self._queue(self._check_port(port), op, value, data)

    def _queue(self, port: int, op: Op, value: int, data: Any) -> None:
        command = ffi.new("struct engine_command *", (port, op, 0, value, data))
        with self._posting:  # the ring has one writer
            if lib.engine_post(self.state, command) != 0:
                raise CommandRingFullError(port, op.name.lower())
            self._posted += 1

    def _keep_until_taken(self, what: object) -> None:
        """Until all that is posted by now has been carried out."""
        self._lent.until_taken(self._posted, what)


def run_pair(a: Engine, b: Engine, ticks: int) -> int:
    """Step two engines back to back; ends after the first tick in which either has an event; how many were run."""
    if a is b or a.tick_samples != b.tick_samples:
        raise EnginePairError((a.tick_samples, b.tick_samples))
    with a.turn, b.turn:
        return int(lib.engine_run_pair(a.state, b.state, check("ticks", ticks, 0, 0xFFFF_FFFF)))
