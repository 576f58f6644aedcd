"""Virtual time: exact, the same every time, and it says so when nothing can happen any more."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kmcc.dsp.engine import Engine, EngineEvent
from kmcc.dsp.tone import dtmf_tone
from kmcc.firmware_sim.clock import ClockError, VirtualLoop, run_virtual
from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair, Sim
from kmcc.firmware_sim.rig import Noted
from kmcc.switch.call import Call

TICK_MS = 8


def now_s() -> float:
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize("delay_s", [0.0, 0.0001, 1.0, 12.3456789, 86_400.0])
def test_without_frames_a_timer_comes_at_its_time_and_no_other(delay_s: float, clock: Clock) -> None:
    async def main() -> None:
        await asyncio.sleep(delay_s)
        assert now_s() == pytest.approx(delay_s, abs=1e-9)

    clock(main())


@pytest.mark.parametrize("ms", [1, 7, 8, 9, 10, 16, 100, 150, 430, 999, 1000, 15_000])
def test_with_frames_a_timer_comes_at_the_first_tick_that_is_not_before_it(
    ms: int, e1_pair: E1Pair, clock: Clock
) -> None:
    async def main() -> None:
        ticks = -(-ms // TICK_MS)
        for start in range(3):  # also when the time is no round number any more
            began_s = now_s()
            await asyncio.sleep(ms / 1000)
            assert round((now_s() - began_s) * 1000) == ticks * TICK_MS, start

    clock(main(), e1_pair.frames)


def test_timers_come_in_the_order_of_their_times(e1_pair: E1Pair, clock: Clock) -> None:
    order: list[int] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for ms in (30, 10, 20, 10, 5):
            loop.call_later(ms / 1000, order.append, ms)
        await asyncio.sleep(0.1)

    clock(main(), e1_pair.frames)
    assert order == [5, 10, 10, 20, 30]


def test_work_takes_no_time(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        for _ in range(1000):
            await asyncio.sleep(0)
        assert now_s() == 0.0

    clock(main(), e1_pair.frames)


def test_an_event_on_the_line_ends_the_wait_at_its_tick(e1_pair: E1Pair, clock: Clock) -> None:
    """Time is the engine's own count of samples, also while events are handed out."""

    async def main() -> None:
        heard: asyncio.Future[tuple[float, int]] = asyncio.get_running_loop().create_future()

        def on_event(event: EngineEvent) -> None:
            if not heard.done():
                heard.set_result((now_s(), e1_pair.near.engine.now))

        e1_pair.near.subscribe(0, on_event)
        e1_pair.far.engine.signal(0, 0b1010)
        at_s, samples = await heard
        assert at_s == now_s() == samples / 8000
        assert 0.02 <= at_s <= 0.02 + 3 * TICK_MS / 1000  # persistence and a tick each way

    clock(main(), e1_pair.frames)


def test_a_timer_that_an_event_sets_is_kept_although_the_frames_were_to_run_on(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        rang: list[float] = []

        def ring() -> None:
            rang.append(now_s())

        def on_event(_: EngineEvent) -> None:
            ring()
            loop.call_later(0.004, ring)

        e1_pair.near.subscribe(0, on_event)
        e1_pair.far.engine.signal(0, 0b1010)
        await asyncio.sleep(10.0)
        assert round((rang[1] - rang[0]) * 1000) == TICK_MS
        assert now_s() == 10.0

    clock(main(), e1_pair.frames)


def test_attaching_frames_and_taking_them_off_never_turns_time_back(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        loop = VirtualLoop.running()
        await asyncio.sleep(1.0)
        with loop.moved_by(e1_pair.frames):
            assert now_s() == 1.0
            await asyncio.sleep(0.8)
            assert now_s() == pytest.approx(1.8)
        assert now_s() == pytest.approx(1.8)
        await asyncio.sleep(0.001)
        with loop.moved_by(e1_pair.frames):
            await asyncio.sleep(0.008)
        assert now_s() == pytest.approx(1.809)

    clock(main())


def test_a_deadlock_without_frames_is_told_at_once(clock: Clock) -> None:
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(ClockError, match="no timer is set"):
        clock(main())


def test_a_deadlock_with_quiet_lines_is_told(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(ClockError, match="quiet for 3600 s"):
        clock(main(), e1_pair.frames)


def test_a_line_that_is_not_quiet_is_no_deadlock(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def on_event(_: EngineEvent) -> None:
            if not done.done():
                done.set_result(None)

        e1_pair.near.subscribe(0, on_event)
        e1_pair.far.engine.signal(0, 0b1010)
        await done

    clock(main(), e1_pair.frames)


def test_threads_are_refused_by_name(clock: Clock) -> None:
    def work() -> None:
        raise AssertionError("ran")

    async def main() -> None:
        with pytest.raises(ClockError, match="work"):
            await asyncio.to_thread(work)
        with ThreadPoolExecutor(1) as pool, pytest.raises(ClockError, match="work"):
            await asyncio.get_running_loop().run_in_executor(pool, work)

    clock(main())


def test_what_is_cancelled_takes_no_time_and_leaves_no_timer(clock: Clock) -> None:
    async def main() -> None:
        sleeper = asyncio.get_running_loop().create_task(asyncio.sleep(1000.0))
        await asyncio.sleep(1.0)
        sleeper.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeper
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2.0):
                await asyncio.sleep(1000.0)
        assert now_s() == pytest.approx(3.0)

    clock(main())


def test_the_virtual_clock_is_not_to_be_had_in_real_time() -> None:
    async def main() -> None:
        VirtualLoop.running()

    with pytest.raises(ClockError, match="virtual time only"):
        asyncio.run(main())


def test_run_virtual_gives_the_result_and_passes_errors_on() -> None:
    async def answer() -> int:
        await asyncio.sleep(5.0)
        return 42

    async def fail() -> None:
        raise KeyError("x")

    assert run_virtual(answer()) == 42
    with pytest.raises(KeyError):
        run_virtual(fail())


def test_the_same_program_leaves_the_same_trace(sim: Sim, clock: Clock, tmp_path: Path) -> None:
    async def flow(call: Call) -> None:
        await call.answer()
        await call.collect(("welcome",), digits=3, timeout_s=2.0)
        await call.connect("3192008")

    async def morning() -> list[Noted]:
        async with sim({"desk": flow}, subscribers=[Subscriber("3192008", rings_s=1.0, talks_s=2.0)]) as rig:
            async with asyncio.TaskGroup() as group:
                for n in range(6):
                    group.create_task(_call(rig.caller(f"319000{n}", channels=range(n + 1, n + 2)), n * 0.013))
            return rig.journal.entries

    first = clock(morning())
    for recording in tmp_path.rglob("*.wav"):  # or the second run would give its calls other names
        recording.unlink()
    second = clock(morning())
    assert len(first) > 500
    assert first == second


async def _call(caller: Caller, wait_s: float) -> None:
    async with caller:
        await asyncio.sleep(wait_s)
        await caller.dial("1000")
        await caller.hear("welcome")
        await caller.press("12#")
        await caller.released()


def test_the_frame_clock_of_the_loop_needs_no_tick_of_its_own(clock: Clock) -> None:
    """An engine that nobody attached stands still."""

    async def main() -> int:
        engine = Engine(spans=1)
        engine.send_tone(0, dtmf_tone("1"))
        await asyncio.sleep(5.0)
        return engine.now

    assert clock(main()) == 0
