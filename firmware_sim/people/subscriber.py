"""A called subscriber of the simulated exchange: answers, is busy, lets it ring, or does not exist."""

import asyncio
from dataclasses import dataclass
from enum import Enum
from typing import Final

from kmcc.dsp.tone import CHINA_TONES, Tone, dtmf_tone
from kmcc.firmware_sim.people.ears import Ears
from kmcc.switch.announce import Language
from kmcc.switch.circuit import Cause, TrunkCircuit
from kmcc.switch.leg import Leg, first_of
from kmcc.switch.media import Media
from kmcc.switch.prompts import PromptSet
from kmcc.switch.speech_path import SpeechPath

BEEP: Final = Tone((1000,), (-12.0,), ((400, 0),), repeats=1)
CED: Final = Tone((2100,), (-12.0,), ((3000, 0),), repeats=1)  # T.30


class Habit(Enum):
    """What a subscriber does when he is called."""

    ANSWERS = "answers"
    RINGS_OUT = "nobody is at home: ring-back tone until the caller gives up"
    MACHINE = "a machine answers: its greeting, then a beep"
    FAX = "a fax machine answers: CED"
    BUSY_TONE = "busy behind another exchange: free signal, then busy tone in band"
    BUSY_SIGNAL = "busy on this exchange: KB4"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """`habits` are used one after the other, call by call; the last one stays.

    When he hears a prompt of `presses` he presses the key beside it, one after the other.

    With `away_s` he hangs up after his talk and comes back so much later, where the caller controls the release, for as
    much talk again.
    """

    number: str
    habits: tuple[Habit, ...] = (Habit.ANSWERS,)
    rings_s: float = 3.0
    talks_s: float = 8.0
    away_s: float = 0.0
    greeting: tuple[str, ...] = ("hello",)
    language: Language = Language.ZH
    presses: tuple[tuple[str, str], ...] = ()

    def habit(self, calls_before: int) -> Habit:
        return self.habits[min(calls_before, len(self.habits) - 1)]


class CalledParty:
    """One call to a subscriber, on the port of the trunk it came in on."""

    def __init__(self, subscriber: Subscriber, habit: Habit, leg: Leg, media: Media, prompts: PromptSet) -> None:
        self._subscriber = subscriber
        self._habit = habit
        self._leg = leg
        self._prompts = prompts
        self._path = SpeechPath(media, leg.port)
        self._ears = Ears(media, leg.port)

    async def live(self) -> None:
        """Take the call to its end."""
        try:
            await self._take()
        finally:
            self._ears.close()
            self._path.close()

    async def _take(self) -> None:
        if self._habit is Habit.BUSY_SIGNAL:
            return self._leg.release(Cause.BUSY)
        if self._leg.ended.done():  # in the very frame of its last digit
            return None
        self._leg.circuit.alert()
        await first_of(self._leg.through, self._leg.ended)
        self._path.send_tone(CHINA_TONES["busy" if self._habit is Habit.BUSY_TONE else "ring_back"])
        if self._habit in (Habit.RINGS_OUT, Habit.BUSY_TONE):
            await first_of(self._leg.ended)
            return None
        if await first_of(self._leg.ended, timeout_s=self._subscriber.rings_s):
            return None
        await self._talk()
        return None

    async def _talk(self) -> None:
        self._path.stop_tone()
        self._leg.circuit.answer()
        await asyncio.sleep(0.3)
        if self._habit is Habit.FAX:
            self._path.send_tone(CED)
        else:
            greeted = self._path.play(self._prompts.clips(self._subscriber.greeting, self._subscriber.language))
            if self._habit is Habit.MACHINE and await first_of(greeted, self._leg.ended) and not self._leg.ended.done():
                self._path.send_tone(BEEP)
        presses = asyncio.get_running_loop().create_task(self._press_keys())
        try:
            await first_of(self._leg.ended, timeout_s=self._subscriber.talks_s)
        finally:
            presses.cancel()
        if self._subscriber.away_s > 0 and not self._leg.ended.done():
            await self._come_back()
        self._leg.release(Cause.NORMAL)

    async def _press_keys(self) -> None:
        one = self._subscriber
        for prompt, key in one.presses:
            if await self._ears.prompt({prompt: self._prompts.fingerprint(prompt, one.language)}, one.talks_s) is None:
                return
            self._path.send_tone(dtmf_tone(key))

    async def _come_back(self) -> None:
        circuit = self._leg.circuit
        if not isinstance(circuit, TrunkCircuit):
            return
        circuit.suspend()
        if not await first_of(self._leg.ended, timeout_s=self._subscriber.away_s):
            circuit.answer()
            await first_of(self._leg.ended, timeout_s=self._subscriber.talks_s)
