"""Two China No.1 circuits of ours back to back, and the states that a call between them goes through."""

import asyncio

from kmcc.firmware_sim.pytest_plugin import E1Pair
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.switch.china1_circuit import China1Circuit, Use
from kmcc.switch.circuit import CallingParty, Cause, CircuitState, Indication, SetupIndication

SETTLE_S = 0.2
REGISTER_S = 2.0  # four called and seven calling digits need less
CLEAR_S = 1.5  # clear forward to the end of the idle guard
LI = CallingParty("3190001", 1)


def analyse(digits: str) -> Verdict:
    if not "1000".startswith(digits):
        return Verdict.VACANT
    return Verdict.COMPLETE if digits == "1000" else Verdict.MORE


class Ends:
    """An outgoing circuit here, an incoming one there, and what each was told."""

    def __init__(
        self,
        pair: E1Pair,
        near: Use = Use.OUTGOING,
        far: Use = Use.INCOMING,
        *,
        profile: Profile = LOCAL,
        far_profile: Profile | None = None,
    ) -> None:
        there = profile if far_profile is None else far_profile
        self.journal = MemoryJournal()
        self.out = China1Circuit("out/1", 0, pair.near, profile, use=near, analyse=analyse, journal=self.journal)
        self.into = China1Circuit("in/1", 0, pair.far, there, use=far, analyse=analyse, journal=self.journal)
        self.out_told: list[Indication] = []
        self.in_told: list[Indication] = []
        self.out.attach(self.out_told.append)
        self.into.attach(self.in_told.append)
        self.out.start()
        self.into.start()

    def out_is(self, state: CircuitState) -> bool:
        return self.out.state is state

    def into_is(self, state: CircuitState) -> bool:
        return self.into.state is state

    def both_are(self, state: CircuitState) -> bool:
        return self.out_is(state) and self.into_is(state)

    def alarms(self) -> list[str]:
        return [str(entry.fields["what"]) for entry in self.journal.of("circuit.alarm")]

    def bits(self, circuit: str, way: str) -> list[str]:
        """The line codes as the ladder has them, abcd first."""
        return [str(entry.fields["what"]) for entry in self.journal.of("line.bits", circuit=circuit, way=way)]


async def idle(ends: Ends) -> None:
    await asyncio.sleep(SETTLE_S)


async def seized(ends: Ends) -> None:
    await idle(ends)
    ends.out.setup("1000", LI)
    await asyncio.sleep(0.1)


async def offered(ends: Ends) -> None:
    await idle(ends)
    ends.out.setup("1000", LI)
    await asyncio.sleep(REGISTER_S)
    assert isinstance(ends.in_told[-1], SetupIndication)


async def kb_on(ends: Ends) -> None:
    await offered(ends)
    ends.into.alert()


async def ringing(ends: Ends) -> None:
    await kb_on(ends)
    await asyncio.sleep(0.5)


async def talking(ends: Ends) -> None:
    await ringing(ends)
    ends.into.answer()
    await asyncio.sleep(0.1)


async def cleared(ends: Ends) -> None:
    """The caller has hung up a moment ago."""
    await talking(ends)
    ends.out.release(Cause.NORMAL)
    await asyncio.sleep(0.1)
