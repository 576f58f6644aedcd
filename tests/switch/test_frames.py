"""The frame clock: counts what it runs, and stops where something happens."""

import pytest

from kmcc.firmware_sim.pytest_plugin import E1Pair


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
