"""The menu of the access code, keyed by simulated callers in both languages [R-253..R-280].

Every path lands on its node within a second after its last key; a wrong key, silence and a star do there what they do
everywhere (P-20..P-22). All callers of a test call at once.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import pytest
from tests.conftest import PASSWORDS, Inhabited, OpenHouse
from tests.house.aftermath import until

from kmcc.config.sections import Queue
from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.pytest_plugin import Clock
from kmcc.store.customers import Customer, Customers
from kmcc.store.event import Event
from kmcc.store.event_log import EventLog
from kmcc.switch.announce import Language
from kmcc.switch.queue.parties import Grade

INCOMING = range(1, 21)
LIMIT_S = 1.0
KEY_S = 0.08 + 0.08  # a key, and the gap behind it that `press` waits, too
LOGIN = "3190001#" + PASSWORDS["KM-1001"] + "#"

MENUS = {
    "root": "",
    "consult": "1",
    "consult-telecom": "11",
    "consult-value-added": "12",
    "consult-other": "13",
    "query": "2",
    "query-number": "21",
    "complaint": "4",
    "password": "5",
    "other": "6",
}
"""Nodes that listen to keys, and the way there."""
ENTRIES = {"changed-number": "211", "bill": "22"}
"""Nodes that ask for a number."""
UP = {
    "consult": "root",
    "consult-telecom": "consult",
    "consult-value-added": "consult",
    "consult-other": "consult",
    "query": "root",
    "query-number": "query",
    "complaint": "root",
    "password": "root",
    "other": "root",
    "changed-number": "query-number",
    "bill": "query",
}
SEATS = {
    "14": ("consult-human", "information"),
    "10": ("consult-human", "information"),
    "130": ("consult-human", "information"),
    "212": ("directory", "directory"),
    "23": ("query-progress", "progress"),
    "24": ("query-human", "information"),
    "3": ("acceptance-human", "acceptance"),
    "41": ("complaint-human", "complaint"),
    "42": ("fault-report", "fault"),
    "61": ("booking", "booking"),
    "62": ("securities", "securities"),
    "63": ("agency", "agency"),
    "0": ("human", None),
    "*0": ("human", None),
    "1*0": ("consult-human", "information"),
    f"22{LOGIN}0": ("bill-human", "bill"),
    f"22{LOGIN}2": ("bill-human", "bill"),
}
"""Ways to a person, the node where they end, and the service whose seats are asked for."""
BACK = {
    "15": "root",
    "25": "root",
    "44": "root",
    "64": "root",
    "11*1": "root",
    "12*1": "root",
    "13*1": "root",
    f"22{LOGIN}*1": "root",
    "43": "suggestion",
    "51": "password-set",
    "9": "language",
    "119": "fax-telecom",
    "129": "fax-value-added",
    "139": "fax-other",
    f"22{LOGIN}9": "fax-bill",
    "2113181001#9": "fax-number",
}
"""The last key of a list is one up (R-258, R-264, R-271, R-278), *1 is on (R-247); and nodes that act at once."""


class Log:
    """The events of each call, by the number that calls; each event is read once."""

    def __init__(self, events: EventLog) -> None:
        self._events = events
        self._read = events.last_seq
        self._numbers: dict[object, object] = {}
        self._of: dict[object, list[Event]] = defaultdict(list)

    def of(self, number: object) -> list[Event]:
        for event in self._events.since(self._read):
            self._read = event.seq
            call = event.get("call")
            if event.kind == "call.offered":
                self._numbers[call] = event.get("calling")
            self._of[self._numbers.get(call)].append(event)
        return self._of[number]


@dataclass
class Visitor:
    """A simulated caller, and what the log says of his call."""

    inhabited: Inhabited
    caller: Caller
    log: Log
    arrived: int = 0  # at so many nodes before the last key

    def events(self, *kinds: str) -> list[Event]:
        return [event for event in self.log.of(self.caller.number) if event.kind in kinds]

    async def wait(self, *kinds: str, after: int = 0, limit_s: float = 30.0) -> Event:
        """The next event of these kinds behind so many."""
        await until(lambda: len(self.events(*kinds)) > after, f"{kinds} of {self.caller.number}", limit_s=limit_s)
        return self.events(*kinds)[after]

    @property
    def nodes(self) -> list[object]:
        return [event.get("node") for event in self.events("ivr.node")]

    async def key(self, keys: str) -> float:
        """Press; when the last key ended."""
        await self.caller.press(keys)
        return self.inhabited.house.calendar.elapsed_s() - (KEY_S - 0.08)

    async def go(self, keys: str) -> float:
        """Key a way; when its last key ended. A person keys when he hears that he is listened to."""
        ended_s = 0.0
        for key in keys:
            self.arrived = len(self.events("ivr.node"))
            ended_s = await self.key(key)
            await asyncio.sleep(0 if key == "*" else 0.3)
        return ended_s

    async def lands(self, node: str, ended_s: float) -> None:
        """By the last key; some nodes lead on at once."""
        await until(lambda: node in self.nodes[self.arrived :], f"{node}, not {self.nodes}", limit_s=LIMIT_S + 1.0)
        landed = self.events("ivr.node")[self.arrived :][self.nodes[self.arrived :].index(node)]
        assert landed.t - ended_s <= LIMIT_S


Story = Callable[[Visitor], Awaitable[None]]


async def crowd(inhabited: Inhabited, language: Language, stories: Sequence[Story]) -> None:
    """All of them call, each from a line of his own, and hang up when their story is over."""

    def owners_of(numbers: Sequence[str]) -> None:
        owners = [Customer(number, number, number, language=language) for number in numbers]
        for owner in owners:
            inhabited.house.database.run_now(lambda session, owner=owner: Customers(session).put(owner))  # type: ignore[misc]

    async def one(number: str, story: Story) -> None:
        async with lines, inhabited.town.exchange.caller(number, channels=INCOMING) as caller:
            await caller.dial("1000")
            await caller.answered()
            await story(Visitor(inhabited, caller, log))

    log = Log(inhabited.house.events)
    lines = asyncio.Semaphore(len(INCOMING) - 2)
    numbers = [f"32{index:05}" for index in range(len(stories))]
    owners_of(numbers)
    async with asyncio.TaskGroup() as group:
        for number, story in zip(numbers, stories, strict=True):
            group.create_task(one(number, story))
            await asyncio.sleep(0.5)


def way(keys: str, node: str) -> Story:
    async def story(visitor: Visitor) -> None:
        await visitor.wait("prompt.started")
        await visitor.lands(node, await visitor.go(keys))

    return story


def to_seat(keys: str, node: str, service: str | None) -> Story:
    async def story(visitor: Visitor) -> None:
        await way(keys, node)(visitor)
        entered = await visitor.wait("queue.entered")
        assert entered.get("service") == service
        (pop,) = visitor.events("seat.pop")
        assert str(pop.get("path")).split()[-1] == node

    return story


def menu_manners(keys: str, node: str) -> Story:
    """A wrong key, then none, then a star."""

    async def story(visitor: Visitor) -> None:
        await visitor.wait("prompt.started")
        if keys:
            await visitor.lands(node, await visitor.go(keys))
        played = len(visitor.events("prompt.started"))
        await visitor.go("8")
        assert (await visitor.wait("ivr.invalid")).get("node") == node
        again = await visitor.wait("prompt.started", after=played)
        assert str(again.get("prompt")).startswith("invalid-key ")
        assert (await visitor.wait("ivr.silence", limit_s=40.0)).get("node") == node
        again = await visitor.wait("prompt.started", after=played + 1)
        assert str(again.get("prompt")).startswith("no-key ")
        await visitor.lands(UP.get(node, node), await visitor.go("*"))

    return story


def entry_manners(keys: str, node: str) -> Story:
    """No number, then a star."""

    async def story(visitor: Visitor) -> None:
        await visitor.wait("prompt.started")
        await visitor.lands(node, await visitor.go(keys))
        played = len(visitor.events("prompt.started"))
        again = await visitor.wait("prompt.started", after=played, limit_s=40.0)
        assert str(again.get("prompt")).split()[0] in {"no-key", "enter-password"}
        await visitor.lands(UP[node], await visitor.go("*"))

    return story


LANGUAGES = pytest.mark.parametrize("language", Language)


@LANGUAGES
def test_every_way_lands_on_its_node(house: OpenHouse, clock: Clock, language: Language) -> None:
    stories = [way(keys, node) for node, keys in (*MENUS.items(), *ENTRIES.items()) if keys]
    stories += [way(keys, node) for keys, node in BACK.items()]
    stories += [to_seat(keys, node, service) for keys, (node, service) in SEATS.items()]

    async def main() -> None:
        async with house() as inhabited:
            await crowd(inhabited, language, stories)
            spoken = {e.get("language") for e in inhabited.house.events.since(0) if e.kind == "prompt.started"}
            assert language.value in spoken

    clock(main())


@LANGUAGES
def test_wrong_keys_silence_and_stars(house: OpenHouse, clock: Clock, language: Language) -> None:
    stories = [menu_manners(keys, node) for node, keys in MENUS.items()]
    stories += [entry_manners(keys, node) for node, keys in ENTRIES.items()]

    async def main() -> None:
        async with house() as inhabited:
            await crowd(inhabited, language, stories)

    clock(main())


def test_who_gets_no_seat_is_called_back_and_keeps_his_place(house: OpenHouse, clock: Clock) -> None:
    """R-294: nobody picks up, the wait is over; he presses one, and is in the line as if he had stayed on it."""
    is_promised = asyncio.Event()

    async def complains(visitor: Visitor) -> None:
        number = visitor.caller.number or ""
        owner = Customer(number, number, number, grade=Grade.IMPORTANT)
        visitor.inhabited.house.database.run_now(lambda session: Customers(session).put(owner))
        await visitor.wait("prompt.started")
        await visitor.go("41")
        await visitor.wait("queue.entered")

    async def first(visitor: Visitor) -> None:
        await complains(visitor)
        await until(lambda: "busy-offer" in visitor.nodes, "an offer", limit_s=60.0)
        await visitor.lands("callback", await visitor.go("1"))
        await until(lambda: visitor.events("prompt.started")[-1].get("prompt") == "callback-kept", "his promise")
        (promised,) = visitor.events("callback.promised")
        assert promised.get("number") == "3200000"
        is_promised.set()

    async def later(visitor: Visitor) -> None:
        await asyncio.sleep(20.0)
        await complains(visitor)
        await is_promised.wait()
        line = visitor.inhabited.house.seats.queue()
        assert [(w.calling, w.service, w.grade, w.is_callback) for w in line] == [
            ("3200000", "complaint", "important", True),
            ("3200001", "complaint", "important", False),
        ]
        assert line[0].waits_s > line[1].waits_s + 15.0
        assert (line[0].data["number"], line[0].data["path"].split()[-1]) == ("3200000", "callback")

    async def main() -> None:
        async with house(queue=Queue(max_wait_s=40, ring_s=5)) as inhabited:
            await crowd(inhabited, Language.ZH, [first, later])

    clock(main())
