"""A scripted morning at the 1000 desk: every service of the slice once, a queue, a campaign and a rush hour.

The script is fixed; the seed chooses how long people think, which of two lines they call from, and how long they talk.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from kmcc.firmware_sim.people.agent import Manner
from kmcc.firmware_sim.people.caller import Caller, NotConnectedError
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.town import Town
from kmcc.switch.announce import Language, say_digits
from kmcc.switch.circuit import Cause

INCOMING: Final = range(1, 21)  # channels on which the exchange seizes
RUSH_S: Final = 90.0
RUSH_CHANNELS: Final = 30
WELCOME: Final = "welcome"

SUBSCRIBERS: Final = (
    Subscriber("3192008", rings_s=2.0, talks_s=120.0),
    Subscriber("3193009", rings_s=3.0, talks_s=6.0),
    Subscriber("3190003", rings_s=4.0, talks_s=60.0),
    Subscriber("3191005", (Habit.BUSY_TONE, Habit.ANSWERS), talks_s=60.0, language=Language.EN),
    Subscriber("3194011", (Habit.RINGS_OUT,)),
)
"""The forwarded numbers' new homes, and three debtors: one answers, one is busy first, one is not at home."""


def manners(rng: Random, lines: int) -> Mapping[int, Manner]:
    """How the agents at these telephones work this morning."""
    return {
        line: Manner(
            picks_up_after_s=round(rng.uniform(1.0, 3.0), 3),
            talks_s=round(rng.uniform(12.0, 20.0), 3),
            greeting=("seat-number", *say_digits(str(801 + line), Language.ZH), "seat-serves"),
        )
        for line in range(lines)
    }


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that happens; `play` returns when it is over."""

    title: str
    play: Callable[[], Awaitable[None]]
    is_crowded: bool = False  # too many calls at once to look at each


class Morning:
    """`passwords` by contract are those of the sample town; `campaign` starts the reminder calls and ends with them."""

    def __init__(
        self, town: Town, rng: Random, passwords: Mapping[str, str], campaign: Callable[[], Awaitable[None]]
    ) -> None:
        self._town = town
        self._rng = rng
        self._password = passwords["KM-1001"]
        self._campaign = campaign

    def scenes(self) -> tuple[Scene, ...]:
        return (
            Scene("bill query by number and password", self._bill),
            Scene("bill query, password wrong twice", self._wrong_password),
            Scene("changed number, announced", self._announced),
            Scene("changed number, forwarded", self._forwarded),
            Scene("changed number, announced and forwarded", self._announced_and_forwarded),
            Scene("changed number whose notice has run out", self._run_out),
            Scene("vacant number", self._vacant),
            Scene("English caller asks for a person", self._english),
            Scene("six callers for two seats, one gives up", self._queue),
            Scene("reminder calls to three debtors", self._campaign),
            Scene("rush: all thirty channels", self._rush, is_crowded=True),
        )

    # --- people -----------------------------------------------------------------------------------------------------

    def _caller(self, number: str, language: Language = Language.ZH) -> Caller:
        caller = self._town.exchange.caller(number, channels=INCOMING)
        caller.language = language
        return caller

    async def _think(self, least_s: float = 0.5, most_s: float = 2.0) -> None:
        await asyncio.sleep(round(self._rng.uniform(least_s, most_s), 3))

    # --- scenes -----------------------------------------------------------------------------------------------------

    async def _bill(self) -> None:
        number = self._rng.choice(("3190001", "3190002"))
        async with self._caller(number) as caller:
            await self._ask_for_bill(caller, number)
            await caller.press(self._password + "#")
            await caller.hear("bill-for")
            await caller.hear("after-information")
            await self._think()
            await caller.say("thank-you")

    async def _ask_for_bill(self, caller: Caller, number: str) -> None:
        await caller.dial("1000")
        await caller.hear(WELCOME)
        await self._think()
        await caller.press("2")
        await caller.hear("query-menu")
        await caller.press("2")
        await caller.hear("enter-number")
        await self._think()
        await caller.press(number + "#")
        await caller.hear("enter-password")
        await self._think()

    async def _wrong_password(self) -> None:
        async with self._caller("3190003") as caller:
            await self._ask_for_bill(caller, "3190001")
            await caller.press("000000#")
            await caller.hear("password-wrong")
            await caller.hear("enter-number")
            await caller.press("3190001#")
            await caller.hear("enter-password")
            await caller.press("111111#")
            await caller.hear("password-wrong-twice")
            await caller.released()

    async def _announced(self) -> None:
        async with self._caller("3194012") as caller:
            await caller.dial("3181001")
            for _ in range(2):
                await caller.hear("number-changed")
            await caller.hear_tone("busy")
            await self._think()

    async def _forwarded(self) -> None:
        async with self._caller("3194012") as caller:
            await caller.dial("3181002")
            await caller.answered()
            await caller.hear("hello")
            await caller.say("hello", "thank-you")
            await self._think(5.0, 10.0)

    async def _announced_and_forwarded(self) -> None:
        async with self._caller("3190004") as caller:
            await caller.dial("3181003")
            await caller.hear("number-changed")
            await caller.answered()
            await caller.hear("hello")
            await caller.released()

    async def _run_out(self) -> None:
        await self._refused("3181004")

    async def _vacant(self) -> None:
        await self._refused("9000000")

    async def _refused(self, called: str) -> None:
        async with self._caller("3192007") as caller:
            try:
                await caller.dial(called)
            except NotConnectedError as refused:
                if refused.cause is Cause.VACANT_NUMBER:
                    return
                raise

    async def _english(self) -> None:
        async with self._caller("3191005", Language.EN) as caller:
            await caller.dial("1000")
            await caller.hear(WELCOME)
            await self._think()
            await caller.press("0")
            await caller.hear("transferring")
            await caller.released(timeout_s=120.0)

    async def _queue(self) -> None:
        numbers = ("3190002", "3190003", "3191006", "3192007", "3192008", "3194012")
        async with asyncio.TaskGroup() as group:
            for number in numbers[:-1]:
                group.create_task(self._ask_for_person(number))
                await self._think(1.0, 3.0)
            group.create_task(self._give_up(numbers[-1]))

    async def _ask_for_person(self, number: str) -> None:
        async with self._caller(number) as caller:
            await caller.dial("1000")
            await caller.hear(WELCOME)
            await self._think()
            await caller.press("0")
            await caller.released(timeout_s=300.0)

    async def _give_up(self, number: str) -> None:
        async with self._caller(number) as caller:
            await caller.dial("1000")
            await caller.hear(WELCOME)
            await caller.press("0")
            await caller.hear("queue-ahead")
            await self._think(8.0, 12.0)

    async def _rush(self) -> None:
        """Ten forwarded calls hold two channels each; ten callers wait for two seats or hear the menu."""
        async with asyncio.TaskGroup() as group:
            for n in range(10):
                group.create_task(self._hold("3181002", f"319100{n}"))
                group.create_task(self._hold("1000", f"319200{n}"))
                await self._think(0.1, 0.4)

    async def _hold(self, called: str, number: str) -> None:
        async with self._caller(number) as caller:
            await caller.dial(called)
            if called == "1000":
                await caller.hear(WELCOME)
                await caller.press("0")
            await caller.leg.wait_ended(RUSH_S)
