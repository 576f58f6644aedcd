"""What the engine does to the speech of a port: echo, guard, gain, level, and its weight in a conference."""

from abc import ABC, abstractmethod
from enum import IntFlag
from typing import Any, Final

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.echo import Echo
from kmcc.dsp.engine_command import Op, check
from kmcc.dsp.engine_error import EngineRangeError, NoCancellerError
from kmcc.dsp.level import Level, level_of

MOST_GUARD_MS: Final = 100  # ENGINE_GUARD_MS of engine.h
GUARD_MS: Final = 40  # a key is certain 30 ms after its beginning at the latest, and a tick takes eight more
EARLY_GUARD_MS: Final = 24  # it is suspected after two blocks of 8 ms
UNITY: Final = 4096  # ENGINE_UNITY
MOST_GAIN_DB: Final = 12
MOST_LOUDEST: Final = 8  # ENGINE_MOST_LOUDEST


class Aside(IntFlag):
    """Asides of a conference member: whom it speaks to, and whether it hears those who speak so (ENGINE_ASIDE_*)."""

    NONE = 0
    SPEAKS = 1
    HEARS = 2


class SpeechCommands(ABC):
    """The part of an engine's face that is about the speech of single ports."""

    conferences: int
    cancellers: int
    state: Any
    _cancelled: set[int]

    @abstractmethod
    def _post(self, port: int, op: Op, value: int = 0, data: Any = ffi.NULL) -> None:
        """Queue a command for a port."""

    @abstractmethod
    def _queue(self, port: int, op: Op, value: int, data: Any) -> None:
        """Queue a command whose `port` is another thing."""

    @abstractmethod
    def _check_port(self, port: int) -> int:
        """The port, or EngineRangeError."""

    def cancel_echo(self, port: int, mode: Echo = Echo.FULL) -> None:
        """Take the echo of what is sent here off what is heard here; NoCancellerError when all are in use."""
        if mode and port not in self._cancelled and len(self._cancelled) == self.cancellers:
            raise NoCancellerError(self._check_port(port), self.cancellers)
        self._post(port, Op.ECHO, mode)
        (self._cancelled.add if mode else self._cancelled.discard)(port)

    def disable_echo_canceller(self, port: int) -> None:
        """A modem's 2100 Hz with phase reversals was heard: let all through until the port is silent (G.168 cl. 7)."""
        self._post(port, Op.ECHO_DISABLE)

    def guard(self, port: int, ms: int) -> None:
        """Others (link, conference, recorders) hear this port so much later, and silence while a key is heard.

        0 = off, after the end of a key that is being heard.

        The port's DTMF detector must be on. With GUARD_MS or more nothing is taken from speech; EARLY_GUARD_MS is less
        late and lets no key through either, but silences every syllable that begins like one.
        """
        self._post(port, Op.GUARD, check("guard of ms", ms, 0, MOST_GUARD_MS))

    def control_gain(self, port: int, *, on: bool) -> None:
        """Let others hear this port about as loud as any other, within 12 dB."""
        self._post(port, Op.AGC, int(on))

    def meter(self, port: int, *, on: bool) -> None:
        """Measure from now on what the port says; `level` tells."""
        self._post(port, Op.METER, int(on))

    def level(self, port: int) -> Level:
        """What was measured since `meter`."""
        reading = ffi.new("struct meter_reading *")
        lib.engine_level(self.state, self._check_port(port), reading)
        return level_of(reading)

    def member_gain(self, port: int, gain_db: float) -> None:
        """How loud the others in its conference hear this port: up to 12 dB; -inf = not at all.  0 to begin with."""
        gain = round(UNITY * 10 ** (gain_db / 20)) if gain_db <= MOST_GAIN_DB + 1 else -1
        if not 0 <= gain <= round(UNITY * 10 ** (MOST_GAIN_DB / 20)):
            raise EngineRangeError("gain in dB of a member", gain_db, "-inf", MOST_GAIN_DB)
        self._post(port, Op.GAIN, gain)

    def member_aside(self, port: int, aside: Aside) -> None:
        """Speak to all others in the conference, or only to those who hear asides. NONE to begin with.

        It stays when the port joins or leaves, so who is to whisper is never heard by all for a tick.
        """
        self._post(port, Op.ASIDE, check("aside", aside, 0, Aside.SPEAKS | Aside.HEARS))

    def loudest(self, conference: int, members: int) -> None:
        """Only so many of the loudest members of a conference are heard; 0 = all, as to begin with."""
        check("conference", conference, 0, self.conferences - 1)
        self._queue(conference, Op.LOUDEST, check("loudest members", members, 0, MOST_LOUDEST), ffi.NULL)
