"""The frame clock: counts what it runs, follows the loop's time, and counts what it could not keep up with."""

import asyncio

import pytest

from kmcc.firmware_sim.clock import VirtualLoop
from kmcc.firmware_sim.pytest_plugin import E1Pair
from kmcc.switch.frames import CATCH_UP_TICKS, FrameClock
from kmcc.switch.media import Media


def test_it_stops_at_the_tick_that_brings_something_and_hands_it_out(e1_pair: E1Pair) -> None:
    frames = e1_pair.frames
    assert frames.advance(100) <= 100  # spans come up
    while frames.advance(100) < 100:
        pass
    before, heard = frames.ticks, list[float]()
    e1_pair.near.subscribe(0, lambda _: heard.append(frames.now_s))
    e1_pair.far.engine.signal(0, 0b1010)
    ran = frames.advance(100)
    assert ran < 100
    assert frames.ticks == before + ran
    assert heard == [frames.now_s]
    assert frames.now_s == pytest.approx(frames.ticks * frames.tick_s)


class Busy:
    """A board whose frames sometimes take long: after so many runs its machine had something else to do."""

    def __init__(self, pair: E1Pair, loop: "SlowLoop", every: int, hold_up_s: float) -> None:
        self._frames = pair.frames
        self._loop = loop
        self._every = every
        self._hold_up_s = hold_up_s
        self._runs = 0

    def run(self, ticks: int) -> int:
        self._runs += 1
        if self._runs % self._every == 0:
            self._loop.lost_s += self._hold_up_s
        return self._frames.advance(ticks)


class SlowLoop(VirtualLoop):
    """Time that also passes while code runs; nothing reads the wall clock."""

    lost_s = 0.0

    def time(self) -> float:
        return super().time() + self.lost_s


def follow(pair: E1Pair, length_s: float, every: int, hold_up_s: float) -> FrameClock:
    loop = SlowLoop()
    board = Busy(pair, loop, every, hold_up_s)
    frames = FrameClock(board, Media(pair.near.engine))  # type: ignore[arg-type]  # only `run` is used

    async def main() -> None:
        task = asyncio.get_running_loop().create_task(frames.follow_loop())
        await asyncio.sleep(length_s)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(main())
    return frames


def test_the_frames_follow_the_loops_time(e1_pair: E1Pair) -> None:
    frames = follow(e1_pair, 10.0, every=1_000_000, hold_up_s=0.0)
    assert frames.ticks in (1249, 1250)  # 8 ms each
    assert frames.late_ticks == 0


def test_a_small_hold_up_is_caught_up_with_and_does_not_count(e1_pair: E1Pair) -> None:
    frames = follow(e1_pair, 10.0, every=50, hold_up_s=CATCH_UP_TICKS * 0.008 - 0.009)
    assert frames.ticks == pytest.approx(1250, abs=CATCH_UP_TICKS + 1)
    assert frames.late_ticks == 0


def test_a_long_hold_up_is_caught_up_with_and_counted(e1_pair: E1Pair) -> None:
    frames = follow(e1_pair, 10.0, every=200, hold_up_s=0.4)  # 50 ticks
    assert frames.ticks == pytest.approx(1250, abs=52)
    hold_ups = frames.late_ticks / (50 - CATCH_UP_TICKS)
    assert 3 <= hold_ups <= 7


def test_the_frames_follow_a_real_loop_too(e1_pair: E1Pair) -> None:
    """No matter how fast: after this many ticks it is cancelled, and they were the engine's."""

    async def main() -> None:
        done = asyncio.Event()
        frames = e1_pair.frames
        e1_pair.near.subscribe(0, lambda _: done.set())
        e1_pair.far.engine.signal(0, 0b1010)
        task = asyncio.get_running_loop().create_task(frames.follow_loop())
        await done.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert frames.ticks * 64 == e1_pair.near.engine.now

    asyncio.run(main())
