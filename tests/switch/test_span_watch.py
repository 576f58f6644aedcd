"""A circuit under a span alarm: not seized from the first moment, out of order after a while, read again afterwards."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tests.switch.china1_ends import LI, SETTLE_S, analyse

from kmcc.dsp.engine import Engine
from kmcc.firmware_sim.clock import VirtualLoop, run_virtual
from kmcc.firmware_sim.faults import FaultyBoard
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.signaling.china1.codes import Forward
from kmcc.signaling.china1.profile import LOCAL
from kmcc.switch.china1_circuit import China1Circuit, Use
from kmcc.switch.circuit import BlockingIndication, CircuitState, Indication
from kmcc.switch.errors import SwitchError
from kmcc.switch.frames import FrameClock
from kmcc.switch.media import Media

BLOCKED, UNBLOCKED = BlockingIndication(blocked=True), BlockingIndication(blocked=False)
Story = Callable[[FaultyBoard, China1Circuit, China1Circuit, list[Indication]], Awaitable[None]]


def play(story: Story, use: Use = Use.BOTH) -> None:
    far: list[Media] = []
    near = Media(Engine(spans=1))
    told: list[Indication] = []

    async def main(board: FaultyBoard) -> None:
        with VirtualLoop.running().moved_by(FrameClock(board, near)):
            journal = MemoryJournal()
            here = China1Circuit("here/1", 0, near, LOCAL, use=use, analyse=analyse, journal=journal)
            there = China1Circuit("there/1", 0, far[0], LOCAL, use=Use.BOTH, analyse=analyse, journal=journal)
            here.attach(told.append)
            here.start()
            there.start()
            await asyncio.sleep(SETTLE_S)
            await story(board, here, there, told)

    with FaultyBoard(far.append) as board:
        board.bind(near.engine)
        run_virtual(main(board))


@pytest.mark.parametrize("use", list(Use))
@pytest.mark.parametrize("what", ["is_frame_lost", "is_multiframe_lost"])
def test_out_of_order_and_back(what: str, use: Use) -> None:
    async def story(board: FaultyBoard, here: China1Circuit, there: China1Circuit, told: list[Indication]) -> None:
        told.clear()
        for way in board.ways:
            setattr(way, what, True)
        await asyncio.sleep(0.03)
        assert here.state is CircuitState.BLOCKED  # from the first moment
        assert told == []
        await asyncio.sleep(1.0)
        assert told == [BLOCKED]
        for way in board.ways:
            setattr(way, what, False)
        await asyncio.sleep(0.5)
        assert told in ([BLOCKED, UNBLOCKED], [BLOCKED, UNBLOCKED] * 2)  # the far end's blocking may last longer
        assert {here.state, there.state} == {CircuitState.IDLE}

    play(story, use)


def test_one_direction_is_enough() -> None:
    """The far end tells it by bit A."""

    async def story(board: FaultyBoard, here: China1Circuit, there: China1Circuit, told: list[Indication]) -> None:
        board.outward.is_frame_lost = True
        await asyncio.sleep(0.5)
        with pytest.raises(SwitchError, match="blocked"):
            here.setup("1000", LI)
        assert there.state is CircuitState.BLOCKED
        board.outward.is_frame_lost = False
        await asyncio.sleep(0.5)
        assert {here.state, there.state} == {CircuitState.IDLE}

    play(story)


def test_what_the_far_end_did_meanwhile_is_read_afterwards() -> None:
    async def story(board: FaultyBoard, here: China1Circuit, there: China1Circuit, told: list[Indication]) -> None:
        board.inward.is_frame_lost = True
        await asyncio.sleep(0.02)
        there.block()
        await asyncio.sleep(0.5)
        board.inward.is_frame_lost = False
        await asyncio.sleep(0.5)
        assert here.state is CircuitState.BLOCKED
        there.unblock()
        await asyncio.sleep(0.5)
        assert {here.state, there.state} == {CircuitState.IDLE}

    play(story)


def test_withdrawn_during_an_alarm_and_given_back() -> None:
    async def story(board: FaultyBoard, here: China1Circuit, there: China1Circuit, told: list[Indication]) -> None:
        board.inward.is_multiframe_lost = True
        await asyncio.sleep(0.5)
        here.block()
        here.unblock()
        await asyncio.sleep(0.5)
        assert here.state is CircuitState.BLOCKED
        board.inward.is_multiframe_lost = False
        await asyncio.sleep(0.5)
        assert {here.state, there.state} == {CircuitState.IDLE}

    play(story)


def test_a_seizure_that_stands_when_the_span_is_back_leaves_both_roles_usable() -> None:
    """It makes one role active at once: the other hears of the end of the alarm when the call is over."""

    async def story(board: FaultyBoard, here: China1Circuit, there: China1Circuit, told: list[Indication]) -> None:
        far = there._media.engine
        board.inward.is_multiframe_lost = True
        await asyncio.sleep(0.5)
        board.inward.is_multiframe_lost = False
        for _ in range(1000):
            far.signal(0, LOCAL.forward[Forward.SEIZURE])
            await asyncio.sleep(0.002)
            if here.state is CircuitState.BUSY:
                break
        assert here.state.value == "busy"
        far.signal(0, LOCAL.forward[Forward.IDLE])
        await asyncio.sleep(2.0)
        assert here.state.value == "idle"

    play(story)
