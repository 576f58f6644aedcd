"""Register signals of our circuit end within the tick that recognises what compels their end, as heard on the line."""

import pytest
from tests.switch.china1_far_end import FarEnd, backward, called, calling, forward, play

from kmcc.dsp.engine import EngineEvent, EventKind
from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair

TICK_SAMPLES = 64
SLACK_SAMPLES = 24  # how exactly a receiver tells the end of a signal


def near_events(pair: E1Pair, kind: EventKind) -> list[EngineEvent]:
    told: list[EngineEvent] = []
    pair.near.subscribe(0, lambda event: told.append(event) if event.kind is kind else None)
    return told


def end_of_tone(far: FarEnd) -> int:
    """Samples of the far end's time; a frame needs one tick to it."""
    (off,) = (event for _, event in far.heard if event.kind is EventKind.MFC_OFF)
    return off.at - off.b - TICK_SAMPLES


def frame_of(event: EngineEvent) -> int:
    """The first sample of the frame that is made in the tick that told of it."""
    return (event.at - 1) // TICK_SAMPLES * TICK_SAMPLES


def test_a_backward_signal_ends_ours(clock: Clock, e1_pair: E1Pair) -> None:
    async def story() -> None:
        line, far = await calling(e1_pair)
        recognised = near_events(e1_pair, EventKind.MFC_ON)
        far.send(backward(1))
        await far.until(EventKind.MFC_OFF)
        assert end_of_tone(far) == pytest.approx(frame_of(recognised[0]), abs=SLACK_SAMPLES)
        await line.comes_to_idle(far)

    play(clock, e1_pair, story)


def test_the_end_of_a_forward_signal_ends_ours(clock: Clock, e1_pair: E1Pair) -> None:
    async def story() -> None:
        line, far = await called(e1_pair)
        far.send(forward(1))
        await far.until(EventKind.MFC_ON)
        recognised = near_events(e1_pair, EventKind.MFC_OFF)
        far.stop()
        await far.until(EventKind.MFC_OFF)
        assert end_of_tone(far) == pytest.approx(frame_of(recognised[0]), abs=SLACK_SAMPLES)
        await line.comes_to_idle(far)

    play(clock, e1_pair, story)
