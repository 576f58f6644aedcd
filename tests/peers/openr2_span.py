"""A whole E1 to libopenr2: thirty channels of it, each with a one-way delay and a frame time of its own."""

from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from tests.peers.openr2 import (
    EPOCH_US,
    FRAME,
    IDLE,
    IDLE_BITS,
    SHIM,
    TICK_SAMPLES,
    Disconnect,
    Kind,
    Mode,
    PeerEvent,
    library,
    listeners,
)

from kmcc.drivers.board import BoardInfo
from kmcc.dsp.e1 import CHANNELS, SignalChange, SpanReceiver, SpanSender
from kmcc.dsp.engine import Engine

TICK_MS: Final = 10
QUIET: Final = bytes([IDLE] * TICK_SAMPLES)


class Far:
    """One channel of the library. It answers what it is offered and clears when the other end has.

    `looks_ms`: how often it looks at line signals and timers, 10 or 20; its detector takes speech 20 ms at a time.
    """

    def __init__(self, ident: int, *, delay_ms: int, looks_ms: int, called_digits: int) -> None:
        module = library()
        self._ffi, self._lib = module.ffi, module.lib
        self._id = ident
        self.events: list[PeerEvent] = []
        self.looks_ticks = looks_ms // TICK_MS
        self._wanted: list[Callable[[], object]] = []
        listeners[ident] = self._on_event
        self._peer = self._lib.peer_new(ident, str(SHIM / "china.conf").encode(), 80, called_digits, True)
        assert self._peer != self._ffi.NULL
        self._fd = self._lib.peer_fd(self._peer)
        self._buffer = self._ffi.new("uint8_t[]", FRAME)
        ticks = delay_ms // TICK_MS
        self._arriving: deque[tuple[bytes, int]] = deque([(QUIET, IDLE_BITS)] * ticks)
        self._leaving: deque[tuple[bytes, int]] = deque([(QUIET, IDLE_BITS)] * ticks)
        self._heard = bytearray()
        self._said = bytearray(QUIET * 2)
        self._bits = IDLE_BITS

    def place_call(self, calling: str, called: str) -> None:
        assert self._lib.peer_call(self._peer, calling.encode(), called.encode(), 0) == 0

    def hang_up(self) -> None:
        assert self._lib.peer_disconnect(self._peer, Disconnect.NORMAL_CLEARING) == 0

    def free(self) -> None:
        self._lib.peer_free(self._peer)
        del listeners[self._id]

    def leave(self) -> tuple[bytes, int]:
        """Speech and code that come out of the line at our end in this tick."""
        self._leaving.append((bytes(self._said[:TICK_SAMPLES]), self._bits))
        del self._said[:TICK_SAMPLES]
        return self._leaving.popleft()

    def arrive(self, speech: bytes, bits: int, tick: int) -> None:
        """What we sent in this tick comes to the library after the delay."""
        self._arriving.append((speech, bits))
        octets, code = self._arriving.popleft()
        self._heard += octets
        self._lib.channel_receive_bits(self._fd, code)
        is_frame = len(self._heard) == FRAME
        if is_frame:
            self._lib.channel_receive(self._fd, bytes(self._heard), FRAME)
            self._heard.clear()
        if is_frame or tick % self.looks_ticks == 0:
            self._lib.peer_run(self._peer)
            wanted, self._wanted = self._wanted, []
            for act in wanted:
                act()
        if is_frame:
            self._lib.channel_send(self._fd, self._buffer, FRAME)
            self._said += bytes(self._ffi.buffer(self._buffer))
        self._bits = self._lib.channel_sent_bits(self._fd)

    def _on_event(self, event: PeerEvent) -> None:
        self.events.append(event)
        if event.kind is Kind.OFFERED:
            self._wanted.append(lambda: self._lib.peer_accept(self._peer, Mode.WITH_CHARGE))
        elif event.kind is Kind.ACCEPTED:
            self._wanted.append(lambda: self._lib.peer_answer(self._peer))
        elif event.kind is Kind.DISCONNECTED:
            self._wanted.append(self.hang_up)


class OpenR2Span:
    """A `Board` of one span; channel n of `delays_ms` and `looks_ms` by its number, over and over."""

    def __init__(self, *, delays_ms: tuple[int, ...], looks_ms: tuple[int, ...], called_digits: int) -> None:
        library().lib.channel_set_time_us(EPOCH_US)
        self.channels = [
            Far(
                1000 + n,
                delay_ms=delays_ms[n % len(delays_ms)],
                looks_ms=looks_ms[n % len(looks_ms)],
                called_digits=called_digits,
            )
            for n in range(CHANNELS)
        ]
        self._sender = SpanSender()
        self._receiver = SpanReceiver(persist_ms=1)
        self._heard_bits = [IDLE_BITS] * CHANNELS
        self._ticks = 0
        self._engine: Engine | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        for channel in self.channels:
            channel.free()

    def info(self) -> BoardInfo:
        return BoardInfo("openr2:", "libopenr2 1.3.3", "span", spans=1, lines=0)

    def bind(self, engine: Engine) -> None:
        assert (engine.spans, engine.tick_samples) == (1, TICK_SAMPLES)
        self._engine = engine

    def run(self, ticks: int) -> int:
        assert self._engine is not None
        if ticks == 0:
            return 0
        leaving = [channel.leave() for channel in self.channels]
        for n, (_, bits) in enumerate(leaving, start=1):
            self._sender.signal(n, bits)
        self._engine.span_rx(0)[:] = self._sender.build([speech for speech, _ in leaving])
        self._engine.tick()
        self._hear(bytes(self._engine.span_tx(0)))
        return 1

    def _hear(self, frames: bytes) -> None:
        self._ticks += 1
        library().lib.channel_set_time_us(EPOCH_US + self._ticks * TICK_MS * 1000)
        block = self._receiver.take(frames)
        for change in block.changes:
            if isinstance(change, SignalChange):
                self._heard_bits[change.channel - 1] = change.nibble
        for channel, speech, bits in zip(self.channels, block.speech, self._heard_bits, strict=True):
            channel.arrive(speech, bits, self._ticks)
