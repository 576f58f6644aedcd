"""The board's side of an engine, for boards in Python: frames to be received and frames that were sent.

Refused with BusyError while something else ticks the engine: the frames are not whole then.
"""

from abc import ABC, abstractmethod
from typing import Any

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.engine_command import check
from kmcc.dsp.turn import Turn


class BoardSide(ABC):
    """The part of an engine's face that is the wires. Views stay good when the engine is gone."""

    state: Any
    turn: Turn
    tick_samples: int
    _memory: Any

    @abstractmethod
    def _check_span(self, span: int) -> int:
        """The span, or EngineRangeError."""

    @abstractmethod
    def _check_line(self, line: int) -> int:
        """The line, or EngineRangeError."""

    def span_rx(self, span: int) -> memoryview:
        """[tick_samples][32] octets that the next tick receives; writable."""
        return self._octets(lib.engine_span_rx(self.state, self._check_span(span)), self.tick_samples * 32)

    def span_tx(self, span: int) -> memoryview:
        """[tick_samples][32] octets that the last tick sent."""
        sent = lib.engine_span_tx(self.state, self._check_span(span))
        return self._octets(sent, self.tick_samples * 32).toreadonly()

    def line_rx(self, line: int) -> memoryview:
        """[tick_samples] octets that the next tick receives; writable."""
        return self._octets(lib.engine_line_rx(self.state, self._check_line(line)), self.tick_samples)

    def line_tx(self, line: int) -> memoryview:
        """[tick_samples] octets that the last tick sent."""
        sent = lib.engine_line_tx(self.state, self._check_line(line))
        return self._octets(sent, self.tick_samples).toreadonly()

    def line_signal(self, line: int, bits: int) -> None:
        """Signalling bits of a plain line, towards the engine."""
        self.turn.check()
        lib.engine_line_signal(self.state, self._check_line(line), check("line bits", bits, 0, 0xFF))

    def line_signalled(self, line: int) -> int:
        """Signalling bits of a plain line, from the engine."""
        self.turn.check()
        return int(lib.engine_line_signalled(self.state, self._check_line(line)))

    def _octets(self, start: Any, count: int) -> memoryview:
        """A view that keeps the engine's memory alive."""
        self.turn.check()
        offset = int(ffi.cast("uintptr_t", start)) - int(ffi.cast("uintptr_t", self._memory))
        return memoryview(ffi.buffer(self._memory))[offset : offset + count]
