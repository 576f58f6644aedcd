"""Exact octet patterns in what a port receives: simulated callers know a prompt so."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kmcc.dsp.engine import Engine, EventKind, run_pair
from kmcc.dsp.engine_error import EngineRangeError


def speech(seed: int, octets: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, octets, dtype=np.uint8).tobytes()


def spotted(said: bytes, patterns: list[bytes], *, tick_samples: int = 64) -> list[tuple[int, int]]:
    """(octets said when the pattern was over, its index), while the far engine says this."""
    far, near = (Engine(lines=1, tick_samples=tick_samples) for _ in range(2))
    near.spot(0, patterns)
    near.tick()  # silence before
    far.tick()
    far.play(0, [said])
    for _ in range(len(said) // tick_samples + 3):
        run_pair(far, near, 1)
    events = [event for event in near.events() if event.kind is EventKind.SPOTTED]
    return [(event.at - 2 * tick_samples, event.code) for event in events]


@settings(deadline=None, max_examples=60)
@given(
    length=st.integers(64, 512),
    before=st.integers(0, 700),
    tick_samples=st.sampled_from([16, 64, 80]),
)
@example(length=512, before=1, tick_samples=64)  # only its last octet is in the frame
def test_a_pattern_is_found_wherever_the_frames_cut_it(length: int, before: int, tick_samples: int) -> None:
    pattern = speech(1, length)
    said = speech(2, before) + pattern + speech(3, 50)
    assert spotted(said, [pattern], tick_samples=tick_samples) == [(before + length, 0)]


def test_every_occurrence_is_told_also_those_that_overlap() -> None:
    pattern = speech(1, 100)
    said = pattern + pattern + speech(2, 33) + pattern
    assert spotted(said, [pattern]) == [(100, 0), (200, 0), (333, 0)]
    periodic = bytes(range(32)) * 2
    assert spotted(bytes(range(32)) * 4, [periodic]) == [(64, 0), (96, 0), (128, 0)]


def test_patterns_are_told_in_order_of_time() -> None:
    first, second, third = speech(1, 64), speech(2, 200), speech(3, 512)
    said = third + first + second
    assert spotted(said, [first, second, third]) == [(512, 2), (576, 0), (776, 1)]


def test_one_octet_off_is_not_the_pattern() -> None:
    pattern = speech(1, 300)
    assert spotted(pattern[:-1] + bytes([pattern[-1] ^ 1]), [pattern]) == []


def test_what_was_heard_before_the_command_does_not_count() -> None:
    far, near = Engine(lines=1), Engine(lines=1)
    pattern = speech(1, 128)
    far.play(0, [pattern])
    run_pair(far, near, 2)
    near.spot(0, [pattern])
    for _ in range(4):
        run_pair(far, near, 1)
    assert [event for event in near.events() if event.kind is EventKind.SPOTTED] == []


def test_new_patterns_begin_anew() -> None:
    far, near = Engine(lines=1), Engine(lines=1)
    pattern = speech(1, 128)
    near.spot(0, [pattern, speech(2, 64)])
    far.play(0, [pattern])
    run_pair(far, near, 1)
    run_pair(far, near, 1)
    near.spot(0, [pattern])
    for _ in range(4):
        run_pair(far, near, 1)
    assert near.events() == []


def test_no_patterns_ends_it() -> None:
    far, near = Engine(lines=1), Engine(lines=1)
    pattern = speech(1, 64)
    near.spot(0, [pattern])
    near.spot(0, [])
    far.play(0, [pattern])
    for _ in range(4):
        run_pair(far, near, 1)
    assert near.events() == []


def test_patterns_that_cannot_be() -> None:
    near = Engine(lines=1)
    with pytest.raises(EngineRangeError, match=r"octets of a pattern 63: expected 64\.\.512"):
        near.spot(0, [bytes(63)])
    with pytest.raises(EngineRangeError, match="513"):
        near.spot(0, [bytes(513)])
    with pytest.raises(EngineRangeError, match=r"patterns 17: expected 0\.\.16"):
        near.spot(0, [bytes(64)] * 17)
