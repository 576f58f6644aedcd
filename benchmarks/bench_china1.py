"""China No.1 beside libopenr2: line time to set up a call of 8 + 8 digits, compelled cycles a second, same ticks.

Then, of the switch alone, how soon speech passes after KB and what a whole call costs to compute.
"""

import pytest
from benchmarks.china1_calls import CallCost, speech_open_ms
from benchmarks.china1_pair import China1Pair
from benchmarks.figures import Benchmark, Figure, Note, race, rival_or_reason
from benchmarks.openr2_pair import OpenR2Pair
from tests.peers.openr2 import missing
from tests.peers.spandsp import load_spandsp

CALLING, CALLED = "13188888", "63190000"
CYCLES = len(CALLED) + 1 + len(CALLING) + 1 + 1  # called digits, KA, calling digits, 15, KD
NO_RIVAL = "libopenr2 is no switch"
GOAL = 1 / 0.8  # of libopenr2's line time


def load_openr2() -> None:
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    load_spandsp()


def rival_ms(tick_samples: int) -> float:
    pair = OpenR2Pair(tick_samples=tick_samples, called_digits=len(CALLED))
    try:
        return pair.set_up(CALLING, CALLED)
    finally:
        pair.close()


@pytest.mark.parametrize("tick_ms", [8, 2])
def test_set_up(benchmark: Benchmark, note: Note, tick_ms: int) -> None:
    """Line time is exact, so one turn is enough; the stopwatch runs beside, for what it costs to compute."""
    pair = China1Pair(tick_samples=tick_ms * 8, called_digits=len(CALLED))
    _, reason = rival_or_reason(load_openr2)
    race(benchmark, lambda: pair.set_up(CALLING, CALLED), None, rounds=1)
    ours = pair.set_up(CALLING, CALLED)
    rival = None if reason is not None else rival_ms(tick_ms * 8)
    goal = GOAL if tick_ms == 8 else None
    line_time = Figure.cost(ours, rival, "ms of line time, 8 + 8 digits", goal=goal, reason=reason)
    note(f"china1_set_up_{tick_ms}ms", line_time)
    rate, rival_rate = 1000 * CYCLES / ours, None if rival is None else 1000 * CYCLES / rival
    note(
        f"china1_cycles_{tick_ms}ms",
        Figure(rate, rival_rate, line_time.ratio, None, "compelled cycles a second", reason),
    )


def test_speech_open(benchmark: Benchmark, note: Note) -> None:
    """Line time, exact to 2.5 ms."""
    race(benchmark, lambda: speech_open_ms(64), None, rounds=1)
    note(
        "china1_speech_open",
        Figure.within(speech_open_ms(64), None, "ms of speech after KB unheard, 8 ms ticks", most=30, reason=NO_RIVAL),
    )


def test_call_cpu(benchmark: Benchmark, note: Note) -> None:
    """A call to a service: seizure, register, answer, three seconds of talk with recording, release, record."""
    cost = CallCost()
    race(benchmark, lambda: cost.cpu_ms(1), None, rounds=1)
    ours = min(cost.cpu_ms(4) - cost.circuit_ms(40) for _ in range(3))
    note("china1_call_cpu", Figure.within(ours, None, "ms of processor a call in the switch", most=3, reason=NO_RIVAL))
