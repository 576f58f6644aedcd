"""What a caller hears whose call cannot be, before it is released: an announcement for the cause, where one is set.

Without one the signalling tells the caller's exchange the cause, which gives the tone. With one, speech is put through
unanswered, so nothing is charged, and the circuit's own tone for the cause follows until the caller hangs up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kmcc.signaling.china1.plan import Analyse, Verdict
from kmcc.switch.announce import Language
from kmcc.switch.call import Call, ConnectFailed
from kmcc.switch.circuit import Cause
from kmcc.switch.flow import Flow

CAUSES: Final = (
    Cause.VACANT_NUMBER,
    Cause.BUSY,
    Cause.NO_ANSWER,
    Cause.REFUSED,
    Cause.CONGESTION,
    Cause.SIGNALLING_FAILURE,
    Cause.CIRCUIT_FAULT,
)
"""For which a call may fail before the other party has answered."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """These prompts in each of these languages in turn, all of it `times` times over."""

    prompts: tuple[str, ...]
    languages: tuple[Language, ...] = (Language.ZH, Language.EN)
    times: int = 1


class Treatments:
    """By cause; a cause without one is told by signal and tone alone."""

    def __init__(self, by_cause: Mapping[Cause, Treatment] | None = None) -> None:
        self._by_cause = dict(by_cause or {})

    def over(self, analyse: Analyse) -> Analyse:
        """The plan of a register that takes a vacant number as complete where the caller is to hear that it is."""
        if Cause.VACANT_NUMBER not in self._by_cause:
            return analyse

        def analysed(digits: str) -> Verdict:
            verdict = analyse(digits)
            return Verdict.COMPLETE if verdict is Verdict.VACANT else verdict

        return analysed

    def around(self, flow: Flow) -> Flow:
        """The flow, and what the caller hears when the other party is not reached."""

        async def treated(call: Call) -> None:
            try:
                await flow(call)
            except ConnectFailed as failed:
                await self._announce(call, failed.cause)
                raise

        return treated

    async def _announce(self, call: Call, cause: Cause) -> None:
        """CallEnded when the caller hangs up meanwhile."""
        treatment = self._by_cause.get(cause)
        if treatment is None:
            return
        call.note("call.treated", cause=cause.words, prompts=" ".join(treatment.prompts))
        await call.alert()
        for _ in range(treatment.times):
            for language in treatment.languages:
                call.language = language
                await call.play(treatment.prompts)
