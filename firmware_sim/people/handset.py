"""A telephone in the hands of a script, and voices that are told from each other: each hums at its own pitch."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kmcc.dsp.engine import EngineEvent, EventKind
from kmcc.dsp.recorder import RecorderError
from kmcc.dsp.tone import Tone
from kmcc.dsp.wav import read_wav
from kmcc.firmware_sim.errors import ScenarioError
from kmcc.signaling.analogue.wire import ToExchange, ToSubscriber
from kmcc.switch.media import Media
from kmcc.switch.speech_path import SpeechPath

HUM_DBM0: Final = -15.0
HEARD_DBM0: Final = -30.0
FULL_DBM0: Final = 3.14  # a sine of full scale, G.711
RATE_HZ: Final = 8000
WINDOW_S: Final = 0.4  # in which pitches that are multiples of 50 Hz are apart


class Voice:
    """Whoever is at one port of the far engine, whatever signalling is under it. `close` gives the port back."""

    def __init__(self, media: Media, port: int, folder: Path) -> None:
        self._path = SpeechPath(media, port)
        self._tape = folder / f"port-{port}.wav"

    def close(self) -> None:
        self._path.close()

    def hum(self, hz: int) -> None:
        self._path.send_tone(Tone((float(hz),), (HUM_DBM0,), ()))

    def hush(self) -> None:
        self._path.stop_tone()

    def start_tape(self) -> None:
        """What is heard, and beside it what is said, from the next tick on."""
        self._path.start_recording(self._tape, self._on_fault)

    def stop_tape(self) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
        """Heard and said, 8 kHz."""
        self._path.stop_recording()
        tape = read_wav(self._tape)
        self._tape.unlink()
        return tape.linear(0), tape.linear(1)

    async def hears(self, pitches: Iterable[int]) -> set[int]:
        """Which of these are heard in the next 0.4 s."""
        self.start_tape()
        await asyncio.sleep(WINDOW_S)
        heard, _ = self.stop_tape()
        return {hz for hz in pitches if level_dbm0(heard, hz) > HEARD_DBM0}

    def _on_fault(self, fault: RecorderError) -> None:
        raise ScenarioError(f"a tape was lost: {fault}")


def level_dbm0(sound: NDArray[np.int16], hz: int) -> float:
    """Of this pitch in the sound."""
    turn = np.exp(-2j * np.pi * hz / RATE_HZ * np.arange(len(sound)))
    amplitude = 2 * abs(np.mean(sound * turn)) if len(sound) else 0.0
    return float(20 * np.log10(max(amplitude, 1e-6) / 32768) + FULL_DBM0)


class Handset(Voice):
    """The telephone at one line of the far engine."""

    def __init__(self, media: Media, line: int, folder: Path) -> None:
        super().__init__(media, media.engine.line(line), folder)
        self.rings = 0  # rings so far
        self.is_ringing = False
        self._media = media
        self._port = media.engine.line(line)
        media.subscribe(self._port, self._on_signal)

    def close(self) -> None:
        self._media.unsubscribe(self._port, self._on_signal)
        super().close()

    def lift(self) -> None:
        self._media.engine.signal(self._port, ToExchange.OFF_HOOK)

    def put_down(self) -> None:
        self._media.engine.signal(self._port, ToExchange.ON_HOOK)

    def _on_signal(self, event: EngineEvent) -> None:
        if event.kind is EventKind.SIGNAL:
            self.is_ringing = bool(event.code & ToSubscriber.RING)
            self.rings += self.is_ringing
