"""What a call does on its port: plays, sends tones, hears keys, is recorded. One owner at a time."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from kmcc.dsp.engine import GUARD_MS, Detect, EngineEvent, EventKind, Track
from kmcc.dsp.recorder import Recording, Sides
from kmcc.dsp.tone import Tone
from kmcc.switch.media import Media
from kmcc.switch.recording import OnFault, PortRecording

SOUNDS: Final = Detect.PROGRESS | Detect.VOICE | Detect.FAX | Detect.BEEP
SOUND_EVENTS: Final = frozenset(
    {EventKind.TONE_ON, EventKind.TONE_OFF, EventKind.VOICE_ON, EventKind.VOICE_OFF}
    | {EventKind.FAX_ON, EventKind.FAX_OFF, EventKind.BEEP_ON, EventKind.BEEP_OFF}
)


class SpeechPath:
    """One engine port in use. `close` leaves it silent, unlinked and with no detector, player or recorder on."""

    def __init__(self, media: Media, port: int) -> None:
        self.port = port
        self._media = media
        self._plays: deque[asyncio.Future[bool]] = deque()  # the engine ends every play with one event, in order
        self._keys: deque[str] = deque()
        self._takes_keys = False  # not those with which a telephone of ours dials
        self._key_waiter: asyncio.Future[None] | None = None
        self._recordings = {track: PortRecording(media, port, track) for track in Track}
        self.is_speaking = False  # whoever leaves a message
        self.has_spoken = False  # in the message that was left last
        self._speech_waiter: asyncio.Future[None] | None = None
        self._is_sending_tone = False
        self._connected: int | None = None
        self._sound_handlers: list[Callable[[EngineEvent], None]] = []
        media.subscribe(port, self._on_event)

    def close(self) -> Recording | None:
        """Give the port back; what was recorded on it, if anything."""
        engine = self._media.engine
        engine.stop_play(self.port)
        self.stop_tone()
        engine.unlink(self.port)
        if self._connected is not None:
            self.disconnect(self._connected)
        engine.guard(self.port, 0)
        self._media.ignore(self.port, Detect.DTMF | SOUNDS)
        self._media.unsubscribe(self.port, self._on_event)
        self._recordings[Track.MESSAGE].stop()
        return self.stop_recording()

    # --- sending ------------------------------------------------------------------------------------------------

    def play(self, clips: Sequence[bytes]) -> asyncio.Future[bool]:
        """Play these A-law clips without a gap; True when heard to the end, False when stopped or replaced."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._plays.append(done)
        self._media.engine.play(self.port, clips)
        return done

    def stop_play(self) -> None:
        self._media.engine.stop_play(self.port)

    def send_tone(self, tone: Tone) -> None:
        self._is_sending_tone = True
        self._media.engine.send_tone(self.port, tone)

    def stop_tone(self) -> None:
        """Stop the tone that was sent from here; the circuit's own tones go on."""
        if self._is_sending_tone:
            self._is_sending_tone = False
            self._media.engine.stop_tone(self.port)

    def connect(self, other: int) -> None:
        """Join both ways with another port; keys are no longer kept from anybody."""
        self._media.engine.guard(self.port, 0)
        self._media.engine.connect(self.port, other)
        self._connected = other

    def disconnect(self, other: int) -> None:
        self._media.engine.unlink(self.port)
        self._media.engine.unlink(other)
        self._connected = None

    # --- hearing ------------------------------------------------------------------------------------------------

    def listen_for_keys(self) -> None:
        """Keys that are pressed from now on can be taken."""
        self._takes_keys = True
        self._media.listen(self.port, Detect.DTMF)

    def guard_keys(self) -> None:
        """Keep the keys that are pressed from now on out of recordings and from others, until the port is connected."""
        self._media.engine.guard(self.port, GUARD_MS)

    def listen_for_sounds(self, handler: Callable[[EngineEvent], None]) -> None:
        """Tell `handler` of progress tones, voice, beeps and fax tones from now on."""
        self._sound_handlers.append(handler)
        self._media.listen(self.port, SOUNDS)

    def ignore_sounds(self) -> None:
        self._sound_handlers.clear()
        self._media.ignore(self.port, SOUNDS)

    def take_key(self) -> str | None:
        """The oldest key not taken yet."""
        return self._keys.popleft() if self._keys else None

    def key_pressed(self) -> asyncio.Future[None]:
        """Done when a key can be taken. One waiter at a time."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._keys:
            waiter.set_result(None)
        self._key_waiter = waiter
        return waiter

    # --- recording ----------------------------------------------------------------------------------------------

    @property
    def is_recording(self) -> bool:
        return self._recordings[Track.CALL].is_on

    def start_recording(self, path: Path, on_fault: OnFault) -> None:
        """Both directions, left what we hear and right what we send."""
        self._recordings[Track.CALL].start(path, Sides.BOTH, on_fault)

    def stop_recording(self) -> Recording | None:
        return self._recordings[Track.CALL].stop()

    def start_message(self, path: Path, on_fault: OnFault) -> None:
        """What we hear, from now on; `is_speaking` and `speech_changed` follow the speaker meanwhile."""
        self.is_speaking = self.has_spoken = False
        self._media.listen(self.port, Detect.VOICE)
        self._recordings[Track.MESSAGE].start(path, Sides.HEARD, on_fault)

    def when_written(self, then: Callable[[], None]) -> None:
        """`then` is called when what was recorded until now is on the disk."""
        self._media.writer.when_written(then)

    def stop_message(self) -> Recording | None:
        self._media.ignore(self.port, Detect.VOICE)
        return self._recordings[Track.MESSAGE].stop()

    def speech_changed(self) -> asyncio.Future[None]:
        """Done when the far side begins to speak or falls silent. One waiter at a time."""
        self._speech_waiter = asyncio.get_running_loop().create_future()
        return self._speech_waiter

    def _on_event(self, event: EngineEvent) -> None:
        match event.kind:
            case EventKind.PLAY_DONE if self._plays:  # else it was begun by an earlier owner of the port
                done = self._plays.popleft()
                if not done.done():
                    done.set_result(event.code == 1)
            case EventKind.DTMF_ON if self._takes_keys:
                self._keys.append(chr(event.code))
                if self._key_waiter is not None and not self._key_waiter.done():
                    self._key_waiter.set_result(None)
            case EventKind.RECORD_HALF:
                self._recordings[Track(event.code)].drain()
            case EventKind.VOICE_ON | EventKind.VOICE_OFF if self._recordings[Track.MESSAGE].is_on:
                self.is_speaking = event.kind == EventKind.VOICE_ON
                self.has_spoken |= self.is_speaking
                if self._speech_waiter is not None and not self._speech_waiter.done():
                    self._speech_waiter.set_result(None)
            case kind if kind in SOUND_EVENTS:
                for handler in self._sound_handlers:
                    handler(event)
