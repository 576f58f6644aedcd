"""Two calls played on the simulator, as the events that a log of them has: one that is answered, one that fails."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import cache
from pathlib import Path

from kmcc.firmware_sim.clock import run_virtual
from kmcc.firmware_sim.people.caller import NotConnectedError
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.rig import START, Rig, switch_on_sim
from kmcc.store.event import Event
from kmcc.switch.call import Call
from kmcc.switch.prompts import PromptSet
from kmcc.trace.call_trace import CallTrace
from kmcc.trace.collector import CallDone, Collector

Log = tuple[Event, ...]


def _played(story: Callable[[Rig], Awaitable[None]]) -> Log:
    async def desk(call: Call) -> None:
        await call.answer()
        await call.play(("hello",))

    async def main() -> Log:
        busy = Subscriber("3190000", habits=(Habit.BUSY_SIGNAL,))
        with tempfile.TemporaryDirectory() as folder:
            async with switch_on_sim(Path(folder), PromptSet.load(None), {"desk": desk}, subscribers=(busy,)) as rig:
                rig.journal.entries.clear()
                await story(rig)
                await asyncio.sleep(1.0)
                return tuple(
                    Event(
                        number,
                        entry.at_s,
                        (START + timedelta(seconds=entry.at_s)).isoformat(timespec="microseconds"),
                        entry.kind,
                        tuple(sorted(entry.fields.items())),
                    )
                    for number, entry in enumerate(rig.journal.entries, start=1)
                )

    return run_virtual(main())


@cache
def good_call() -> Log:
    """3188888 calls 1000, hears a prompt and hangs up."""

    async def story(rig: Rig) -> None:
        async with rig.caller("3188888") as caller:
            await caller.dial("1000")
            await caller.hear("hello")

    return _played(story)


@cache
def failed_call() -> Log:
    """3188888 calls 3190000 through us, who is busy at his exchange: KB there, KB back to the caller's exchange."""

    async def story(rig: Rig) -> None:
        async with rig.caller("3188888") as caller:
            try:
                await caller.dial("3190000")
            except NotConnectedError:
                return
        raise AssertionError("a busy subscriber was reached")

    return _played(story)


def trace_of(log: Log) -> CallTrace:
    """Of the one call in it."""
    collector = Collector()
    (trace,) = (news.trace for event in log for news in collector.take(event) if isinstance(news, CallDone))
    return trace
