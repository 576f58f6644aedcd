"""Two libopenr2 channels back to back in simulated time: the rival of our own two ends, with the same frames and delay.

The library's own receiver takes no frame below 133 samples, so libspandsp hears and sends at its interface.
"""

from typing import Any, Final

from tests.peers.openr2 import EPOCH_US, IDLE, IDLE_BITS, SHIM, Kind, Mode, PeerEvent, library, listeners

SAMPLE_US: Final = 125
ROUNDS_A_TICK: Final = 4
"""How often the library may ask for more to do in one tick; it reads, writes and takes events one at a time."""


class _End:
    """A channel of the library."""

    def __init__(self, module: Any, ident: int, called_digits: int) -> None:
        self._lib, self._ffi = module.lib, module.ffi
        self.events: list[PeerEvent] = []
        listeners[ident] = self.events.append
        self.peer = self._lib.peer_new(ident, str(SHIM / "china.conf").encode(), 80, called_digits, True)
        assert self.peer != self._ffi.NULL
        self.fd = self._lib.peer_fd(self.peer)

    def run(self, speech: bytes, bits: int, samples: int) -> tuple[bytes, int]:
        """A tick: what comes in, what goes out."""
        self._lib.channel_receive_bits(self.fd, bits)
        self._lib.channel_receive(self.fd, speech, samples)
        for _ in range(ROUNDS_A_TICK):
            self._lib.peer_run(self.peer)
        out = self._ffi.new("uint8_t[]", samples)
        self._lib.channel_send(self.fd, out, samples)
        return bytes(self._ffi.buffer(out)), self._lib.channel_sent_bits(self.fd)

    def has(self, kind: Kind) -> bool:
        return any(event.kind is kind for event in self.events)


class OpenR2Pair:
    """The caller's end and the called one; a frame needs one tick each way, as on our simulated board."""

    def __init__(self, *, tick_samples: int, called_digits: int) -> None:
        module = library(has_spandsp=True)
        self._lib = module.lib
        self._lib.channel_set_frame(tick_samples)
        self._lib.channel_set_time_us(EPOCH_US)
        self._samples = tick_samples
        self.caller, self.called = _End(module, 1, called_digits), _End(module, 2, called_digits)
        self._to = {end: (bytes([IDLE] * tick_samples), IDLE_BITS) for end in (self.caller, self.called)}
        self._ticks = 0

    def close(self) -> None:
        for end in (self.caller, self.called):
            self._lib.peer_free(end.peer)

    def tick(self) -> None:
        self._ticks += 1
        self._lib.channel_set_time_us(EPOCH_US + self._ticks * self._samples * SAMPLE_US)
        sent = {end: end.run(*self._to[end], self._samples) for end in (self.caller, self.called)}
        self._to = {self.caller: sent[self.called], self.called: sent[self.caller]}

    @property
    def now_ms(self) -> float:
        return self._ticks * self._samples * SAMPLE_US / 1000

    def set_up(self, calling: str, called: str, limit_ms: float = 60_000) -> float:
        """Line time from the request to call until the caller's end knows that the called party is free, in ms."""
        for _ in range(20):
            self.tick()
        began_ms = self.now_ms
        assert self._lib.peer_call(self.caller.peer, calling.encode(), called.encode(), 0) == 0
        while not self.caller.has(Kind.ACCEPTED):
            self.tick()
            if self.called.has(Kind.OFFERED) and not self.called.has(Kind.ACCEPTED):
                self._accept()
            assert self.now_ms - began_ms < limit_ms, (self.caller.events, self.called.events)
        offered = next(event for event in self.called.events if event.kind is Kind.OFFERED)
        assert (offered.calling, offered.called) == (calling, called)
        return self.now_ms - began_ms

    def _accept(self) -> None:
        if not self._is_accepted:
            self._is_accepted = True
            assert self._lib.peer_accept(self.called.peer, int(Mode.WITH_CHARGE)) == 0

    _is_accepted = False
