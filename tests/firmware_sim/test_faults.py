"""One direction of an E1 with faults: what is received for what was sent, octet for octet."""

import numpy as np
import pytest

from kmcc.dsp.engine import Engine
from kmcc.firmware_sim.errors import ScenarioError
from kmcc.firmware_sim.faults import ELASTIC_FRAMES, FaultyBoard, Frames, SpanWay
from kmcc.switch.media import Media


def numbered(first: int, count: int) -> Frames:
    """Frames whose timeslot 1 counts."""
    frames = np.zeros((count, 32), dtype=np.uint8)
    frames[:, 1] = np.arange(first, first + count) % 256
    return frames


def settled(way: SpanWay, lag: int = ELASTIC_FRAMES) -> SpanWay:
    way.carry(numbered(0, lag))
    return way


def received(way: SpanWay, first: int, count: int = 8) -> list[int]:
    return [int(n) for n in way.carry(numbered(first, count))[:, 1]]


@pytest.mark.parametrize("delay_ms", [0, 1, 100])
def test_a_good_way_only_delays(delay_ms: int) -> None:
    lag = ELASTIC_FRAMES + 8 * delay_ms
    way = settled(SpanWay(1, delay_ms=delay_ms), lag)
    assert received(way, lag) == list(range(8))
    assert received(way, lag + 8) == list(range(8, 16))


def test_slips_drop_and_repeat_one_frame() -> None:
    way = settled(SpanWay(1))
    way.drop_frame()
    assert received(way, 64) == [1, 2, 3, 4, 5, 6, 7, 8]
    way.repeat_frame()
    assert received(way, 72) == [9, 9, 10, 11, 12, 13, 14, 15]
    assert received(way, 80, 2) == [16, 17]


def test_no_more_frames_can_be_dropped_than_are_held() -> None:
    way = SpanWay(1)
    for _ in range(ELASTIC_FRAMES):
        way.drop_frame()
    with pytest.raises(ScenarioError, match="held back"):
        way.drop_frame()


@pytest.mark.parametrize("ratio", [1e-4, 1e-3, 1e-2])
def test_the_errors_are_as_many_as_asked_for_and_those_that_are_counted(ratio: float) -> None:
    way = settled(SpanWay(3))
    way.bit_error_ratio = ratio
    sent = 0
    wrong = 0
    for _ in range(200):
        frames = np.zeros((64, 32), dtype=np.uint8)
        wrong += int(np.unpackbits(way.carry(frames)[:, 2:]).sum())
        sent += 64 * 30 * 8
    expected = sent * ratio
    assert abs(wrong - expected) < 5 * expected**0.5 + 0.02 * expected


def test_one_seed_makes_the_same_errors() -> None:
    ways = [settled(SpanWay(7)) for _ in range(2)]
    for way in ways:
        way.bit_error_ratio = 1e-2
    one, two = (way.carry(numbered(0, 64)) for way in ways)
    assert np.array_equal(one, two)


def test_losses_are_all_ones() -> None:
    way = settled(SpanWay(1))
    way.is_multiframe_lost = True
    frames = way.carry(numbered(0, 8))
    assert set(frames[:, 16].tolist()) == {0xFF}
    assert set(frames[:, 2].tolist()) == {0}
    way.is_frame_lost = True
    assert set(way.carry(numbered(0, 8)).reshape(-1).tolist()) == {0xFF}


def test_a_board_without_faults_carries_codes_both_ways() -> None:
    far: list[Media] = []
    near = Engine(spans=1)
    with FaultyBoard(far.append) as board:
        board.bind(near)
        near.signal(4, 0b0011)
        far[0].engine.signal(4, 0b1011)
        for _ in range(20):
            board.run(1)
        heard = [event.code for event in near.events() if event.port == 4]
        assert heard[-1] == 0b1011
        assert board.run(0) == 0
