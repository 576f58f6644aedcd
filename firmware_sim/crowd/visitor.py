"""One caller of a crowd: dials, does the steps of his stream, hangs up. Cheap: he listens only when he waits."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

from kmcc.dsp.engine import EngineEvent, EventKind
from kmcc.dsp.tone import Tone, dtmf_tone
from kmcc.firmware_sim.crowd.scenario import Stream
from kmcc.firmware_sim.crowd.step import Step
from kmcc.firmware_sim.crowd.tally import Outcome, StreamTally
from kmcc.switch.announce import Language
from kmcc.switch.circuit import CallingParty, Cause, CircuitState
from kmcc.switch.leg import Leg, first_of
from kmcc.switch.media import Media
from kmcc.switch.prompts import PromptSet

KEY_S: Final = 0.08
KEY_GAP_S: Final = 0.08
SPEECH: Final = ("hello", "thank-you")
"""What a caller says when he begins to talk: speech for the detectors and the recording."""
CLEAR_LIMIT_S: Final = 15.0  # the release guard is supervised for 10 s


@cache
def _key_tone(key: str) -> Tone:
    return dtmf_tone(key, on_ms=round(KEY_S * 1000))


@dataclass(frozen=True, slots=True)
class Plan:
    """Who calls, and what for; `rng` is his own."""

    stream: Stream
    number: str
    rng: Random


class Sounds:
    """What callers know by ear, and what they say; made once for all. PromptError for a prompt unknown."""

    def __init__(self, prompts: PromptSet, streams: Iterable[Stream]) -> None:
        wanted = {
            (Language(stream.language), name) for stream in streams for step in stream.steps for name in step.hear or ()
        }
        self.prints = {(language, name): prompts.fingerprint(name, language) for language, name in wanted}
        self.speech = {language: prompts.clips(SPEECH, language) for language in Language}


class Visitor:
    """One call on `leg`; `call` returns when the circuit is idle again, or will not become so."""

    def __init__(self, plan: Plan, leg: Leg, media: Media, sounds: Sounds) -> None:
        self._stream = plan.stream
        self._number = plan.number
        self._rng = plan.rng
        self._leg = leg
        self._media = media
        self._sounds = sounds
        self._language = Language(plan.stream.language)
        self._heard: asyncio.Future[None] | None = None
        self._is_broken_off = False

    async def call(self, tally: StreamTally) -> Outcome:
        """`tally` gets everything but the outcome."""
        self._media.subscribe(self._leg.port, self._on_event)
        try:
            return await self._live(tally)
        finally:
            self._leg.release(Cause.NORMAL)
            self._media.unsubscribe(self._leg.port, self._on_event)
            if not self._leg.idle.done() and self._leg.circuit.state is CircuitState.BUSY:
                await first_of(self._leg.idle, timeout_s=CLEAR_LIMIT_S)

    def break_off(self) -> None:
        """He hangs up where he is."""
        self._is_broken_off = True
        self._leg.release(Cause.NORMAL)

    async def _live(self, tally: StreamTally) -> Outcome:
        loop, leg = asyncio.get_running_loop(), self._leg
        began_s = loop.time()
        leg.circuit.setup(self._stream.called, CallingParty(self._number, self._stream.category))
        leg.answered.add_done_callback(lambda _: tally.answer_s.append(loop.time() - began_s))
        await first_of(leg.alerting, leg.ended)
        if not leg.alerting.done():
            if self._is_broken_off:
                return Outcome.BROKEN_OFF
            tally.refusals[leg.ended.result().words] += 1
            return Outcome.REFUSED
        tally.set_up_s.append(loop.time() - began_s)
        for step in self._stream.steps:
            outcome = await self._do(step, tally)
            if outcome is not None:
                return Outcome.BROKEN_OFF if self._is_broken_off else outcome
        return Outcome.COMPLETED

    async def _do(self, step: Step, tally: StreamTally) -> Outcome | None:
        """None: on with the next step."""
        if step.hear is not None:
            return await self._hear(step, tally)
        if step.press is not None or step.secret is not None:
            return await self._press(step.press or step.secret or "")
        if step.talk_s is not None:
            self._media.engine.play(self._leg.port, self._sounds.speech[self._language])
            return await self._stay(self._rng.expovariate(1 / step.talk_s), is_done=True)
        if step.released:
            return await self._stay(None, is_done=True)
        return await self._stay(step.hold_s or step.think_s, is_done=step.hold_s is not None)

    async def _stay(self, seconds: float | None, *, is_done: bool) -> Outcome | None:
        """`is_done`: a far side that ends the call meanwhile has not cut it off."""
        if not await first_of(self._leg.ended, timeout_s=seconds):
            return None
        return Outcome.COMPLETED if is_done else Outcome.CUT_OFF

    async def _press(self, keys: str) -> Outcome | None:
        for key in keys:
            if self._leg.ended.done():
                return Outcome.CUT_OFF
            self._media.engine.send_tone(self._leg.port, _key_tone(key))
            await asyncio.sleep(KEY_S + KEY_GAP_S)
        return None

    async def _hear(self, step: Step, tally: StreamTally) -> Outcome | None:
        names = step.hear or ()
        patience_s = step.patience_s
        if step.patience == "exponential":
            patience_s = self._rng.expovariate(1 / patience_s)
        engine, port = self._media.engine, self._leg.port
        self._heard = heard = asyncio.get_running_loop().create_future()
        engine.spot(port, [self._sounds.prints[self._language, name] for name in names])
        try:
            await first_of(heard, self._leg.ended, timeout_s=patience_s)
        finally:
            engine.spot(port, ())
        if heard.done():
            return None
        if self._leg.ended.done():
            return Outcome.CUT_OFF
        tally.given_up_at[" or ".join(names)] += 1
        return Outcome.GAVE_UP

    def _on_event(self, event: EngineEvent) -> None:
        if event.kind == EventKind.SPOTTED and self._heard is not None and not self._heard.done():
            self._heard.set_result(None)
