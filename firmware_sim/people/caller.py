"""A caller: a subscriber of the simulated exchange who places calls by a script."""

import asyncio
from collections.abc import Sequence
from typing import Self

from kmcc.dsp.tone import dtmf_tone
from kmcc.dsp.wav import read_alaw
from kmcc.firmware_sim.errors import ScenarioError
from kmcc.firmware_sim.people.ears import Ears
from kmcc.switch.announce import Language
from kmcc.switch.circuit import CallingParty, Cause, CircuitState, IdleIndication
from kmcc.switch.leg import Leg, first_of
from kmcc.switch.media import Media
from kmcc.switch.prompts import PromptSet
from kmcc.switch.speech_path import SpeechPath

KEY_GAP_S = 0.08
RELEASE_LIMIT_S = 15.0  # release guard supervision is 10 s


class NotConnectedError(ScenarioError):
    """The call the caller placed was refused; `cause` says why."""

    def __init__(self, who: str, called: str, cause: Cause) -> None:
        super().__init__(f"{who} did not reach {called}: {cause.words}")
        self.cause = cause


class Caller:
    """One call of one subscriber: `async with exchange.caller("3188888") as caller: await caller.dial("1000")`."""

    def __init__(
        self,
        number: str | None,
        leg: Leg,
        media: Media,
        prompts: PromptSet,
        *,
        category: int,
    ) -> None:
        self.number = number
        self.language = Language.ZH
        self._calling = CallingParty(number, category)
        self._leg = leg
        self._prompts = prompts
        self._path = SpeechPath(media, leg.port)
        self._ears = Ears(media, leg.port)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.hang_up()
        if self._leg.circuit.state is CircuitState.BUSY:
            await first_of(self._leg.idle, timeout_s=RELEASE_LIMIT_S)
        elif not self._leg.idle.done():  # he never dialled
            self._leg.hear(IdleIndication())
        self._ears.close()
        self._path.close()

    @property
    def leg(self) -> Leg:
        return self._leg

    def seize(self, called: str) -> None:
        """Start to dial; the register signals follow by themselves."""
        self._leg.circuit.setup(called, self._calling)

    async def dial(self, called: str) -> None:
        """Dial and wait until the far side is free (KB). NotConnectedError with the cause when it is not."""
        self.seize(called)
        await first_of(self._leg.alerting, self._leg.ended)
        if not self._leg.alerting.done():
            raise NotConnectedError(self._who, called, self._leg.ended.result())

    async def answered(self, timeout_s: float = 60.0) -> None:
        await first_of(self._leg.answered, self._leg.ended, timeout_s=timeout_s)
        if not self._leg.answered.done():
            raise self._disappointed("an answer")

    async def hear(self, *names: str, timeout_s: float = 60.0) -> str:
        """Wait for one of these prompts, in the caller's language; which one it was."""
        fingerprints = {name: self._prompts.fingerprint(name, self.language) for name in names}
        heard = await self._ears.prompt(fingerprints, timeout_s)
        if heard is None:
            raise self._disappointed(" or ".join(names))
        return heard

    async def hear_all(self, names: Sequence[str], timeout_s: float = 60.0) -> None:
        """Wait for these prompts in this order."""
        for name in names:
            await self.hear(name, timeout_s=timeout_s)

    async def hear_tone(self, name: str, timeout_s: float = 60.0) -> None:
        if not await self._ears.tone(name, timeout_s):
            raise self._disappointed(f"{name} tone")

    async def press(self, keys: str, *, on_ms: int = 80) -> None:
        for key in keys:
            self._path.send_tone(dtmf_tone(key, on_ms=on_ms))
            await asyncio.sleep(on_ms / 1000 + KEY_GAP_S)

    async def speak(self, wav: str) -> None:
        await self._path.play((read_alaw(wav),))

    async def say(self, *names: str) -> None:
        """Speak these prompts of the prompt set, as a stand-in for talk."""
        await self._path.play(self._prompts.clips(names, self.language))

    async def released(self, timeout_s: float = 60.0) -> Cause:
        """Wait until the far side has ended the call; with which cause."""
        if not await first_of(self._leg.ended, timeout_s=timeout_s):
            raise self._disappointed("release by the far side")
        return self._leg.ended.result()

    def hang_up(self) -> None:
        self._leg.release(Cause.NORMAL)

    @property
    def _who(self) -> str:
        return f"caller {self.number or '(no number)'} on {self._leg.circuit.name}"

    def _disappointed(self, wanted: str) -> ScenarioError:
        at_s = asyncio.get_running_loop().time()
        ended = f"; the call ended: {self._leg.ended.result().words}" if self._leg.ended.done() else ""
        return ScenarioError(f"{self._who} waited in vain for {wanted} until {at_s:.3f} s{ended}")
