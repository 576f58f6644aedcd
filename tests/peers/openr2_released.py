"""The line with libopenr2 at the far end, in simulated time: released by each side at each stage, blocked both ways."""

import asyncio
import os
from collections.abc import Awaitable, Callable

import pytest
from tests.peers.openr2 import Kind, OpenR2Board, missing
from tests.peers.openr2_line import Line, play

from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    CallingParty,
    Cause,
    CircuitState,
    ProceedingIndication,
    SeizureIndication,
    ThroughIndication,
)
from kmcc.switch.circuit import BlockingIndication as Blocking
from kmcc.switch.circuit import SetupIndication as Setup
from kmcc.switch.errors import SwitchError

if missing() is not None and "CI" not in os.environ:
    pytest.skip(str(missing()), allow_module_level=True)

CALLED, CALLING = "3190000", "3188888"
BLOCKED, UNBLOCKED = Blocking(blocked=True), Blocking(blocked=False)

# Where a call of ours to the library is, and how long after that moment it is released.
OUR_CALL: dict[str, tuple[type[object], float]] = {
    "seizure": (SeizureIndication, 0.0),
    "acknowledged": (ProceedingIndication, 0.0),
    "first digits": (ProceedingIndication, 0.4),
    "calling number": (ProceedingIndication, 1.0),
    "last digits": (ProceedingIndication, 1.6),
    "called free": (AlertingIndication, 0.0),
    "ringing": (AlertingIndication, 2.0),
    "answered": (AnswerIndication, 0.0),
    "talking": (AnswerIndication, 2.0),
}


@pytest.mark.parametrize("stage", OUR_CALL)
def test_we_call_and_release(stage: str) -> None:
    milestone, after_s = OUR_CALL[stage]
    board = OpenR2Board(channel=3, called_digits=7, answers=stage in ("answered", "talking"))

    async def story(line: Line) -> None:
        line.circuit.setup(CALLED, CallingParty(CALLING, 1))
        if milestone is not SeizureIndication:
            await line.until(milestone)
        await asyncio.sleep(after_s)
        line.circuit.release(Cause.NORMAL)

    line = play(board, story)
    assert line.cause is None
    assert line.circuit.state is CircuitState.IDLE
    assert line.journal.of("circuit.alarm") == []
    assert_library_is_free(board)


@pytest.mark.parametrize("stage", ["called free", "ringing", "answered", "talking"])
def test_we_call_and_the_library_releases(stage: str) -> None:
    """Before its answer it says so by clear back, which is no signal of this moment; afterwards it is clear back."""
    milestone, after_s = OUR_CALL[stage]
    is_answered = stage in ("answered", "talking")
    board = OpenR2Board(channel=3, called_digits=7, answers=is_answered)

    async def story(line: Line) -> None:
        line.circuit.setup(CALLED, CallingParty(CALLING, 1))
        await line.until(milestone)
        await asyncio.sleep(after_s)
        board.hang_up()
        await asyncio.sleep(1.0)
        if not is_answered:
            line.circuit.release(Cause.NORMAL)  # the caller hears the tone of the far exchange

    line = play(board, story)
    assert line.cause is (Cause.CALLED_HUNG_UP if is_answered else None)
    assert line.journal.of("circuit.alarm") == []
    assert_library_is_free(board)


# Where a call of the library's is.
ITS_CALL: dict[str, tuple[type[object], float]] = {
    "seized": (SeizureIndication, 0.0),
    "first digits": (SeizureIndication, 0.4),
    "calling number": (SeizureIndication, 0.8),
    "last digits": (SeizureIndication, 1.1),
    "offered": (Setup, 0.0),
    "ringing": (ThroughIndication, 2.0),
    "talking": (AnswerIndication, 2.0),
}


@pytest.mark.parametrize("stage", ITS_CALL)
def test_the_library_calls_and_releases(stage: str) -> None:
    board = OpenR2Board(channel=3)
    line = play(board, its_call(board, stage, lambda line: board.hang_up()))
    assert line.cause is Cause.CALLER_HUNG_UP
    assert line.journal.of("circuit.alarm") == []
    assert_library_is_free(board)


@pytest.mark.parametrize("stage", ITS_CALL)
def test_the_library_calls_and_we_release(stage: str) -> None:
    """In the register phase by A4, on an answered call by clear back; of a ringing one the caller hears our tone."""
    board = OpenR2Board(channel=3)

    def release(line: Line) -> None:
        line.circuit.release(Cause.NORMAL)
        asyncio.get_running_loop().call_later(3.0, hang_up_if_it_has_a_call)

    def hang_up_if_it_has_a_call() -> None:
        """KB may have said that the called party is free: then its caller hears our tone, and hangs up."""
        if board.kinds()[-1] is Kind.ACCEPTED:
            board.hang_up()

    line = play(board, its_call(board, stage, release))
    assert line.circuit.state is CircuitState.IDLE
    assert [e.fields["what"] for e in line.journal.of("circuit.alarm")] == []
    assert_library_is_free(board)


def its_call(board: OpenR2Board, stage: str, act: Callable[[Line], None]) -> Callable[[Line], Awaitable[None]]:
    milestone, after_s = ITS_CALL[stage]

    async def story(line: Line) -> None:
        takes: dict[str, Callable[[Setup], None]] = {
            "offered": lambda _: None,
            "ringing": lambda _: line.circuit.alert(),
        }
        line.take = takes.get(stage, line.take)
        board.place_call(CALLING, CALLED)
        await line.until(milestone)
        await asyncio.sleep(after_s)
        act(line)

    return story


def assert_library_is_free(board: OpenR2Board) -> None:
    """It has told the end of the call, and that is the last it has told."""
    assert board.kinds()[-1] in (Kind.ENDED, Kind.IDLE), board.events


def test_we_block_and_the_library_sees_it() -> None:
    board = OpenR2Board(channel=3)

    async def story(line: Line) -> None:
        line.circuit.block()
        await asyncio.sleep(0.5)
        assert board.kinds() == [Kind.IDLE, Kind.BLOCKED]
        line.circuit.unblock()
        await asyncio.sleep(0.5)
        assert board.kinds() == [Kind.IDLE, Kind.BLOCKED, Kind.IDLE]
        board.place_call(CALLING, CALLED)
        await line.until(AnswerIndication)
        line.heard.clear()
        board.hang_up()

    line = play(board, story)
    assert line.cause is Cause.CALLER_HUNG_UP


def test_the_library_blocks_and_we_do_not_seize() -> None:
    board = OpenR2Board(channel=3, called_digits=7)

    async def story(line: Line) -> None:
        board.block()
        await line.until(Blocking)
        with pytest.raises(SwitchError, match="blocked"):
            line.circuit.setup(CALLED, CallingParty(CALLING))
        board.unblock()
        await asyncio.sleep(0.5)
        assert line.heard == [BLOCKED, UNBLOCKED]
        line.circuit.setup(CALLED, CallingParty(CALLING, 1))
        await line.until(AnswerIndication)
        line.circuit.release(Cause.NORMAL)

    play(board, story)
    assert_library_is_free(board)
