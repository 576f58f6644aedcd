"""Line echo cancellers of 32 ms for many ports at once (ITU-T G.168); csrc/echo.h says what they do."""

from enum import IntFlag
from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import aligned_memory, check_alaw, check_port, check_port_count
from kmcc.dsp.errors import SamplesError
from kmcc.dsp.turn import Turn

__all__ = ["Echo", "EchoCancellers"]

FEED_UNIT: Final = 16  # samples; ECHO_FEED of echo_group.h
FEED_SAMPLES: Final = 80  # ECHO_LONGEST

Octets = npt.NDArray[np.uint8]


class Echo(IntFlag):
    """What a port's canceller does."""

    OFF = 0
    CANCEL = lib.ECHO_CANCEL  # subtract the echo
    SUPPRESS = lib.ECHO_SUPPRESS  # and silence what is left while nobody speaks at the near end
    COMFORT = lib.ECHO_COMFORT  # and put noise like the background there
    FULL = CANCEL | SUPPRESS | COMFORT


class EchoCancellers:
    """One canceller a port, all at work from the start."""

    def __init__(self, ports: int, mode: Echo = Echo.FULL) -> None:
        self.ports: Final = check_port_count(ports)
        self._turn: Final = Turn("echo cancellers")
        memory, self._owner = aligned_memory(lib.echo_size(ports))
        self._state = lib.echo_init(memory, ports)
        for port in range(ports):
            self.switch(port, mode)

    def switch(self, port: int, mode: Echo) -> None:
        """Change what a port's canceller does; off and on again forgets the line."""
        check_port(port, self.ports)
        with self._turn:
            lib.echo_switch(self._state, port, int(mode))

    def disable(self, port: int) -> None:
        """A modem's answering tone was heard: leave the port alone until it is silent for 250 ms (G.168 clause 7)."""
        check_port(port, self.ports)
        with self._turn:
            lib.echo_disable(self._state, port)

    def feed(self, sent: Octets, heard: Octets) -> Octets:
        """What was said at the near end: `heard` without the echo of `sent`.

        Both (ports, samples) of A-law, a multiple of 16 samples, `sent` having gone out just before `heard` came in.
        """
        far, near = (check_alaw(octets, self.ports) for octets in (sent, heard))
        if far.shape != near.shape or far.shape[1] % FEED_UNIT:
            raise SamplesError(
                "A-law for the echo cancellers",
                f"{far.shape[1]} sent and {near.shape[1]} heard samples",
                f"as many of both, a multiple of {FEED_UNIT}",
            )
        with self._turn:
            parts = [
                self._feed(far[:, at : at + FEED_SAMPLES], near[:, at : at + FEED_SAMPLES])
                for at in range(0, far.shape[1], FEED_SAMPLES)
            ]
        return np.concatenate(parts, axis=1)

    def _feed(self, sent: Octets, heard: Octets) -> Octets:
        far = np.ascontiguousarray(sent)
        near = np.array(heard, order="C")
        lib.echo_feed(self._state, ffi.from_buffer("uint8_t[]", far), ffi.from_buffer("uint8_t[]", near), near.shape[1])
        return near
