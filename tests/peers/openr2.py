"""The real libopenr2 (Debian libopenr2-dev, loaded by tests only) at the far end of one E1 channel, in simulated time.

`OpenR2Board` is a `Board`: it takes the engine's frames, hands the speech and the nibbles of one channel to the
library in frames of 20 ms, and puts what the library sends on the span. The other 29 channels stay idle.
"""

import atexit
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import cffi

from kmcc.drivers.board import BoardInfo
from kmcc.dsp.e1 import CHANNELS, SignalChange, SpanReceiver, SpanSender
from kmcc.dsp.engine import Engine

SHIM: Final = Path(__file__).parent / "openr2_shim"
HEADER: Final = Path("/usr/include/openr2.h")
FRAME: Final = 160  # the library's detector wants at least 133 samples at once
TICK_SAMPLES: Final = 80
IDLE: Final = 0xD5
IDLE_BITS: Final = 0b1011
EPOCH_US: Final = 1_000_000_000_000_007  # never a whole number of seconds: the library's timers stumble over those

CDEF: Final = """
void channel_set_frame(int samples);
int channel_send(int fd, uint8_t *alaw, int n);
void channel_receive(int fd, const uint8_t *alaw, int n);
void channel_receive_bits(int fd, int abcd);
int channel_sent_bits(int fd);
void channel_set_time_us(uint64_t us);
struct peer;
extern "Python" void peer_event(int id, int kind, int argument, const char *calling, const char *called);
struct peer *peer_new(int id, const char *file, int max_ani, int max_dnis, int ani_first);
void peer_free(struct peer *p);
int peer_fd(const struct peer *p);
void peer_run(struct peer *p);
int peer_accept(struct peer *p, int mode);
int peer_answer(struct peer *p);
int peer_block(struct peer *p);
int peer_unblock(struct peer *p);
int peer_disconnect(struct peer *p, int cause);
int peer_call(struct peer *p, const char *calling, const char *called, int category);
"""


class Mode(IntEnum):
    """openr2_call_mode_t: what the library accepts a call with, KB1 and KB6 by its file."""

    WITH_CHARGE = 0
    NO_CHARGE = 1


class Disconnect(IntEnum):
    """openr2_call_disconnect_cause_t; the KB by which the library refuses a call, by its file."""

    BUSY_NUMBER = 0  # KB2
    NETWORK_CONGESTION = 1  # KB4
    UNALLOCATED_NUMBER = 2  # KB5
    OUT_OF_ORDER = 3  # KB4
    NORMAL_CLEARING = 6
    NUMBER_CHANGED = 9  # KB3


class Category(IntEnum):
    """openr2_calling_party_category_t; KA and KD alike in the library."""

    NATIONAL_SUBSCRIBER = 0
    NATIONAL_PRIORITY_SUBSCRIBER = 1
    TEST_EQUIPMENT = 6


class Kind(IntEnum):
    INIT = 1
    OFFERED = 2
    ACCEPTED = 3
    ANSWERED = 4
    DISCONNECTED = 5
    ENDED = 6
    PROTOCOL_ERROR = 7
    IDLE = 8
    BLOCKED = 9


@dataclass(frozen=True, slots=True)
class PeerEvent:
    """`calling` holds the reason of DISCONNECTED and PROTOCOL_ERROR."""

    kind: Kind
    argument: int
    calling: str
    called: str


def missing() -> str | None:
    """Why the peer cannot be used here; None when it can."""
    return None if HEADER.exists() else "libopenr2-dev is not installed"


def _build_folder() -> str:
    """Goes with the process: the extension is loaded, its file is not needed after that."""
    folder = tempfile.TemporaryDirectory(prefix="openr2-peer-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return folder.name


listeners: dict[int, Callable[[PeerEvent], None]] = {}


@cache
def library(*, has_spandsp: bool = False) -> Any:
    """Compile the shim once a run; RTLD_DEEPBIND makes libopenr2 find the shim's ioctl, read and gettimeofday.

    `has_spandsp`: register tones are sent and heard by libspandsp, in frames of any length. A process can have one of
    the two only, for libopenr2 stays bound to the first shim that it meets.
    """
    builder = cffi.FFI()
    builder.cdef(CDEF)
    builder.set_source(
        "_openr2_peer",
        '#include "channel.h"\n#include "peer.c"',
        sources=[str(SHIM / name) for name in ("channel.c", *(["register_dsp.c"] if has_spandsp else []))],
        include_dirs=[str(SHIM)],
        libraries=["openr2"],
        extra_compile_args=["-O1", "-std=gnu11", *(["-DREGISTER_DSP"] if has_spandsp else [])],
        extra_link_args=["-l:libspandsp.so.2"] if has_spandsp else [],
    )
    built = builder.compile(tmpdir=_build_folder())
    flags = sys.getdlopenflags()
    sys.setdlopenflags(os.RTLD_NOW | os.RTLD_DEEPBIND)
    try:
        spec = importlib.util.spec_from_file_location("_openr2_peer", built)
        assert spec is not None
        assert spec.loader is not None
        module: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.setdlopenflags(flags)

    def peer_event(ident: int, kind: int, argument: int, calling: Any, called: Any) -> None:
        text = module.ffi.string
        listeners[ident](PeerEvent(Kind(kind), argument, text(calling).decode(), text(called).decode()))

    module.ffi.def_extern(name="peer_event")(peer_event)
    return module


class OpenR2Board:
    """One E1 span whose channel `channel` ends in libopenr2.

    `accepts` and `answers` say what the library does with a call it is offered: the mode, or with Disconnect the cause
    of its refusal. `ani_first`: it asks for the calling number after the first digit, else after the last.
    """

    _next_id = 1

    def __init__(
        self,
        *,
        channel: int = 1,
        accepts: Mode | Disconnect = Mode.WITH_CHARGE,
        answers: bool = True,
        called_digits: int = 8,
        ani_first: bool = True,
    ) -> None:
        module = library()
        self._ffi, self._lib = module.ffi, module.lib
        self._id = OpenR2Board._next_id
        OpenR2Board._next_id += 1
        self.events: list[PeerEvent] = []
        self.speech = bytearray()  # all A-law octets that came down the line to the library
        self._accepts, self._answers = accepts, answers
        self._wanted: list[Callable[[], object]] = []
        listeners[self._id] = self._on_event
        self._lib.channel_set_time_us(EPOCH_US)
        self._peer = self._lib.peer_new(self._id, str(SHIM / "china.conf").encode(), 80, called_digits, ani_first)
        assert self._peer != self._ffi.NULL, "libopenr2 did not take the channel in memory"
        self._fd = self._lib.peer_fd(self._peer)
        self.channel = channel
        self._sender = SpanSender()
        self._receiver = SpanReceiver(persist_ms=1)
        for n in range(1, CHANNELS + 1):
            self._sender.signal(n, IDLE_BITS)
        self._buffer = self._ffi.new("uint8_t[]", FRAME)
        self._heard = bytearray()
        self._said = bytearray([IDLE] * FRAME)
        self._samples = 0
        self._engine: Engine | None = None

    # --- what the test asks of the library --------------------------------------------------------------------------

    def place_call(self, calling: str | None, called: str, category: Category = Category.NATIONAL_SUBSCRIBER) -> None:
        assert self._lib.peer_call(self._peer, (calling or "").encode(), called.encode(), category) == 0

    def hang_up(self) -> None:
        assert self._lib.peer_disconnect(self._peer, Disconnect.NORMAL_CLEARING) == 0

    def block(self) -> None:
        assert self._lib.peer_block(self._peer) == 0

    def unblock(self) -> None:
        assert self._lib.peer_unblock(self._peer) == 0

    def kinds(self) -> list[Kind]:
        return [event.kind for event in self.events]

    # --- Board --------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._lib.peer_free(self._peer)
        del listeners[self._id]

    def info(self) -> BoardInfo:
        return BoardInfo("openr2:", "libopenr2 1.3.3", str(self._id), spans=1, lines=0)

    def bind(self, engine: Engine) -> None:
        assert (engine.spans, engine.tick_samples) == (1, TICK_SAMPLES)
        self._engine = engine

    def run(self, ticks: int) -> int:
        """Tick by tick: the test's engine does not say when it has an event, so each run is one tick."""
        assert self._engine is not None
        if ticks == 0:
            return 0
        self._engine.span_rx(0)[:] = self._sender.build(self._speech())
        self._engine.tick()
        self._hear(bytes(self._engine.span_tx(0)))
        return 1

    def _speech(self) -> list[bytes]:
        quiet = bytes([IDLE] * TICK_SAMPLES)
        speech = [quiet] * CHANNELS
        speech[self.channel - 1] = bytes(self._said[:TICK_SAMPLES])
        del self._said[:TICK_SAMPLES]
        return speech

    def _hear(self, frames: bytes) -> None:
        block = self._receiver.take(frames)
        for change in block.changes:
            if isinstance(change, SignalChange) and change.channel == self.channel:
                self._lib.channel_receive_bits(self._fd, change.nibble)
        self._heard += block.speech[self.channel - 1]
        self.speech += block.speech[self.channel - 1]
        if len(self._heard) == FRAME:
            self._exchange_frame()

    def _exchange_frame(self) -> None:
        self._samples += FRAME
        self._lib.channel_set_time_us(EPOCH_US + self._samples * 125)
        self._lib.channel_receive(self._fd, bytes(self._heard), FRAME)
        self._heard.clear()
        self._lib.peer_run(self._peer)
        for act in self._wanted:
            act()
        self._wanted.clear()
        self._lib.channel_send(self._fd, self._buffer, FRAME)
        self._said += bytes(self._ffi.buffer(self._buffer))
        self._sender.signal(self.channel, self._lib.channel_sent_bits(self._fd))

    def _on_event(self, event: PeerEvent) -> None:
        self.events.append(event)
        if event.kind is Kind.OFFERED:
            self._wanted.append(self._decide)
        elif event.kind is Kind.ACCEPTED and self._answers:
            self._wanted.append(lambda: self._lib.peer_answer(self._peer))
        elif event.kind is Kind.DISCONNECTED:
            self._wanted.append(lambda: self._lib.peer_disconnect(self._peer, Disconnect.NORMAL_CLEARING))

    def _decide(self) -> None:
        ask = self._lib.peer_accept if isinstance(self._accepts, Mode) else self._lib.peer_disconnect
        ask(self._peer, int(self._accepts))
