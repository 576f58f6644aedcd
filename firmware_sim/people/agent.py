"""A seat's agent at a plain telephone: picks up when it rings, talks, hangs up."""

import asyncio
from dataclasses import dataclass

from kmcc.dsp.engine import EngineEvent, EventKind
from kmcc.firmware_sim.people.ears import Ears
from kmcc.signaling.analogue.wire import ToExchange, ToSubscriber
from kmcc.switch.announce import Language
from kmcc.switch.media import Media
from kmcc.switch.prompts import PromptSet
from kmcc.switch.speech_path import SpeechPath


@dataclass(frozen=True, slots=True)
class Manner:
    """How this agent works. `picks_up_after_s` None = lets it ring."""

    picks_up_after_s: float | None = 2.0
    talks_s: float = 20.0
    greeting: tuple[str, ...] = ("hello",)
    language: Language = Language.ZH


class Agent:
    """Sits at one line of the far engine; `live` runs until cancelled."""

    def __init__(self, name: str, port: int, media: Media, prompts: PromptSet, manner: Manner) -> None:
        self.name = name
        self.calls = 0
        self._port = port
        self._media = media
        self._prompts = prompts
        self._manner = manner
        self._rings: asyncio.Event = asyncio.Event()
        media.subscribe(port, self._on_event)

    @property
    def is_at_rest(self) -> bool:
        """Nothing rings and nobody talks."""
        return not self._rings.is_set()

    async def live(self) -> None:
        while True:
            await self._rings.wait()
            if self._manner.picks_up_after_s is None:
                self._rings.clear()
                continue
            await asyncio.sleep(self._manner.picks_up_after_s)
            if self._rings.is_set():
                await self._talk()
            self._rings.clear()

    async def _talk(self) -> None:
        self.calls += 1
        path = SpeechPath(self._media, self._port)
        ears = Ears(self._media, self._port)
        self._media.engine.signal(self._port, ToExchange.OFF_HOOK)
        try:
            path.play(self._prompts.clips(self._manner.greeting, self._manner.language))
            await ears.tone("busy", self._manner.talks_s)  # the caller has hung up; else the talk ends by itself
        finally:
            self._media.engine.signal(self._port, ToExchange.ON_HOOK)
            ears.close()
            path.close()

    def _on_event(self, event: EngineEvent) -> None:
        if event.kind == EventKind.SIGNAL and event.code & ToSubscriber.RING:
            self._rings.set()
