"""What a China No.1 channel wants of the line: codes, register tones, receivers and timers of one engine port."""

import asyncio
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from kmcc.dsp.engine import Detect, EventKind
from kmcc.dsp.mfc import Direction as ToneDirection
from kmcc.dsp.tone import Tone, mfc_tone
from kmcc.signaling.china1 import messages as m
from kmcc.signaling.china1.channel import IncomingChannel, OutgoingChannel
from kmcc.signaling.china1.terms import Direction
from kmcc.signaling.effects import StartTimer, StopTimer
from kmcc.switch.media import Media

Channel = IncomingChannel | OutgoingChannel
OnExpiry = Callable[[Channel, str], None]

DETECTORS: Final = {
    Direction.FORWARD: Detect.MFC_FORWARD,
    Direction.BACKWARD: Detect.MFC_BACKWARD,
}
# What the tables order anyhow, done by the engine a tick earlier: a backward signal ends the forward one, and the end
# of the forward one ends the backward one.
COMPELLED_BY: Final = {
    Direction.FORWARD: EventKind.MFC_ON,
    Direction.BACKWARD: EventKind.MFC_OFF,
}


@cache
def register_tones(level_dbm0: float) -> Mapping[tuple[Direction, int], Tone]:
    """Every register signal at this level of each frequency."""
    return {
        (direction, number): mfc_tone(ToneDirection(direction.value), number, dbm0=level_dbm0)
        for direction, count in ((Direction.FORWARD, 15), (Direction.BACKWARD, 6))
        for number in range(1, count + 1)
    }


class China1Port:
    """`perform` runs the effects that are for the line; indications are the circuit's."""

    def __init__(self, port: int, media: Media, level_dbm0: float, on_expiry: OnExpiry) -> None:
        self._port = port
        self._media = media
        self._level_dbm0 = level_dbm0
        self._tones = register_tones(level_dbm0)
        self._on_expiry = on_expiry
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def perform(self, channel: Channel, effect: m.Effect) -> None:
        match effect:
            case m.SendBits(abcd):
                self._media.engine.signal(self._port, abcd)
            case m.SendSignal(direction, number):
                self._media.engine.send_tone(self._port, self._tones[direction, number], COMPELLED_BY[direction])
            case m.SendPulse(direction, number, ms):
                pulse = mfc_tone(ToneDirection(direction.value), number, pulse_ms=ms, dbm0=self._level_dbm0)
                self._media.engine.send_tone(self._port, pulse)
            case m.StopSignal():
                self._media.engine.stop_tone(self._port)
            case m.Hear(direction):
                self._hear(direction)
            case StartTimer(name, ms):
                self.start_timer(name, ms, lambda: self._on_expiry(channel, name))
            case StopTimer(name):
                self.stop_timer(name)

    def _hear(self, direction: Direction | None) -> None:
        if direction is None:
            self._media.ignore(self._port, Detect.MFC_FORWARD | Detect.MFC_BACKWARD)
        else:
            self._media.listen(self._port, DETECTORS[direction])

    def start_timer(self, name: str, ms: int, then: Callable[[], None]) -> None:
        """Again from the start when it runs already."""
        self.stop_timer(name)
        self._timers[name] = asyncio.get_running_loop().call_later(ms / 1000, self._expire, name, then)

    def _expire(self, name: str, then: Callable[[], None]) -> None:
        del self._timers[name]
        then()

    def stop_timer(self, name: str) -> None:
        """Harmless when it does not run."""
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
