"""One outgoing attempt of the dialler as a flow: hears what the line sends, classifies it, and talks when answered."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from kmcc.dsp.cadence import CadenceMatcher
from kmcc.dsp.engine import EngineEvent, EventKind
from kmcc.dsp.engine_event import FaxTone
from kmcc.dsp.tone import SAMPLES_PER_MS
from kmcc.switch.autodial.classify import Classifier, ClassifierSettings, Signal, Supervision
from kmcc.switch.autodial.party import Heard, PartySettings
from kmcc.switch.autodial.result import Result
from kmcc.switch.call import Call
from kmcc.switch.circuit import Cause

Talk = Callable[[Call], Awaitable[None]]

CAUSES: Final = {
    Result.BUSY: Cause.BUSY,
    Result.NO_ANSWER: Cause.NO_ANSWER,
    Result.VACANT: Cause.VACANT_NUMBER,
    Result.CONGESTION: Cause.CONGESTION,
    Result.MACHINE: Cause.NORMAL,
    Result.FAX: Cause.NORMAL,
}
FAX_TONES: Final = {
    FaxTone.CNG: Heard.CNG,
    FaxTone.CED: Heard.ANSWER_TONE,
    FaxTone.CED_REVERSED: Heard.MODEM_TONE,
    FaxTone.ANSAM: Heard.MODEM_TONE,
    FaxTone.ANSAM_REVERSED: Heard.MODEM_TONE,
    FaxTone.PREAMBLE: Heard.PREAMBLE,
}
HEARD: Final = {
    EventKind.VOICE_ON: Heard.VOICE_ON,
    EventKind.VOICE_OFF: Heard.VOICE_OFF,
    EventKind.BEEP_ON: Heard.BEEP_ON,
    EventKind.BEEP_OFF: Heard.BEEP_OFF,
}


class OutgoingAttempt:
    """`flow` is given to the call server; `result` stands when the call is over."""

    def __init__(
        self, talk: Talk, settings: ClassifierSettings | None = None, party: PartySettings | None = None
    ) -> None:
        """With `party` settings it talks only to whom it takes for a person."""
        self._talk = talk
        self._classifier = Classifier(_now_ms(), Supervision.SIGNAL, settings, party)
        self._tones = CadenceMatcher()
        self._news: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._heard: str | None = None

    @property
    def result(self) -> Result:
        """How it went; ANSWERED_PART for every answered call: whether all was heard the talk knows better."""
        return self._classifier.result or Result.FAILED

    async def flow(self, call: Call) -> None:
        call.path.listen_for_sounds(self._on_sound)
        call.leg.alerting.add_done_callback(lambda _: self._take(Signal.ALERTING))
        try:
            await self._until_answered(call)
            self._classifier.receive(Signal.ANSWER, _now_ms())
            call.note("call.answered")
            await self._until_known(call)
            call.path.ignore_sounds()
            await self._talk(call)
            call.end(Cause.NORMAL)
        finally:
            if call.leg.ended.done():
                self._classifier.release(call.leg.ended.result(), _now_ms())

    async def _until_answered(self, call: Call) -> None:
        """Returns when the party has answered; releases the call when it is known that it will not."""
        while not call.leg.answered.done():
            deadline_ms = self._classifier.deadline_ms
            left_s = None if deadline_ms is None else max(0.0, (deadline_ms - _now_ms()) / 1000)
            if not await call.until(call.leg.answered, self._news, timeout_s=left_s):
                self._classifier.receive(Signal.TIMEOUT, _now_ms())
            result = self._classifier.result
            if result is not None:
                call.note("call.classified", result=result.value, tone=self._heard)
                await call.release(CAUSES.get(result, Cause.NO_ANSWER))

    async def _until_known(self, call: Call) -> None:
        """Returns when a person, as it seems, has answered; releases the call of whoever cannot be talked to."""
        while self._classifier.is_listening:
            deadline_ms = self._classifier.deadline_ms
            left_s = None if deadline_ms is None else max(0.0, (deadline_ms - _now_ms()) / 1000)
            if not await call.until(self._news, timeout_s=left_s):
                self._classifier.receive(Signal.TIMEOUT, _now_ms())
        decision = self._classifier.party
        if decision is not None:
            call.note("call.party", party=decision.party.value, reason=decision.reason, after_ms=decision.after_ms)
        result = self._classifier.result
        if result is not None:
            await call.release(CAUSES.get(result, Cause.NORMAL))

    def _on_sound(self, event: EngineEvent) -> None:
        match event.kind:
            case EventKind.TONE_ON:
                self._hear(self._tones.on(event.at - event.b, event.code, event.a / 100))
            case EventKind.TONE_OFF:
                self._hear(self._tones.off(event.at - event.b))
            case EventKind.FAX_ON:
                self._hear_party(FAX_TONES[FaxTone(event.code)], event)
            case EventKind.FAX_OFF:
                pass
            case kind:
                self._hear_party(HEARD[kind], event)

    def _hear_party(self, heard: Heard, event: EngineEvent) -> None:
        now_ms = _now_ms()
        self._classifier.hear(heard, now_ms, now_ms - event.b // SAMPLES_PER_MS)
        self._wake()

    def _hear(self, tone: str | None) -> None:
        if tone is not None:
            self._heard = tone
            self._classifier.hear_tone(tone, _now_ms())
            self._wake()

    def _take(self, signal: Signal) -> None:
        self._classifier.receive(signal, _now_ms())
        self._wake()

    def _wake(self) -> None:
        """Tell the flow that the deadline or the result may have changed."""
        if not self._news.done():
            self._news.set_result(None)
        self._news = asyncio.get_running_loop().create_future()


def _now_ms() -> int:
    return round(asyncio.get_running_loop().time() * 1000)
