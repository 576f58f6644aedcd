"""What a simulated person hears on a port of the far engine: tones by their cadence, prompts by their octets."""

import asyncio
from collections.abc import Mapping

from kmcc.dsp.cadence import CadenceMatcher
from kmcc.dsp.engine import Detect, EngineEvent, EventKind
from kmcc.switch.media import Media

TONE_CHECK_S = 0.1  # how often a tone that just goes on is looked at


class Ears:
    """Attached to one port; `close` takes them off."""

    def __init__(self, media: Media, port: int) -> None:
        self._media = media
        self._port = port
        self._tones = CadenceMatcher()
        self._heard_tones: list[str] = []
        self._names: list[str] = []
        self._heard: list[str] = []
        self._something: asyncio.Future[None] | None = None
        media.subscribe(port, self._on_event)
        media.listen(port, Detect.PROGRESS)

    def close(self) -> None:
        self._media.ignore(self._port, Detect.PROGRESS)
        self._media.engine.spot(self._port, ())
        self._media.unsubscribe(self._port, self._on_event)

    async def tone(self, name: str, timeout_s: float) -> bool:
        """Whether this progress tone is recognised in time."""
        return await self._wait_for(self._heard_tones, name, timeout_s)

    async def prompt(self, fingerprints: Mapping[str, bytes], timeout_s: float) -> str | None:
        """The first of these prompts that is heard from now on; None when none was in time."""
        self._names = list(fingerprints)
        self._heard.clear()
        self._media.engine.spot(self._port, tuple(fingerprints.values()))
        found = await self._wait_for(self._heard, None, timeout_s)
        return self._heard[0] if found else None

    async def _wait_for(self, heard: list[str], name: str | None, timeout_s: float) -> bool:
        loop = asyncio.get_running_loop()
        end_s = loop.time() + timeout_s
        while not (heard if name is None else name in heard):
            left_s = end_s - loop.time()
            if left_s <= 0:
                return False
            self._something = loop.create_future()
            is_tone_on = name is not None and self._tones.since is not None
            await asyncio.wait((self._something,), timeout=min(left_s, TONE_CHECK_S) if is_tone_on else left_s)
            self._note_tone(self._tones.tick(self._media.engine.now))
        return True

    def _on_event(self, event: EngineEvent) -> None:
        match event.kind:
            case EventKind.TONE_ON:
                self._note_tone(self._tones.on(event.at - event.b, event.code, event.a / 100))
            case EventKind.TONE_OFF:
                self._note_tone(self._tones.off(event.at - event.b))
            case EventKind.SPOTTED:
                self._heard.append(self._names[event.code])
                self._wake()

    def _note_tone(self, name: str | None) -> None:
        if name is not None:
            self._heard_tones.append(name)
            self._wake()

    def _wake(self) -> None:
        if self._something is not None and not self._something.done():
            self._something.set_result(None)
