"""Media in real time as the loop sees it: events come to their owners, and whoever fails at one ends it."""

import asyncio

import pytest

from kmcc.dsp.engine import Engine, EngineEvent
from kmcc.dsp.errors import BusyError
from kmcc.dsp.pacer import Pacer
from kmcc.dsp.rack import Place, Rack
from kmcc.switch.media import Media
from kmcc.switch.media_thread import MediaThread

LIMIT_S = 30.0


class Ends:
    """Two engines with a span between them, both heard."""

    def __init__(self) -> None:
        self.near, self.far = Media(Engine(spans=1, tick_samples=16)), Media(Engine(spans=1, tick_samples=16))
        self.rack = Rack(self.near.engine)
        self.rack.wire(self.far.engine, Place(spans=1))
        self.thread = MediaThread(Pacer(self.rack), self.near, self.deliver)

    def deliver(self) -> None:
        self.far.deliver()


def test_events_reach_their_owners_at_both_ends() -> None:
    async def main() -> None:
        ends, heard = Ends(), asyncio.Queue[tuple[str, int]]()
        ends.near.subscribe(3, lambda e: heard.put_nowait(("near", e.code)))
        ends.far.subscribe(3, lambda e: heard.put_nowait(("far", e.code)))
        task = asyncio.get_running_loop().create_task(ends.thread.run())
        async with asyncio.timeout(LIMIT_S):
            ends.far.engine.signal(3, 0b1010)
            while await heard.get() != ("near", 0b1010):
                pass
            ends.near.engine.signal(3, 0b0110)
            while await heard.get() != ("far", 0b0110):
                pass
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ends.thread.counters.ticks > 0
        assert ends.rack.run(1) == 1  # it has let go of the engines

    asyncio.run(main())


def test_what_a_listener_raises_ends_it() -> None:
    def fail(event: EngineEvent) -> None:
        raise ZeroDivisionError

    async def main() -> None:
        ends = Ends()
        ends.near.subscribe(3, fail)
        ends.far.engine.signal(3, 0b1010)
        async with asyncio.timeout(LIMIT_S):
            with pytest.raises(ZeroDivisionError):
                await ends.thread.run()
        assert ends.rack.run(1) == 1

    asyncio.run(main())


def test_an_engine_that_something_else_ticks() -> None:
    async def main() -> None:
        ends = Ends()
        with ends.far.engine.turn, pytest.raises(BusyError):
            await ends.thread.run()

    asyncio.run(main())


def test_what_happened_before_it_began_is_told() -> None:
    async def main() -> None:
        ends = Ends()
        heard = asyncio.Event()
        ends.near.engine.play(0, [bytes(16)])
        ends.rack.run(1)
        ends.near.subscribe(0, lambda _: heard.set())
        task = asyncio.get_running_loop().create_task(ends.thread.run())
        async with asyncio.timeout(LIMIT_S):
            await heard.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
