"""A caller that hangs up at any point leaves no busy circuit, no open recording and one record with the true cause.

Each story is played once to its end. Then it is played again for every moment at which something happened in it, with
the caller hanging up at that moment, and so much earlier that his clear forward arrives at that moment.
"""

import asyncio
import gc
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from tests.conftest import PASSWORDS, Inhabited, OpenHouse
from tests.house.aftermath import (
    all_idle,
    assert_no_timer,
    assert_ports_quiet,
    assert_wav_is_whole,
    open_files,
    records,
    until,
)

from kmcc.firmware_sim.people.agent import Manner
from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock
from kmcc.store.event import Event
from kmcc.switch.queue.seat import SeatState

INCOMING = range(1, 21)
ARRIVES_S = 0.032  # a code sent is reported by the other end: a tick each way and 20 ms of persistence
PUT_DOWN_S = 0.8  # a receiver is down when it is no flash any more
SIGNAL_S = 0.3  # a compelled signal lasts less
TICK_S = 0.008
NUMBER = "3190001"

Script = Callable[[Caller], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Story:
    """What is dialled, what the caller then does, and who lives at the far ends. `length_s` = when he has enough."""

    called: str
    script: Script
    length_s: float
    subscribers: tuple[Subscriber, ...] = ()
    manners: tuple[Manner, ...] = ()


async def _listens(caller: Caller) -> None:
    await caller.leg.ended


async def _asks_for_bill(caller: Caller) -> None:
    await caller.hear("welcome")
    await caller.press("22")
    await caller.hear("enter-number")
    await caller.press(NUMBER + "#")
    await caller.hear("enter-password")
    await caller.press(PASSWORDS["KM-1001"] + "#")
    await caller.hear("after-information")
    await caller.press("*1")
    await caller.hear("main-menu")
    await caller.press("*")
    await _listens(caller)


async def _asks_for_person(caller: Caller) -> None:
    await caller.hear("welcome")
    await caller.press("0")
    await _listens(caller)


WORKING = Manner(picks_up_after_s=1.0, talks_s=3.0)
STORIES = {
    "bill": Story("1000", _asks_for_bill, 45.0),
    "seat answers and hangs up": Story("1000", _asks_for_person, 18.0, manners=(WORKING,) * 4),
    "seat lets it ring": Story("1000", _asks_for_person, 50.0, manners=(Manner(picks_up_after_s=None),)),
    "announced": Story("3181001", _listens, 14.0),
    "forwarded": Story("3181002", _listens, 12.0, (Subscriber("3192008", rings_s=1.0, talks_s=3.0),)),
    "forwarded to the busy tone": Story("3181002", _listens, 6.0, (Subscriber("3192008", (Habit.BUSY_TONE,)),)),
    "forwarded to a busy party": Story("3181002", _listens, 6.0, (Subscriber("3192008", (Habit.BUSY_SIGNAL,)),)),
    "forwarded to nobody": Story("3181002", _listens, 6.0),
    "transit": Story("3193009", _listens, 8.0, (Subscriber("3193009", rings_s=1.0, talks_s=2.0),)),
    "vacant": Story("9000000", _listens, 2.0),
}


class Watch:
    """Runs one call after the other in one house, and looks at what each of them left."""

    def __init__(self, inhabited: Inhabited) -> None:
        self._in = inhabited
        self._house = inhabited.house
        self._seen_records = 0
        self._complaints: list[dict[str, Any]] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, what: self._complaints.append(what))

    async def call(self, story: Story, hang_up_after_s: float) -> tuple[float, list[Event]]:
        """When the call began, and its events."""
        before = self._house.events.last_seq
        began_s = self._house.calendar.elapsed_s()
        async with self._in.town.exchange.caller(NUMBER, channels=INCOMING) as caller:
            caller.seize(story.called)
            script = asyncio.get_running_loop().create_task(_play(story.script, caller))
            await asyncio.sleep(hang_up_after_s)
            caller.hang_up()
            script.cancel()
            await asyncio.gather(script, return_exceptions=True)
        await self.rest()
        return began_s, self._house.events.since(before)

    async def rest(self) -> None:
        house, town = self._house, self._in.town
        circuits = [circuit for group in house.groups.values() for circuit in group.circuits]
        await until(lambda: all_idle(circuits) and all_idle(town.exchange.circuits), "idle circuits at both ends")
        if town.agents:
            await until(lambda: all(agent.is_at_rest for agent in town.agents), "agents at rest")
            await asyncio.sleep(PUT_DOWN_S)
        await until(lambda: set(house.seats.states.values()) <= {SeatState.READY, SeatState.PAUSED}, "seats at rest")
        await until(lambda: [group.idle for group in house.groups.values()] == [20, 10], "circuits given back")
        assert not house.calls.calls
        assert house.seats.waiting == 0
        assert open_files(self._in.folder / "recordings") == []
        assert_no_timer()
        await assert_ports_quiet(house.media, town.far)
        assert self._complaints == []

    def close(self) -> None:
        """No task has failed unseen."""
        gc.collect()
        assert self._complaints == []

    def records(self) -> list[dict[str, str]]:
        """Those written since the last look."""
        found = records(self._in.folder / "cdr.csv")
        new, self._seen_records = found[self._seen_records :], len(found)
        return new

    def check(self, story: Story, events: Sequence[Event]) -> None:
        """One call's records against what crossed the line."""
        rows = self.records()
        line = Line(events)
        assert [row["direction"] for row in rows] == ["out"] * len(_of(events, "call.placed")) + ["in"]
        incoming = rows[-1]
        assert (incoming["cause"], incoming["ended_by"]) in line.ends_of_caller()
        assert bool(incoming["answered_at"]) is line.was_answered
        assert incoming["charged"] == ("yes" if line.was_answered else "no")
        assert incoming["called"] == _digits(events, "digit", str(incoming["circuit"]))
        assert incoming["calling"] == _digits(events, "calling digit", str(incoming["circuit"]))
        assert bool(incoming["waiting_ms"]) is bool(_of(events, "queue.entered"))
        for outgoing in rows[:-1]:
            assert (outgoing["cause"], outgoing["ended_by"]) in line.ends_of_called()
        assert len(_of(events, "call.released")) == len(_of(events, "call.seized")) == 1
        assert_wav_is_whole(self._in.folder / "recordings" / incoming["recording"])


async def _play(script: Script, caller: Caller) -> None:
    await asyncio.wait((caller.leg.alerting, caller.leg.ended), return_when=asyncio.FIRST_COMPLETED)
    await script(caller)


def _digits(events: Sequence[Event], what: str, circuit: str) -> str:
    """The digits of this kind that the trace shows as received on a circuit."""
    received = [str(signal["what"]) for signal in _of(events, "register.signal") if signal["circuit"] == circuit]
    return "".join(words.split()[1] for words in received if words.endswith(f"({what})") and "forward" in words)


def _of(events: Sequence[Event], kind: str) -> list[dict[str, object]]:
    return [dict(event.fields) for event in events if event.kind == kind]


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that crossed a line, and when."""

    t: float
    group: str
    way: str
    what: str


class Line:
    """What crossed the lines of one call, in order: the truth that its records must tell."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._seen = [_seen(event) for event in events if event.kind in ("line.bits", "register.signal")]
        released = [event for event in events if event.kind == "call.released"]
        self._released_at_s = released[0].t
        self._cause = str(dict(released[0].fields)["cause"])

    def _at_s(self, group: str, way: str, words: str) -> float:
        """When this first crossed; infinity = never."""
        found = (s.t for s in self._seen if (s.group, s.way) == (group, way) and words in s.what)
        return next(found, math.inf)

    @property
    def was_answered(self) -> bool:
        return self._at_s("kunming-in", "out", "answer") < math.inf

    def ends_of_caller(self) -> set[tuple[str, str]]:
        """Whoever was first; both, when they came in one frame. We are first when we release the caller."""
        caller, called = self._clears()
        first = min(caller, called, self._released_at_s)
        ends = {("caller hung up", "caller")} if caller == first else set()
        ends |= {("called hung up", "called")} if called == first else set()
        return ends or {(self._cause, "centre")}

    def ends_of_called(self) -> set[tuple[str, str]]:
        """As above; the far exchange refuses by register signal, which counts when it has ended."""
        caller, called = self._clears()
        refused = {
            self._at_s("kunming-out", "in", "KB 4"): "busy",
            self._at_s("kunming-out", "in", "A5"): "vacant number",
        }
        at_s, cause = min(refused.items())
        if at_s < caller:
            mine = {(cause, "called")}
            return mine if caller > at_s + SIGNAL_S else mine | {("caller hung up", "caller")}
        first = min(caller, called)
        ends = {("caller hung up", "caller")} if caller == first else set()
        return ends | ({("called hung up", "called")} if called == first else set())

    def _clears(self) -> tuple[float, float]:
        caller = self._at_s("kunming-in", "in", "clear forward")
        return caller, self._at_s("kunming-out", "in", "clear back")


def _seen(event: Event) -> Seen:
    fields = {name: str(value) for name, value in event.fields}
    return Seen(event.t, fields["circuit"].partition("/")[0], fields["way"], fields["what"])


def moments(began_s: float, events: Sequence[Event]) -> list[float]:
    """When something happened, counted from the seizure; and so much earlier that a hang-up arrives just then."""
    at = {round(event.t - began_s, 3) for event in events if not event.kind.startswith("cdr.")}
    return sorted({t for moment in at for t in (moment, round(moment - ARRIVES_S, 3)) if t >= 0})


@pytest.mark.parametrize("name", STORIES)
def test_a_caller_may_hang_up_whenever_something_happens(name: str, house: OpenHouse, clock: Clock) -> None:
    story = STORIES[name]

    async def main() -> None:
        async with house(story.subscribers, dict(enumerate(story.manners))) as inhabited:
            watch = Watch(inhabited)
            began_s, whole = await watch.call(story, story.length_s)
            watch.check(story, whole)
            points = [t for t in moments(began_s, whole) if t < story.length_s]
            assert len(points) >= 10
            for hang_up_after_s in points:
                _, events = await watch.call(story, hang_up_after_s)
                watch.check(story, events)
            watch.close()

    clock(main())


SWEEP_S = 12.0
STEP_S = 0.04
AT_ONCE = 20


def test_callers_may_hang_up_every_40_ms_of_a_bill_query(house: OpenHouse, clock: Clock) -> None:
    """Twenty at a time, on all incoming channels, each somewhere else in his call."""
    story = STORIES["bill"]

    async def one(inhabited: Inhabited, number: str, hang_up_after_s: float) -> None:
        async with inhabited.town.exchange.caller(number, channels=INCOMING) as caller:
            caller.seize(story.called)
            script = asyncio.get_running_loop().create_task(_play(story.script, caller))
            await asyncio.sleep(hang_up_after_s)
            caller.hang_up()
            script.cancel()
            await asyncio.gather(script, return_exceptions=True)

    async def main() -> None:
        async with house() as inhabited:
            watch = Watch(inhabited)
            steps = [round(n * STEP_S, 3) for n in range(round(SWEEP_S / STEP_S))]
            for first in range(0, len(steps), AT_ONCE):
                batch = enumerate(steps[first : first + AT_ONCE], start=first)
                await asyncio.gather(*(one(inhabited, f"319{n:04d}", step) for n, step in batch))
                await watch.rest()
            rows = watch.records()
            assert len(rows) == len({row["id"] for row in rows}) == len(steps)
            assert {(row["cause"], row["ended_by"]) for row in rows} == {("caller hung up", "caller")}
            assert len(_of(inhabited.house.events.since(0), "call.released")) == len(steps)
            for row in rows:
                assert_wav_is_whole(inhabited.folder / "recordings" / row["recording"])
            watch.close()

    clock(main())


@pytest.mark.parametrize("early_ticks", range(-4, 5))
def test_caller_and_called_act_in_the_same_frame(early_ticks: int, house: OpenHouse, clock: Clock) -> None:
    """The called party answers, or hangs up, while the caller's clear forward is on its way."""
    story = STORIES["forwarded"]

    async def main() -> None:
        async with house(story.subscribers) as inhabited:
            watch = Watch(inhabited)
            began_s, whole = await watch.call(story, story.length_s)
            watch.check(story, whole)
            for words in ("answer", "clear back"):
                at_s = next(e.t for e in whole if e.kind == "line.bits" and words in str(dict(e.fields)["what"]))
                _, events = await watch.call(story, at_s - began_s - ARRIVES_S + early_ticks * TICK_S)
                watch.check(story, events)
            watch.close()

    clock(main())
